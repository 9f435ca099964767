import type { Recipe } from '../recipe.ts';
import { BrownianTree } from './brownian-tree.ts';
import { PhiloxGenerator } from './philox.ts';
import { type NormalGenerator, TorchGenerator } from './random.ts';
import type { SigmaRange } from './schedule/sigmas.ts';

/** All noise of a recipe's pictures: each image has generators of its own, so it is the same alone and among others. */
export interface NoiseSource {
	/** One for each image, in order. */
	generators: readonly NormalGenerator[];
	/** Draws for all images: `[n, size]`; valid until the next call of either function. */
	draw: () => Float32Array;
	/** What a sampler takes as `drawNoise`. */
	between: (sigma: number, sigmaNext: number) => Float32Array;
}

/**
 * Makes the noise of a recipe.
 *
 * @param size numbers in the latents of one image.
 * @param options.kind the sampler's: draws of the generators, or the increments of a Brownian path with the image's seed.
 * @param options.range of the whole walk: where such a path begins and ends.
 * @param options.generators that go on from where they are; absent: new ones from the seeds.
 */
export function makeNoise(
	{ seeds, random }: Pick<Recipe, 'seeds' | 'random'>,
	size: number,
	{
		kind,
		range,
		generators: given,
	}: {
		kind: 'none' | 'draws' | 'path';
		range: SigmaRange;
		generators?: NoiseSource['generators'] | undefined;
	},
): NoiseSource {
	const makeGenerator = (seed: number) => (random === 'philox' ? new PhiloxGenerator(seed) : new TorchGenerator(seed));
	const generators = given ?? seeds.map(makeGenerator);
	const noise = new Float32Array(seeds.length * size);
	const own = (image: number) => noise.subarray(image * size, (image + 1) * size);
	const draw = () => {
		for (const [i, generator] of generators.entries()) generator.fillRandn(own(i));
		return noise;
	};
	if (kind !== 'path') return { generators, draw, between: draw };
	const trees = seeds.map((seed) => new BrownianTree({ seed, size, from: range.min, to: range.max, makeGenerator }));
	const between = (sigma: number, sigmaNext: number) => {
		for (const [i, tree] of trees.entries()) own(i).set(tree.noise(sigma, sigmaNext));
		return noise;
	};
	return { generators, draw, between };
}
