import type { FloatImage } from '../images/pixels.ts';
import type { Recipe } from '../recipe.ts';
import type { PaintOptions } from './sdxl.ts';

/** Pictures that are drawn side by side: as many as a message shows, so that candidates need no more memory than pictures do. */
const mostAtOnce = 4;

/**
 * Paints the pictures of a recipe, in the order of its seeds, in rounds where it has more of them than are drawn side by side. Steps
 * are counted over all rounds; a preview shows those of the round.
 */
export async function paintInRounds(
	sdxl: { paint: (recipe: Recipe, options: PaintOptions) => Promise<FloatImage[]> },
	recipe: Recipe,
	options: PaintOptions,
	atOnce = mostAtOnce,
): Promise<FloatImage[]> {
	if (recipe.seeds.length <= atOnce) return sdxl.paint(recipe, options);
	const { keep: _, ...rest } = recipe;
	const rounds = Math.ceil(recipe.seeds.length / atOnce);
	const images: FloatImage[] = [];
	for (let round = 0; round < rounds; round++) {
		const seeds = recipe.seeds.slice(round * atOnce, (round + 1) * atOnce);
		const onStep: PaintOptions['onStep'] = ({ step, steps, ...seen }) =>
			options.onStep?.({ step: round * steps + step, steps: rounds * steps, ...seen });
		images.push(...(await sdxl.paint({ ...rest, seeds }, { ...options, onStep })));
	}
	return images;
}
