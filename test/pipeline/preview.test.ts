import fc from 'fast-check';
import { expect, test } from 'vitest';
import { coarse } from '../../src/pipeline/preview.ts';

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
