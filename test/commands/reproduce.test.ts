import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findGeneration } from '../../src/db/generations.ts';
import { generations, uploads } from '../../src/db/schema.ts';
import { embedRecipe } from '../../src/images/metadata.ts';
import { addPngTexts } from '../../src/images/png.ts';
import type { Recipe } from '../../src/recipe.ts';
import type { InteractionHandle } from '../../src/standin/index.ts';
import { originOf } from '../images/support.ts';
import { makePng } from '../standin/support/png.ts';
import { buttonsOf, textOf } from '../support/page.ts';
import { Workshop } from '../support/workshop.ts';

let shop: Workshop;
beforeAll(async () => {
	shop = await Workshop.open();
});
afterAll(() => shop.close());

const png = makePng(64, 96, 1);
const fileOf = (bytes: Uint8Array) => ({ name: 'a.png', contentType: 'image/png', bytes: Buffer.from(bytes) });
const withText = (text: string) => fileOf(addPngTexts(png, [{ keyword: 'parameters', text }]));
const ours = (changes: Partial<Recipe>) => {
	const { recipe } = originOf({ model: 'm'.repeat(64), width: 128, height: 160, ...changes });
	return fileOf(embedRecipe(png, 'png', { width: 64, height: 96 }, { recipe, modelName: 'demo' }));
};
const idOf = (message: Parameters<typeof buttonsOf>[0]) => buttonsOf(message)[0]!.customId.split(':')[2]!;
const drawn = async (handle: InteractionHandle) => {
	const message = await shop.shown(handle);
	return { message, generation: (await findGeneration(shop.db, idOf(message)))! };
};

describe('a picture of ours', () => {
	test.for(['menu', 'id', 'id of one', 'link'] as const)(
		'is drawn by its own recipe and compared with itself: %s',
		async (by) => {
			const mika = shop.discord.user('mika');
			const handle = mika.slash('imagine', { prompt: '1girl, (red) hat', count: 2, seed: '7', steps: 5 });
			const before = await drawn(handle);
			const { id, recipe } = before.generation;
			const { guildId, channelId } = before.generation;
			const link = `https://discord.com/channels/${guildId}/${channelId}/${before.message.id}`;
			const ren = shop.discord.user('ren');
			const text = { id, 'id of one': `${id}-1`, link };
			const again = await drawn(
				by === 'menu' ? ren.menu('Reproduce', before.message) : ren.slash('reproduce', { recipe: text[by] }),
			);
			const isOne = by === 'id of one';
			expect(again.generation).toMatchObject({
				recipe: isOne ? { ...recipe, seeds: [recipe.seeds[1]] } : recipe,
				reference: { imageIds: isOne ? [`${id}-1`] : [`${id}-0`, `${id}-1`] },
				userId: ren.id,
			});
			expect(again.generation.id).not.toBe(id);
		},
	);

	test('opens only where it is shown, or for who asked for it', async () => {
		const message = await shop.picture('mika', '1girl, smile', 'sketches');
		const elsewhere = (by: string) =>
			shop.discord.user(by).slash('reproduce', { recipe: idOf(message) }, { channel: 'gallery' });
		await shop.told(elsewhere('ren'), /no longer there/);
		expect((await drawn(elsewhere('mika'))).generation.channelId).toBe(shop.discord.channel('gallery').id);
	});

	test('is its author’s alone where the server leaves buttons to authors', async () => {
		const message = await shop.picture('mika', '1girl, smile');
		await shop.choose({ buttons: 'author' });
		await shop.told(shop.discord.user('ren').menu('Reproduce', message), /only the author and moderators/);
		await shop.choose({ buttons: 'everyone' });
	});
});

