import { extendCanvas } from '../images/canvas.ts';
import { cover } from '../images/cover.ts';
import { decodeImage } from '../images/decode.ts';
import { readIncomingMask, readIncomingPicture } from '../images/incoming.ts';
import { type Mask, maskOfAdded, readMask } from '../images/mask.ts';
import { type FloatImage, type RgbImage, toFloat, toRgb } from '../images/pixels.ts';
import { overlapOf } from './inpaint.ts';
import type { PaintJob } from './protocol.ts';

/** What a job begins with, read. */
export interface Sources {
	parentImage?: FloatImage;
	/** As it was painted; `inpaint.ts` makes it what is drawn. */
	mask?: Mask;
	/** The member's upload as it came, for the tagger: there exactly when the parent is one. */
	upload?: RgbImage;
}

/**
 * Reads the picture and the mask that a recipe is made from. A parent is brought to the size at which it is drawn over: ours is
 * stretched to it, an upload covers it; an enlargement takes it as it is. With `extend` it lies on its larger canvas.
 *
 * @throws {UserError} in words for the member, if what they sent cannot be read
 */
export async function readSources({ recipe, parentImage, maskImage }: PaintJob): Promise<Sources> {
	if (!parentImage) return {};
	const { parent, strength, extend } = recipe;
	if (strength === undefined) return { parentImage: toFloat(await decodeImage(parentImage)) };
	const size = { width: recipe.width, height: recipe.height };
	const inner = extend
		? { width: size.width - extend.left - extend.right, height: size.height - extend.top - extend.bottom }
		: size;
	const upload = parent?.imageId === undefined ? await readIncomingPicture(parentImage) : undefined;
	const picture = toFloat(upload ? await cover(upload, inner) : await decodeImage(parentImage, inner));
	const sources = { parentImage: extend ? extendCanvas(picture, extend) : picture, ...(upload && { upload }) };
	if (extend) return { ...sources, mask: maskOfAdded(size, extend, overlapOf(size)) };
	if (!recipe.mask || !maskImage) return sources;
	return { ...sources, mask: readMask(await readIncomingMask(maskImage, size), toRgb(picture)) };
}
