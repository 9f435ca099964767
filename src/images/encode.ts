import sharp, { type Sharp } from 'sharp';
import type { ImageFormat } from '../pipeline/protocol.ts';
import { embedRecipe, markPreview, type Origin } from './metadata.ts';
import type { RgbImage } from './pixels.ts';

/** Adds a signed manifest to a finished file; see `openSigner`. */
export type Sign = (bytes: Uint8Array, format: ImageFormat) => Uint8Array;

/**
 * Writes a picture as a file that carries its recipe and the mark that it was made by AI. Equal pixels and recipe give equal
 * bytes, unless it is signed: a signature is new each time.
 *
 * @param how.quality 1 to 100, of WebP and JPEG; 95.
 */
export async function encodeImage(
	image: RgbImage,
	format: ImageFormat,
	origin: Origin,
	{ quality = 95, sign }: { quality?: number; sign?: Sign | undefined } = {},
): Promise<Uint8Array> {
	const bytes = embedRecipe(await encoder(image, format, quality).toBuffer(), format, image, origin);
	return sign ? sign(bytes, format) : bytes;
}

/** Writes a preview as a small marked WebP, enlarged softly to about `side` pixels along its longer side. It carries no recipe. */
export async function encodePreview({ width, height, data }: RgbImage, side = 256): Promise<Uint8Array> {
	const factor = side / Math.max(width, height);
	const size = { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
	const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
		.resize(size.width, size.height, { fit: 'fill' })
		.webp({ quality: 70, effort: 0 })
		.toBuffer();
	return markPreview(bytes, size);
}

export interface Small {
	bytes: Uint8Array;
	format: ImageFormat;
}

/** A channel's upload limit that no encoding meets. */
export class TooLargeError extends Error {
	constructor(message: string) {
		super(message);
		this.name = 'TooLargeError';
	}
}

/**
 * Makes smaller files for a channel that does not take the PNGs as they are. A picture larger than `maxFileBytes` needs one;
 * if all together are larger than `maxTotalBytes`, each gets an equal share of it as its limit.
 *
 * @returns one entry a picture: `undefined` where the PNG itself may go.
 * @throws {TooLargeError} if even the smallest JPEG is too large.
 */
export async function fitToChannel(
	pictures: { image: RgbImage; png: Uint8Array; origin: Origin }[],
	limits: { maxFileBytes: number; maxTotalBytes: number },
	sign?: Sign | undefined,
): Promise<(Small | undefined)[]> {
	const total = pictures.reduce((sum, p) => sum + p.png.length, 0);
	const share = total > limits.maxTotalBytes ? Math.floor(limits.maxTotalBytes / pictures.length) : Infinity;
	const limit = Math.min(limits.maxFileBytes, share);
	const small: (Small | undefined)[] = [];
	for (const { image, png, origin } of pictures)
		small.push(png.length <= limit ? undefined : await shrink(image, origin, limit, sign));
	return small;
}

/** The first that fits: WebP nearly without loss, then JPEG of falling quality. */
const attempts: { format: ImageFormat; quality: number }[] = [
	{ format: 'webp', quality: 95 },
	...[92, 85, 75, 60, 40, 20].map((quality) => ({ format: 'jpeg' as const, quality })),
];

async function shrink(image: RgbImage, origin: Origin, limit: number, sign: Sign | undefined): Promise<Small> {
	for (const { format, quality } of attempts) {
		const bytes = await encodeImage(image, format, origin, { quality, sign });
		if (bytes.length <= limit) return { bytes, format };
	}
	throw new TooLargeError(
		`A picture of ${image.width} × ${image.height} does not fit into the ${limit} bytes that the channel takes`,
	);
}

function encoder({ width, height, data }: RgbImage, format: ImageFormat, quality: number): Sharp {
	const raw = sharp(data, { raw: { width, height, channels: 3 } });
	switch (format) {
		case 'png':
			return raw.png({ compressionLevel: 6, adaptiveFiltering: false, palette: false });
		case 'webp':
			return raw.webp({ quality, effort: 4, smartSubsample: true });
		case 'jpeg':
			return raw.jpeg({ quality, chromaSubsampling: quality >= 85 ? '4:4:4' : '4:2:0' });
	}
}