describe('a file', () => {
	test('of another tool is followed as far as it can be, and compared with', async () => {
		const file = withText(
			'a cat, (hat:1.2)\nNegative prompt: dog\nSteps: 7, Sampler: Euler, CFG scale: 3, Seed: 9, Size: 128x160, ENSD: 31337',
		);
		const { generation, message } = await drawn(shop.discord.user('ren').slash('reproduce', { image: file }));
		expect(generation.recipe).toMatchObject({
			syntax: 'webui',
			steps: 7,
			sampler: 'euler',
			schedule: 'normal',
			seeds: [9],
			random: 'philox',
		});
		expect(generation.recipe.prompt).toContain('a cat, (hat:1.2)');
		const [upload] = await shop.db.select().from(uploads);
		expect(generation.reference).toEqual({ sha256: upload!.sha256 });
		const text = textOf(message);
		expect(text).toContain('follows the recipe of WebUI');
		expect(text).toContain('ENSD');
		expect(text).toContain('What this channel allows changes the prompt, so it cannot be equal.');
	});

	test('names what the channel does not allow: the names stay out of the message', async () => {
		const ren = shop.discord.user('ren');
		const file = (model: string) => withText(`a cat\nSteps: 7, CFG scale: 3, Seed: 9, Model: ${model}`);
		const shown = async (model: string) =>
			textOf((await drawn(ren.slash('reproduce', { image: file(model) }))).message);
		expect(await shown('harbour-xl')).toContain('harbour-xl');
		const hidden = await shown('hentai-xl');
		expect(hidden).not.toContain('hentai');
		expect(hidden).toContain('this channel does not allow the names');
	});

	test('in a message is found from its menu', async () => {
		const ren = shop.discord.user('ren');
		await shop.told(ren.menu('Reproduce', ren.say('hello')), /no picture in this message/);
	});

	test.for<[string, () => ReturnType<typeof fileOf>, RegExp]>([
		['without a recipe', () => fileOf(png), /carries no recipe/],
		[
			'whose prompt may not be drawn',
			() => ours({ prompt: '1girl, nude, sex' }),
			/may not|not allowed|age-restricted/i,
		],
		[
			'whose prompt hides it in weights',
			() => ours({ prompt: '1girl, (nu)de, s(ex:1)', syntax: 'webui' }),
			/may not|not allowed|age-restricted/i,
		],
		['of 60 million pixels', () => ours({ width: 8000, height: 8000 }), /more than this model draws/],
	])('%s is refused, privately, and nothing is queued', async ([, file, why]) => {
		const before = await shop.db.$count(generations);
		await shop.told(shop.discord.user('ren').slash('reproduce', { image: file() }), why);
		expect(await shop.db.$count(generations)).toBe(before);
	});

	test('cannot open a picture of another channel, or another member’s upload, by naming it', async () => {
		const hidden = await shop.picture('mika', '1girl, smile', 'sketches');
		const parent = { imageId: `${idOf(hidden)}-0`, sha256: 'a'.repeat(64) };
		const ren = shop.discord.user('ren');
		const steal = (changes: Partial<Recipe>) => ren.slash('reproduce', { image: ours({ strength: 0.05, ...changes }) });
		await shop.told(steal({ parent }), /is not here any more/);
		const mika = shop.discord.user('mika');
		await drawn(mika.slash('reproduce', { image: withText('a cat\nSteps: 7, CFG scale: 3, Seed: 9') }));
		const [upload] = await shop.db.select().from(uploads).where(eq(uploads.userId, mika.id));
		await shop.told(steal({ parent: { sha256: upload!.sha256 } }), /is not here any more/);
		// The same where it may be seen: so it was that which was refused.
		const here = await shop.picture('mika', '1girl, smile');
		const own = await drawn(steal({ parent: { ...parent, imageId: `${idOf(here)}-0` } }));
		expect(own.generation.parentImageId).toBe(`${idOf(here)}-0`);
	});
});

test('a recipe can be pasted; two at once, none, or nonsense are asked about', async () => {
	const ren = shop.discord.user('ren');
	const { generation } = await drawn(
		ren.slash('reproduce', { recipe: '{"prompt":"a cat","num_inference_steps":6,"seed":3,"resolution":"128 x 128"}' }),
	);
	expect(generation).toMatchObject({ reference: null, recipe: { steps: 6, seeds: [3], width: 128 } });
	await shop.told(ren.slash('reproduce', {}), /either a picture or a recipe/);
	await shop.told(ren.slash('reproduce', { recipe: 'x', image: fileOf(png) }), /either a picture or a recipe/);
	await shop.told(ren.slash('reproduce', { recipe: 'draw me a cat' }), /no recipe that I know/);
	await shop.told(ren.slash('reproduce', { recipe: '0123456789abcdef0123' }), /no longer there/);
});
