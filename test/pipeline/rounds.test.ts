import { expect, test } from 'vitest';
import type { FloatImage } from '../../src/images/pixels.ts';
import { paintInRounds } from '../../src/pipeline/rounds.ts';
import type { PaintOptions } from '../../src/pipeline/sdxl.ts';
import type { Recipe } from '../../src/recipe.ts';
import { recipeOf } from './recipes.ts';

/** Paints pictures of one pixel that shows the seed, in two steps. */
function easel() {
	const asked: Recipe[] = [];
	const paint = async (recipe: Recipe, { onStep }: PaintOptions): Promise<FloatImage[]> => {
		asked.push(recipe);
		for (const step of [1, 2]) onStep?.({ step, steps: 2 });
		return recipe.seeds.map((seed) => ({ width: 1, height: 1, data: Float32Array.of(seed, 0, 0) }));
	};
	return { asked, paint };
}

test('candidates are painted four at a time, in the order of their seeds, and the steps of all rounds are counted', async () => {
	const { asked, paint } = easel();
	const steps: string[] = [];
	const seeds = [9, 8, 7, 6, 5, 4, 3, 2, 1];
	const recipe = recipeOf({ seeds, keep: 4 });
	const images = await paintInRounds({ paint }, recipe, {
		onStep: ({ step, steps: all }) => steps.push(`${step}/${all}`),
	});
	expect(images.map(({ data }) => data[0])).toEqual(seeds);
	expect(asked.map((it) => it.seeds.length)).toEqual([4, 4, 1]);
	expect(asked.every((it) => it.keep === undefined)).toBe(true);
	expect(steps).toEqual(['1/6', '2/6', '3/6', '4/6', '5/6', '6/6']);
});

test('what fits side by side is painted as it is', async () => {
	const { asked, paint } = easel();
	const recipe = recipeOf({ seeds: [0, 1, 2, 3] });
	await paintInRounds({ paint }, recipe, {});
	expect(asked).toEqual([recipe]);
});
