import { expect, test } from 'vitest';
import { defaultStrength, enlarge, reroll, vary } from '../../src/prompt/derive.ts';
import { makeRecipe } from '../../src/prompt/recipe.ts';
import { recipeSchema } from '../../src/recipe.ts';
import { demoModel } from './any.ts';

const random = () => 1;
const parent = { imageId: 'p', sha256: 'ab' };
const upscaler = { name: 'demo-x4', scale: 4 };
const { recipe } = makeRecipe(
	{ prompt: '1girl', aspect: '13:19', seed: 0, count: 3 },
	{ model: demoModel, ceiling: 'sensitive', randomSeed: random },
);
const variation = vary(recipe, 0, parent, defaultStrength, random);
const enlargement = enlarge(recipe, 2, parent, upscaler);

test('repeating changes the seeds alone, to none of the old ones', () => {
	expect(reroll(recipe, random)).toEqual({ ...recipe, seeds: [3, 4, 5] });
});

test('a variation is four pictures of one parent, all else the same', () => {
	expect(variation).toEqual({ ...recipe, seeds: [3, 4, 5, 6], parent, strength: 0.55 });
});

test('repeating a variation keeps its parent', () => {
	expect(reroll(variation, random)).toMatchObject({ parent, strength: 0.55, seeds: [1, 2, 7, 8] });
});

test('an enlargement is one picture, by its own seed, larger by the scale', () => {
	expect(enlargement).toEqual({ ...recipe, seeds: [2], parent, upscaler: 'demo-x4', width: 384, height: 640 });
});

test('an enlargement of a variation belongs to the variation and has no strength', () => {
	const other = { imageId: 'v', sha256: 'cd' };
	const child = enlarge(variation, 3, other, upscaler);
	expect(child).toMatchObject({ seeds: [6], parent: other });
	expect(child).not.toHaveProperty('strength');
});

test('every child is a valid recipe', () => {
	for (const child of [variation, enlargement, reroll(variation, random), vary(variation, 3, parent, 1, random)])
		expect(recipeSchema.parse(child)).toEqual(child);
});

test.for([
	['a picture that is not there', 'no-such-picture', () => vary(recipe, 3, parent, 0.5, random)],
	['an enlargement of a picture that is not there', 'no-such-picture', () => enlarge(recipe, -1, parent, upscaler)],
	['an enlargement beyond the largest size', 'too-large', () => enlarge(recipe, 0, parent, { name: 'x', scale: 100 })],
	['to repeat an enlargement', 'enlargement-is-final', () => reroll(enlargement, random)],
	['to vary an enlargement', 'enlargement-is-final', () => vary(enlargement, 0, parent, 0.5, random)],
	['to enlarge an enlargement', 'enlargement-is-final', () => enlarge(enlargement, 0, parent, upscaler)],
] as const)('refuses %s', ([, code, derive]) => {
	expect(derive).toThrow(expect.objectContaining({ name: 'UserError', code }));
});
