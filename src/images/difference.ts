import type { RgbImage } from './pixels.ts';

/** How far two pictures of one size are apart. */
export interface Difference {
	/** The largest difference of a colour value, 0 to 255. */
	most: number;
	/** Pixels in which any colour value differs, as a share of all, 0 to 1. */
	share: number;
	/** Peak signal-to-noise ratio in decibels: 10 log10(255² / mean squared error); infinite where they are equal. */
	psnr: number;
}

/** Compares two pictures pixel by pixel. @throws {RangeError} if their sizes differ */
export function differenceOf(a: RgbImage, b: RgbImage): Difference {
	if (a.width !== b.width || a.height !== b.height)
		throw new RangeError(
			`Expected two pictures of one size, got ${a.width} × ${a.height} and ${b.width} × ${b.height}`,
		);
	let [most, squares, pixels] = [0, 0, 0];
	for (let i = 0; i < a.data.length; i += 3) {
		let largest = 0;
		for (let c = i; c < i + 3; c++) {
			const difference = Math.abs(a.data[c]! - b.data[c]!);
			squares += difference * difference;
			largest = Math.max(largest, difference);
		}
		if (largest > 0) pixels++;
		most = Math.max(most, largest);
	}
	const count = a.width * a.height;
	return { most, share: pixels / count, psnr: 10 * Math.log10((255 * 255) / (squares / (3 * count))) };
}
