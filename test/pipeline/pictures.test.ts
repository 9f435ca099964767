import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { checkFolder } from '../../scripts/parity/check.ts';
import type { Mask } from '../../src/images/mask.ts';
import type { FloatImage } from '../../src/images/pixels.ts';
import { nearestExact } from '../../src/pipeline/hires.ts';
import { Sdxl } from '../../src/pipeline/sdxl.ts';
import { modelOf } from './golden.ts';
import { parent, recipeOf } from './recipes.ts';

// real diffusion, on cores that other tests use too
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let sdxl: Sdxl;
beforeAll(async () => {
	sdxl = await Sdxl.load(modelOf('demo'), 'cpu');
});
afterAll(() => sdxl.networks.release());

test('pictures made from pictures are those of diffusers, from seed and picture alone', async () => {
	const rows = await checkFolder(fileURLToPath(new URL('../golden/pictures', import.meta.url)));
	expect(rows.filter(({ agrees }) => !agrees)).toEqual([]);
	expect(new Set(rows.map(({ kind }) => kind))).toEqual(new Set(['inpaint', 'image', 'hires']));
});

describe('a part that is drawn anew', () => {
	const size = { width: 96, height: 64 };
	const mask: Mask = { ...size, data: Uint8Array.from({ length: 96 * 64 }, (_, i) => Number(i % 96 >= 64)) };

	test.for(['heun', 'dpmpp-sde', 'unipc', 'lcm'] as const)(
		'leaves the rest as it was, to the last bit: %s',
		async (sampler) => {
			const [parentImage] = (await sdxl.paint(recipeOf())) as [FloatImage];
			const recipe = recipeOf({ sampler, parent, strength: 0.9, mask: { sha256: 'm' }, seeds: [3, 9] });
			const two = await sdxl.paint(recipe, { parentImage, mask });
			const [alone] = await sdxl.paint({ ...recipe, seeds: [9] }, { parentImage, mask });
			expect(two[1]).toEqual(alone);
			const changed = two[0]!.data.map((x, i) => Number(x !== parentImage.data[i]));
			expect(changed.some((one, i) => one === 1 && i % 96 < 64)).toBe(false);
			expect(changed.filter((one) => one === 1).length).toBeGreaterThan(3 * 64 * 20);
		},
	);

	test('is refused without its mask, and a mask without a recipe that asks for one', async () => {
		const [parentImage] = (await sdxl.paint(recipeOf({ steps: 1 }))) as [FloatImage];
		const asks = recipeOf({ parent, strength: 0.5, mask: { sha256: 'm' } });
		await expect(sdxl.paint(asks, { parentImage })).rejects.toThrow('Expected a mask exactly where');
		await expect(sdxl.paint(recipeOf({ parent, strength: 0.5 }), { parentImage, mask })).rejects.toThrow(
			'Expected a mask',
		);
	});
});

test('latents are scaled up by the nearest centre, as torch does with `nearest-exact`', () => {
	// torch.nn.functional.interpolate(torch.arange(6.).view(1, 1, 2, 3), size=(3, 5), mode='nearest-exact')
	expect([
		...nearestExact(Float32Array.of(0, 1, 2, 3, 4, 5), { width: 3, height: 2 }, { width: 5, height: 3 }),
	]).toEqual([0, 0, 1, 2, 2, 3, 3, 4, 5, 5, 3, 3, 4, 5, 5]);
});
