import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Rating } from '../../src/prompt/families.ts';
import { presets } from '../../src/prompt/presets.ts';
import { type ModelFacts, makeRecipe, suitFor } from '../../src/prompt/recipe.ts';
import { parseRequest, type RequestOptions } from '../../src/prompt/request.ts';
import { isBreak, parsePrompt, type Syntax, syntaxNames, wordsOf } from '../../src/prompt/syntax/index.ts';
import { joinTags, splitTags } from '../../src/prompt/tags.ts';
import { demoModel } from './any.ts';

function make(options: RequestOptions, facts: Partial<ModelFacts> = {}, ceiling: Rating = 'explicit') {
	const model = { ...demoModel, ...facts };
	return makeRecipe(parseRequest({ preset: 'none', ...options }), { model, ceiling, randomSeed: () => 7 }).recipe;
}

test('prompts are plain, unless the operator or the member chooses; the member wins', () => {
	expect(make({ prompt: 'hat' }).syntax).toBe('plain');
	expect(make({ prompt: 'hat' }, { syntax: 'webui' }).syntax).toBe('webui');
	expect(make({ prompt: 'hat --syntax compel' }, { syntax: 'webui' }).syntax).toBe('compel');
	expect(make({ prompt: 'hat', syntax: 'plain' }, { syntax: 'webui' }).syntax).toBe('plain');
});

test.for(syntaxNames)("the card's negative reads as the card writes it in the syntax %s", (syntax) => {
	const { negative } = make({ prompt: 'hat', preset: 'card', syntax });
	const pieces = parsePrompt(negative!, syntax);
	expect(pieces).toEqual([{ text: presets.card.negative.join(', '), weight: 1 }]);
});

test('what is bracketed together stays together when tags are put in order', () => {
	const { prompt } = make({ prompt: 'smile, (hat, 1girl, masterpiece:1.2), 2boys', syntax: 'webui' });
	expect(prompt).toBe('2boys, smile, (hat, 1girl, masterpiece:1.2)');
	expect(make({ prompt: 'smile, (hat, 1girl)++, 2boys', syntax: 'compel' }).prompt).toBe(
		'2boys, smile, (hat, 1girl)++',
	);
	expect(make({ prompt: 'smile, (hat, 1girl), 2boys' }).prompt).toBe('2boys, smile, (hat, 1girl)');
});

test('what follows BREAK stays behind it', () => {
	const { prompt } = make({ prompt: 'smile, 1girl, a BREAK 2boys, hat, masterpiece', syntax: 'webui' });
	expect(prompt).toBe('1girl, smile, a BREAK 2boys, hat, masterpiece');
	expect(parsePrompt(prompt, 'webui').filter(isBreak)).toHaveLength(1);
});

test('a rating is asked for and unasked in every syntax, and no negative fights it', () => {
	for (const syntax of syntaxNames) {
		const emphasised = { plain: 'safe', webui: '(hat, sa()fe:1.3)', compel: '(hat, safe)++' }[syntax];
		const { prompt, negative } = make({ prompt: 'smile', negative: `${emphasised}, lowres`, syntax }, {}, 'safe');
		expect(splitTags(prompt, syntax)[0]).toBe('safe');
		expect(wordsOf(negative!, syntax)).toMatch(/^nsfw\b/);
		expect(wordsOf(negative!, syntax)).not.toMatch(/safe/);
		expect(negative).toMatch(/lowres$/);
	}
});

test('suiting a recipe twice changes nothing, whatever is bracketed', () => {
	const part = fc.constantFrom(
		'hat',
		'(a',
		'b:1.2)',
		'[c',
		'd]',
		'safe',
		'1girl',
		'BREAK',
		'"',
		'x++',
		'(e)-',
		'\\(',
		'nsfw',
		'((',
	);
	const anySyntax = fc.constantFrom<Syntax>(...syntaxNames);
	fc.assert(
		fc.property(fc.array(part, { minLength: 1, maxLength: 9 }), anySyntax, (parts, syntax) => {
			const recipe = make({ prompt: `x, ${parts.join(', ')}`, negative: parts.join(', '), syntax }, {}, 'sensitive');
			expect(suitFor(recipe, 'sensitive')).toEqual(recipe);
		}),
	);
});

test('without special tags a prompt reads as it was typed', () => {
	const part = fc.constantFrom('hat', '(a', 'b:1.2)', '[c', 'd]', 'x++', '(e)-', '\\(', 'f BREAK g', 'h i');
	fc.assert(
		fc.property(fc.uniqueArray(part, { minLength: 1 }), fc.constantFrom<Syntax>(...syntaxNames), (parts, syntax) => {
			const typed = joinTags(['x', ...parts]);
			expect(make({ prompt: typed, syntax }).prompt).toBe(typed);
		}),
	);
});

test.for([
	['(hat:1.2.3)', {}, 'bad-weight'],
	['(hat:1000)', {}, 'bad-weight'],
	['hat', { negative: '(nsfw:-1)' }, 'bad-weight'],
	['cat.swap(dog)', { syntax: 'compel' }, 'compel-operator'],
	['hat --clipskip 5', {}, 'bad-clipskip'],
	['hat --clipskip 13', {}, 'bad-clipskip'],
] as const)('%s with %j is refused before it waits in line', ([prompt, options, code]) => {
	const given = { syntax: 'webui', prompt, ...options };
	expect(() => make(given, { mostClipSkip: 4 })).toThrow(expect.objectContaining({ code }));
});

test('clip skip is stored where it is not what SDXL was trained on', () => {
	expect(make({ prompt: 'hat --clip-skip 3' }).clipSkip).toBe(3);
	expect(make({ prompt: 'hat --clipskip 1' }).clipSkip).toBe(1);
	for (const prompt of ['hat', 'hat --clipskip 2']) expect(make({ prompt })).not.toHaveProperty('clipSkip');
});

test('the embeddings that the texts name are stored with their hashes, others are not', () => {
	const embeddings = ['good_XL', 'bad.hand', 'hat', 'at'].map((name) => ({ name, sha256: `of ${name}`, vectors: 2 }));
	const named = (options: RequestOptions) => make(options, { embeddings }).embeddings?.map(({ name }) => name);
	expect(named({ prompt: 'smile, Good_xl', negative: '(bad.hand:1.2)', syntax: 'webui' })).toEqual([
		'good_XL',
		'bad.hand',
	]);
	expect(make({ prompt: 'hat' }, { embeddings }).embeddings).toEqual([{ name: 'hat', sha256: 'of hat' }]);
	expect(named({ prompt: 'hats, chat' })).toBeUndefined();
	expect(named({ prompt: 'badhand, bad-hand' })).toBeUndefined();
});
