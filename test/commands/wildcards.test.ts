import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generations } from '../../src/db/schema.ts';
import { findVersion } from '../../src/db/settings.ts';
import { findControl, textOf } from '../../src/standin/index.ts';
import { componentsOf } from '../support/page.ts';
import { Workshop } from '../support/workshop.ts';

let shop: Workshop;
beforeAll(async () => {
	shop = await Workshop.open();
});
afterAll(async () => {
	shop.discord.assertClean();
	await shop.close();
});

const user = (name: string) => shop.discord.user(name);
const lists = async () =>
	((await findVersion(shop.db, shop.discord.guild().id, ''))?.values as { wildcards?: object })?.wildcards;
const recipes = async () => (await shop.db.select().from(generations)).map(({ recipe }) => recipe.prompt);
const latest = async (known: readonly string[]) => (await recipes()).find((prompt) => !known.includes(prompt));

const controlOf = (panel: APIMessage, field: string) =>
	findControl(
		panel,
		componentsOf(panel)
			.map(({ custom_id: id }) => id as string)
			.find((id) => id?.startsWith(`v1:${field}`))!,
	).custom_id!;
const open = async () => {
	const panel = await user('kei').slash('settings', {}, { channel: 'gallery' }).message();
	return user('kei')
		.press(panel, controlOf(panel, 'panel:go'), { values: ['wildcards'] })
		.message();
};
const fill = async (panel: APIMessage, label: string, values: Record<string, unknown>) => {
	const opener = user('kei').press(panel, label);
	await opener.modal();
	return (await user('kei').submit(opener, values as Record<string, string>)).message();
};

test('a moderator makes, changes, uploads and removes lists, and each change can be undone', async () => {
	const panel = await open();
	expect(textOf(panel)).toContain('**Lists of this server:** none yet');
	const made = await fill(panel, 'New list…', { name: '__Mood__', entries: 'happy\n# no\n2::very sad\n' });
	expect(await lists()).toEqual({ mood: ['happy', '2::very sad'] });
	expect(textOf(made)).toContain('Wildcard `__mood__`:** none → 2 entries');

	const changed = await fill(made, 'Change…', { entries: 'angry' });
	expect(await lists()).toEqual({ mood: ['angry'] });
	await user('kei').press(changed, 'Undo').message();
	expect(await lists()).toEqual({ mood: ['happy', '2::very sad'] });

	const file = { name: 'hair.txt', contentType: 'text/plain', bytes: Buffer.from('silver hair\n') };
	const opener = user('kei').press(await open(), 'Upload…');
	await opener.modal();
	const handle = await user('kei').submit(opener, { file: [file] });
	const uploaded = await handle.waitFor((m) => textOf(m).includes('silver hair'));
	expect(await lists()).toEqual({ mood: ['happy', '2::very sad'], hair: ['silver hair'] });
	const sent = await user('kei').press(uploaded, 'Download').message();
	expect(sent.attachments[0]?.filename).toBe('hair.txt');

	const bad = user('kei').press(await open(), 'New list…');
	await bad.modal();
	expect(await shop.told(await user('kei').submit(bad, { name: 'x', entries: '0::x' }), /./)).toMatch(/Line 1, `0::x`/);

	await user('kei').press(uploaded, 'Remove').message();
	expect(await lists()).toEqual({ mood: ['happy', '2::very sad'] });
});

test('a prompt is drawn with an entry; the request keeps the wildcard, and 🔄 chooses anew', async () => {
	await shop.choose({ wildcards: { mood: Array.from({ length: 400 }, (_, i) => `mood${i}`) } });
	const picture = await shop.picture('mika', '1girl, __mood__');
	const [prompt] = await recipes();
	expect(prompt).toMatch(/1girl, mood\d+$|1girl, mood\d+,/);
	expect(textOf(picture)).toMatch(/Wildcards: mood is mood\d+/);
	const [row] = await shop.db.select().from(generations);
	expect(row!.request.prompt).toBe('1girl, __mood__');
	await shop.shown(user('ren').press(picture, '🔄'));
	expect(await latest([prompt!])).toMatch(/1girl, mood\d+/);
});

test('what a server’s list brings is judged as if it had been typed', async () => {
	await shop.choose({ wildcards: { bad: ['nude'] } });
	const handle = user('mika').slash('imagine', { prompt: '1girl, __bad__' }, { channel: 'gallery' });
	expect(await shop.told(handle, /./)).toMatch(/`nude`/);
});

test('an unknown wildcard is answered with those that there are', async () => {
	const handle = user('mika').slash('imagine', { prompt: '__nope__' }, { channel: 'gallery' });
	expect(await shop.told(handle, /./)).toMatch(
		/There is no wildcard `__nope__` here\. There are .*`__bad__`.*`__hair__`/,
	);
});

describe('what is offered while somebody types a prompt', () => {
	const offered = async (prompt: string, channel = 'gallery', options: Record<string, string> = {}) =>
		(await user('mika').choices('imagine', 'prompt', { prompt, ...options }, { channel })).map(({ value }) => value);

	test('tags, the server’s own wildcards, and nothing where nothing fits', async () => {
		expect(await offered('1girl, yoru')).toEqual(['1girl, yoru', '1girl, yoru, night market']);
		expect(await offered('1girl, __ba')).toEqual(['1girl, __ba', '1girl, __bad__']);
		expect(await offered('1girl, zzzz')).toEqual([]);
		expect(await offered('hatsune', 'gallery', { syntax: 'webui' })).toContain('hatsune miku, vocaloid');
	});

	test('no word above the channel’s ceiling, and none that a rule blocks', async () => {
		expect(await offered('nud')).toEqual([]);
		expect(await offered('nud', 'after-dark')).toContain('nude');
		expect(await offered('hoodi')).toContain('hoodie');
		await shop.choose({ rules: [{ match: 'words', text: 'hoodie', action: 'block' }] });
		expect(await offered('hoodi')).toEqual([]);
		await shop.choose({ rules: [] });
	});
});
