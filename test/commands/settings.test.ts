import { PermissionFlagsBits } from 'discord.js';
import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findVersion, latestChanges } from '../../src/db/settings.ts';
import { buttonsOf, findControl, textOf } from '../../src/standin/index.ts';
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
const guildId = () => shop.discord.guild().id;
const channelId = (name: string) => shop.discord.channel(name).id;
const open = (name: string, channel = 'gallery') => user(name).slash('settings', {}, { channel }).message();
const valuesOf = async (channel = '') => (await findVersion(shop.db, guildId(), channel))?.values ?? {};

/** Picks from a menu whose `customId` begins with a verb and a field, and gives the panel as it is then. */
const choose = async (name: string, panel: APIMessage, field: string, ...values: string[]) =>
	user(name).press(panel, controlOf(panel, field), { values }).message();
const press = async (name: string, panel: APIMessage, label: string) => user(name).press(panel, label).message();
const go = (name: string, panel: APIMessage, section: string) => choose(name, panel, 'panel:go', section);
const fill = async (
	name: string,
	panel: APIMessage,
	field: string,
	values: Record<string, string | string[]>,
	picked?: string,
) => {
	const by = user(name);
	const opener = by.press(panel, controlOf(panel, field), picked === undefined ? {} : { values: [picked] });
	return (await by.submit(opener, values)).message();
};

function controlOf(panel: APIMessage, field: string): string {
	const ids = JSON.stringify(panel.components).matchAll(/"custom_id":"(v1:[^"]+)"/g);
	const found = [...ids].map(([, id]) => id!).find((id) => id.startsWith(`v1:${field}`));
	if (!found) throw new Error(`Expected a control ${field} in ${textOf(panel)}`);
	return findControl(panel, found).custom_id!;
}

test('says what this channel and this server allow, in words', async () => {
	expect(textOf(await open('kei'))).toContain(
		'Pictures up to `sensitive`: NSFW needs a channel that Discord restricts by age',
	);
	const panel = await open('kei', 'after-dark');
	expect(textOf(panel)).toContain('Pictures up to `explicit`: Discord restricts this channel by age.');
	for (const word of ['everybody', 'no limits', 'no rules']) expect(textOf(panel)).toContain(word);
	expect(Number(panel.flags) & 64).toBe(64);
});

describe('only members with Manage Server', () => {
	test('open the panel, even where a client sends the command all the same', async () => {
		const handle = user('mika').slash('settings', {}, { channel: 'gallery', unchecked: true });
		expect(textOf(await handle.message())).toMatch(/Only members with the permission Manage Server/);
	});

	test('change something: it is asked at every press', async () => {
		shop.discord.createUser('Nao', { roles: ['Moderator'] });
		const panel = await go('nao', await open('nao'), 'buttons');
		shop.discord.setRoles('nao', []);
		const handle = user('nao').press(panel, controlOf(panel, 'set:buttons'), { values: ['author'] });
		await handle.acked();
		expect(textOf((await handle.message()) ?? handle.followups[0]!)).toMatch(
			/Only members with the permission Manage Server/,
		);
		expect(await valuesOf()).not.toHaveProperty('buttons');
	});
});

test('every section can be looked at', async () => {
	let panel = await open('kei');
	for (const section of [
		'channels',
		'limits',
		'defaults',
		'buttons',
		'words',
		'privacy',
		'reports',
		'history',
		'overview',
	]) {
		panel = await go('kei', panel, section);
		expect(textOf(panel).length).toBeGreaterThan(20);
	}
});

test('a change says before → after, is in the log, and its Undo brings it back', async () => {
	const panel = await go('kei', await open('kei'), 'buttons');
	const changed = await choose('kei', panel, 'set:buttons', 'author');
	expect(textOf(changed)).toContain('**Who may press buttons:** everyone → only the author and moderators');
	expect(await valuesOf()).toMatchObject({ buttons: 'author' });
	const [entry] = await latestChanges(shop.db, guildId(), { limit: 1 });
	expect(entry).toMatchObject({
		actorId: user('kei').id,
		before: { buttons: 'everyone' },
		after: { buttons: 'author' },
	});

	const undone = await press('sora', await go('sora', await open('sora'), 'history'), 'Undo');
	expect(textOf(undone)).toContain('only the author and moderators → everyone');
	expect(await valuesOf()).not.toHaveProperty('buttons');
	// Its button is gone from the history: nobody can undo it twice.
	expect(textOf(undone)).toContain('Undone');
});

