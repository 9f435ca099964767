import type { PaintJob } from '../../src/pipeline/protocol.ts';
import type { Recipe } from '../../src/recipe.ts';

/** A recipe of few steps that is not square. */
export function recipeOf(changes: Partial<Recipe> = {}): Recipe {
	return {
		version: 1,
		prompt: '1girl, solo, blue hair',
		negative: 'lowres, (bad)',
		syntax: 'plain',
		width: 96,
		height: 64,
		steps: 3,
		guidanceScale: 2,
		sampler: 'euler-ancestral',
		seeds: [0],
		model: 'c0ffee'.repeat(10),
		...changes,
	};
}

/** Of a job that the test does not care to tell from others. */
export const parent = { imageId: 'parent', sha256: '0'.repeat(64) };

export function jobOf(id: string, changes: Partial<Recipe> = {}, more: Partial<PaintJob> = {}): PaintJob {
	return { id, recipe: recipeOf(changes), maxFileBytes: 1e7, maxTotalBytes: 1e7, ...more };
}
