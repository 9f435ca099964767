import { describe, expect, test } from 'vitest';
import { normalise } from '../../src/moderation/normalise.ts';
import { applyRules, compileRules, ruleLimits } from '../../src/moderation/rules.ts';
import { dryRun, exportRules, importRules } from '../../src/moderation/rules-file.ts';

type Given = Parameters<typeof compileRules>[0];
const apply = (prompt: string, rules: Given) => applyRules(normalise(prompt), compileRules(rules));
const blocks = (prompt: string, rule: Partial<Given[number]> & { text: string }) =>
	apply(prompt, [{ action: 'block', ...rule }]).stop !== undefined;

describe('what a rule meets', () => {
	test.for<[string, string, boolean]>([
		['ass', 'class, grass, assassin', false],
		['ass', 'big ass', true],
		['ass', 'A.S.S', true],
		['class', '1girl, first class', true],
		['cat', 'cats, catgirl', false],
		['red hair', 'long red hair, smile', true],
		['red hair', 'red_hair', true],
		['red hair', 'red, hair', false],
		['スマイル', 'ｽﾏｲﾙ', true],
		['12', '112', false],
	])('the words %j in %j: %s', ([text, prompt, isMet]) => {
		expect(blocks(prompt, { text })).toBe(isMet);
	});

	test('a tag is met as a whole', () => {
		const rule = { text: 'cat', match: 'tag' } as const;
		expect(blocks('1girl, (cat:1.2)', rule)).toBe(true);
		expect(blocks('1girl, cat ears', rule)).toBe(false);
	});

	test('an excepted phrase passes, and nothing else with it', () => {
		const rule = { text: 'kill', except: ['Kill la Kill'] };
		expect(blocks('matoi ryuuko, kill la kill', rule)).toBe(false);
		expect(blocks('Kill_la_Kill', rule)).toBe(false);
		expect(blocks('kill la kill, kill', rule)).toBe(true);
		expect(blocks('k1ll', rule)).toBe(true);
	});

	test('a pattern takes linear time', () => {
		const rules = compileRules([{ match: 'pattern', text: '(a+)+$', action: 'block' }]);
		const start = performance.now();
		expect(applyRules(normalise(`${'a'.repeat(5000)}!`), rules).stop).toBeUndefined();
		expect(performance.now() - start).toBeLessThan(1000);
		expect(blocks('1girl, gore7', { match: 'pattern', text: 'gore\\d' })).toBe(true);
	});
});

describe('what a rule does', () => {
	test('a pattern that looks to the end at each place replaces all from where that grew too dear', () => {
		const rules = compileRules([{ match: 'pattern', text: 'a.*b|a', action: 'replace', replacement: 'c' }]);
		expect(applyRules(normalise('a, a, a, hat'), rules).prompt).toBe('c, c, c, hct');
		const start = process.threadCpuUsage();
		expect(applyRules(normalise('a'.repeat(2000)), rules).prompt).toMatch(/^c{10,100}$/);
		const { user, system } = process.threadCpuUsage(start);
		// Microseconds; without a bound some 200 ms.
		expect(user + system).toBeLessThan(100_000);
	});

	test('a replacement makes no prompt longer than one may be', () => {
		const rules = compileRules([{ text: 'a', action: 'replace', replacement: 'long '.repeat(15) }]);
		expect(applyRules(normalise('a hat'), rules).stop).toBeUndefined();
		const hostile = 'a hat '.repeat(300);
		expect(applyRules(normalise(hostile), rules)).toMatchObject({ prompt: hostile, stop: { match: 'a' } });
	});

	test('replaces words and takes tags out', () => {
		const rules: Given = [
			{ text: 'gun', action: 'replace', replacement: 'water gun', except: ['water gun'] },
			{ text: 'blood', match: 'tag', action: 'replace', replacement: '' },
		];
		expect(apply('1girl, blood, holding GUN, smile', rules)).toMatchObject({
			prompt: '1girl, holding water gun, smile',
		});
		expect(apply('1girl, holding water gun, smile', rules)).toEqual({ prompt: '1girl, holding water gun, smile' });
	});

	test('blocks before it holds, whatever the order', () => {
		const rules: Given = [
			{ text: 'gun', action: 'hold' },
			{ text: 'blood', action: 'block' },
		];
		expect(apply('gun', rules).stop).toMatchObject({ match: 'gun', rule: { action: 'hold' } });
		expect(apply('gun, blood', rules).stop).toMatchObject({ match: 'blood', rule: { action: 'block' } });
	});

	test('a replacement does not bring in what another rule blocks', () => {
		const rules: Given = [
			{ text: 'red water', action: 'replace', replacement: 'blood' },
			{ text: 'blood', action: 'block' },
		];
		expect(apply('red water', rules).stop).toMatchObject({ match: 'blood' });
	});
});

