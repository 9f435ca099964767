import { expect, test } from 'vitest';
import { decodeImage } from '../../src/images/decode.ts';
import { encodeImage, fitToChannel, TooLargeError } from '../../src/images/encode.ts';
import { readRecipe } from '../../src/images/metadata.ts';
import type { RgbImage } from '../../src/images/pixels.ts';
import { toFloat, toRgb } from '../../src/images/pixels.ts';
import { gradient, originOf, whiteNoise } from './support.ts';

async function finished(image: RgbImage) {
	const origin = originOf({ width: image.width, height: image.height });
	return { image, origin, png: await encodeImage(image, 'png', origin) };
}

test('a PNG gives back every pixel', async () => {
	const image = whiteNoise(72, 40);
	const { png } = await finished(image);
	expect(await decodeImage(png)).toEqual(image);
});

test('scales a picture that is wanted in another size', async () => {
	const { png } = await finished(gradient(72, 40));
	const { width, height, data } = await decodeImage(png, { width: 36, height: 50 });
	expect([width, height, data.length]).toEqual([36, 50, 36 * 50 * 3]);
});

test('leaves PNGs that the channel takes as they are', async () => {
	const picture = await finished(gradient(72, 40));
	const limits = { maxFileBytes: picture.png.length, maxTotalBytes: 2 * picture.png.length };
	expect(await fitToChannel([picture, picture], limits)).toEqual([undefined, undefined]);
});

test('makes a WebP with the recipe inside of a picture that is too large as PNG', async () => {
	const [large, fine] = [await finished(gradient(320, 200)), await finished(gradient(16, 8))];
	const limits = { maxFileBytes: large.png.length - 1, maxTotalBytes: 1e9 };
	const [small, untouched] = await fitToChannel([large, fine], limits);
	expect(small?.format).toBe('webp');
	expect(small!.bytes.length).toBeLessThanOrEqual(limits.maxFileBytes);
	expect(readRecipe(small!.bytes)).toEqual(large.origin.recipe);
	expect(untouched).toBeUndefined();
});

test('falls back to JPEG where WebP is too large too', async () => {
	const picture = await finished(whiteNoise(160, 120));
	const [small] = await fitToChannel([picture], { maxFileBytes: 16_000, maxTotalBytes: 1e9 });
	expect(small?.format).toBe('jpeg');
	expect(small!.bytes.length).toBeLessThanOrEqual(16_000);
	expect(readRecipe(small!.bytes)).toEqual(picture.origin.recipe);
});

test('shares the limit of the whole message equally', async () => {
	const pictures = await Promise.all([1, 2, 3, 4].map(() => finished(whiteNoise(160, 120))));
	const maxTotalBytes = 100_000;
	const small = await fitToChannel(pictures, { maxFileBytes: 1e9, maxTotalBytes });
	expect(small.reduce((sum, file) => sum + file!.bytes.length, 0)).toBeLessThanOrEqual(maxTotalBytes);
});

test('says so when nothing fits', async () => {
	const picture = await finished(whiteNoise(160, 120));
	await expect(fitToChannel([picture], { maxFileBytes: 500, maxTotalBytes: 1e9 })).rejects.toThrow(TooLargeError);
});

test('rounds half to even, clamps, and turns planes into pixels', () => {
	const data = Float32Array.of(0.5 / 255, 1.5 / 255, -1, 2, 0, 1); // [3, 1, 2]
	expect([...toRgb({ width: 2, height: 1, data }).data]).toEqual([0, 0, 0, 2, 255, 255]);
});

test('bytes survive the way to floats and back', () => {
	expect(toRgb(toFloat(whiteNoise(9, 5)))).toEqual(whiteNoise(9, 5));
});