test('what was changed again since is not undone, and the panel says what it is now', async () => {
	const panel = await go('kei', await open('kei'), 'privacy');
	const first = await choose('kei', panel, 'set:retention', '7');
	await choose('sora', await go('sora', await open('sora'), 'privacy'), 'set:retention', '90');
	const told = await press('kei', first, 'Undo');
	expect(textOf(told)).toMatch(/Not undone: this was changed again since/);
	expect(textOf(told)).toContain('**Kept:** 7 days → 90 days');
	expect(await valuesOf()).toMatchObject({ retentionDays: 90 });
	await choose('kei', told, 'set:retention', 'forever');
});

test('who is overtaken is told by whom and of what, and sees how it is now', async () => {
	const [first, second] = [
		await go('kei', await open('kei'), 'buttons'),
		await go('sora', await open('sora'), 'privacy'),
	];
	await choose('sora', second, 'set:retention', '30');
	const told = await choose('kei', first, 'set:buttons', 'author');
	expect(textOf(told)).toMatch(/Not saved: somebody was quicker/);
	expect(textOf(told)).toContain(`<@${user('sora').id}>`);
	expect(textOf(told)).toContain('**Kept:** until somebody deletes them → 30 days');
	expect(await valuesOf()).not.toHaveProperty('buttons');
	// What they see now is the newest, so the same choice works.
	await choose('kei', told, 'set:buttons', 'author');
	expect(await valuesOf()).toMatchObject({ buttons: 'author', retentionDays: 30 });
	await press(
		'kei',
		await choose('kei', await go('kei', await open('kei'), 'buttons'), 'set:buttons', 'everyone'),
		'Undo',
	);
});

test('a channel has its own words, and as the server again', async () => {
	const id = channelId('after-dark');
	const channels = await go('kei', await open('kei'), 'channels');
	const one = await choose('kei', channels, 'set:channel', id);
	const lowered = await choose('kei', one, 'set:ceiling', 'safe');
	expect(textOf(lowered)).toContain(`<#${id}>: Highest rating:** as the server → \`safe\``);
	expect(textOf(lowered)).toContain('more is not wanted here, though Discord would allow `explicit`');
	expect(await valuesOf(id)).toEqual({ ceiling: 'safe' });
	const back = await choose('kei', lowered, 'set:ceiling', 'server');
	expect(await valuesOf(id)).toEqual({});
	expect(textOf(back)).toContain('Pictures up to `explicit`');
});

describe('limits', () => {
	test('are typed in a form; what is no number changes nothing and says so', async () => {
		const panel = await go('kei', await open('kei'), 'limits');
		const changed = await fill('kei', panel, 'set:newcomers', { perDay: '2', days: '' });
		expect(textOf(changed)).toContain('**Newcomers, pictures in 24 hours:** no limit → 2');
		expect(await valuesOf()).toMatchObject({ limits: { newcomers: { perDay: 2 } } });
		const opener = user('kei').press(changed, controlOf(changed, 'set:members'));
		const wrong = await user('kei').submit(opener, { perDay: 'many' });
		expect(await shop.told(wrong, /whole number from 0 to 10,000, or nothing, not `many`/)).toBeTruthy();
		expect(await valuesOf()).not.toHaveProperty('limits.members');
	});

	test('of a role are set by choosing it, and taken away by emptying them', async () => {
		const { id } = shop.discord.role('Artist');
		const limits = await go('kei', await open('kei'), 'limits');
		const panel = await choose('kei', limits, 'set:chooserole', id);
		expect(textOf(panel)).toContain(`<@&${id}>: as all members`);
		const changed = await fill('kei', panel, 'set:role', { perDay: '50' });
		expect(textOf(changed)).toContain(`**<@&${id}>, pictures in 24 hours:** no limit → 50`);
		await fill('kei', changed, 'set:role', { perDay: '' });
		expect(await valuesOf()).not.toHaveProperty('limits.roles');
	});

	test('everybody may draw again when everybody’s role is chosen', async () => {
		const panel = await go('kei', await open('kei'), 'limits');
		const few = await choose('kei', panel, 'set:artists', shop.discord.role('Artist').id);
		expect(await valuesOf()).toHaveProperty('artists');
		await choose('kei', few, 'set:artists', guildId());
		expect(await valuesOf()).not.toHaveProperty('artists');
	});
});

