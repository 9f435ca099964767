import { expect, test } from 'vitest';
import { drawInRounds } from '../../src/pipeline/rounds.ts';
import type { Drawn, PaintOptions } from '../../src/pipeline/sdxl.ts';
import type { Recipe } from '../../src/recipe.ts';
import { recipeOf } from './recipes.ts';

/** Draws pictures of one pixel that shows the seed, in two steps. */
function easel() {
	const asked: Recipe[] = [];
	const draw = async (recipe: Recipe, { onStep }: PaintOptions): Promise<Drawn> => {
		asked.push(recipe);
		for (const step of [1, 2]) onStep?.({ step, steps: 2 });
		return { latents: Float32Array.from(recipe.seeds), dims: [recipe.seeds.length, 1, 1, 1] };
	};
	return { asked, draw };
}

test('candidates are drawn four at a time, in the order of their seeds, and the steps of all rounds are counted', async () => {
	const { asked, draw } = easel();
	const steps: string[] = [];
	const seeds = [9, 8, 7, 6, 5, 4, 3, 2, 1];
	const recipe = recipeOf({ seeds, keep: 4 });
	const drawn = await drawInRounds({ draw }, recipe, {
		onStep: ({ step, steps: all }) => steps.push(`${step}/${all}`),
	});
	expect(drawn.flatMap((it) => ('latents' in it ? [...it.latents] : []))).toEqual(seeds);
	expect(asked.map((it) => it.seeds.length)).toEqual([4, 4, 1]);
	expect(asked.every((it) => it.keep === undefined)).toBe(true);
	expect(steps).toEqual(['1/6', '2/6', '3/6', '4/6', '5/6', '6/6']);
});

test('what fits side by side is drawn as it is', async () => {
	const { asked, draw } = easel();
	const recipe = recipeOf({ seeds: [0, 1, 2, 3] });
	await drawInRounds({ draw }, recipe, {});
	expect(asked).toEqual([recipe]);
});
