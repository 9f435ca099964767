import { eps, type VaeConfig } from '../model/networks/vae.ts';
import { cellSize, decoderReach, encoderFeatures, encoderReach } from '../model/networks/vae-parts.ts';
import type { BriefSession } from './brief-session.ts';
import type { Device } from './protocol.ts';
import type { Output } from './session.ts';

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
	low: Part;
	/** A tile at high resolution: with norms by its own statistics, and by those that are given. */
	own: Part;
	given: Part;
}

/** Each is done with before the next begins, and rests then. */
type Part = Pick<BriefSession, 'run' | 'rest'>;

interface Options {
	/** Cells along a side of a tile; 128. */
	tile?: number;
	/** Called before each run; throws to stop. */
	onRun?: () => void;
}

/**
 * Decodes latents, already divided by the scaling factor, of any size: [1, 4, h, w] → [1, 3, H, W]. Tiles see all that they would see
 * in one piece; with the statistics of the whole picture in the group norms the result would be that of one piece, to rounding. They
 * are averages over all tiles, the same for each, so that nothing has to be blended. The idea of tiles is diffusers'
 * (`AutoencoderKL.tiled_decode`), whose tiles run through all of the VAE by their own statistics and are off by several times as much.
 */
export async function decodeTiled(
	parts: VaeParts,
	latents: { data: Float32Array; dims: readonly number[] },
	options: Options = {},
): Promise<Output> {
	options.onRun?.();
	const { config } = parts;
	const features = (await resting(parts.low, () => parts.low.run({ latents }))).features!;
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
	const { mean, logvar } = await resting(parts.low, () => parts.low.run({ features }));
	return { mean: mean!, logvar: logvar! };
}

/** Runs every tile twice: for its statistics, then by those of all. */
async function overTiles(
	{ own, given }: VaeParts,
	whole: { name: string; data: Output; cell: number },
	boxes: readonly Box[],
	{ onRun }: Options,
	take: (results: Record<string, Output>, box: Box) => void,
): Promise<void> {
	const statistics = new Average();
	await resting(own, async () => {
		for (const box of boxes) {
			onRun?.();
			const told = await own.run({ [whole.name]: cropped(whole.data, box, whole.cell) }, ['means', 'squares']);
			statistics.add(told, (box.own.bottom - box.own.top) * (box.own.right - box.own.left));
		}
	});
	const known = statistics.feeds;
	await resting(given, async () => {
		for (const box of boxes) {
			onRun?.();
			take(await given.run({ [whole.name]: cropped(whole.data, box, whole.cell), ...known }), box);
		}
	});
}

/** Lets a part rest when it was used, however that went. */
async function resting<T>(part: Part, use: () => Promise<T>): Promise<T> {
	try {
		return await use();
	} finally {
		await part.rest();
	}
}

/**
 * Statistics of all tiles, each counting as much as it is large. They see the whole picture, so that nothing in it is a surprise to
 * them; they are not exact, as the norms before went by the tile. Measuring them again by these is no way: what fits no longer fits
 * together, and it gets worse before it is exact, after as many passes as there are norms.
 */
class Average {
	#sum = 0;
	#means = new Float64Array();
	#squares = new Float64Array();
	#dims: number[] = [];

	add({ means, squares }: Record<string, Output>, size: number): void {
		if (this.#sum === 0) {
			this.#dims = means!.dims;
			this.#means = new Float64Array(means!.data.length);
			this.#squares = new Float64Array(squares!.data.length);
		}
		this.#sum += size;
		for (let i = 0; i < this.#means.length; i++) {
			this.#means[i]! += size * means!.data[i]!;
			this.#squares[i]! += size * squares!.data[i]!;
		}
	}

	/** What the graph asks for: what is taken away, and what the rest is multiplied by. */
	get feeds(): { mean: Output; scale: Output } {
		const mean = Float32Array.from(this.#means, (value) => value / this.#sum);
		const scale = Float32Array.from(this.#squares, (square, i) => {
			const variance = square / this.#sum - (this.#means[i]! / this.#sum) ** 2;
			return 1 / Math.sqrt(variance + eps);
		});
		return { mean: { data: mean, dims: this.#dims }, scale: { data: scale, dims: this.#dims } };
	}
}

/** What is a tile's own, and what it sees: rows and columns, the ends not included. */
interface Box {
	own: { top: number; left: number; bottom: number; right: number };
	seen: { top: number; left: number; bottom: number; right: number };
}

/**
 * Cuts a size into tiles of about the same size that see as much as each other: those at a border see more on the other side. ONNX
 * Runtime keeps memory for each size that it meets.
 */
function parted(height: number, width: number, tile: number, reach: number): Box[] {
	const sides = (length: number) => {
		const count = Math.ceil(length / tile);
		const end = (i: number) => Math.round((i * length) / count);
		const seen = Math.min(length, Math.ceil(length / count) + 2 * reach);
		return Array.from({ length: count }, (_, i) => {
			const from = Math.min(Math.max(0, end(i) - reach), length - seen);
			return { own: [end(i), end(i + 1)] as const, seen: [from, from + seen] as const };
		});
	};
	return sides(height).flatMap((rows) =>
		sides(width).map((columns) => ({
			own: { top: rows.own[0], left: columns.own[0], bottom: rows.own[1], right: columns.own[1] },
			seen: { top: rows.seen[0], left: columns.seen[0], bottom: rows.seen[1], right: columns.seen[1] },
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
