import { describe, expect, test } from 'vitest';
import { completePrompt, type Knowledge } from '../../src/prompt/complete.ts';
import { knownTags } from '../../src/prompt/known-tags.ts';
import { readTagFile } from '../../src/prompt/tag-file.ts';
import { TagIndex } from '../../src/prompt/tag-index.ts';

const file = `blue_hair,0,1000,"azure_hair"
blue_eyes,0,2000,
hair_ribbon,0,500,
long_hair,0,9000,
saber_(fate),4,300,"artoria"
fate_(series),3,800,
aoi,4,10,,paint_box
paint_box,3,10,
^_^,0,50,
"say_""hi""",0,5,"a,b"
`;
const known: Knowledge = {
	tags: new TagIndex(file),
	wildcards: ['hair', 'hat', 'eyes'],
	syntax: 'plain',
	mayOffer: () => true,
};
const complete = (typed: string, more: Partial<Knowledge> = {}) => completePrompt(typed, { ...known, ...more });

test.for<[string, string[]]>([
	['blu', ['blu', 'blue eyes', 'blue hair']],
	['1girl, BLUE_h', ['1girl, BLUE_h', '1girl, blue hair']],
	['1girl,blu', ['1girl,blu', '1girl,blue eyes', '1girl,blue hair']],
	['hair', ['hair', 'long hair', 'hair ribbon', 'blue hair']],
	['azure', ['azure', 'blue hair']],
	['artoria', ['artoria', 'saber (fate), fate (series)']],
	['1girl, ao', ['1girl, ao', '1girl, aoi, paint box']],
	['paint box, ao', ['paint box, ao', 'paint box, aoi']],
	['(blue e', ['(blue e', '(blue eyes']],
	['{red hair, blue h', ['{red hair, blue h', '{red hair, blue hair']],
	['{long hair|blue h', ['{long hair|blue h', '{long hair|blue hair']],
	['^_', ['^_', '^_^']],
	['1girl, __h', ['1girl, __h', '1girl, __hair__', '1girl, __hat__']],
	['1girl --sty', ['1girl --sty', '1girl --style']],
	['1girl --no blu', ['1girl --no blu', '1girl --no blue eyes', '1girl --no blue hair']],
])('%s is completed', ([typed, offered]) => {
	expect(complete(typed)).toEqual(offered);
});

test.for(['', '1girl, ', 'zzz', '1girl --ar blu', '1girl --seed 1', 'blue eyes, blue hair, blue '])(
	'for %s nothing is offered',
	(typed) => {
		expect(complete(typed)).toEqual([]);
	},
);

test('a tag written in full comes first, however rare it is', () => {
	const tags = new TagIndex('hat,0,1,\nhat_ribbon,0,900,');
	expect(complete('hat', { tags })).toEqual(['hat', 'hat ribbon']);
	expect(tags.find('hat', 25, () => true).map(({ text }) => text)).toEqual(['hat', 'hat ribbon']);
});

test('brackets of names are written as the syntax takes them', () => {
	expect(complete('sabe', { syntax: 'webui' })[1]).toBe('saber \\(fate\\), fate \\(series\\)');
});

test('what may not be proposed is left out, a series too', () => {
	expect(complete('blue', { mayOffer: (text) => text !== 'blue eyes' })).toEqual(['blue', 'blue hair']);
	expect(complete('aoi', { mayOffer: (text) => text !== 'paint box' })).toEqual(['aoi']);
});

describe('a long prompt', () => {
	const long = `${'red hat, '.repeat(10)}`;
	test('loses the blanks behind its commas where that makes room', () => {
		const [typed, first] = complete(`${long}azure`);
		expect(typed).toBe(`${long}azure`);
		expect(first).toBe(`${long}blue hair`.slice(0, 100));
		expect(complete(`${long}1, azure`)[1]).toBe(`${long.replaceAll(', ', ',')}1,blue hair`);
	});

	test('is left alone where a choice could not hold it', () => {
		expect(complete(`${'red hat, '.repeat(11)}blue`)).toEqual([]);
	});

	test('every choice has at most 100 characters, and there are at most 25', () => {
		for (let length = 0; length < 100; length++)
			for (const choice of completePrompt(`${'x'.repeat(length)}, s`, { ...known, tags: knownTags() }))
				expect(choice.length).toBeLessThanOrEqual(100);
		expect(completePrompt('s', { ...known, tags: knownTags() })).toHaveLength(25);
	});
});

test('a file is read as published ones are, and lines that are none are left out', () => {
	expect(readTagFile('name,category,count,aliases\n1girl,0,4114588,"1girls,sole_female"\r\n\nx\n')).toEqual([
		{ name: '1girl', kind: 0, count: 4114588, aliases: ['1girls', 'sole_female'] },
	]);
	expect(readTagFile(file).at(-1)).toEqual({ name: 'say_"hi"', kind: 0, count: 5, aliases: ['a', 'b'] });
});

test('our own tags know the demo model’s characters, their series, and every tag once', () => {
	const tags = knownTags();
	expect(completePrompt('1girl, yor', { ...known, tags })).toContain('1girl, yoru, night market');
	expect(tags.size).toBeGreaterThan(500);
	const ids = 'abcdefghijklmnopqrstuvwxyz0123456789'
		.split('')
		.flatMap((letter) => tags.find(letter, 999, () => true).map(({ id }) => id));
	expect(new Set(ids).size).toBeGreaterThan(500);
});
