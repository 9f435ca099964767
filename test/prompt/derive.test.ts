import { expect, test } from 'vitest';
import {
	addedTo,
	drawFrom,
	enlarge,
	extend,
	redrawLarger,
	reroll,
	sourceIn,
	strengths,
	vary,
} from '../../src/prompt/derive.ts';
import { makeRecipe } from '../../src/prompt/recipe.ts';
import { recipeOfOne, recipeSchema } from '../../src/recipe.ts';
import { demoModel } from './any.ts';

const random = () => 1;
const parent = { imageId: 'p', sha256: 'ab' };
const upscaler = { name: 'demo-x4', scale: 4 };
const { recipe } = makeRecipe(
	{ prompt: '1girl', aspect: '13:19', seed: 0, count: 3 },
	{ model: demoModel, ceiling: 'sensitive', randomSeed: random },
);
const variation = vary(recipe, 0, parent, strengths.usual, random);
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

test('children of a picture that was the best of many are ordinary, and repeating chooses the best of as many again', () => {
	const best = recipeSchema.parse({ ...recipe, seeds: [1, 2, 3, 4, 5], keep: 2 });
	expect(reroll(best, random)).toMatchObject({ keep: 2, seeds: [6, 7, 8, 9, 10] });
	const children = [vary(best, 1, parent, 0.5, random), enlarge(recipeOfOne(best, 4), 0, parent, upscaler)];
	for (const child of children) expect(child).not.toHaveProperty('keep');
	expect(children[1]!.seeds).toEqual([4]);
});

test.for([
	['five pictures that are all kept', { seeds: [1, 2, 3, 4, 5] }],
	['a choice of as many as there are', { seeds: [1, 2], keep: 2 }],
] as const)('%s are no recipe', ([, change]) => {
	expect(recipeSchema.safeParse({ ...recipe, ...change }).success).toBe(false);
});

const one = recipeOfOne(recipe, 2);
const sized = { model: demoModel, randomSeed: random };

test.for([
	['left', { left: 64, top: 0, right: 0, bottom: 0 }],
	['bottom', { left: 0, top: 0, right: 0, bottom: 64 }],
	['around', { left: 32, top: 32, right: 32, bottom: 32 }],
] as const)('what is added %s is half of the picture, in steps that the model can draw', ([where, added]) => {
	expect(addedTo({ width: 128, height: 128 }, where, demoModel)).toEqual(added);
});

test('an extension is two pictures around one parent, of a size that the model can draw', () => {
	const added = addedTo(one, 'left', demoModel);
	const child = extend(one, parent, added, sized);
	const { width, height } = one;
	expect(child).toMatchObject({ width: width + added.left, height, parent, extend: added, strength: strengths.extend });
	expect(child.seeds).toHaveLength(2);
	expect(child.width % demoModel.sizeMultiple).toBe(0);
	expect(recipeSchema.parse(child)).toEqual(child);
});

test('a picture can be extended until it is twice as long as what the model was trained on', () => {
	const wide = { ...one, width: 2 * demoModel.nativeSize, height: demoModel.nativeSize };
	const added = addedTo(wide, 'right', demoModel);
	expect(() => extend(wide, parent, added, sized)).toThrow(expect.objectContaining({ code: 'too-large' }));
});

test('a larger redraw is the same picture with `hires`; of what was so drawn, or is a part, it begins with the file', () => {
	const child = redrawLarger(one, parent, demoModel);
	expect(child).toMatchObject({ seeds: [2], hires: { scale: 1.5, strength: 0.55 } });
	expect(child).not.toHaveProperty('parent');
	const small = { ...one, width: 96, height: 96 };
	const part = extend(small, parent, addedTo(small, 'left', demoModel), sized);
	const again = redrawLarger(part, parent, demoModel);
	expect(again).toMatchObject({ parent, strength: 0.55 });
	expect(again).not.toHaveProperty('extend');
	expect(again.width).toBeGreaterThan(part.width);
});

test('other words over the same picture keep where it begins', () => {
	const upload = drawFrom(recipe, {
		parent: { sha256: 'ef' },
		strength: 0.4,
		mask: { sha256: '12' },
		width: 64,
		height: 96,
	});
	expect(upload).toMatchObject({ parent: { sha256: 'ef' }, width: 64, height: 96 });
	const source = sourceIn(upload)!;
	expect(drawFrom(recipe, source)).toEqual(upload);
	expect(sourceIn(recipe)).toBeUndefined();
	const hires = { ...recipe, hires: { scale: 1.5, strength: 0.55 } };
	expect(() => drawFrom(hires, source)).toThrow(expect.objectContaining({ code: 'hires-of-a-part' }));
	const { mask: _, ...whole } = source;
	expect(drawFrom(hires, whole)).toMatchObject({ width: recipe.width, height: recipe.height, parent: whole.parent });
	expect(sourceIn(drawFrom(hires, whole))).toEqual({ parent: whole.parent, strength: 0.4 });
});

test('variations and enlargements of any child forget what that one was made from', () => {
	const part = extend(one, parent, addedTo(one, 'left', demoModel), sized);
	const other = { imageId: 'q', sha256: 'cd' };
	expect(vary(part, 0, other, 0.5, random)).not.toHaveProperty('extend');
	expect(enlarge(part, 0, other, upscaler)).not.toHaveProperty('extend');
	expect(vary(redrawLarger(one, parent, demoModel), 0, other, 0.5, random)).not.toHaveProperty('hires');
});
