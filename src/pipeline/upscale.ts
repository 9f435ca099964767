import type { FloatImage } from '../images/pixels.ts';
import type { Session } from './session.ts';

/** Pixels of a tile's side before enlarging: some 64 MB an activation with 64 features. */
const tileSize = 512;

export interface UpscaleOptions {
	/** How many times longer each side becomes. */
	scale: number;
	/** Pixels of the picture that a tile sees around itself; where a pixel can see no further, the tiles fit without a seam. */
	reach: number;
	/** Where pixels see further: over how many pixels on each side of a seam, up to `reach`, one tile fades into the next. 0. */
	feather?: number;
	/** What the sides of all that is fed must be multiples of; 1. */
	multiple?: number;
	/** The one size that the network takes, if it takes no other; multiples of `multiple`. */
	window?: { width: number; height: number } | undefined;
	/** Called before each tile; throws to stop. */
	onTile?: (tile: number, tiles: number) => void;
	/** Another tile size, for tests and networks that need more memory. A multiple of `multiple`. */
	tile?: number;
}

/**
 * Enlarges a picture, in tiles if it is large. Where `reach` is as far as a pixel can see, seams are not merely hidden: the result is
 * that of one piece, but for the last bits of rounding. Deep networks see hundreds of pixels far; of them `feather` blends the tiles.
 *
 * @param image 0 to 1; the result too, clamped.
 */
export async function upscale(upscaler: Session, image: FloatImage, options: UpscaleOptions): Promise<FloatImage> {
	const { scale, reach, feather = 0, multiple = 1, window, onTile, tile = tileSize } = options;
	const fitting = (length: number, least = 0) => Math.max(least, Math.ceil(length / multiple) * multiple);
	const size = { width: fitting(image.width, window?.width), height: fitting(image.height, window?.height) };
	const padded = size.width === image.width && size.height === image.height ? image : grown(image, size);
	const cuts = { tile, reach: fitting(reach), multiple, isEven: feather > 0 || window !== undefined };
	const rows = [...cut(size.height, { ...cuts, window: window?.height })];
	const columns = [...cut(size.width, { ...cuts, window: window?.width })];
	const tiles = rows.flatMap((row) => columns.map((column) => ({ row, column })));
	const canvas = { width: size.width * scale, height: size.height * scale };
	const data = new Float32Array(3 * canvas.width * canvas.height);
	for (const [i, { row, column }] of tiles.entries()) {
		onTile?.(i, tiles.length);
		const box = { top: row.start, left: column.start, height: row.length, width: column.length };
		const piece = copyRectangle(padded, box);
		const results = await upscaler.run({
			[upscaler.inputNames[0]!]: { data: piece, dims: [1, 3, box.height, box.width] },
		});
		const large = results[upscaler.outputNames[0]!]!.data;
		// [3, height · scale, width · scale], of which each pixel counts as much as it is this tile's
		const down = weights(row, size.height, feather, scale);
		const across = weights(column, size.width, feather, scale);
		for (let c = 0; c < 3; c++)
			for (let y = down.from; y < down.to; y++) {
				const share = down.of[y - down.from]!;
				const from = (c * box.height * scale + (y - row.start * scale)) * box.width * scale - column.start * scale;
				const to = (c * canvas.height + y) * canvas.width;
				for (let x = across.from; x < across.to; x++) {
					const value = Math.min(1, Math.max(0, large[from + x]!));
					const weight = share * across.of[x - across.from]!;
					data[to + x] = weight === 1 ? value : data[to + x]! + weight * value;
				}
			}
	}
	const whole = { ...canvas, data };
	if (padded === image) return whole;
	const out = { width: image.width * scale, height: image.height * scale };
	return { ...out, data: copyRectangle(whole, { top: 0, left: 0, ...out }) };
}

/** Of one side of the picture: what is this tile's, and what the network is fed for it. */
interface Span {
	from: number;
	to: number;
	start: number;
	length: number;
}

/**
 * Parts a side among tiles: with a fixed window, each sees exactly so much, inside of the picture; where tiles fade into each other,
 * they are of even size, so that none is too small to.
 */
function* cut(length: number, options: CutOptions): Generator<Span> {
	const { tile, reach, multiple, window, isEven } = options;
	if (window !== undefined && window < 2 * reach + multiple + tilesAtLeast)
		throw new RangeError(`Expected a window of at least ${2 * reach + multiple + tilesAtLeast} pixels, got ${window}`);
	const most = window === undefined ? tile : length <= window ? length : window - 2 * reach - multiple;
	const count = Math.ceil(length / most);
	const end = (i: number) =>
		i === count ? length : isEven ? Math.round((i * length) / count / multiple) * multiple : i * most;
	for (let i = 0; i < count; i++) {
		const [from, to] = [end(i), end(i + 1)];
		if (window === undefined) {
			const start = Math.max(0, from - reach);
			yield { from, to, start, length: Math.min(length, to + reach) - start };
		} else yield { from, to, start: Math.max(0, Math.min(from - reach, length - window)), length: window };
	}
}

/** Pixels of a tile that a fixed window must leave: less would take thousands of runs for a picture. */
const tilesAtLeast = 32;

interface CutOptions {
	tile: number;
	reach: number;
	multiple: number;
	window: number | undefined;
	isEven: boolean;
}

/** How much of each pixel of the result is a tile's: all of it inside, and towards a neighbour less and less. Two tiles make 1. */
function weights({ from, to }: Span, length: number, feather: number, scale: number) {
	const before = from > 0 ? feather * scale : 0;
	const after = to < length ? feather * scale : 0;
	const [first, end] = [from * scale - before, to * scale + after];
	const of = new Float64Array(end - first).fill(1);
	for (let i = 0; i < 2 * before; i++) of[i] = (i + 0.5) / (2 * before);
	for (let i = 0; i < 2 * after; i++) of[of.length - 1 - i] = (i + 0.5) / (2 * after);
	return { from: first, to: end, of };
}

/** A copy with more pixels at the right and below, which repeat the last ones. */
function grown(image: FloatImage, { width, height }: { width: number; height: number }): FloatImage {
	const data = new Float32Array(3 * width * height);
	for (let c = 0; c < 3; c++)
		for (let y = 0; y < height; y++) {
			const from = (c * image.height + Math.min(y, image.height - 1)) * image.width;
			const to = (c * height + y) * width;
			data.set(image.data.subarray(from, from + image.width), to);
			data.fill(data[to + image.width - 1]!, to + image.width, to + width);
		}
	return { width, height, data };
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
