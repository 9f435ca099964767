import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { extendCanvas } from '../../src/images/canvas.ts';
import { readIncomingMask } from '../../src/images/incoming.ts';
import {
	feather,
	fillCells,
	grow,
	type Mask,
	maskOfAdded,
	paste,
	type RgbaImage,
	readMask,
} from '../../src/images/mask.ts';
import type { RgbImage } from '../../src/images/pixels.ts';

const [width, height] = [96, 64];
/** Something like a drawing: smooth colours with a dark line. */
const picture: RgbImage = {
	width,
	height,
	data: Uint8Array.from({ length: width * height * 3 }, (_, at) => {
		const i = Math.floor(at / 3);
		const [x, y] = [i % width, Math.floor(i / width)];
		if (Math.abs(x - y) < 2) return 20;
		return [90 + x, 200 - y, 120 + ((x + y) % 40)][at % 3]!;
	}),
};
const inPart = (x: number, y: number) => x >= 40 && x < 70 && y >= 10 && y < 40;
const part = 30 * 30;

function overPicture(colour: (x: number, y: number) => readonly number[] | undefined): RgbaImage {
	const data = new Uint8Array(width * height * 4);
	for (let i = 0; i < width * height; i++) {
		const own = [...picture.data.subarray(3 * i, 3 * i + 3), 255];
		data.set(colour(i % width, Math.floor(i / width)) ?? own, 4 * i);
	}
	return { width, height, data };
}

/** How many of the marked pixels are right, and how many are wrong. */
function score({ data }: Mask) {
	let [right, wrong] = [0, 0];
	for (const [i, one] of data.entries()) if (one === 1) inPart(i % width, Math.floor(i / width)) ? right++ : wrong++;
	return { right: right / part, wrong: wrong / part };
}

async function saved(image: RgbaImage, save: (picture: Sharp) => Sharp): Promise<RgbaImage> {
	const raw = sharp(image.data, { raw: { width, height, channels: 4 } });
	return readIncomingMask(await save(raw).toBuffer(), { width, height });
}

describe('a mask is read from', () => {
	test.for([
		['white on black', (x: number, y: number) => (inPart(x, y) ? [255, 255, 255, 255] : [0, 0, 0, 255])],
		['an erased part', (x: number, y: number) => (inPart(x, y) ? [0, 0, 0, 0] : undefined)],
		['paint on a transparent ground', (x: number, y: number) => (inPart(x, y) ? [255, 0, 255, 255] : [0, 0, 0, 0])],
		['a copy with the part painted magenta', (x: number, y: number) => (inPart(x, y) ? [255, 0, 255, 255] : undefined)],
		['a copy with the part painted white', (x: number, y: number) => (inPart(x, y) ? [255, 255, 255, 255] : undefined)],
		['a copy with the part painted black', (x: number, y: number) => (inPart(x, y) ? [0, 0, 0, 255] : undefined)],
	] as const)('%s', ([, colour]) => {
		const { right, wrong } = score(readMask(overPicture(colour), picture));
		expect(right).toBeGreaterThan(0.98);
		expect(wrong).toBeLessThan(0.02);
	});

	test.for([80, 50, 30])('a painted copy saved as JPEG of quality %i', async (quality) => {
		const painted = overPicture((x, y) => (inPart(x, y) ? [255, 40, 0, 255] : undefined));
		const { right, wrong } = score(readMask(await saved(painted, (it) => it.removeAlpha().jpeg({ quality })), picture));
		expect(right).toBeGreaterThan(0.9);
		expect(wrong).toBeLessThan(0.1);
	});

	test('a painted copy that was scaled down and up again', async () => {
		const painted = overPicture((x, y) => (inPart(x, y) ? [0, 255, 0, 255] : undefined));
		const { right, wrong } = score(
			readMask(await saved(painted, (it) => it.removeAlpha().resize(72, 48).webp()), picture),
		);
		expect(right).toBeGreaterThan(0.9);
		expect(wrong).toBeLessThan(0.15);
	});

	test('a drawing in ink that is black and white itself', () => {
		const ink: RgbImage = { ...picture, data: picture.data.map((_, at) => (Math.floor(at / 3) % 9 === 0 ? 0 : 255)) };
		const data = new Uint8Array(width * height * 4).fill(255);
		for (let i = 0; i < width * height; i++) {
			data.set(ink.data.subarray(3 * i, 3 * i + 3), 4 * i);
			if (i % width < 4 && i < width * 30) data.set([255, 0, 0], 4 * i);
		}
		const mask = readMask({ width, height, data }, ink);
		expect(mask.data.filter((one) => one === 1).length).toBeLessThan(300);
	});
});

