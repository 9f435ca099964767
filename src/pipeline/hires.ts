import type { Recipe } from '../recipe.ts';

/**
 * The size at which a recipe with `hires` is drawn first: its own over `scale`, each side on the nearest multiple. The way up
 * (`prompt/derive.ts`) rounds by at most half a multiple, so this finds the size that it began with.
 */
export function baseSize(
	{ width, height, hires }: Pick<Recipe, 'width' | 'height' | 'hires'>,
	sizeMultiple: number,
): { width: number; height: number } {
	const side = (pixels: number) => Math.max(1, Math.round(pixels / (hires?.scale ?? 1) / sizeMultiple)) * sizeMultiple;
	return hires ? { width: side(width), height: side(height) } : { width, height };
}

/**
 * Scales planes to another size, each number that of the nearest cell by its centre: torch's `interpolate` with `nearest-exact`.
 *
 * @param planes [n, from.height, from.width], whatever n is
 */
export function nearestExact(planes: Float32Array, from: Grid, to: Grid): Float32Array {
	const count = planes.length / (from.width * from.height);
	const out = new Float32Array(count * to.width * to.height);
	const columns = Array.from({ length: to.width }, (_, x) => Math.floor(((x + 0.5) * from.width) / to.width));
	let at = 0;
	for (let plane = 0; plane < count; plane++)
		for (let y = 0; y < to.height; y++) {
			const row = (plane * from.height + Math.floor(((y + 0.5) * from.height) / to.height)) * from.width;
			for (const x of columns) out[at++] = planes[row + x]!;
		}
	return out;
}

interface Grid {
	width: number;
	height: number;
}
