import fc from 'fast-check';
import { expect, test } from 'vitest';
import { baseSize } from '../../src/pipeline/hires.ts';
import { aspectChoices, sizeFor } from '../../src/prompt/aspects.ts';
import { withHires } from '../../src/prompt/larger.ts';
import { recipeOf } from './recipes.ts';

test('the size that a larger picture began with is found again, whatever the model rounds to', () => {
	fc.assert(
		fc.property(
			fc.integer({ min: 1, max: 60 }),
			fc.integer({ min: 1, max: 60 }),
			fc.constantFrom(8, 16, 32, 64),
			(w, h, m) => {
				const model = { nativeSize: 100_000, sizeMultiple: m };
				const size = { width: w * m, height: h * m };
				fc.pre(Math.max(size.width, size.height) * 1.5 + m <= 8192);
				const larger = withHires(recipeOf(size), model);
				expect([larger.width % m, larger.height % m]).toEqual([0, 0]);
				expect(baseSize(larger, m)).toEqual(size);
			},
		),
	);
});

test('seven of the nine sizes of SDXL can be drawn 1.5 times as large; the two longest are refused with the limit', () => {
	const model = { nativeSize: 1024, sizeMultiple: 32 };
	const refused = aspectChoices().filter(({ value }) => {
		try {
			withHires(recipeOf(sizeFor(value as never, model)), model);
			return false;
		} catch (error) {
			expect((error as Error).message).toContain('At most 2048 a side, and 2,726 thousand in all');
			return true;
		}
	});
	expect(refused.map(({ value }) => value).toSorted()).toEqual(['12:5', '5:12']);
});
