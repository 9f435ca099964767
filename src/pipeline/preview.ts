import type { RgbImage } from '../images/pixels.ts';
import type { Preview } from '../model/extras.ts';

/**
 * Guesses the colours of clean latents, one pixel a latent cell: cheap, coarse, no network. Several images come side by side
 * in rows of two.
 *
 * @param latents [n, channels, height, width], scaled as the UNet sees them.
 * @param factors rgb (0 to 1) = latents · factors + bias.
 */
export function previewImage(
	latents: Float32Array,
	[images, channels, height, width]: readonly [number, number, number, number],
	{ factors, bias }: Preview,
): RgbImage {
	const columns = Math.min(2, images);
	const wide = columns * width;
	const plane = height * width;
	const data = new Uint8ClampedArray(wide * height * Math.ceil(images / columns) * 3);
	for (let image = 0; image < images; image++) {
		const corner = Math.floor(image / columns) * height * wide + (image % columns) * width;
		for (let cell = 0; cell < plane; cell++) {
			const at = 3 * (corner + Math.floor(cell / width) * wide + (cell % width));
			for (let colour = 0; colour < 3; colour++) {
				let sum = bias[colour]!;
				for (let c = 0; c < channels; c++)
					sum += latents[(image * channels + c) * plane + cell]! * (factors[c]?.[colour] ?? 0);
				data[at + colour] = sum * 255;
			}
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
