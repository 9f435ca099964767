import { desc } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { upscalersOf } from '../../src/commands/upscalers.ts';
import { generations } from '../../src/db/schema.ts';
import { componentsOf } from '../support/page.ts';
import { Workshop } from '../support/workshop.ts';

const esrgan = { name: 'esrgan-x2', scale: 2, sha256: 'e'.repeat(64) };

let workshop: Workshop;
beforeAll(async () => {
	workshop = await Workshop.open();
});
afterAll(() => workshop.close());

const newest = async () => (await workshop.db.select().from(generations).orderBy(desc(generations.createdAt)))[0]!;

test('of several upscalers the member chooses, and the recipe names the file', async () => {
	const mika = workshop.discord.user('mika');
	const picture = await workshop.picture('mika', '1girl, solo');
	const [model] = workshop.services.models;
	model.upscalers = [esrgan];
	const press = mika.press(picture, 'U1');
	const question = await press.waitFor((it) => componentsOf(it).some(({ type }) => type === 3));
	expect(Number(question.flags) & 64).toBe(64);
	const select = componentsOf(question).find(({ type }) => type === 3)!;
	expect((select.options as { label: string }[]).map(({ label }) => label)).toEqual([
		model.upscaler!.name,
		'esrgan-x2',
	]);
	await workshop.shown(mika.select(question, 'Upscaler', 'esrgan-x2'));
	expect(await newest()).toMatchObject({
		kind: 'upscale',
		recipe: { upscaler: 'esrgan-x2', upscalerSha256: esrgan.sha256, width: 256, height: 256 },
	});

	model.upscalers = [];
	await workshop.shown(mika.press(picture, 'U1'));
	const { recipe } = await newest();
	expect(recipe.upscaler).toBe(model.upscaler!.name);
	expect(recipe).not.toHaveProperty('upscalerSha256');

	// The question still stands there.
	await workshop.told(mika.select(question, 'Upscaler', 'esrgan-x2'), /no longer installed here/);
});

test('a model’s own upscaler hides another of its name', () => {
	const own = { name: 'esrgan-x2', scale: 4 };
	expect(upscalersOf({ upscaler: own, upscalers: [esrgan] })).toEqual([own]);
	expect(upscalersOf({ upscaler: undefined, upscalers: [esrgan] })).toEqual([esrgan]);
	expect(upscalersOf({ upscaler: undefined })).toEqual([]);
});
