import { differenceOf } from '../images/difference.ts';
import { readIncomingPicture } from '../images/incoming.ts';
import { readDrawnBy } from '../images/metadata.ts';
import type { RgbImage } from '../images/pixels.ts';
import type { Comparison } from './protocol.ts';

/**
 * Compares a picture with the file that it repeats, which may be anybody's. `drawnBy` is what drew it now.
 *
 * @returns nothing where the file cannot be read
 */
export async function compareWith(file: Uint8Array, image: RgbImage, drawnBy: string): Promise<Comparison | undefined> {
	let before: RgbImage;
	try {
		before = await readIncomingPicture(file);
	} catch {
		return undefined;
	}
	const { width, height } = before;
	const drawnByBefore = readDrawnBy(file);
	const about = {
		before: { width, height, ...(drawnByBefore !== undefined && { drawnBy: drawnByBefore }) },
		drawnBy,
		// Of the formats that members send, PNG alone keeps every pixel for certain.
		isLossy: file[0] !== 0x89,
	};
	if (width !== image.width || height !== image.height) return about;
	return { ...about, ...differenceOf(before, image) };
}
