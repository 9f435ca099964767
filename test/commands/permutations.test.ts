import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { clearConfirmations, findConfirmation, forgetConfirmations } from '../../src/db/confirmations.ts';
import { confirmations, generations, usage } from '../../src/db/schema.ts';
import { endOpen } from '../../src/queue/settle.ts';
import { textOf } from '../../src/standin/index.ts';
import { buttonsOf, isResult } from '../support/page.ts';
import { Workshop } from '../support/workshop.ts';

let shop: Workshop;
beforeAll(async () => {
	shop = await Workshop.open();
});
beforeEach(() => {
	shop.paintsAtOnce = false;
	Object.assign(shop.services, { memberWaiting: 40 });
});
afterEach(async () => {
	await shop.choose({ limits: { members: { atOnce: null, perDay: null, cooldown: null } }, rules: [] });
	await shop.db.delete(usage);
	for (const { id, state } of await shop.db.select().from(generations))
		if (state === 'queued') await endOpen(shop.services, id, { state: 'cancelled' });
});
afterAll(async () => {
	shop.discord.assertClean();
	await shop.close();
});

const user = (name: string) => shop.discord.user(name);
const imagine = (by: string, prompt: string, options: Record<string, string | number> = {}) =>
	user(by).slash('imagine', { prompt, count: 1, ...options }, { channel: 'gallery' });
const queued = async () =>
	(await shop.db.select().from(generations))
		.filter(({ state }) => state === 'queued')
		.map(({ request }) => request.prompt)
		.toSorted();
const six = '{a, b, c} {x, y}';

test('each combination is a job, and its pictures a message of their own', async () => {
	shop.paintsAtOnce = true;
	const handle = imagine('mika', '1girl, {red, blue, green} hair');
	expect(await shop.told(handle, /./)).toBe(
		'This makes 3 jobs of 1 picture, 3 in all. Each gets a message of its own here, with its own Cancel.',
	);
	for (const hair of ['red hair', 'blue hair', 'green hair'])
		await user('mika').waitForMessage('gallery', (m) => isResult(m) && textOf(m).includes(`1girl, ${hair}`));
});

test('five are started at once, six only when the member says so', async () => {
	await shop.told(imagine('mika', '{a, b, c, d, e}'), /5 jobs/);
	expect(await queued()).toEqual(['a', 'b', 'c', 'd', 'e']);
	const question = await imagine('ren', six).message();
	expect(textOf(question)).toMatch(
		/^\*\*This makes 6 jobs of 1 picture, 6 in all\.\*\* About \d+ seconds of painting\.\n1\. a x/,
	);
	expect(await queued()).toHaveLength(5);
	await shop.told(user('ren').press(question, 'Paint all 6'), /Each gets a message/);
	expect(await queued()).toEqual('a,a x,a y,b,b x,b y,c,c x,c y,d,e'.split(','));
});

test('a question is answered once, by whom it was asked, and Cancel starts nothing', async () => {
	const question = await imagine('mika', six).message();
	const id = buttonsOf(question)[0]!.customId.split(':')[2]!;
	expect(await findConfirmation(shop.db, id, user('ren').id)).toBeUndefined();
	await user('mika').press(question, 'Cancel').message();
	expect(await shop.told(user('mika').press(question, 'Paint all 6', { unchecked: true }), /./)).toMatch(
		/answered before/,
	);
	const second = await imagine('mika', six).message();
	const presses = [1, 2].map(() => user('mika').press(second, 'Paint all 6'));
	await Promise.any(presses.map((press) => press.waitForFollowup((m) => /answered before/.test(textOf(m)))));
	expect((await queued()).length).toBe(6);
	expect(await shop.db.$count(confirmations)).toBe(0);
});

test('a question is forgotten when nobody answers, and when its member wants their data deleted', async () => {
	const kept = () => shop.db.$count(confirmations);
	await imagine('mika', six).message();
	await clearConfirmations(shop.db);
	expect(await kept()).toBe(1);
	await shop.db.update(confirmations).set({ createdAt: new Date(Date.now() - 61 * 60_000) });
	await clearConfirmations(shop.db);
	expect(await kept()).toBe(0);
	await imagine('mika', six).message();
	await forgetConfirmations(shop.db, { userId: user('ren').id }, new Date());
	await forgetConfirmations(shop.db, { userId: user('mika').id, guildId: null }, new Date());
	expect(await kept()).toBe(1);
	await forgetConfirmations(shop.db, { userId: user('mika').id, guildId: shop.discord.guild().id }, new Date());
	expect(await kept()).toBe(0);
});

