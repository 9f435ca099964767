import { eps, type VaeConfig } from '../model/networks/vae.ts';
import { cellSize, decoderReach, encoderFeatures, encoderReach } from '../model/networks/vae-parts.ts';
import type { Device } from './protocol.ts';
import type { Output, Session } from './session.ts';

/**
 * Pictures of more pixels than this go through the VAE in tiles. Below, nothing changes by a bit. SDXL's decoder takes some 4 GB a
 * megapixel; a GPU holds the other networks as well.
 */
export const mostPixelsWhole: Record<Device, number> = { cpu: 1536 * 1536, cuda: 1280 * 1024, dml: 1280 * 1024 };

/** Cells along a side of a tile: 4 pixels each in SDXL's, so that an activation of 256 channels takes 380 MB with its surroundings. */
const tileCells = 128;

/** A VAE in parts, as `networks/vae-parts.ts` makes them. */
export interface VaeParts {
	config: VaeConfig;
	/** The whole picture at low resolution. */
	low: Session;
	/** A tile at high resolution: with norms by its own statistics, and by those that are given. */
	own: Session;
	given: Session;
}

interface Options {
	/** Cells along a side of a tile; 128. */
	tile?: number;
	/** Called before each run; throws to stop. */
	onRun?: () => void;
}

/**
 * Decodes latents, already divided by the scaling factor, of any size: [1, 4, h, w] → [1, 3, H, W]. Tiles see all that they would see
 * in one piece; with the statistics of the whole picture in the group norms the result would be that of one piece, to rounding. They
 * are measured on a sample, the same for all tiles, so that nothing has to be blended. The idea of tiles is diffusers'
 * (`AutoencoderKL.tiled_decode`), whose tiles run through all of the VAE by their own statistics and are off by several times as much.
 */
export async function decodeTiled(
	parts: VaeParts,
	latents: { data: Float32Array; dims: readonly number[] },
	options: Options = {},
): Promise<Output> {
	options.onRun?.();
	const { config } = parts;
	const features = (await parts.low.run({ latents })).features!;
	const [, , high = 0, wide = 0] = features.dims;
	const boxes = parted(high, wide, options.tile ?? tileCells, decoderReach(config));
	const scale = cellSize(config);
	const out = emptyLike(config.out_channels, high * scale, wide * scale);
	await overTiles(parts, { name: 'features', data: features, cell: 1 }, boxes, options, ({ image }, box) =>
		paste(image!, out, box, scale),
	);
	return out;
}

/** Encodes a picture, −1 to 1, of any size: the mean and the logarithm of the variance of its latents. */
export async function encodeTiled(
	parts: VaeParts,
	image: Output,
	options: Options = {},
): Promise<{ mean: Output; logvar: Output }> {
	const { config } = parts;
	const cell = cellSize(config);
	const [, , height = 0, width = 0] = image.dims;
	const [high, wide] = [height / cell, width / cell];
	const boxes = parted(high, wide, options.tile ?? tileCells, encoderReach(config));
	const features = emptyLike(encoderFeatures(config), high, wide);
	await overTiles(parts, { name: 'image', data: image, cell }, boxes, options, (results, box) =>
		paste(results.features!, features, box, 1),
	);
	options.onRun?.();
	const { mean, logvar } = await parts.low.run({ features });
	return { mean: mean!, logvar: logvar! };
}

/** Runs every tile, by the statistics of a sample of the whole picture. */
async function overTiles(
	{ own, given }: VaeParts,
	whole: { name: string; data: Output; cell: number },
	boxes: readonly Box[],
	{ tile = tileCells, onRun }: Options,
	take: (results: Record<string, Output>, box: Box) => void,
): Promise<void> {
	onRun?.();
	const sample = sampleOf(whole.data, whole.cell, tile);
	const statistics = await own.run({ [whole.name]: sample }, ['means', 'squares']);
	const { means, squares } = statistics as { means: Output; squares: Output };
	const scale = squares.data.map((square, i) => 1 / Math.sqrt(square - means.data[i]! ** 2 + eps));
	for (const box of boxes) {
		onRun?.();
		const feeds = { [whole.name]: cropped(whole.data, box, whole.cell), mean: means };
		take(await given.run({ ...feeds, scale: { data: scale, dims: squares.dims } }), box);
	}
}

