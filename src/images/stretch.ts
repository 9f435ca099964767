import sharp from 'sharp';
import type { RgbImage } from './pixels.ts';

/** Scales a picture to a width and height, whatever its shape, with a triangle filter: what Pillow calls bilinear. */
export async function stretch(
	{ data, width, height }: RgbImage,
	to: { width: number; height: number },
): Promise<RgbImage> {
	const pixels = await sharp(data, { raw: { width, height, channels: 3 } })
		.resize(to.width, to.height, { kernel: 'linear', fit: 'fill' })
		.raw()
		.toBuffer();
	return { ...to, data: new Uint8Array(pixels) };
}
