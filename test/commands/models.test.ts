import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { InstalledFacts } from '../../src/commands/context.ts';
import { generations } from '../../src/db/schema.ts';
import { findControl } from '../../src/standin/index.ts';
import { textOf } from '../support/page.ts';
import { Workshop } from '../support/workshop.ts';

let shop: Workshop;
let first: InstalledFacts;
let other: InstalledFacts;
beforeAll(async () => {
	shop = await Workshop.open();
	first = shop.services.models[0];
	// Another size, other defaults, and no upscaler.
	other = {
		...first,
		name: 'Other Mix',
		hash: 'o'.repeat(64),
		nativeSize: first.nativeSize / 2,
		recommended: { steps: 7, guidanceScale: 4, sampler: 'dpmpp-2m' },
		upscaler: undefined,
		about: { licence: { name: 'Fair AI' } },
	};
});
afterAll(async () => {
	shop.discord.assertClean();
	await shop.close();
});
/** In place: commands and delivery share the list. */
const install = (...models: InstalledFacts[]) =>
	(shop.services.models as unknown as InstalledFacts[]).splice(0, Number.POSITIVE_INFINITY, ...models);
beforeEach(() => install(first, other));

const mika = () => shop.discord.user('mika');
const imagine = (options: Record<string, string>) =>
	mika().slash('imagine', { prompt: '1girl', count: 1, ...options }, { channel: 'gallery' });
const picture = (options: Record<string, string> = {}) => shop.shown(imagine(options));
/** The recipe that was asked for last. */
const latest = async () =>
	(await shop.db.select().from(generations)).toSorted((a, b) => +a.createdAt - +b.createdAt).at(-1)!;

describe('/imagine', () => {
	test('draws with the operator’s model unless one is named, by option or by flag, each with its own defaults', async () => {
		expect(textOf(await picture())).toContain('demo ·');
		expect((await latest()).recipe).toMatchObject({ model: first.hash, steps: first.recommended.steps });
		expect(textOf(await picture({ model: 'other_mix' }))).toContain('Other Mix ·');
		const { recipe } = await latest();
		expect(recipe).toMatchObject({ model: other.hash, steps: 7, guidanceScale: 4, sampler: 'dpmpp-2m' });
		expect(recipe.width * recipe.height).toBeLessThanOrEqual(other.nativeSize ** 2);
		await picture({ prompt: '1girl --model OTHER-mix' });
		expect((await latest()).recipe.model).toBe(other.hash);
	});

	test('offers what is installed while one types, and the LoRAs of the model that is named', async () => {
		const choices = (focused: string, options: Record<string, string>) =>
			mika().choices('imagine', focused, { prompt: '1girl', ...options }, { channel: 'gallery' });
		expect(await choices('model', { model: '' })).toEqual([
			{ name: 'demo (used here anyway)', value: 'demo' },
			{ name: 'Other_Mix', value: 'Other_Mix' },
		]);
		install(first, { ...other, loras: [{ name: 'ink', sha256: 'i'.repeat(64) }] });
		expect(await choices('lora', { lora: '' })).toEqual([]);
		expect(await choices('lora', { model: 'other_mix', lora: '' })).toEqual([{ name: 'ink', value: 'ink' }]);
	});

	test('refuses a model that is not here, and lists those that are', async () => {
		await shop.told(imagine({ model: 'sd15' }), /no model .*sd15.* Choose one of `demo`, `Other_Mix`/);
	});
});