test.for([
	['a copy that nothing was painted on', overPicture(() => undefined), /marks no part/],
	['a black square', overPicture(() => [0, 0, 0, 255]), /marks no part/],
	['a white square', overPicture(() => [255, 255, 255, 255]), /covers the whole/],
	[
		'another picture',
		overPicture((x, y) => [(x * 7) % 256, (y * 11) % 256, (x * y) % 256, 255]),
		/neither white on black/,
	],
] as const)('%s is refused in words that help', ([, sent, says]) => {
	expect(() => readMask(sent, picture)).toThrow(
		expect.objectContaining({ code: 'bad-mask', message: expect.stringMatching(says) }),
	);
});

const anyMask = fc
	.record({ width: fc.integer({ min: 1, max: 24 }), height: fc.integer({ min: 1, max: 24 }) })
	.chain((size) =>
		fc
			.uint8Array({ minLength: size.width * size.height, maxLength: size.width * size.height, max: 1 })
			.map((data): Mask => ({ ...size, data: new Uint8Array(data) })),
	);

test('a mask grows by a square around each pixel, and cells are filled whole', () => {
	fc.assert(
		fc.property(anyMask, fc.integer({ min: 0, max: 5 }), fc.constantFrom(1, 2, 8), (mask, by, cell) => {
			const near = (x: number, y: number, test: (dx: number, dy: number) => boolean) =>
				mask.data.some(
					(one, i) => one === 1 && test(Math.abs((i % mask.width) - x), Math.abs(Math.floor(i / mask.width) - y)),
				);
			const grown = grow(mask, by);
			const filled = fillCells(mask, cell);
			for (let i = 0; i < mask.data.length; i++) {
				const [x, y] = [i % mask.width, Math.floor(i / mask.width)];
				expect(grown.data[i] === 1).toBe(near(x, y, (dx, dy) => dx <= by && dy <= by));
				const cellOf = (v: number) => Math.floor(v / cell);
				const inCell = mask.data.some(
					(one, j) =>
						one === 1 && cellOf(j % mask.width) === cellOf(x) && cellOf(Math.floor(j / mask.width)) === cellOf(y),
				);
				expect(filled.data[i] === 1).toBe(inCell);
			}
		}),
		{ numRuns: 30 },
	);
});

test('nothing is pasted outside of a mask, and all of it deep inside', () => {
	const mask: Mask = {
		width,
		height,
		data: Uint8Array.from({ length: width * height }, (_, i) => Number(inPart(i % width, Math.floor(i / width)))),
	};
	const opacity = feather(mask, 4);
	for (const [i, share] of opacity.entries()) {
		const [x, y] = [i % width, Math.floor(i / width)];
		if (!inPart(x, y)) expect(share).toBe(0);
		if (inPart(x - 5, y - 5) && inPart(x + 5, y + 5)) expect(share).toBeCloseTo(1, 5);
	}
	const below = { width, height, data: new Float32Array(3 * width * height).fill(0.3) };
	const above = { width, height, data: new Float32Array(3 * width * height).fill(0.9) };
	const { data } = paste(above, below, opacity);
	expect(data[0]).toBe(below.data[0]);
	expect(data[25 * width + 55]).toBeCloseTo(0.9, 5);
});

test('what is added around a picture begins with its edge, and is marked with an overlap on the sides that grow', () => {
	const small = { width: 2, height: 1, data: Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6) };
	const wide = extendCanvas(small, { left: 2, top: 0, right: 0, bottom: 1 });
	expect([wide.width, wide.height]).toEqual([4, 2]);
	expect([...wide.data.subarray(0, 8)].map((v) => Math.round(v * 10))).toEqual([1, 1, 1, 2, 1, 1, 1, 2]);
	const { data } = maskOfAdded({ width: 8, height: 2 }, { left: 3, top: 0, right: 0, bottom: 0 }, 2);
	expect([...data]).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0]);
});