describe('all or nothing', () => {
	test.for([
		['the operator’s limit', {}, /This makes 6 jobs\. At most 5 of yours may wait here at a time\./],
		['the server’s limit', { atOnce: 3 }, /This makes 6 jobs\. At most 3/],
		['the day’s pictures', { perDay: 5 }, /You have 5 of 5 pictures left for today, and this asks for 6/],
	] as const)('%s is asked about before anything starts', async ([, members, says]) => {
		Object.assign(shop.services, { memberWaiting: 5 });
		if (Object.keys(members).length > 0) {
			await shop.choose({ limits: { members } });
			Object.assign(shop.services, { memberWaiting: 40 });
		}
		expect(await shop.told(imagine('mika', six), says)).toMatch(says);
		expect(await queued()).toEqual([]);
	});

	test('a pause between two wishes is one pause', async () => {
		await shop.choose({ limits: { members: { cooldown: 60 } } });
		await shop.told(imagine('mika', '{a, b}'), /2 jobs/);
		expect(await queued()).toEqual(['a', 'b']);
		expect(await shop.told(imagine('mika', '{a, b}'), /./)).toMatch(/60 seconds between two wishes/);
	});

	test('one combination that may not be drawn stops the others too', async () => {
		expect(await shop.told(imagine('mika', '1girl, {smile, nude}'), /./)).toMatch(/`nude`|age-restricted/);
		expect(await queued()).toEqual([]);
	});

	test('and so does a rule that was made while they thought about it', async () => {
		const question = await imagine('mika', six).message();
		await shop.choose({ rules: [{ match: 'words', text: 'y', action: 'block' }] });
		expect(await shop.told(user('mika').press(question, 'Paint all 6'), /./)).toMatch(/block `y`/);
		expect(await queued()).toEqual([]);
	});

	test('more than forty are refused in words', async () => {
		const digits = '{0,1,2,3,4,5,6,7,8,9}';
		expect(await shop.told(imagine('mika', `${digits}${digits}`), /./)).toMatch(/make 100 prompts, and at most 40/);
	});
});

test('✏️ takes choices too, and text in escaped braces is one prompt again', async () => {
	shop.paintsAtOnce = true;
	const picture = await shop.picture('mika', '1girl, \\{a, b\\}');
	expect(textOf(picture)).toContain('1girl');
	shop.paintsAtOnce = false;
	const form = user('mika').press(picture, '✏️');
	await form.modal();
	await shop.told(await user('mika').submit(form, { prompt: '1girl, {hat, scarf}', negative: '' }), /2 jobs/);
	expect(await queued()).toEqual(['1girl, hat', '1girl, scarf']);
	const recipes = (await shop.db.select().from(generations)).map(({ recipe }) => recipe.prompt);
	expect(recipes[0]).toBeDefined();
	expect(recipes.some((prompt) => prompt.includes('{a, b}'))).toBe(true);
});

test('what many jobs are made from is known of each, so that a moderator’s removal finds them', async () => {
	shop.paintsAtOnce = true;
	const wider = await shop.shown(user('mika').press(await shop.picture('mika', '1girl, origin'), '⬅️'));
	shop.paintsAtOnce = false;
	const form = user('mika').press(wider, '✏️');
	const question = await (await user('mika').submit(form, { prompt: six, negative: '' })).message();
	await shop.told(user('mika').press(question, 'Paint all 6'), /Each gets a message/);
	const made = (await shop.db.select().from(generations)).filter(({ state }) => state === 'queued');
	expect(made).toHaveLength(6);
	for (const { parentImageId, recipe } of made) {
		expect(parentImageId).not.toBeNull();
		expect(parentImageId).toBe(recipe.parent!.imageId);
	}
});

test('only one file leads many wishes to the queue, and it asks the gate about each', () => {
	const folder = new URL('../../src/commands/', import.meta.url);
	const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
	const text = (file: string) => readFileSync(new URL(file, folder), 'utf8');
	expect(files.filter((file) => text(file).includes('acceptAll('))).toEqual(['submit-all.ts']);
	const source = text('submit-all.ts');
	expect(source.indexOf('termsOf(wish')).toBeLessThan(source.indexOf('acceptAll(call'));
});