describe('rules that cannot work are refused', () => {
	test.for<[string, unknown, RegExp]>([
		['no action', { text: 'x' }, /^Rule 1, `action`/],
		['an empty text', { text: ' ', action: 'block' }, /^Rule 1, `text`/],
		['no letter', { text: '!?', action: 'block' }, /no letter and no digit/],
		['a long text', { text: 'x'.repeat(150), action: 'block' }, /at most 100 characters/],
		['a replacement too few', { text: 'x', action: 'replace' }, /needs a `replacement`/],
		['a pattern with look-ahead', { text: '(?=x)', match: 'pattern', action: 'block' }, /Rule 1 is no pattern/],
		['a pattern with a back-reference', { text: '(x)\\1', match: 'pattern', action: 'block' }, /Rule 1 is no pattern/],
		['a pattern of nothing', { text: '(very )*', match: 'pattern', action: 'block' }, /meets nothing at all too/],
		['an open bracket', { text: '(x', match: 'pattern', action: 'block' }, /Rule 1 is no pattern/],
	])('%s', ([, rule, message]) => {
		expect(() => compileRules([rule] as Given)).toThrow(expect.objectContaining({ code: 'bad-rule' }));
		expect(() => compileRules([rule] as Given)).toThrow(message);
	});

	test('too many', () => {
		const rules: Given = Array.from({ length: ruleLimits.rules + 1 }, () => ({ text: 'x', action: 'block' }));
		expect(() => compileRules(rules)).toThrow(/can have 200 rules/);
		const patterns: Given = Array.from({ length: 51 }, () => ({ match: 'pattern', text: 'x', action: 'block' }));
		expect(() => compileRules(patterns)).toThrow(/can have 50 patterns/);
		const large: Given = [{ match: 'pattern', text: '([a-z]*[ ,]*){1000}!', action: 'block' }];
		expect(() => compileRules(large)).toThrow(/too large together/);
	});

	test('files that are none', () => {
		for (const file of ['', 'x', '[]', '{"version":2,"rules":[]}', 'x'.repeat(ruleLimits.file + 1)])
			expect(() => importRules(file)).toThrow(expect.objectContaining({ code: 'bad-rule' }));
		expect(() => importRules('{"version":1,"rules":[{"text":"x"}]}')).toThrow(/^Rule 1/);
	});
});

test('rules survive export and import', () => {
	const rules = importRules(
		'{"version":1,"rules":[{"text":"kill","action":"block","except":["Kill la Kill"]},{"text":"a","action":"replace","replacement":""}]}',
	);
	expect(importRules(exportRules(rules))).toEqual(rules);
});

test('a dry run says what rules would have done', () => {
	const rules = compileRules([
		{ text: 'kill', action: 'block' },
		{ text: 'gun', action: 'replace', replacement: 'sword' },
	]);
	expect(dryRun(['smile', 'kill bill', 'gun, hat'], rules)).toEqual([
		{ index: 1, action: 'block', result: 'kill' },
		{ index: 2, action: 'replace', result: 'sword, hat' },
	]);
});
