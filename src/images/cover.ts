import sharp from 'sharp';
import type { RgbImage } from './pixels.ts';

/** Scales a picture (Lanczos) so that it covers a size, and cuts off what hangs over, half on each side. */
export async function cover(image: RgbImage, to: { width: number; height: number }): Promise<RgbImage> {
	const { width, height, data } = image;
	if (width === to.width && height === to.height) return image;
	const pixels = await sharp(data, { raw: { width, height, channels: 3 } })
		.resize(to.width, to.height, { fit: 'cover', kernel: 'lanczos3' })
		.raw()
		.toBuffer();
	return { width: to.width, height: to.height, data: new Uint8Array(pixels) };
}
