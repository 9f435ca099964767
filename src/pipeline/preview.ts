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
