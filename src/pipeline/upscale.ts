import type { FloatImage } from '../images/pixels.ts';
import type { Session } from './session.ts';

/** Pixels of a tile's side before enlarging: some 64 MB an activation with 64 features. */
const tileSize = 512;

export interface UpscaleOptions {
	/** How many times longer each side becomes. */
	scale: number;
	/** How far a pixel can see: one for each 3 × 3 convolution in a row. */
	reach: number;
	/** Called before each tile; throws to stop. */
	onTile?: (tile: number, tiles: number) => void;
	/** Another tile size, for tests. */
	tile?: number;
}

/**
 * Enlarges a picture, in tiles if it is large. Tiles overlap by as much as a pixel can see, so that seams are not merely hidden:
 * the result is that of one piece, but for the last bits of rounding.
 *
 * @param image 0 to 1; the result too, clamped.
 */
export async function upscale(
	upscaler: Session,
	image: FloatImage,
	{ scale, reach, onTile, tile = tileSize }: UpscaleOptions,
): Promise<FloatImage> {
	const out = { width: image.width * scale, height: image.height * scale };
	const data = new Float32Array(3 * out.width * out.height);
	const tiles = [...cut(image.height, tile)].flatMap((rows) =>
		[...cut(image.width, tile)].map((columns) => ({ rows, columns })),
	);
	for (const [i, { rows, columns }] of tiles.entries()) {
		onTile?.(i, tiles.length);
		const [top, left] = [Math.max(0, rows.from - reach), Math.max(0, columns.from - reach)];
		const height = Math.min(image.height, rows.to + reach) - top;
		const width = Math.min(image.width, columns.to + reach) - left;
		const piece = copyRectangle(image, { top, left, height, width });
		const results = await upscaler.run({ image: { data: piece, dims: [1, 3, height, width] } });
		const large = results[upscaler.outputNames[0]!]!.data;
		// [3, height · scale, width · scale], of which the overlap is dropped
		const rowLength = (columns.to - columns.from) * scale;
		for (let c = 0; c < 3; c++)
			for (let y = rows.from * scale; y < rows.to * scale; y++) {
				const from = (c * height * scale + (y - top * scale)) * width * scale + (columns.from - left) * scale;
				const to = (c * out.height + y) * out.width + columns.from * scale;
				for (let x = 0; x < rowLength; x++) data[to + x] = Math.min(1, Math.max(0, large[from + x]!));
			}
	}
	return { ...out, data };
}

function* cut(length: number, size: number): Generator<{ from: number; to: number }> {
	for (let from = 0; from < length; from += size) yield { from, to: Math.min(length, from + size) };
}

function copyRectangle(
	image: FloatImage,
	{ top, left, height, width }: { top: number; left: number; height: number; width: number },
): Float32Array {
	const out = new Float32Array(3 * height * width);
	for (let c = 0; c < 3; c++)
		for (let y = 0; y < height; y++) {
			const from = (c * image.height + top + y) * image.width + left;
			out.set(image.data.subarray(from, from + width), (c * height + y) * width);
		}
	return out;
}