describe('the server’s choice', () => {
	const panelOf = async (message: APIMessage) => {
		const ids = JSON.stringify(message.components).matchAll(/"custom_id":"(v1:[^"]+)"/g);
		return (start: string) => {
			const found = [...ids].map(([, id]) => id!).find((id) => id.startsWith(start));
			return found && findControl(message, found).custom_id!;
		};
	};
	const defaults = async () => {
		const kei = shop.discord.user('kei');
		const panel = await kei.slash('settings', {}, { channel: 'gallery' }).message();
		return kei.press(panel, (await panelOf(panel))('v1:panel:go')!, { values: ['defaults'] }).message();
	};

	test('is made in /settings, is drawn with from then on, and goes back to the operator’s', async () => {
		const kei = shop.discord.user('kei');
		const panel = await defaults();
		const chosen = await kei.press(panel, (await panelOf(panel))('v1:set:model')!, { values: ['Other_Mix'] }).message();
		expect(textOf(chosen)).toContain('**Model:** the operator’s choice → `Other_Mix`');
		await picture();
		expect((await latest()).recipe.model).toBe(other.hash);
		await picture({ model: 'demo' });
		expect((await latest()).recipe.model).toBe(first.hash);

		install(first);
		expect(textOf(await picture())).toMatch(/model Other\\?_Mix is no longer installed, so this is drawn with demo/i);
		expect((await latest()).recipe.model).toBe(first.hash);

		install(first, other);
		const again = await defaults();
		await kei.press(again, (await panelOf(again))('v1:set:model')!, { values: ['demo'] }).message();
		await picture();
		expect((await latest()).recipe.model).toBe(first.hash);
	});

	test('is not asked for where there is but one', async () => {
		install(first);
		expect((await panelOf(await defaults()))('v1:set:model')).toBeUndefined();
	});
});

describe('what is made from a picture', () => {
	test.for(['V1', '🔄'])('%s is drawn with the picture’s own model', async (button) => {
		const message = await picture({ model: 'other_mix' });
		await shop.shown(mika().press(message, button));
		expect((await latest()).recipe.model).toBe(other.hash);
	});

	test('✏️ keeps the picture’s own model, unless the prompt names another', async () => {
		const message = await picture({ model: 'other_mix' });
		const edit = async (prompt: string) => shop.shown(await mika().submit(mika().press(message, '✏️'), { prompt }));
		await edit('1boy');
		expect((await latest()).recipe.model).toBe(other.hash);
		await edit('1boy --model demo');
		expect((await latest()).recipe.model).toBe(first.hash);
	});

	test('U is there where the picture’s own model has an upscaler', async () => {
		expect(JSON.stringify(await picture())).toContain('"U1"');
		expect(JSON.stringify(await picture({ model: 'other_mix' }))).not.toContain('"U1"');
	});

	test.for(['V1', '🔄', 'U1'])('%s of a model that has gone says so, and what to do', async (button) => {
		install(first, { ...other, upscaler: first.upscaler });
		const message = await picture({ model: 'other_mix' });
		install(first);
		await shop.told(mika().press(message, button), /no longer installed here. Press ✏️ to draw its prompt with another/);
	});

	test('✏️ of a model that has gone draws with the usual one, and says so', async () => {
		const message = await picture({ model: 'other_mix' });
		install(first);
		const edited = await shop.shown(await mika().submit(mika().press(message, '✏️'), { prompt: '1boy' }));
		expect(textOf(edited)).toMatch(/The model other\\?_mix is no longer installed, so this is drawn with demo/);
		expect(await latest()).toMatchObject({ recipe: { model: first.hash }, request: { prompt: '1boy' } });
	});
});

test('/about names every model with its hash and licence', async () => {
	const many = Array.from({ length: 30 }, (_, i) => ({
		...first,
		name: `Mix ${i} ${'x'.repeat(150)}`,
		hash: `${i}`.padEnd(64, 'f'),
	}));
	install(first, other, ...many);
	const handle = mika().slash('about', {}, { channel: 'gallery' });
	expect(textOf(await handle.message())).toContain(first.hash);
	await handle.waitForFollowup((message) => textOf(message).includes(many.at(-1)!.hash));
	const told = handle.followups.map(textOf).join('\n');
	expect(told).toContain(`Other Mix: \`${other.hash}\`. Licence: Fair AI.`);
	for (const { hash } of many) expect(told).toContain(hash);
	expect(handle.followups.every(({ flags }) => (Number(flags) & 64) !== 0)).toBe(true);
});
