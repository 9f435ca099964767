import { extendCanvas } from '../images/canvas.ts';
import { cover } from '../images/cover.ts';
import { decodeImage } from '../images/decode.ts';
import { readIncomingMask, readIncomingPicture } from '../images/incoming.ts';
import { type Mask, maskOfAdded, readMask } from '../images/mask.ts';
import { type FloatImage, type RgbImage, toFloat } from '../images/pixels.ts';
import { baseSize } from './hires.ts';
import { drawable, overlapOf } from './inpaint.ts';
import type { PaintJob } from './protocol.ts';

/** What a job begins with, brought to where it is drawn over. */
export interface Sources {
	parentImage?: FloatImage;
	/** What is drawn anew of it, in whole cells of the latents. */
	mask?: Mask;
}

/**
 * Reads the member's upload that a recipe is made from, as it came; `undefined` where it is made from none.
 *
 * @throws {UserError} in words for the member, if it cannot be read
 */
export async function readUpload({ recipe, parentImage }: PaintJob): Promise<RgbImage | undefined> {
	if (!parentImage || recipe.parent?.imageId !== undefined) return undefined;
	return readIncomingPicture(parentImage);
}

/**
 * Reads the picture and the mask that a recipe is made from. A parent is brought to the size at which it is drawn over, with `hires`
 * the smaller one: ours is stretched to it, an upload covers it; an enlargement takes it as it is. With `extend` it lies on its larger
 * canvas.
 *
 * @param upload what `readUpload` gave
 * @param model of the model: what sides are a multiple of, and the pixels of a latent cell
 * @throws {UserError} in words for the member, if their mask cannot be read
 */
export async function readSources(
	{ recipe, parentImage, maskImage }: PaintJob,
	upload: RgbImage | undefined,
	model: { sizeMultiple: number; vaeScaleFactor: number },
): Promise<Sources> {
	if (!parentImage) return {};
	const { strength, extend } = recipe;
	if (strength === undefined) return { parentImage: toFloat(await decodeImage(parentImage)) };
	const size = baseSize(recipe, model.sizeMultiple);
	const inner = extend
		? { width: size.width - extend.left - extend.right, height: size.height - extend.top - extend.bottom }
		: size;
	const picture = upload ? await cover(upload, inner) : await decodeImage(parentImage, inner);
	const parent = toFloat(picture);
	const drawn = (mask: Mask) => drawable(mask, model.vaeScaleFactor);
	if (extend)
		return { parentImage: extendCanvas(parent, extend), mask: drawn(maskOfAdded(size, extend, overlapOf(size))) };
	if (!recipe.mask || !maskImage) return { parentImage: parent };
	return { parentImage: parent, mask: drawn(readMask(await readIncomingMask(maskImage, size), picture)) };
}
