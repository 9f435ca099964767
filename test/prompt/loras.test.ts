import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { chooseLoras, completeLoras, loraTag, takeLoraTags } from '../../src/prompt/loras.ts';
import { makeRecipe } from '../../src/prompt/recipe.ts';
import { parseRequest } from '../../src/prompt/request.ts';

const known = [
	{ name: 'ink', sha256: 'a' },
	{ name: 'Oil Paint', sha256: 'b' },
	{ name: 'chalk', sha256: 'c' },
];

const recipeOf = (prompt: string, lora?: string) =>
	makeRecipe(parseRequest({ prompt, ...(lora !== undefined && { lora }), preset: 'none' }), {
		model: {
			hash: 'h',
			nativeSize: 1024,
			sizeMultiple: 32,
			recommended: { steps: 20, guidanceScale: 5, sampler: 'euler-ancestral' },
			loras: known,
		},
		ceiling: 'explicit',
		randomSeed: () => 1,
	}).recipe;

describe('a prompt', () => {
	test.for<[string, string, [string, number][]]>([
		['1girl, <lora:ink:0.8>, hat', '1girl, hat', [['ink', 0.8]]],
		['<lora:ink>1girl', '1girl', [['ink', 1]]],
		[
			'1girl <lora:ink:-1.5> <lora:chalk:.5>',
			'1girl',
			[
				['chalk', 0.5],
				['ink', -1.5],
			],
		],
		['1girl, <lora:oil_paint:1>', '1girl', [['Oil Paint', 1]]],
		['1girl, <LoRA:Oil paint:1>', '1girl', [['Oil Paint', 1]]],
		['1girl, <lora:ink:1>, <lora:INK:0.3>', '1girl', [['ink', 0.3]]],
		['1girl, <lora:ink:0>', '1girl', []],
		[
			'1girl --lora ink:0.8 --lora chalk, hat',
			'1girl, hat',
			[
				['chalk', 1],
				['ink', 0.8],
			],
		],
		['1girl --lora ink:0.8 hat', '1girl, hat', [['ink', 0.8]]],
	])('%s', ([typed, prompt, loras]) => {
		const recipe = recipeOf(typed);
		expect(recipe.prompt).toBe(prompt);
		expect((recipe.loras ?? []).map(({ name, weight }) => [name, weight])).toEqual(loras);
		expect('loras' in recipe).toBe(loras.length > 0);
	});

	test('keeps them as tags, so that they can be edited', () => {
		const request = parseRequest({ prompt: '1girl, hat', lora: 'ink:0.5, oil_paint' });
		expect(request.prompt).toBe('1girl, hat <lora:ink:0.5> <lora:oil_paint:1>');
		expect(parseRequest(request)).toEqual(request);
	});

	test('a flag stands in place of the option, a tag comes on top of both', () => {
		const names = (prompt: string) => recipeOf(prompt, 'ink').loras?.map(({ name }) => name);
		expect(names('1girl')).toEqual(['ink']);
		expect(names('1girl --lora chalk')).toEqual(['chalk']);
		expect(names('1girl <lora:chalk:1>')).toEqual(['chalk', 'ink']);
	});

	test.for([
		['<lora:ink:1>', 'prompt-empty'],
		['1girl <lora:ink:high>', 'bad-lora'],
		['1girl <lora:ink:0.5:0.5>', 'bad-lora'],
		['1girl <lora:ink:5>', 'bad-lora'],
		['1girl <lora:>', 'bad-lora'],
		['1girl --lora ink:9', 'bad-lora'],
		['1girl <lora:pastel:1>', 'unknown-lora'],
		[`1girl ${Array.from({ length: 9 }, (_, i) => `<lora:l${i}:1>`).join('')}`, 'too-many-loras'],
	] as const)('%s is refused: %s', ([prompt, code]) => {
		expect(() => recipeOf(prompt)).toThrow(expect.objectContaining({ code }));
		expect(() => recipeOf(prompt)).toThrow(UserError);
	});
});

test('an unknown name is answered with those that there are', () => {
	const ask = (names: string[]) => () =>
		chooseLoras(
			[{ name: 'x', weight: 1 }],
			names.map((name) => ({ name, sha256: '' })),
		);
	expect(ask(['a', 'b'])).toThrow('There is no LoRA `x`. There are `a`, `b`.');
	expect(ask(['a'])).toThrow('There is `a`.');
	expect(ask([])).toThrow('There are none here: whoever runs the bot can add some.');
	expect(ask(Array.from({ length: 23 }, (_, i) => `l${i}`))).toThrow(/`l19` and 3 more\.$/);
});

test('what is being typed is completed at its last name', () => {
	expect(completeLoras('', known)).toEqual(['ink', 'Oil_Paint', 'chalk']);
	expect(completeLoras('ink:0.5, oil p', known)).toEqual(['ink:0.5, Oil_Paint']);
	expect(completeLoras('zzz', known)).toEqual([]);
	expect(completeLoras(`${'x'.repeat(99)},`, known)).toEqual([]);
});

test('tags are taken out whole, and what is written can be read again', () => {
	const name = fc.stringMatching(/^[a-z][a-z _-]{0,9}[a-z]$/);
	const lora = fc.record({
		name,
		weight: fc.double({ min: -4, max: 4, noNaN: true }).map((x) => Math.round(x * 100) / 100 + 0),
	});
	fc.assert(
		fc.property(
			fc.uniqueArray(lora, { selector: (one) => one.name.replace(/[\s_]+/g, '_'), maxLength: 8 }),
			(loras) => {
				const prompt = ['1girl', ...loras.map(loraTag), 'hat'].join(', ');
				expect(takeLoraTags(prompt)).toEqual({ text: '1girl, hat', loras });
			},
		),
	);
});
