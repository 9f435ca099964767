import sharp from 'sharp';
import type { RgbImage } from './pixels.ts';

/** Centres a picture on a white square and scales that to `side` pixels, bicubic: what the WD taggers were trained on. */
export async function whiteSquare({ width, height, data }: RgbImage, side: number): Promise<RgbImage> {
	const edge = Math.max(width, height);
	const left = Math.floor((edge - width) / 2);
	const top = Math.floor((edge - height) / 2);
	// Two steps: in one, sharp would scale before it pads.
	const padded = await sharp(data, { raw: { width, height, channels: 3 } })
		.extend({ left, right: edge - width - left, top, bottom: edge - height - top, background: '#fff' })
		.raw()
		.toBuffer();
	const scaled = await sharp(padded, { raw: { width: edge, height: edge, channels: 3 } })
		.resize(side, side, { kernel: 'cubic', fit: 'fill' })
		.raw()
		.toBuffer();
	return { width: side, height: side, data: new Uint8Array(scaled) };
}
