import { expect, test } from 'vitest';
import { samplerNames } from '../../src/pipeline/samplers/index.ts';
import { costOf, stepsOf, workOf } from '../../src/queue/price.ts';
import { parent, recipeOf } from '../pipeline/recipes.ts';

const pixels = 96 * 64;

test.for(samplerNames)('work is a picture’s pixels for each time that the UNet is asked: %s', (sampler) => {
	const recipe = recipeOf({ sampler, steps: 10, seeds: [1, 2, 3], guidanceScale: 1 });
	const calls = sampler === 'heun' || sampler === 'dpmpp-sde' ? 19 : 10; // the last step of those takes one call
	expect(workOf(recipe)).toBe(pixels * 3 * calls);
	expect(workOf({ ...recipe, guidanceScale: 2 })).toBe(pixels * 3 * calls * 2);
	expect(stepsOf(recipe)).toBe(10);
});

test('a variation costs the part of the schedule that it walks, an enlargement the pixels of the result', () => {
	const variation = recipeOf({ sampler: 'heun', steps: 10, guidanceScale: 1, parent, strength: 0.25 });
	expect([stepsOf(variation), workOf(variation)]).toEqual([2, pixels * 3]);
	expect(workOf(recipeOf({ parent, upscaler: 'x' }))).toBe(pixels);
	expect(costOf(recipeOf({ steps: 1, guidanceScale: 1 }), 0)).toBe(1);
});

test('a picture drawn in two goes costs both: the small one and the part that is walked again at full size', () => {
	const hires = { scale: 1.5, strength: 0.55 };
	const recipe = recipeOf({ steps: 20, guidanceScale: 1, hires });
	expect(stepsOf(recipe)).toBe(20 + 11);
	expect(workOf(recipe)).toBe(Math.round((pixels / 2.25) * 20 + pixels * 11));
	expect(stepsOf({ ...recipe, parent, strength: 0.5 })).toBe(10 + 11);
});

test('what is not guided costs one run of the UNet a step, of what is walked', () => {
	const recipe = recipeOf({ steps: 20, guidanceScale: 2, guidanceInterval: [0, 0.8] });
	expect(workOf(recipe)).toBe(pixels * (16 * 2 + 4));
	expect(workOf({ ...recipe, parent, strength: 0.5 })).toBe(pixels * (6 * 2 + 4));
	expect(workOf({ ...recipe, guidanceScale: 1 })).toBe(pixels * 20);
});