/** Cells along a side of what a sample is put together from. Smaller ones have more seams, larger ones leave more of the picture out. */
const patchCells = 16;

/**
 * Puts patches from all over the picture together, evenly, to no more than a tile. One run over all of it at a time gives statistics
 * that fit each other; those of tiles, each by itself, do not, and an average of them is further off.
 */
function sampleOf(whole: Output, cell: number, tile: number): Output {
	const [, channels = 0, height = 0, width = 0] = whole.dims;
	const rows = sampled(height / cell, tile).flatMap((row) => pixelsOf(row, cell));
	const columns = sampled(width / cell, tile).flatMap((column) => pixelsOf(column, cell));
	const out = emptyLike(channels, rows.length, columns.length);
	for (let c = 0; c < channels; c++)
		for (const [y, row] of rows.entries())
			for (const [x, column] of columns.entries())
				out.data[(c * rows.length + y) * columns.length + x] = whole.data[(c * height + row) * width + column]!;
	return out;
}

/** Numbers of cells: all, or of every n-th patch. */
function sampled(length: number, most: number): number[] {
	const every = Math.ceil(length / most);
	const first = Math.floor((every - 1) / 2);
	return Array.from({ length }, (_, i) => i).filter((i) => Math.floor(i / patchCells) % every === first);
}

function pixelsOf(cellNumber: number, cell: number): number[] {
	return Array.from({ length: cell }, (_, i) => cellNumber * cell + i);
}

/** What is a tile's own, and what it sees: rows and columns, the ends not included. */
interface Box {
	own: { top: number; left: number; bottom: number; right: number };
	seen: { top: number; left: number; bottom: number; right: number };
}

function parted(height: number, width: number, tile: number, reach: number): Box[] {
	const sides = (length: number) => {
		const count = Math.ceil(length / tile);
		const end = (i: number) => Math.round((i * length) / count);
		return Array.from({ length: count }, (_, i) => [end(i), end(i + 1)] as const);
	};
	return sides(height).flatMap(([top, bottom]) =>
		sides(width).map(([left, right]) => ({
			own: { top, left, bottom, right },
			seen: {
				top: Math.max(0, top - reach),
				left: Math.max(0, left - reach),
				bottom: Math.min(height, bottom + reach),
				right: Math.min(width, right + reach),
			},
		})),
	);
}

function emptyLike(channels: number, height: number, width: number): Output {
	return { data: new Float32Array(channels * height * width), dims: [1, channels, height, width] };
}

/** Copies what a tile sees: [1, c, h, w] → [1, c, …], where a cell is `cell` wide. */
function cropped({ data, dims }: Output, { seen }: Box, cell: number): Output {
	const [, channels = 0, height = 0, width = 0] = dims;
	const size = { height: (seen.bottom - seen.top) * cell, width: (seen.right - seen.left) * cell };
	const out = emptyLike(channels, size.height, size.width);
	for (let c = 0; c < channels; c++)
		for (let y = 0; y < size.height; y++) {
			const from = (c * height + seen.top * cell + y) * width + seen.left * cell;
			out.data.set(data.subarray(from, from + size.width), (c * size.height + y) * size.width);
		}
	return out;
}

/** Copies what is a tile's own to its place; `scale` is how much larger it and the whole are than the box says. */
function paste(part: Output, whole: Output, { own, seen }: Box, scale: number): void {
	const [, channels = 0, partHeight = 0, partWidth = 0] = part.dims;
	const [, , height = 0, width = 0] = whole.dims;
	const rowLength = (own.right - own.left) * scale;
	for (let c = 0; c < channels; c++)
		for (let y = own.top * scale; y < own.bottom * scale; y++) {
			const from = (c * partHeight + y - seen.top * scale) * partWidth + (own.left - seen.left) * scale;
			whole.data.set(part.data.subarray(from, from + rowLength), (c * height + y) * width + own.left * scale);
		}
}
