import { UserError } from '../errors.ts';
import { type Recipe, recipeSchema } from '../recipe.ts';
import type { Size } from './aspects.ts';
import type { ModelFacts } from './recipe.ts';

/** What decides how large a model can draw. */
export type DrawnSize = Pick<ModelFacts, 'nativeSize' | 'sizeMultiple'>;

/** As Animagine's Space does it unless told otherwise. */
export const usualHires = { scale: 1.5, strength: 0.55 };

/** The most that is drawn, in sides and in areas of the square that the model was trained on: 2048 and 2.7 million pixels for SDXL. */
const most = { side: 2, area: 2.6 };

/**
 * Makes a recipe draw its picture 1.5 times as large, in two walks.
 *
 * @throws UserError `too-large`
 */
export function withHires(recipe: Recipe, model: DrawnSize): Recipe {
	return recipeSchema.parse({ ...recipe, ...largerSize(recipe, model), hires: usualHires });
}

/** 1.5 times a size, each side on the nearest multiple. @throws UserError `too-large` */
export function largerSize({ width, height }: Size, model: DrawnSize): Size {
	const { sizeMultiple } = model;
	const side = (pixels: number) => Math.round((pixels * usualHires.scale) / sizeMultiple) * sizeMultiple;
	const size = { width: side(width), height: side(height) };
	requireDrawable(size, model);
	return size;
}

/**
 * Refuses sizes that would cost many times what a picture costs, or fill the device's memory.
 *
 * @throws UserError `too-large`
 */
export function requireDrawable({ width, height }: Size, { nativeSize }: DrawnSize): void {
	const longest = most.side * nativeSize;
	const pixels = most.area * nativeSize ** 2;
	if (Math.max(width, height) <= longest && width * height <= pixels) return;
	throw new UserError(
		'too-large',
		`That would be ${width} × ${height} pixels. At most ${longest} a side, and ${Math.floor(pixels / 1000).toLocaleString('en')} thousand in all, are drawn here: use a smaller picture or another shape.`,
	);
}
