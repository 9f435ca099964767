import type { RgbImage } from '../images/pixels.ts';
import type { Preview } from '../model/extras.ts';
import type { Session } from './session.ts';

/** [n, channels, height, width] */
type Dims = readonly [number, number, number, number];

/**
 * Guesses the colours of clean latents, one pixel a latent cell: cheap, coarse, no network. Several images come side by side
 * in rows of two.
 *
 * @param latents [n, channels, height, width], scaled as the UNet sees them.
 * @param factors rgb (0 to 1) = latents · factors + bias.
 */
export function previewImage(latents: Float32Array, dims: Dims, { factors, bias }: Preview): RgbImage {
	const [images, channels, height, width] = dims;
	const plane = height * width;
	const colours = new Float32Array(images * 3 * plane);
	for (let image = 0; image < images; image++)
		for (let colour = 0; colour < 3; colour++)
			for (let cell = 0; cell < plane; cell++) {
				let sum = bias[colour]!;
				for (let c = 0; c < channels; c++)
					sum += latents[(image * channels + c) * plane + cell]! * (factors[c]?.[colour] ?? 0);
				colours[(image * 3 + colour) * plane + cell] = sum;
			}
	return sideBySide(colours, [images, 3, height, width]);
}

/** Cells along a side that are decoded at most: what is shown is coarser still. */
const mostCells = 16;

/**
 * Decodes clean latents with a small network, coarsely: truer colours than `previewImage`, in a few milliseconds. The latents are read
 * before it returns.
 *
 * @param latents [n, channels, height, width], scaled as the UNet sees them.
 * @param scalingFactor The decoder's own.
 */
export async function decodedPreview(
	decoder: Session,
	latents: Float32Array,
	dims: Dims,
	scalingFactor: number,
): Promise<RgbImage> {
	const small = shrunk(latents, dims, scalingFactor);
	const { image } = await decoder.run({ latents: small });
	return sideBySide(image!.data, image!.dims as unknown as Dims);
}

/** Averages cells until there are at most 16 along a side, divided by the scaling factor. */
function shrunk(latents: Float32Array, [images, channels, height, width]: Dims, scalingFactor: number) {
	const cell = Math.ceil(Math.max(height, width) / mostCells);
	const [high, wide] = [Math.floor(height / cell), Math.floor(width / cell)];
	const data = new Float32Array(images * channels * high * wide);
	for (let plane = 0; plane < images * channels; plane++)
		for (let y = 0; y < high * cell; y++)
			for (let x = 0; x < wide * cell; x++)
				data[(plane * high + Math.floor(y / cell)) * wide + Math.floor(x / cell)]! +=
					latents[(plane * height + y) * width + x]! / (cell * cell * scalingFactor);
	return { data, dims: [images, channels, high, wide] };
}

/** Lays images out in rows of two. `colours`: [n, 3, height, width], 0 to 1. */
function sideBySide(colours: Float32Array, [images, , height, width]: Dims): RgbImage {
	const columns = Math.min(2, images);
	const wide = columns * width;
	const plane = height * width;
	const data = new Uint8ClampedArray(wide * height * Math.ceil(images / columns) * 3);
	for (let image = 0; image < images; image++) {
		const corner = Math.floor(image / columns) * height * wide + (image % columns) * width;
		for (let cell = 0; cell < plane; cell++) {
			const at = 3 * (corner + Math.floor(cell / width) * wide + (cell % width));
			for (let colour = 0; colour < 3; colour++)
				data[at + colour] = colours[(image * 3 + colour) * plane + cell]! * 255;
		}
	}
	return { width: wide, height: data.length / 3 / wide, data: new Uint8Array(data.buffer) };
}

/** Pixels along the longer side of what may be shown of a picture that nobody has rated yet. */
const coarseSide = 16;

/** Averages a preview until it is at most 16 pixels along its longer side: colours and light, and nothing that the rules are about. */
export function coarse({ width, height, data }: RgbImage): RgbImage {
	const cell = Math.ceil(Math.max(width, height) / coarseSide);
	const [wide, high] = [Math.ceil(width / cell), Math.ceil(height / cell)];
	const sums = new Float64Array(wide * high * 3);
	const counts = new Uint32Array(wide * high);
	for (let y = 0; y < height; y++)
		for (let x = 0; x < width; x++) {
			const to = Math.floor(y / cell) * wide + Math.floor(x / cell);
			counts[to]!++;
			for (let colour = 0; colour < 3; colour++) sums[3 * to + colour]! += data[3 * (y * width + x) + colour]!;
		}
	const means = Uint8Array.from(sums, (sum, i) => Math.round(sum / counts[Math.floor(i / 3)]!));
	return { width: wide, height: high, data: means };
}
