import sharp, { type Metadata, type Sharp } from 'sharp';
import { UserError } from '../errors.ts';
import type { RgbaImage } from './mask.ts';
import type { RgbImage } from './pixels.ts';

/** What a picture from outside may be. Sides are pixels; `secondsToRead` is a bound, an ordinary picture takes a tenth of one. */
export const incomingLimits = {
	bytes: 32 * 1024 * 1024,
	pixels: 32_000_000,
	side: { min: 16, max: 10_000 },
	secondsToRead: 10,
};

// libvips could read dozens of formats, each with a parser of its own. What no member may send, no picture of ours needs either.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadPngBuffer', 'VipsForeignLoadJpegBuffer', 'VipsForeignLoadWebpBuffer'] });

/**
 * Reads a picture that a member sent: PNG, JPEG or WebP, by its first bytes and whatever its name says. Of an animated one the
 * first frame counts. It is turned as its EXIF says and brought to sRGB, transparency becomes white, and nothing else of the
 * file is kept. Belongs into a painter's process: a decoder that breaks must not take the bot with it.
 *
 * @throws {UserError} `bad-picture` or `picture-too-large`, in words for the member
 */
export async function readIncomingPicture(bytes: Uint8Array): Promise<RgbImage> {
	const picture = await openIncoming(bytes);
	return read(picture.autoOrient().flatten({ background: '#fff' }).toColourspace('srgb'), 3);
}

/**
 * Reads a mask that a member sent, by the same rules but with its transparency, and scales it to cover a size.
 *
 * @throws {UserError} as `readIncomingPicture` does
 */
export async function readIncomingMask(bytes: Uint8Array, size: { width: number; height: number }): Promise<RgbaImage> {
	const picture = (await openIncoming(bytes)).autoOrient().toColourspace('srgb').ensureAlpha();
	return read(picture.resize(size.width, size.height, { fit: 'cover', kernel: 'linear' }), 4);
}

/** Looks at the file's first bytes and header, before anything is unpacked. */
async function openIncoming(bytes: Uint8Array): Promise<Sharp> {
	const format = formatOf(bytes);
	if (!format) throw new UserError('bad-picture', 'This is no PNG, JPEG or WebP picture. Please send one of these.');
	const { bytes: maxBytes, pixels, secondsToRead } = incomingLimits;
	if (bytes.length > maxBytes)
		throw new UserError(
			'picture-too-large',
			`The file is too large: at most ${maxBytes / 1024 / 1024} MB can be used.`,
		);
	const picture = (most: number | false) =>
		sharp(bytes, { limitInputPixels: most, failOn: 'error', pages: 1, sequentialRead: true });
	// The header alone is read here, so that a picture of any size can be told what is wrong with it.
	const head = await picture(false).metadata().catch(broken);
	if (head.format !== format) broken();
	checkSize(head);
	return picture(pixels).timeout({ seconds: secondsToRead });
}

async function read(picture: Sharp, channels: 3 | 4): Promise<RgbImage> {
	const { data, info } = await picture.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }).catch(broken);
	if (info.channels !== channels || data.length !== info.width * info.height * channels) broken();
	return { width: info.width, height: info.height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
}

function formatOf(bytes: Uint8Array): 'png' | 'jpeg' | 'webp' | undefined {
	const starts = (at: number, ...wanted: number[]) => wanted.every((byte, i) => bytes[at + i] === byte);
	if (starts(0, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png';
	if (starts(0, 0xff, 0xd8, 0xff)) return 'jpeg';
	// RIFF, four bytes of length, WEBP
	return starts(0, 0x52, 0x49, 0x46, 0x46) && starts(8, 0x57, 0x45, 0x42, 0x50) ? 'webp' : undefined;
}

/** Looks at what the header says, before anything is unpacked. */
function checkSize({ width, height }: Metadata): void {
	const { pixels, side } = incomingLimits;
	if (width > side.max || height > side.max || width * height > pixels)
		throw new UserError(
			'picture-too-large',
			`The picture has ${width} × ${height} pixels: at most ${pixels / 1e6} million, and ${side.max.toLocaleString('en')} a side, can be used.`,
		);
	if (width < side.min || height < side.min)
		throw new UserError('bad-picture', `The picture is too small: it needs ${side.min} pixels on each side.`);
}

/** What the decoder says is for nobody: a member can do nothing with it. */
function broken(): never {
	throw new UserError('bad-picture', 'This picture is damaged and cannot be read. Please save it anew and send that.');
}
