import sharp from 'sharp';
import type { RgbImage } from './pixels.ts';

/**
 * Reads a picture file into pixels; what is transparent becomes white.
 *
 * @param size scales to exactly this (Lanczos), if it is another.
 * @throws if the bytes are no picture, or one of more than 64 million pixels.
 */
export async function decodeImage(bytes: Uint8Array, size?: { width: number; height: number }): Promise<RgbImage> {
	let picture = sharp(bytes, { limitInputPixels: 64_000_000 }).flatten({ background: '#fff' }).toColourspace('srgb');
	if (size) picture = picture.resize(size.width, size.height, { fit: 'fill', kernel: 'lanczos3' });
	const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
	if (info.channels !== 3) throw new TypeError(`Expected a picture of 3 channels, got ${info.channels}`);
	return { width: info.width, height: info.height, data: new Uint8Array(data) };
}
