import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { chooseSampler } from '../../scripts/parity/scheduler-classes.ts';
import type { FloatImage } from '../../src/images/pixels.ts';
import { openModelFolder } from '../../src/model/folder.ts';
import { samplerNames, samplers } from '../../src/pipeline/samplers/index.ts';
import { Sdxl } from '../../src/pipeline/sdxl.ts';
import { upscale } from '../../src/pipeline/upscale.ts';
import { goldenFolders, goldenNames, modelOf, readGolden, relativeError } from './golden.ts';
import { parent, recipeOf } from './recipes.ts';

// real diffusion, on cores that other tests use too
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

interface Case {
	scheduler: string;
	config: Record<string, unknown>;
	prompt: string;
	negative: string | null;
	seeds: number[];
	height: number;
	width: number;
	steps: number;
	guidance: number;
	tolerance: number;
}

describe.for([...goldenFolders, 'samplers'])('whole pictures: %s', (folder) => {
	test.for(goldenNames(folder, 'picture_'))('are those of diffusers, from prompt and seeds alone: %s', async (name) => {
		const golden = readGolden<Case>(folder, name);
		const { guidance, tolerance, ...rest } = golden.parameters;
		const chosen = chooseSampler(golden.parameters);
		if ('reason' in chosen) throw new Error(chosen.reason);
		const opened = await openModelFolder(modelOf(folder));
		const sdxl = await Sdxl.load({ ...opened, scheduler: chosen.config }, 'cpu');
		const { prompt, negative, seeds, height, width, steps } = rest;
		const { sampler } = chosen;
		const pictures = await sdxl.paint(
			recipeOf({ prompt, negative, seeds, height, width, steps, sampler, guidanceScale: guidance }),
		);
		await sdxl.networks.release();
		const size = 3 * height * width;
		const expected = golden.tensor('out.image').data;
		expect(expected.length).toBe(pictures.length * size);
		for (const [i, { data }] of pictures.entries())
			expect(relativeError(data, expected.subarray(i * size, (i + 1) * size))).toBeLessThan(tolerance);
	});
});

