import sharp from 'sharp';
import { expect, test } from 'vitest';
import { encodeImage } from '../../src/images/encode.ts';
import { type RgbImage, toFloat } from '../../src/images/pixels.ts';
import { finishPictures } from '../../src/pipeline/finish.ts';
import type { Device } from '../../src/pipeline/protocol.ts';
import { comparisonNotes } from '../../src/queue/reference.ts';
import { gradient, originOf } from '../images/support.ts';

const size = { width: 48, height: 32 };
const before = gradient(size.width, size.height);
const recipe = { ...originOf(size).recipe, seeds: [0] };
const reference = { imageIds: ['a'] };

function changed(by: (data: Uint8Array) => void): RgbImage {
	const data = before.data.slice();
	by(data);
	return { ...size, data };
}

/** Draws an image as the repetition of files, and says what the member is told. */
async function told(image: RgbImage, files: (Uint8Array | null)[], device: Device = 'cpu'): Promise<string[]> {
	const seeds = files.map((_, i) => i);
	const job = { id: 'a', recipe: { ...recipe, seeds }, references: files, maxFileBytes: 1e9, maxTotalBytes: 1e9 };
	const images = files.map(() => toFloat(image));
	const { pictures } = await finishPictures(images, job, { modelName: 'demo', device });
	return comparisonNotes({ reference }, pictures);
}
const stored = (device: Device) => encodeImage(before, 'png', { ...originOf(size), device });

test('equal pixels are equal, whatever else is in the file', async () => {
	expect(await told(before, [await stored('cuda')])).toEqual([
		'Equal, pixel for pixel, to the picture that it repeats.',
	]);
	const bare = await sharp(before.data, { raw: { ...size, channels: 3 } })
		.png({ palette: false })
		.toBuffer();
	expect(await told(before, [bare, bare])).toEqual([
		'All 2 are equal, pixel for pixel, to the pictures that they repeat.',
	]);
});

test('one value of one pixel makes them differ, by how much and drawn by whom', async () => {
	const image = changed((data) => {
		data[301] = data[301]! ^ 4;
	});
	// 10 log10(255² / (16 / 4608)) = 72.7
	expect(await told(image, [await stored('cpu')])).toEqual([
		'Not equal to the picture that it repeats: at most 4 of 255 apart, in < 0.1 % of the pixels (PSNR 72.7 dB).',
	]);
	expect((await told(image, [await stored('cuda')]))[0]).toMatch(
		/ That one was drawn by Atelier [\d.]+ on cuda, this one by Atelier [\d.]+ on cpu\.$/,
	);
});

test('of several, each is told; what is gone, of another size or no picture at all too', async () => {
	const larger = await sharp({ create: { width: 50, height: 32, channels: 3, background: '#123' } })
		.png()
		.toBuffer();
	expect(await told(before, [await stored('cpu'), larger, null, Buffer.from('no picture')])).toEqual([
		'Picture 1: Equal, pixel for pixel, to the picture that it repeats.',
		'Picture 2: Not equal: the picture that it repeats has 50×32 pixels.',
		'Picture 3: The picture that it repeats is gone or cannot be read, so nothing was compared.',
		'Picture 4: The picture that it repeats is gone or cannot be read, so nothing was compared.',
	]);
});

test('a file with loss cannot be equal, and that is said of it', async () => {
	const jpeg = await encodeImage(before, 'jpeg', originOf(size), { quality: 60 });
	expect((await told(before, [jpeg]))[0]).toMatch(
		/^The file that was sent is compressed with loss.*\(PSNR \d\d\.\d dB\)\.$/,
	);
});

test('nothing is said of pictures that repeat nothing', async () => {
	expect(comparisonNotes({ reference: null }, [])).toEqual([]);
});
