import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { chooseSampler } from '../../scripts/parity/scheduler-classes.ts';
import { feather, type Mask, paste } from '../../src/images/mask.ts';
import type { FloatImage } from '../../src/images/pixels.ts';
import { nearestExact } from '../../src/pipeline/hires.ts';
import { seamOf } from '../../src/pipeline/inpaint.ts';
import { decodeLatents } from '../../src/pipeline/latents.ts';
import { Sdxl } from '../../src/pipeline/sdxl.ts';
import type { Recipe } from '../../src/recipe.ts';
import { goldenNames, modelOf, readGolden, relativeError } from './golden.ts';
import { parent, recipeOf } from './recipes.ts';

// real diffusion, on cores that other tests use too
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

interface Case {
	kind: 'inpaint' | 'image' | 'hires';
	scheduler: string;
	config: Record<string, unknown>;
	prompt: string;
	negative: string;
	seed: number;
	height: number;
	width: number;
	steps: number;
	guidance: number;
	strength: number;
	scale: number;
}

/** As for the walks: what float32 sums in another order grow to, here after a last decoding. */
const tolerance = 1e-4;

let sdxl: Sdxl;
beforeAll(async () => {
	sdxl = await Sdxl.load(modelOf('demo'), 'cpu');
});
afterAll(() => sdxl.networks.release());

describe('pictures made from pictures are those of diffusers, from seed and picture alone', () => {
	test.for(goldenNames('pictures', ''))('%s', async (name) => {
		const golden = readGolden<Case>('pictures', name);
		const { kind, prompt, negative, seed, height, width, steps, guidance, strength, scale } = golden.parameters;
		const chosen = chooseSampler(golden.parameters);
		if ('reason' in chosen) throw new Error(chosen.reason);
		const own = await Sdxl.load({ ...sdxl.folder, scheduler: chosen.config }, 'cpu');
		const size = { height, width };
		const settings = {
			...size,
			steps,
			prompt,
			negative,
			guidanceScale: guidance,
			sampler: chosen.sampler,
		};
		const ways: Record<Case['kind'], Partial<Recipe>> = {
			inpaint: { parent, strength, mask: { sha256: 'm' } },
			image: { parent, strength },
			hires: { hires: { scale, strength } },
		};
		const input = (key: string) => (golden.names.includes(key) ? golden.tensor(key).data : undefined);
		const picture = input('in.image');
		const parentImage: FloatImage | undefined = picture && { ...size, data: picture };
		const painted = input('in.mask');
		const mask: Mask | undefined = painted && { ...size, data: Uint8Array.from(painted) };
		const [image] = await own.paint(recipeOf({ ...settings, ...ways[kind], seeds: [seed] }), {
			...(parentImage && { parentImage }),
			...(mask && { mask }),
		});
		await own.networks.release();
		const { data, shape } = golden.tensor('out.latents');
		const { vaeDecoder } = sdxl.networks;
		const drawn = await decodeLatents(vaeDecoder, data, shape.slice(1), sdxl.folder.scalingFactor);
		const expected = mask ? paste(drawn, parentImage!, feather(mask, seamOf(mask))) : drawn;
		expect(relativeError(image!.data, expected.data)).toBeLessThan(tolerance);
	});
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
