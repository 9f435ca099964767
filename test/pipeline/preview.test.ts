import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { compilePreviewDecoder } from '../../src/model/compile.ts';
import { openPreviewDecoder } from '../../src/model/preview-decoder.ts';
import { coarse, decodedPreview } from '../../src/pipeline/preview.ts';
import { PreviewPace } from '../../src/pipeline/preview-pace.ts';
import { openSession } from '../../src/pipeline/session.ts';

const anyImage = fc
	.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }))
	.map(([width, height]) => ({
		width,
		height,
		data: new Uint8Array(width * height * 3).map((_, i) => (i * 37) % 256),
	}));

test('what is shown of a picture that nobody rated has at most 16 pixels a side, whatever the picture’s', () => {
	fc.assert(
		fc.property(anyImage, (image) => {
			const { width, height, data } = coarse(image);
			expect(Math.max(width, height)).toBeLessThanOrEqual(16);
			expect(data).toHaveLength(width * height * 3);
		}),
		{ numRuns: 60 },
	);
});

test('each of them is the mean of what it covers', () => {
	// 17 × 2 pixels in cells of 2 × 2: the last cell is half as wide.
	const data = new Uint8Array(17 * 2 * 3);
	data.fill(200, 0, 3);
	data.fill(90, 16 * 3, 17 * 3);
	const { width, height, data: means } = coarse({ width: 17, height: 2, data });
	expect([width, height]).toEqual([9, 1]);
	expect([means[0], means[3], means[8 * 3]]).toEqual([50, 0, 45]);
});

test('a decoder’s preview shows the same images in the same places as they would be alone', async () => {
	const decoder = await openPreviewDecoder(fileURLToPath(new URL('../golden/preview-decoder', import.meta.url)), 4);
	const session = await openSession(compilePreviewDecoder(decoder, { compute: 'f32' }), { device: 'cpu' });
	onTestFinished(() => session.release());
	// Three images of 6 × 20 cells: two rows of two, of cells that are averaged by two.
	const latents = Float32Array.from({ length: 3 * 4 * 6 * 20 }, (_, i) => Math.sin(i));
	const all = await decodedPreview(session, latents, [3, 4, 6, 20], 1);
	expect([all.width, all.height]).toEqual([2 * 80, 2 * 24]);
	const alone = await decodedPreview(session, latents.slice(4 * 6 * 20, 2 * 4 * 6 * 20), [1, 4, 6, 20], 1);
	for (const [x, y] of [
		[0, 0],
		[79, 0],
		[40, 23],
	] as const) {
		const at = (image: typeof all, left: number) => [
			...image.data.subarray(3 * (y * image.width + x + left)).subarray(0, 3),
		];
		expect(at(all, 80)).toEqual(at(alone, 0));
	}
	const halved = await decodedPreview(
		session,
		latents.map((value) => value * 2),
		[3, 4, 6, 20],
		2,
	);
	expect(halved).toEqual(all);
});

describe('previews are made', () => {
	const pacing = (oneMs = 0) => {
		let now = 0;
		const pace = new PreviewPace(oneMs, () => now);
		const make = (ms: number) =>
			pace.make(async () => {
				now += ms;
			});
		return {
			pace,
			make,
			at: (ms: number) => {
				now = ms;
				return pace.isDue;
			},
		};
	};

	test('every 700 ms at most, and one at a time', async () => {
		const { pace, make, at } = pacing();
		expect([at(699), at(700)]).toEqual([false, true]);
		await make(1);
		expect([at(699 + 700), at(1400)]).toEqual([false, true]);
		const held = Promise.withResolvers<void>();
		const making = pace.make(() => held.promise);
		expect(at(9999)).toBe(false);
		held.resolve();
		await making;
		expect(at(1e9)).toBe(true);
	});

	test('for a hundredth of the job at most', async () => {
		const { make, at } = pacing();
		at(700);
		await make(50);
		expect([at(9900), at(10_000)]).toEqual([false, true]);
		expect([pacing(50).at(4900), pacing(50).at(5000)]).toEqual([false, true]);
	});
});
