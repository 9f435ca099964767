import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { escapeBraces, mostPermutations, permute, unescapeBraces } from '../../src/prompt/permutations.ts';
import { parseRequest } from '../../src/prompt/request.ts';

test.for<[string, string[]]>([
	['1girl, {red, blue} hair', ['1girl, red hair', '1girl, blue hair']],
	['{red|blue} hair', ['red hair', 'blue hair']],
	['{a, b} {c, d}', ['a c', 'a d', 'b c', 'b d']],
	['{red hair, long hair | bald}', ['red hair, long hair', 'bald']],
	['{a, {b, c} d}', ['a', 'b d', 'c d']],
	['hat{, blue}', ['hat', 'hatblue']],
	['{a\\, b, c}', ['a, b', 'c']],
	['{a\\|b|c}', ['a|b', 'c']],
	['{a, b} \\{c, d\\}', ['a \\{c, d\\}', 'b \\{c, d\\}']],
	['{smile}, {a, b}', ['\\{smile\\}, a', '\\{smile\\}, b']],
	['{ {a, b}', ['\\{ a', '\\{ b']],
	['{a, b}\\', ['a\\', 'b\\']],
	['\\\\{a, b}', ['\\a', '\\b']],
])('%s', ([text, texts]) => {
	expect(permute(text)).toEqual(texts);
});

test.for(['1girl, hat', '{smile}', '{{smile}}', 'a } b', 'a { b, c', '\\{a, b\\}', 'a\\, b', '\\||/', ''])(
	'%s holds no choice and stays as it is',
	(text) => {
		expect(permute(text)).toEqual([text]);
	},
);

test('flags take choices too', () => {
	const requests = permute('hat --ar {1:1, 13:19} --steps {4|8}').map((prompt) => parseRequest({ prompt }));
	expect(requests).toEqual([
		{ prompt: 'hat', aspect: '1:1', steps: 4 },
		{ prompt: 'hat', aspect: '1:1', steps: 8 },
		{ prompt: 'hat', aspect: '13:19', steps: 4 },
		{ prompt: 'hat', aspect: '13:19', steps: 8 },
	]);
});

/** Text without separators at its ends' blanks, which are trimmed off options. */
const anyText = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '{', '}', ',', '|', '\\'), maxLength: 8 });

describe('for any text', () => {
	test('what comes out is one text, as often as one looks', () => {
		fc.assert(
			fc.property(fc.string({ unit: fc.constantFrom('a', '{', '}', ',', '|', '\\'), maxLength: 30 }), (text) => {
				for (const one of permuted(text) ?? []) expect(permute(one)).toEqual([one]);
			}),
		);
	});

	test('escaped, it is one text, and drawn as it was', () => {
		fc.assert(
			fc.property(anyText, (text) => {
				expect(permute(escapeBraces(text)).map(unescapeBraces)).toEqual([text]);
			}),
		);
	});

	test('groups multiply, nested ones add up, and options are drawn as they were', () => {
		const option = anyText.map((text) => text.trim());
		const group = fc.array(option, { minLength: 2, maxLength: 4 });
		fc.assert(
			fc.property(fc.array(group, { minLength: 1, maxLength: 3 }), (groups) => {
				const escaped = (text: string) =>
					text.replace(/(\\*)([{},|]|$)/g, (_, run, mark) => run + run + (mark && `\\${mark}`));
				const text = groups.map((options) => `{${options.map(escaped).join(',')}}`).join('-');
				const product = groups.reduce((count, options) => count * options.length, 1);
				if (product > mostPermutations) {
					expect(() => permute(text)).toThrow(UserError);
					return;
				}
				const expected = groups.reduce<string[]>(
					(texts, options, i) => texts.flatMap((head) => options.map((tail) => `${head}${i > 0 ? '-' : ''}${tail}`)),
					[''],
				);
				expect(permute(text).map(unescapeBraces)).toEqual(expected);
			}),
		);
	});

	test('never more than the cap is made, and a bomb costs no time', () => {
		const bomb = '{a,{b,{c,d}}{e,f}}'.repeat(300);
		const before = performance.now();
		expect(() => permute(bomb)).toThrow(/more than a million prompts, and at most 40/);
		expect(() => permute('{'.repeat(6000))).toThrow(/20 deep/);
		expect(permute('{x}'.repeat(2000))).toHaveLength(1);
		expect(performance.now() - before).toBeLessThan(500);
		fc.assert(
			fc.property(fc.string({ unit: fc.constantFrom('{', '}', ',', 'a'), maxLength: 200 }), (text) => {
				expect(permuted(text)?.length ?? 0).toBeLessThanOrEqual(mostPermutations);
			}),
		);
	});
});

/** What a text comes to; `undefined` where it is refused. */
function permuted(text: string): string[] | undefined {
	try {
		return permute(text);
	} catch (error) {
		if (error instanceof UserError) return undefined;
		throw error;
	}
}
