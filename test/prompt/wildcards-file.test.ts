import { expect, test } from 'vitest';
import { ownWildcards } from '../../src/prompt/own-wildcards.ts';
import { checkRoom, readList, readListName, writeList } from '../../src/prompt/wildcards-file.ts';

test('a list is read as other programs write it, and as we do', () => {
	expect(readList('\uFEFF# colours\r\nblue  hair\r\n\r\n 2::red\u200b hair \n')).toEqual(['blue hair', '2::red hair']);
	for (const entries of Object.values(ownWildcards)) expect(readList(writeList(entries))).toEqual(entries);
});

test.for([
	['', /has no entry/],
	['# only\n', /has no entry/],
	['hat\n0::shoes', /^Line 2, `0::shoes`, has a weight but no text, or a weight of 0/],
	['hat --ar 1:1', /^Line 1, .* holds a flag/],
	['x'.repeat(301), /^Line 1, .*longer than 300/],
	['x\n'.repeat(501), /has 501 entries, and at most 500 fit/],
] as const)('a bad list is refused with its line: %s', ([text, says]) => {
	expect(() => readList(text)).toThrow(says);
});

test.for([
	['hair', 'hair'],
	['__Hair Colours__', 'hair-colours'],
	['hair.txt', 'hair'],
])('the name %s is %s', ([written, name]) => {
	expect(readListName(written!)).toBe(name);
});

test.for(['', '__', 'a__b', '髪', '../x', 'x'.repeat(33)])('the name %s is refused', (written) => {
	expect(() => readListName(written)).toThrow(/cannot be the name of a list/);
});

test('a server has room for so much', () => {
	expect(() => checkRoom({ a: Array(400).fill('x'.repeat(100)) }, 'b', Array(300).fill('x'.repeat(100)))).toThrow(
		/room for 50 lists with 60,000 characters/,
	);
});