describe('words', () => {
	const words = async () => go('kei', await open('kei'), 'words');
	const add = async (panel: APIMessage, text: string, more: Record<string, string> = {}, action = 'block') =>
		fill('kei', panel, `set:addrules-${action}`, { text, ...more });

	test('are added line by line, listed, removed and undone', async () => {
		const added = await add(await words(), 'gun\nknife\n\ngun', { advice: 'No @everyone *weapons*' });
		expect(textOf(added)).toContain('**Words added:** block `gun`, `knife` (“No');
		expect(await valuesOf()).toMatchObject({
			rules: [{ text: 'gun', advice: 'No @everyone *weapons*' }, { text: 'knife' }],
		});
		expect(textOf(added)).toContain('No @\u200beveryone \\*weapons\\*');
		const removed = await choose('kei', added, 'set:removerules', '0');
		expect(await valuesOf()).toMatchObject({ rules: [{ text: 'knife' }] });
		await press('kei', removed, 'Undo');
		expect(await valuesOf()).toMatchObject({ rules: [{ text: 'gun' }, { text: 'knife' }] });
	});

	test('that cannot be a rule change nothing', async () => {
		const panel = await words();
		const opener = user('kei').press(panel, 'Block words…');
		const sent = await user('kei').submit(opener, { text: '(', match: ['pattern'] });
		expect(await shop.told(sent, /is no pattern that can be used here/)).toBeTruthy();
		expect((await valuesOf()).rules).toHaveLength(2);
	});

	test('more than a page can be turned over', async () => {
		const many = Array.from({ length: 25 }, (_, i) => `word${i}`).join('\n');
		const last = await add(await words(), many);
		expect(textOf(last)).toContain('**27** block `word24`');
		const before = await press('kei', last, 'Earlier rules');
		expect(textOf(before)).toContain('**15** block `word12`');
		await choose('kei', before, 'set:removerules', ...Array.from({ length: 7 }, (_, i) => String(14 + i)));
		expect((await valuesOf()).rules).toHaveLength(20);
	});

	test('go out as a file and come back from one', async () => {
		const before = (await valuesOf()).rules;
		const panel = await words();
		const handle = user('kei').press(panel, 'Export');
		const file = await handle.message();
		const bytes = shop.discord.bytesAt(file.attachments[0]!.url)!;
		expect(JSON.parse(bytes.toString())).toEqual({ version: 1, rules: before });

		const rules = [{ text: 'sword', action: 'replace', replacement: 'umbrella' }];
		const content = Buffer.from(JSON.stringify({ version: 1, rules }));
		const imported = await user('kei').submit(user('kei').press(await words(), 'Import…'), {
			file: { name: 'rules.json', contentType: 'application/json', bytes: content },
		});
		await imported.waitFor((message) => textOf(message).includes('**Words added:** draw `umbrella` for `sword`'));
		expect((await valuesOf()).rules).toEqual([{ match: 'words', ...rules[0] }]);
	});
});

test('the buttons of a panel are those of Discord: none is there twice, none leads nowhere', async () => {
	let panel = await open('kei');
	for (const section of ['channels', 'limits', 'defaults', 'buttons', 'words', 'privacy', 'reports']) {
		panel = await go('kei', panel, section);
		const labels = buttonsOf(panel).map(({ label }) => label);
		expect(new Set(labels).size).toBe(labels.length);
	}
});

