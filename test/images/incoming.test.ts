import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { incomingLimits, readIncomingPicture } from '../../src/images/incoming.ts';
import { gradient } from './support.ts';

const [width, height] = [40, 24];
const picture = () => sharp(gradient(width, height).data, { raw: { width, height, channels: 3 } });
const bytesOf = async (image: Sharp) => new Uint8Array(await image.toBuffer());
const at = ({ width: w, data }: { width: number; data: Uint8Array }, x: number, y: number) => [
	...data.subarray((y * w + x) * 3, (y * w + x) * 3 + 3),
];
const refusal = (bytes: Uint8Array) =>
	readIncomingPicture(bytes).then(
		() => undefined,
		(error: unknown) => error as Error & { code: string },
	);

test('PNG, JPEG and WebP are read, of any depth and with what is transparent in white', async () => {
	expect(await readIncomingPicture(await bytesOf(picture().png()))).toEqual(gradient(width, height));
	for (const file of [
		picture().jpeg(),
		picture().webp(),
		picture().png({ palette: true }),
		picture().greyscale().png(),
		picture().toColourspace('rgb16').png(),
		picture().toColourspace('cmyk').jpeg(),
	])
		expect(await readIncomingPicture(await bytesOf(file))).toMatchObject({ width, height });
	const clear = sharp({ create: { width, height, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0 } } });
	expect(at(await readIncomingPicture(await bytesOf(clear.png())), 3, 3)).toEqual([255, 255, 255]);
});

test('a picture lies as its EXIF says, and colours are sRGB whatever its profile', async () => {
	const turned = await readIncomingPicture(await bytesOf(picture().png().withMetadata({ orientation: 6 })));
	expect([turned.width, turned.height]).toEqual([height, width]);
	const red = sharp({ create: { width, height, channels: 3, background: '#e01010' } });
	const wide = await readIncomingPicture(await bytesOf(red.png().withIccProfile('p3')));
	for (const [i, value] of [0xe0, 0x10, 0x10].entries())
		expect(Math.abs(at(wide, 5, 5)[i]! - value)).toBeLessThanOrEqual(3);
});

test('of an animated picture the first frame counts', async () => {
	const frames = Buffer.concat([gradient(width, height).data, new Uint8Array(width * height * 3)]);
	const animated = sharp(frames, { raw: { width, height: 2 * height, channels: 3, pageHeight: height } });
	const read = await readIncomingPicture(await bytesOf(animated.webp({ lossless: true, loop: 0, delay: [50, 50] })));
	expect(read).toEqual(gradient(width, height));
});

describe('what is no picture for us is refused in words', () => {
	const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="24"><rect width="40" height="24"/></svg>';
	test.for<[string, () => Promise<Uint8Array>, string]>([
		['nothing', async () => new Uint8Array(), 'bad-picture'],
		['text', async () => Buffer.from('hello there, this is no picture at all'), 'bad-picture'],
		['SVG', async () => Buffer.from(svg), 'bad-picture'],
		['GIF', () => bytesOf(picture().gif()), 'bad-picture'],
		['AVIF', () => bytesOf(picture().avif()), 'bad-picture'],
		['TIFF', () => bytesOf(picture().tiff()), 'bad-picture'],
		['PDF', async () => Buffer.from('%PDF-1.7\n1 0 obj'), 'bad-picture'],
		[
			'SVG behind a PNG’s first bytes',
			async () => Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from(svg)]),
			'bad-picture',
		],
		['half a JPEG', async () => (await bytesOf(picture().jpeg())).subarray(0, 500), 'bad-picture'],
		['half a PNG', async () => (await bytesOf(picture().png())).subarray(0, 900), 'bad-picture'],
		['a tiny picture', () => bytesOf(picture().resize(15, 15).png()), 'bad-picture'],
		[
			'a side over the limit',
			() =>
				bytesOf(
					picture()
						.resize(incomingLimits.side.max + 1, 16)
						.png(),
				),
			'picture-too-large',
		],
		[
			'a PNG that says it has 4,000 million pixels',
			async () => withSize(await bytesOf(picture().png()), 65_000, 65_000),
			'picture-too-large',
		],
		[
			'a PNG that says it has 33 million',
			async () => withSize(await bytesOf(picture().png()), 6000, 5500),
			'picture-too-large',
		],
		['a PNG whose header lies', async () => withSize(await bytesOf(picture().png()), 41, 24), 'bad-picture'],
		[
			'more bytes than the limit',
			async () => Buffer.concat([await bytesOf(picture().png()), Buffer.alloc(incomingLimits.bytes)]),
			'picture-too-large',
		],
	])('%s', async ([, make, code]) => {
		const error = await refusal(await make());
		expect(error).toMatchObject({ name: 'UserError', code });
		expect(error!.message).toMatch(/^[A-Z].*[a-z]\.$/);
	});
});

/** Writes another size into a PNG's header, with a checksum that agrees. */
function withSize(png: Uint8Array, w: number, h: number): Uint8Array {
	const lie = Buffer.from(png);
	lie.writeUInt32BE(w, 16);
	lie.writeUInt32BE(h, 20);
	lie.writeUInt32BE(crc32(lie.subarray(12, 29)), 29);
	return lie;
}
