import { expect, test } from 'vitest';
import { fitCarried } from '../../src/commands/reproduce-fit.ts';
import { readPasted } from '../../src/images/carried/index.ts';
import { parametersText } from '../../src/images/metadata.ts';
import { makeRecipe } from '../../src/prompt/recipe.ts';
import { parseRequest } from '../../src/prompt/request.ts';
import { canonicalRecipe } from '../../src/recipe.ts';
import { demoModel } from './any.ts';

const make = (prompt: string) =>
	makeRecipe(parseRequest({ prompt }), { model: demoModel, ceiling: 'explicit', randomSeed: () => 7 });

test.for([
	['1girl --cfg-until 0.8', [0, 0.8]],
	['1girl --cfg-from 0.1', [0.1, 1]],
	['1girl --cfg-from=0.1 --cfg-until=0.8 --cfg 5', [0.1, 0.8]],
	['1girl', undefined],
	// all of it, or none: such recipes keep their hash
	['1girl --cfg-from 0 --cfg-until 1', undefined],
	['1girl --cfg-until 0.8 --cfg 1', undefined],
] as const)('%s', ([prompt, interval]) => {
	expect(make(prompt).recipe.guidanceInterval).toEqual(interval);
});

test.for([
	['1girl --cfg-until 1.2', /^Cfg-until takes a number from 0 to 1, not `1\.2`\. Example: `--cfg-until 0\.8`\.$/],
	['1girl --cfg-until 0', /^Guidance cannot end before it begins\./],
	['1girl --cfg-from 0.8 --cfg-until 0.5', /Make `--cfg-from` smaller than `--cfg-until`\.$/],
] as const)('%s is refused with what to do', ([prompt, says]) => {
	expect(() => make(prompt)).toThrow(says);
});

test('a negative is said to have no effect without guidance, but only one that the member wrote', () => {
	const said = 'The negative has no effect: guidance of 1 is none.';
	expect(make('1girl --cfg 1 --no hat').notes).toContain(said);
	expect(make('1girl --cfg 1').notes).toEqual([]);
	expect(make('1girl --cfg 1.5 --no hat').notes).not.toContain(said);
});

test.for([
	[[0.1, 0.8], 'CFG scale: 2, Skip Early CFG: 0.1, CFG until: 0.8, Seed'],
	[[0.25, 1], 'CFG scale: 2, Skip Early CFG: 0.25, Seed'],
	[[0, 0.6], 'CFG scale: 2, CFG until: 0.6, Seed'],
] as const)(
	'%j is in the file in words that WebUI knows where it has some, and is read again',
	([interval, written]) => {
		const { recipe } = make(`1girl --cfg-from ${interval[0]} --cfg-until ${interval[1]} --n 1`);
		const parameters = parametersText({ recipe, modelName: 'demo' });
		expect(parameters).toContain(written);
		for (const text of [parameters, canonicalRecipe(recipe)]) {
			const carried = readPasted(text)!;
			expect(carried.recipe.guidanceInterval).toEqual(interval);
			expect(carried.unknown).toEqual({});
			const fitted = fitCarried(carried, [{ ...demoModel, name: 'demo', upscaler: undefined }]);
			expect(fitted.recipe.guidanceInterval).toEqual(interval);
			expect(parseRequest(fitted.request)).toMatchObject({ 'cfg-from': interval[0], 'cfg-until': interval[1] });
		}
	},
);

test('numbers that make no interval are kept as what is not understood', () => {
	const text = '1girl\nSteps: 20, CFG scale: 7, Skip Early CFG: 1, Seed: 1, Size: 64x64';
	const { recipe, unknown } = readPasted(text)!;
	expect(recipe.guidanceInterval).toBeUndefined();
	expect(unknown).toHaveProperty('Skip Early CFG');
});
