import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arrange, splitTags, tagKey, uniqueTags } from '../../src/prompt/tags.ts';
import { anyTag } from './any.ts';

test('text is split at commas of all kinds and line ends, without empty tags', () => {
	expect(splitTags(' 1girl ,, blue   hair，猫、hat\nsmile, ')).toEqual(['1girl', 'blue hair', '猫', 'hat', 'smile']);
});

test.for([
	['who is in the picture moves to the front', 'smile, 1girl', '1girl, smile'],
	['several subjects keep their order', 'smile, 1boy, multiple_girls, 6+girls', '1boy, multiple_girls, 6+girls, smile'],
	['no humans is a subject', 'sea, no humans', 'no humans, sea'],
	[
		'a character stands before its series, and both before the rest: the card’s own example',
		'solo, neon genesis evangelion, Souryuu_Asuka_Langley, 1girl',
		'1girl, Souryuu_Asuka_Langley, neon genesis evangelion, solo',
	],
	['by another name too', 'smile, touhou project, reimu, 1girl', '1girl, reimu, touhou project, smile'],
	['what no file knows stays as typed', 'smile, some body, 1girl', '1girl, smile, some body'],
	['a tag that only begins like a subject stays', 'smile, 1girl standing', 'smile, 1girl standing'],
	[
		'special tags go in front, in the order of the card’s prefix',
		'1girl, safe, newest, absurdres, very aesthetic, best quality, masterpiece',
		'masterpiece, best quality, very aesthetic, absurdres, newest, safe, 1girl',
	],
	['the explicit rating is written as on the card', '1girl, nsfw, explicit', 'explicit, nsfw, 1girl'],
	['special tags are written as the model knows them', '1girl, Best_Quality', 'best quality, 1girl'],
	['a word in a longer tag is not special', 'safe house, early morning, 1girl', '1girl, safe house, early morning'],
	['a tag typed twice stays once', 'blue hair, 1girl, Blue_Hair, smile, 1GIRL', '1girl, blue hair, smile'],
])('%s', ([, typed, arranged]) => {
	expect(arrange(splitTags(typed!)).join(', ')).toBe(arranged);
});

test('added tags are not doubled when they were typed too', () => {
	expect(arrange(['1girl', 'Masterpiece'], ['masterpiece', 'absurdres'])).toEqual([
		'masterpiece',
		'absurdres',
		'1girl',
	]);
});

test('letters that spell a word stay all, in their order', () => {
	expect(arrange(['k', 'o', 'k', 'o', 'hat', 'hat'])).toEqual(['k', 'o', 'k', 'o', 'hat']);
});

test('arranging twice changes nothing, loses no tag and doubles none', () => {
	fc.assert(
		fc.property(fc.array(anyTag), fc.array(anyTag), (typed, given) => {
			// single letters are what members spell words with
			const added = given.filter((tag) => tag.length > 1);
			const once = arrange(typed, added);
			expect(arrange(once, added)).toEqual(once);
			expect(uniqueTags(once)).toEqual(once);
			expect(new Set(once.map(tagKey))).toEqual(new Set([...typed, ...added].map(tagKey)));
		}),
	);
});
