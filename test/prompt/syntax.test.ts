import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import {
	breaksChunk,
	checkPrompt,
	escapeFor,
	isBreak,
	parsePrompt,
	type Syntax,
	splitParts,
	syntaxNames,
	wordsOf,
} from '../../src/prompt/syntax/index.ts';

interface Reading {
	syntax: Syntax;
	text: string;
	pieces: [text: string, weight: number][];
}

/** Made by `test/golden/prompts.py` with WebUI's and compel's own parsers. */
const readings = JSON.parse(
	readFileSync(new URL('../golden/prompts/reading.json', import.meta.url), 'utf8'),
) as Reading[];

const pairs = (text: string, syntax: Syntax) => parsePrompt(text, syntax).map((p) => [p.text, p.weight]);

/** Texts in which the signs of both syntaxes meet. */
const anyPrompt = fc
	.array(
		fc.oneof(
			fc.constantFrom(
				...['(', ')', '[', ']', ':1.2)', ': .5 )', '\\', '\\(', '\\)', '"', '\\"', '+', '++', '--', '0.5', '.attend('],
				...['BREAK', 'word', 'two words', ',', '.', ' ', '\n', '=', '初音', '\u3000', '.swap('],
			),
			fc.string({ maxLength: 3 }),
		),
		{ maxLength: 30 },
	)
	.map((parts) => parts.join(''));
const anySyntax = fc.constantFrom(...syntaxNames);

describe.for(syntaxNames)('%s', (syntax) => {
	const own = readings.filter((reading) => reading.syntax === syntax);

	test('is read as its originals read it, weights equal to the last bit', () => {
		expect(own.length).toBeGreaterThan(4);
		for (const { text, pieces } of own) expect(pairs(text, syntax), JSON.stringify(text)).toEqual(pieces);
	});

	test('gives at least one piece, or a sentence, whatever is typed', () => {
		fc.assert(
			fc.property(anyPrompt, (text) => {
				try {
					expect(parsePrompt(text, syntax).length).toBeGreaterThan(0);
				} catch (error) {
					expect(error).toBeInstanceOf(UserError);
					expect((error as UserError).message).toMatch(/^[^\n]+\.$/);
				}
			}),
		);
	});

	test('takes an escaped text literally', () => {
		const words = fc.stringMatching(/^[a-z()[\]:\\"]{1,12}$/);
		fc.assert(
			fc.property(words, (text) => {
				// compel takes no backslash literally
				fc.pre(syntax !== 'compel' || !/[\\.]/.test(text));
				expect(pairs(escapeFor(text, syntax), syntax)).toEqual([[text, 1]]);
			}),
		);
	});

	test('is parted at commas without losing a sign', () => {
		fc.assert(
			fc.property(anyPrompt, (text) => {
				const seps = [...text].filter((c) => /[,，、\n]/.test(c));
				const parts = splitParts(text, syntax);
				expect(parts.join('').length + parts.length - 1).toBe(text.length);
				if (syntax === 'plain') expect(parts).toHaveLength(seps.length + 1);
			}),
		);
	});
});

test('text without signs stays one piece of weight 1', () => {
	fc.assert(
		fc.property(fc.stringMatching(/^[a-z0-9]{1,8}(?: [a-z0-9]{1,8}){0,5}$/), anySyntax, (text, syntax) => {
			expect(pairs(text, syntax)).toEqual([[text, 1]]);
		}),
	);
});

test.for([
	['webui', '(a, b:1.2), c', ['(a, b:1.2)', ' c']],
	['webui', '[a, b], \\(c, d\\)', ['[a, b]', ' \\(c', ' d\\)']],
	['webui', 'a), (b, c', ['a)', ' (b, c']],
	['compel', '(a, b)++, [c, d], "e, f"-', ['(a, b)++', ' [c', ' d]', ' "e, f"-']],
	['plain', '(a, b:1.2)', ['(a', ' b:1.2)']],
] as const)('%s parts %s outside of brackets only', ([syntax, text, parts]) => {
	expect(splitParts(text, syntax)).toEqual(parts);
});

test('words that emphasis parts are whole again for whoever judges them', () => {
	expect(wordsOf('ha()t', 'webui')).toBe('hat');
	expect(wordsOf('(ha)(t:1.1)', 'webui')).toBe('hat');
	expect(wordsOf('ha\\t', 'webui')).toBe('hat');
	expect(wordsOf('a BREAK b', 'webui')).toBe('a\nb');
	expect(wordsOf('"h"+"at"', 'compel')).toBe('h at');
	expect(wordsOf('ha()t', 'plain')).toBe('ha()t');
});

test('BREAK ends a chunk in the syntax of WebUI only', () => {
	expect(parsePrompt('a BREAK b', 'webui').filter(isBreak)).toHaveLength(1);
	for (const syntax of ['plain', 'compel'] as const) expect(parsePrompt('a BREAK b', syntax).some(isBreak)).toBe(false);
	expect(['a BREAK b', 'BREAKs', 'break'].map((part) => breaksChunk(part, 'webui'))).toEqual([true, false, false]);
});

test.for([
	['(a:1.2.3)', 'webui', 'bad-weight'],
	['(a:101)', 'webui', 'bad-weight'],
	['((a:-20)b:20)', 'webui', 'bad-weight'],
	['(a)200', 'compel', 'bad-weight'],
	['cat.swap(dog)', 'compel', 'compel-operator'],
	['("a", "b").blend(1, 1)', 'compel', 'compel-operator'],
	['withLora(x, 0.8)', 'compel', 'compel-operator'],
	['('.repeat(200), 'compel', 'prompt-too-nested'],
] as const)('%s in the syntax %s is refused with a sentence: %s', ([text, syntax, code]) => {
	expect(() => checkPrompt(text, syntax)).toThrow(expect.objectContaining({ code }));
	expect(() => checkPrompt(text, 'plain')).not.toThrow();
});

test('brackets in brackets are read in time', () => {
	const start = performance.now();
	for (const text of [
		'(a '.repeat(3000),
		'(((a)b)c)+'.repeat(600),
		`${'('.repeat(95)}a${')+'.repeat(95)}`,
		'"a" '.repeat(1500),
	])
		for (const syntax of syntaxNames)
			try {
				parsePrompt(text, syntax);
			} catch (error) {
				expect(error).toBeInstanceOf(UserError);
			}
	expect(performance.now() - start).toBeLessThan(2000);
});
