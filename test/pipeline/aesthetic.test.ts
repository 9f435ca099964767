import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type RgbImage, toRgb } from '../../src/images/pixels.ts';
import { openAestheticFolder } from '../../src/model/aesthetic-folder.ts';
import { AestheticScorer } from '../../src/pipeline/aesthetic.ts';
import { bandOf } from '../../src/pipeline/aesthetic-bands.ts';
import { Sdxl } from '../../src/pipeline/sdxl.ts';
import { demoModel, editJson, rewriteSafetensors, temporaryFolder } from '../model/support.ts';
import { recipeOf } from './recipes.ts';

vi.setConfig({ testTimeout: 60_000 });

const folder = join(demoModel, 'aesthetic');

test.for([
	[1, 'very aesthetic'],
	[0.711, 'very aesthetic'],
	[0.71, 'aesthetic'],
	[0.46, 'aesthetic'],
	[0.45, 'displeasing'],
	[0.28, 'displeasing'],
	[0.27, 'very displeasing'],
	[0, 'very displeasing'],
] as const)("%d is %s, as in the model's card", ([score, band]) => {
	expect(bandOf(score)).toBe(band);
});

describe('the scorer', () => {
	let scorer: AestheticScorer;
	beforeAll(async () => {
		scorer = await AestheticScorer.load(folder, 'cpu');
	});
	afterAll(() => scorer.release());

	test('finds what was asked to be aesthetic better than what was asked to be displeasing', async () => {
		const sdxl = await Sdxl.load(demoModel, 'cpu');
		const mean = async (tag: string) => {
			const changes = {
				prompt: `1girl, solo, blue hair, outdoors, ${tag}`,
				negative: null,
				width: 128,
				height: 160,
				steps: 8,
			};
			const pictures = await sdxl.paint(recipeOf({ ...changes, seeds: [1, 2, 3] }));
			const scores = await Promise.all(pictures.map((picture) => scorer.score(toRgb(picture))));
			return scores.reduce((sum, { score }) => sum + score, 0) / scores.length;
		};
		expect(await mean('very aesthetic')).toBeGreaterThan((await mean('very displeasing')) + 0.2);
		await sdxl.networks.release();
	});

	test('gives a score from 0 to 1 for a picture of any shape, the same each time', async () => {
		const picture = (width: number, height: number): RgbImage => ({
			width,
			height,
			data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919) % 256),
		});
		for (const image of [picture(1, 1), picture(300, 20), picture(128, 128)]) {
			const { score, band } = await scorer.score(image);
			expect(score).toBeGreaterThanOrEqual(0);
			expect(score).toBeLessThanOrEqual(1);
			expect(band).toBe(bandOf(score));
			expect(await scorer.score(image)).toEqual({ score, band });
		}
	});
});

describe('a folder is refused, naming the file', () => {
	const copy = async () => {
		const own = join(await temporaryFolder(), 'aesthetic');
		await cp(folder, own, { recursive: true });
		return own;
	};

	test.for<[string, string, Record<string, unknown>, RegExp]>([
		[
			'another network',
			'config.json',
			{ model_type: 'siglip' },
			/`aesthetic\/config\.json`: `model_type`: only "vit" is supported/,
		],
		['other labels', 'config.json', { id2label: { 0: 'cat', 1: 'dog' } }, /expected `id2label` to be "hq" and "lq"/],
		['patches that do not fit', 'config.json', { patch_size: 17 }, /`image_size`: expected a multiple of `patch_size`/],
		[
			'another size',
			'preprocessor_config.json',
			{ size: { height: 96, width: 128 } },
			/expected `size` to be .* 128 × 128, got 96 × 128/,
		],
		[
			'a division by zero',
			'preprocessor_config.json',
			{ image_std: [0, 1, 1] },
			/`image_std`: expected numbers above 0/,
		],
	])('%s', async ([, file, change, message]) => {
		const own = await copy();
		await editJson(join(own, file), change);
		await expect(openAestheticFolder(own)).rejects.toThrow(message);
	});

	test('weights that lack a tensor, or hold one too many', async () => {
		const own = await copy();
		const weights = join(own, 'model.safetensors');
		await rewriteSafetensors(weights, (name) => (name === 'classifier.bias' ? { name: 'classifier.extra' } : {}));
		await expect(AestheticScorer.load(own, 'cpu')).rejects.toThrow(
			/expected tensor `classifier\.bias` of shape \[2\], there is none/,
		);
	});
});

test('which output stands for high quality is read from its label', async () => {
	const own = join(await temporaryFolder(), 'aesthetic');
	await cp(folder, own, { recursive: true });
	await editJson(join(own, 'config.json'), { id2label: { 0: 'lq', 1: 'hq' } });
	const [usual, turned] = await Promise.all([folder, own].map((path) => AestheticScorer.load(path, 'cpu')));
	const image = { width: 2, height: 2, data: new Uint8Array(12).fill(90) };
	expect((await usual!.score(image)).score + (await turned!.score(image)).score).toBeCloseTo(1, 6);
	await usual!.release();
	await turned!.release();
});
