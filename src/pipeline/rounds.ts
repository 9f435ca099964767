import type { Recipe } from '../recipe.ts';
import type { Drawn, PaintOptions } from './sdxl.ts';

/** Pictures that are drawn side by side: as many as a message shows, so that candidates need no more memory than pictures do. */
const mostAtOnce = 4;

/**
 * Draws the pictures of a recipe, in the order of its seeds, in rounds where it has more of them than are drawn side by side. Steps
 * are counted over all rounds; a preview shows those of the round.
 */
export async function drawInRounds(
	sdxl: { draw: (recipe: Recipe, options: PaintOptions) => Promise<Drawn> },
	recipe: Recipe,
	options: PaintOptions,
	atOnce = mostAtOnce,
): Promise<Drawn[]> {
	if (recipe.seeds.length <= atOnce) return [await sdxl.draw(recipe, options)];
	const { keep: _, ...rest } = recipe;
	const rounds = Math.ceil(recipe.seeds.length / atOnce);
	const drawn: Drawn[] = [];
	for (let round = 0; round < rounds; round++) {
		const seeds = recipe.seeds.slice(round * atOnce, (round + 1) * atOnce);
		const onStep: PaintOptions['onStep'] = ({ step, steps, ...seen }) =>
			options.onStep?.({ step: round * steps + step, steps: rounds * steps, ...seen });
		drawn.push(await sdxl.draw({ ...rest, seeds }, { ...options, onStep }));
	}
	return drawn;
}