test('a trial says what rules would have stopped, and is switched on only by a press', async () => {
	const { rules } = await valuesOf();
	await shop.picture('mika', '1girl, red @everyone hat');
	await shop.picture('mika', '1girl, red @everyone hat');
	await shop.picture('mika', '1girl, class');
	const form = user('kei').press(await go('kei', await open('kei'), 'words'), 'Block words…');
	const sent = await user('kei').submit(form, { text: 'hat\nass', mode: ['try'] });
	const tried = await sent.waitFor((message) => textOf(message).includes('Tried, not switched on'));
	expect(textOf(tried)).toMatch(/Of \d+ wishes in the last 7 days this would have blocked 2\./);
	expect(textOf(tried)).toContain('- `1girl, red @everyone hat` blocked for `hat`');
	expect((await valuesOf()).rules).toEqual(rules);
	const on = await press('kei', tried, 'Switch on');
	expect(textOf(on)).toContain('**Words added:** block `hat`, `ass`');

	const all = user('kei').press(on, 'What would these have stopped?');
	const told = await all.waitFor((message) => textOf(message).includes('All rules together'));
	expect(textOf(told)).toContain('blocked 2');
	await press('kei', await go('kei', told, 'history'), 'Undo');
	expect((await valuesOf()).rules).toEqual(rules);
});

test('reports cannot go where the bot may not write', async () => {
	const panel = await go('kei', await open('kei'), 'reports');
	shop.discord.setOverwrite('sketches', { user: 'Atelier', deny: PermissionFlagsBits.SendMessages });
	const handle = user('kei').press(panel, controlOf(panel, 'set:log'), { values: [channelId('sketches')] });
	expect(await shop.told(handle, /I cannot write in/)).toBeTruthy();
	const chosen = await choose('kei', panel, 'set:log', channelId('mod-log'));
	expect(textOf(chosen)).toContain(`**Reports go to:** nowhere → <#${channelId('mod-log')}>`);
});

test('the fullest settings fit into a panel', async () => {
	const text = (i: number) => `${'a`*_~|<@1>'.repeat(9)}${i}`;
	const roles = Array.from({ length: 25 }, (_, i) => shop.discord.createRole(`Role ${i}`).id);
	const limit = { atOnce: 100, perDay: 10_000, cooldown: 86_400 };
	const rules = (salt: string) =>
		Array.from({ length: 30 }, (_, i) => ({
			text: text(i),
			action: 'block',
			except: Array.from({ length: 20 }, (_, j) => text(j)),
			advice: `${text(i)}${salt}`.repeat(2).slice(0, 200),
		}));
	for (const salt of ['a', 'b', 'c', 'd', 'e'])
		await shop.choose({
			artists: salt === 'a' ? [] : roles,
			unlimited: salt === 'b' ? roles : [],
			limits: { roles: Object.fromEntries(roles.map((id) => [id, limit])), newcomers: limit, members: limit },
			defaults: { negative: `${'very long tag, '.repeat(130)}${salt}`, preset: 'none', aspect: '13:19' },
			rules: rules(salt),
		});
	let panel = await open('kei');
	for (const section of [
		'channels',
		'limits',
		'defaults',
		'buttons',
		'words',
		'privacy',
		'reports',
		'history',
		'overview',
	]) {
		panel = await go('kei', panel, section);
		expect(textOf(panel)).not.toContain('Something went wrong');
	}
	const history = await go('kei', panel, 'history');
	expect(textOf(await press('kei', history, 'Undo'))).toContain('Undone.');
	const stale = await go('kei', await open('kei'), 'words');
	await shop.choose({ rules: rules('f'), artists: [] });
	await shop.choose({ rules: rules('g'), artists: roles });
	const told = await choose('kei', stale, 'set:removerules', '0');
	expect(textOf(told)).toContain('Not saved: somebody was quicker');
});

test('warns of a channel for reports that everybody sees, and of rules that ask moderators who have none', async () => {
	let panel = await go('kei', await open('kei'), 'reports');
	panel = await choose('kei', panel, 'set:log', channelId('gallery'));
	expect(textOf(panel)).toContain('Everybody sees this channel');
	panel = await choose('kei', panel, 'set:log', channelId('mod-log'));
	expect(textOf(panel)).not.toContain('Everybody sees this channel');
	panel = await go('kei', panel, 'words');
	const opener = user('kei').press(panel, 'Ask a moderator first…');
	panel = await (await user('kei').submit(opener, { text: 'cannon' })).message();
	expect(textOf(panel)).not.toContain('no channel to ask in');
	panel = await choose('kei', await go('kei', panel, 'reports'), 'set:log');
	expect(textOf(await go('kei', panel, 'words'))).toContain('no channel to ask in');
});
