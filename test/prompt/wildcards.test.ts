import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ownWildcards } from '../../src/prompt/own-wildcards.ts';
import {
	hasWildcards,
	readEntry,
	resolveWildcards,
	wildcardLimits,
	wildcardNamePattern,
	wildcardsSchema,
	wildcardsWith,
} from '../../src/prompt/wildcards.ts';

const lists = { hair: ['blue hair', 'red hair'], one: ['hat'], nest: ['__one__ and __hair__'], loop: ['x __loop__'] };
const resolved = (text: string, seed = 0) => resolveWildcards(text, lists, seed).text;

test('each wildcard becomes an entry of its list, in upper case too', () => {
	expect(resolved('1girl, __one__, __ONE__')).toBe('1girl, hat, hat');
	expect(resolved('__hair__')).toMatch(/^(blue|red) hair$/);
});

test('the same seed chooses the same, others otherwise, and two places by themselves', () => {
	const texts = Array.from({ length: 40 }, (_, seed) => resolved('__hair__, __hair__', seed));
	expect(texts).toEqual(Array.from({ length: 40 }, (_, seed) => resolved('__hair__, __hair__', seed)));
	expect(new Set(texts).size).toBe(4);
});

test('the choice of a seed never changes: stored requests give the same recipe on every machine', () => {
	const { text } = resolveWildcards('__color__, __animal__, __season__', ownWildcards, 1234);
	expect(text).toBe('blue, rabbit, autumn');
});

test('what was chosen is told by the wildcards that were typed', () => {
	expect(resolveWildcards('__nest__', { ...lists, hair: ['bald'] }, 0).chosen).toEqual([
		{ name: 'nest', text: 'hat and bald' },
	]);
});

test.for(['\\__one__', 'a__b', '__', '____', '>__<, @__@', '__ one __', '__-__'])('%s is no wildcard', (text) => {
	expect(hasWildcards(text)).toBe(false);
	expect(resolved(text)).toBe(text.replace('\\', ''));
});

test('weights are shares', () => {
	const own = { hair: ['3::a', 'b'] };
	const count = Array.from({ length: 2000 }, (_, seed) => resolveWildcards('__hair__', own, seed).text);
	expect(count.filter((text) => text === 'a').length / 2000).toBeCloseTo(0.75, 1);
});

test.for([
	['blue hair', 1, 'blue hair'],
	['2::blue hair', 2, 'blue hair'],
	['0.5 :: a, b', 0.5, 'a, b'],
	['x::y', 1, 'x::y'],
] as const)('the entry %s', ([entry, weight, text]) => {
	expect(readEntry(entry)).toEqual({ weight, text });
});

describe('refuses in words that help', () => {
	test.for([
		['__nope__', 'unknown-wildcard', /There is no wildcard `__nope__` here\. There are `__hair__`, .*`\\__nope__`/],
		['__loop__', 'wildcards-too-nested', /`loop` leads to others more than 6 deep/],
		['__one__ '.repeat(101), 'wildcards-too-many', /more than 100 wildcards/],
	] as const)('%s', ([text, code, says]) => {
		expect(() => resolved(text)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(says) }));
	});

	test('a text that grows beyond all measure, at once', () => {
		const long = { a: ['__b__ __b__ __b__ __b__'], b: ['x'.repeat(wildcardLimits.entry)] };
		expect(() => resolveWildcards('__a__ __a__', long, 0)).toThrow(/With its wildcards the prompt has 2,4\d\d/);
	});
});

describe('a server’s lists', () => {
	test('take the place of ours of the same name, and leave the others', () => {
		const all = wildcardsWith({ hair: ['mohawk'] });
		expect(all.hair).toEqual(['mohawk']);
		expect(all.eyes).toEqual(ownWildcards.eyes);
	});

	test.for<[string, unknown]>([
		['a name with two underscores', { a__b: ['x'] }],
		['an empty list', { a: [] }],
		['an empty entry', { a: ['2:: '] }],
		['a weight of nothing', { a: ['0::x'] }],
		['two lines', { a: ['x\ny'] }],
		['too many entries', { a: Array(501).fill('x') }],
		['too much of all', Object.fromEntries(['a', 'b', 'c'].map((name) => [name, Array(500).fill('x'.repeat(50))]))],
	])('cannot have %s', ([, value]) => {
		expect(wildcardsSchema.safeParse(value).success).toBe(false);
	});

	test('ours would be accepted too, and all of them lead somewhere', () => {
		expect(wildcardsSchema.parse(ownWildcards)).toEqual(ownWildcards);
		for (const name of Object.keys(ownWildcards))
			for (let seed = 0; seed < 20; seed++)
				expect(hasWildcards(resolveWildcards(`__${name}__`, ownWildcards, seed).text)).toBe(false);
	});
});

test('every name that a list may have is found in a text', () => {
	const name = fc.string({ unit: fc.constantFrom('a', '7', '-', '_'), minLength: 1, maxLength: 6 });
	fc.assert(
		fc.property(
			name.filter((it) => wildcardNamePattern.test(it)),
			(name) => {
				expect(resolveWildcards(`x__${name}__y`, { [name]: ['1'] }, 0).text).toBe('x1y');
			},
		),
	);
});