describe('one model', () => {
	let sdxl: Sdxl;
	beforeAll(async () => {
		sdxl = await Sdxl.load(modelOf('demo'), 'cpu');
	});
	afterAll(() => sdxl.networks.release());

	test('gives an image the same numbers alone and among others, whatever their order', async () => {
		const all = await sdxl.paint(recipeOf({ seeds: [7, 0, 2 ** 53 - 1, 1] }));
		const [alone] = await sdxl.paint(recipeOf({ seeds: [0] }));
		const [, turned] = await sdxl.paint(recipeOf({ seeds: [3, 1] }));
		expect(all[1]).toEqual(alone);
		expect(all[3]).toEqual(turned);
		expect(all[0]!.data).not.toEqual(all[1]!.data);
	});

	test.for(samplerNames.flatMap((sampler) => [{ sampler }, { sampler, random: 'philox' as const }]))(
		'an image and its variation depend on nothing but their own seed: $sampler $random',
		async (changes) => {
			const recipe = { ...changes, steps: 4, width: 64 };
			const two = await sdxl.paint(recipeOf({ ...recipe, seeds: [8, 2 ** 40] }));
			const [alone] = await sdxl.paint(recipeOf({ ...recipe, seeds: [2 ** 40] }));
			expect(two[1]).toEqual(alone);
			expect(two[0]!.data).not.toEqual(alone!.data);
			const child = { ...recipe, parent, strength: 0.8 };
			const options = { parentImage: alone! };
			const children = await sdxl.paint(recipeOf({ ...child, seeds: [3, 1] }), options);
			const [only] = await sdxl.paint(recipeOf({ ...child, seeds: [1] }), options);
			expect(children[1]).toEqual(only);
		},
	);

	test('the sampler, its schedule and the source of noise each change the picture', async () => {
		const seen = new Set<string>();
		const paint = async (changes: Parameters<typeof recipeOf>[0]) => {
			const [image] = await sdxl.paint(recipeOf({ ...changes, width: 64, steps: 4 }));
			expect(image!.data.every(Number.isFinite)).toBe(true);
			seen.add(Buffer.from(image!.data.buffer).toString('base64'));
		};
		let recipes = 0;
		for (const sampler of samplerNames)
			for (const schedule of samplers[sampler].schedules.filter((name) => name !== 'leading')) {
				await paint({ sampler, schedule });
				recipes++;
			}
		for (const sampler of samplerNames) {
			await paint({ sampler }); // the demo model's own spacing is `leading`
			await paint({ sampler, random: 'philox' });
			recipes += 2;
		}
		expect(seen.size).toBe(recipes);
	});

	test('gives a variation the same numbers alone and among others', async () => {
		const [parentImage] = (await sdxl.paint(recipeOf())) as [FloatImage];
		const changes = { parent, strength: 0.7 };
		const two = await sdxl.paint(recipeOf({ ...changes, seeds: [4, 5] }), { parentImage });
		const one = await sdxl.paint(recipeOf({ ...changes, seeds: [5] }), { parentImage });
		expect(two[1]).toEqual(one[0]);
		expect(two[0]!.data).not.toEqual(two[1]!.data);
	});

	test('a weak variation stays closer to its parent than a strong one', async () => {
		const [parentImage] = (await sdxl.paint(recipeOf({ steps: 12 }))) as [FloatImage];
		const distance = async (strength: number) => {
			const [child] = await sdxl.paint(recipeOf({ steps: 12, seeds: [9], parent, strength }), { parentImage });
			return relativeError(child!.data, parentImage.data);
		};
		expect(await distance(0.25)).toBeLessThan((await distance(1)) / 1.5);
	});

	test('tells of every step, with the coarse picture of all images', async () => {
		const seen: string[] = [];
		await sdxl.paint(recipeOf({ seeds: [0, 1, 2] }), {
			onStep: async ({ step, steps, preview }) => {
				const { width, height, data } = await preview!();
				seen.push(`${step}/${steps} ${width}x${height} ${data.length}`);
			},
		});
		// two columns and two rows of 12 × 8 cells
		expect(seen).toEqual(['1/3 24x16 1152', '2/3 24x16 1152', '3/3 24x16 1152']);
	});

	test('counts the steps that were asked for where each takes two calls', async () => {
		const seen: string[] = [];
		await sdxl.paint(recipeOf({ sampler: 'heun' }), {
			onStep: ({ step, steps }) => seen.push(`${step}/${steps}`),
		});
		expect(seen).toEqual(['0/3', '1/3', '1/3', '2/3', '3/3']);
	});

	test('stops after the step at which it is cancelled', async () => {
		const abort = new AbortController();
		const steps: number[] = [];
		const painting = sdxl.paint(recipeOf({ steps: 50 }), {
			signal: abort.signal,
			onStep: ({ step }) => {
				steps.push(step);
				if (step === 2) abort.abort(new Error('enough'));
			},
		});
		await expect(painting).rejects.toThrow('enough');
		expect(steps).toEqual([1, 2]);
	});

	test('enlarges in tiles as in one piece', async () => {
		const { upscaler } = sdxl.folder;
		const { scale, config } = upscaler!;
		const session = await sdxl.networks.upscaler();
		const [image] = (await sdxl.paint(recipeOf())) as [FloatImage];
		const options = { scale, reach: config.num_conv + 2 };
		const whole = await upscale(session, image, options);
		const tiled = await upscale(session, image, { ...options, tile: 40 });
		expect([tiled.width, tiled.height]).toEqual([384, 256]);
		expect(relativeError(tiled.data, whole.data)).toBeLessThan(1e-6); // float32, other kernels at other sizes
	});

	test.for([
		{ what: 'a size that the UNet cannot divide', changes: { width: 100 }, says: 'multiples of 32, got 100 × 64' },
		{ what: 'a child without its parent', changes: { parent, strength: 0.5 }, says: 'the picture of `recipe.parent`' },
	])('refuses $what', async ({ changes, says }) => {
		await expect(sdxl.paint(recipeOf(changes))).rejects.toThrow(says);
	});

	test('refuses an upscaler that the model does not have', async () => {
		const parentImage = { width: 8, height: 8, data: new Float32Array(192) };
		await expect(sdxl.paint(recipeOf({ parent, upscaler: 'other' }), { parentImage })).rejects.toThrow('got `other`');
	});
});
