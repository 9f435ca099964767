import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Sdxl } from '../../src/pipeline/sdxl.ts';
import { predictNoise } from '../../src/pipeline/side-by-side.ts';
import type { Unet } from '../../src/pipeline/unet.ts';
import { modelOf } from './golden.ts';
import { recipeOf } from './recipes.ts';

describe('images side by side', () => {
	let sdxl: Sdxl;
	beforeAll(async () => {
		sdxl = await Sdxl.load(modelOf('demo'), 'cpu');
	});
	afterAll(() => sdxl.networks.release());

	test('are the same bits as each by itself, in fewer runs', async () => {
		const run = vi.spyOn(sdxl.networks.unet, 'run');
		const recipe = recipeOf({ width: 96, height: 64, steps: 3, seeds: [5, 6, 7] });
		const three = await sdxl.paint(recipe);
		// the first step both ways
		expect(run).toHaveBeenCalledTimes(3 + 1 + 2);
		for (const [i, seed] of recipe.seeds.entries()) {
			const [one] = await sdxl.paint({ ...recipe, seeds: [seed] });
			expect(Buffer.from(one!.data.buffer).equals(Buffer.from(three[i]!.data.buffer))).toBe(true);
		}
		run.mockRestore();
	});
});

test.each([
	['whose bits depend on what is beside it', 'cpu', 4, 1e-7, 5],
	['on a GPU', 'cuda', 4, 0, 4],
	['of large images', 'cpu', 40, 0, 4],
] as const)('a network %s runs for each image by itself', async (_, device, side, noise, runs) => {
	const run = vi.fn(async ({ sample }: { sample: { data: Float32Array; dims: number[] } }) => {
		const data = sample.data.map((x) => x / 3 + (sample.dims[0]! > 2 ? noise : 0));
		return { noise_pred: { data, dims: sample.dims } };
	});
	const unet = { device, run } as unknown as Unet;
	const imageDims = [1, side, side];
	const sample = Float32Array.from({ length: 2 * 2 * side * side }, (_, i) => i);
	const ask = () => predictNoise(unet, { images: 2, sample, imageDims, rows: 2, timestep: 1, fixed: {} });
	for (let i = 0; i < 2; i++) expect(await ask()).toEqual(sample.map((x) => x / 3));
	expect(run).toHaveBeenCalledTimes(runs);
});
