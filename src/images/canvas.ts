import type { FloatImage } from './pixels.ts';

/** Pixels that are added on each side. */
export interface Added {
	left: number;
	top: number;
	right: number;
	bottom: number;
}

/** Lays a picture on a larger canvas; around it its edge goes on, so that what is drawn there begins with its colours. */
export function extendCanvas({ width, height, data }: FloatImage, { left, top, right, bottom }: Added): FloatImage {
	const wide = width + left + right;
	const tall = height + top + bottom;
	const out = new Float32Array(3 * wide * tall);
	const within = (i: number, length: number) => Math.min(length - 1, Math.max(0, i));
	let at = 0;
	for (let channel = 0; channel < 3; channel++)
		for (let y = 0; y < tall; y++) {
			const row = (channel * height + within(y - top, height)) * width;
			for (let x = 0; x < wide; x++) out[at++] = data[row + within(x - left, width)]!;
		}
	return { width: wide, height: tall, data: out };
}
