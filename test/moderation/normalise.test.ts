import { describe, expect, test } from 'vitest';
import { normalise } from '../../src/moderation/normalise.ts';

const wordsOf = (text: string) => normalise(text).pieces.map(({ latin }) => latin);
const agesOf = (text: string) => normalise(text).ages.map(({ years }) => years);

test.for<[string, string[]]>([
	['1girl, Blue_Hair', ['1', 'girl', 'blue', 'hair']],
	['ｆｕｌｌ　ｗｉｄｔｈ', ['full', 'width']],
	['Ŝm̷îłe', ['smile']],
	['sm\u200bi\u00adl\u202ee', ['smile']],
	['ѕmіlе', ['smile']],
	['𝓼𝓶𝓲𝓵𝓮 ⓢⓜⓘⓛⓔ 🅢🅜🅘🅛🅔', ['smile', 'smile', 'smile']],
	['ꜱᴍɪʟᴇ', ['smile']],
	['((smile:1.3)), [hat:0.5], {scarf}', ['smile', 'hat', 'scarf']],
	['smile::1.2, hat', ['smile', 'hat']],
	['hat🎩scarf', ['hat', 'scarf']],
	['笑顔smile', ['笑', '顔', 'smile']],
	['ｽﾏｲﾙ ｶﾞﾝ', ['スマイル', 'ガン']],
	['١٢ १२', ['12', '12']],
])('%j is read as %j', ([text, words]) => {
	expect(wordsOf(text)).toEqual(words);
});

test('every piece knows its place and its tag', () => {
	const { source, pieces } = normalise('1girl, (ｂlue hair:1.2)\nsmile');
	expect(pieces.map(({ start, end }) => source.slice(start, end))).toEqual(['1', 'girl', 'ｂlue', 'hair', 'smile']);
	expect(pieces.map(({ tag }) => tag)).toEqual([0, 0, 1, 1, 2]);
});

describe('ages', () => {
	test.for<[string, number[]]>([
		['7 yo', [7]],
		['12yr', [12]],
		['12-year-old girl', [12]],
		['(age:12)', [12]],
		['age is 9', [9]],
		['aged twelve', [12]],
		['seven years old', [7]],
		['twelveyearold', [12]],
		['twenty-one years old', [21]],
		['12 y/o, 13 y.o.', [12, 13]],
		['１２歳', [12]],
		['十二歳', [12]],
		['12 лет', [12]],
		['⑫ years old', [12]],
		['12.5 years old', [12]],
		['1girl, 17', []],
		['500 year old vampire', []],
		['1,000 years old', []],
		['a hundred and five years old', []],
		['10 years later, 2 years ago', []],
		['(smile:1.2)', []],
	])('of %j are %j', ([text, ages]) => {
		expect(agesOf(text)).toEqual(ages);
	});
});

test('6,000 characters take less than 5 ms, hostile ones too', () => {
	for (const unit of ['1girl, blue hair, ', '1!', 's e x ', ':1.', '(age:1', 'ｎ.', 'a\u0301', 'ロリ', '🇱'] as const) {
		const text = unit.repeat(6000 / unit.length);
		const times = Array.from({ length: 40 }, () => {
			const start = performance.now();
			normalise(text);
			return performance.now() - start;
		});
		expect(Math.min(...times), unit).toBeLessThan(5);
	}
});
