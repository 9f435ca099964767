import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Ceiling, ceilings } from '../../src/moderation/ceiling.ts';
import { admit, type ChannelFacts, ceilingOf, type GateSettings, judge, reasonFor } from '../../src/moderation/gate.ts';
import { compileRules } from '../../src/moderation/rules.ts';
import { makeRecipe } from '../../src/prompt/recipe.ts';
import { parseRequest } from '../../src/prompt/request.ts';
import type { Recipe } from '../../src/recipe.ts';
import { demoModel } from '../prompt/any.ts';
import { redTeam } from './red-team.ts';

const adult: ChannelFacts = { ageRestricted: true };
const context = { model: demoModel, ceiling: 'explicit', randomSeed: () => 7 } as const;
const base = makeRecipe(parseRequest({ prompt: 'x', preset: 'none' }), context).recipe;
const prompting = (prompt: string): Recipe => ({ ...base, prompt });
const allows = (prompt: string, settings?: GateSettings, channel = adult) =>
	judge({ recipe: prompting(prompt), channel, settings }).allow;

const anyPrompt = fc
	.array(
		fc.constantFrom(
			...'1girl|child|loli|nude|nsfw|explicit|sensitive|(Sensitive:1.2)|safe|sex|school uniform|12 years old|celebrity|photo of a cat|kill|Kill la Kill|gun|n s f w|hat|裸|幼女|blush'.split(
				'|',
			),
		),
		{ minLength: 1, maxLength: 5 },
	)
	.map((tags) => tags.join(', '));
const anyChannel = fc.constantFrom<ChannelFacts>(adult, { ageRestricted: false }, { ageRestricted: 'unknown' });
const anySetting = fc.constantFrom(undefined, 'unknown' as const, ...ceilings);
type GivenRule = Parameters<typeof compileRules>[0][number];
const anyStop = fc.constantFrom<GivenRule>(
	{ text: 'kill', action: 'block', except: ['Kill la Kill'] },
	{ text: 'hat', action: 'hold' },
	{ text: 'gun', match: 'pattern', action: 'block' },
);
const anyReplacing = fc.constantFrom<GivenRule>(
	{ text: 'gun', action: 'replace', replacement: 'hat' },
	{ text: 'nude', action: 'replace', replacement: '' },
);

describe('a stricter setting never allows more', () => {
	test('a lower ceiling', () => {
		fc.assert(
			fc.property(
				anyPrompt,
				anyChannel,
				fc.constantFrom(...ceilings),
				fc.constantFrom(...ceilings),
				(prompt, channel, a, b) => {
					const [low, high] = ceilings.indexOf(a) < ceilings.indexOf(b) ? [a, b] : [b, a];
					if (allows(prompt, { ceiling: low }, channel)) expect(allows(prompt, { ceiling: high }, channel)).toBe(true);
				},
			),
		);
	});

	test('any ceiling, against none; and one more rule that blocks or holds', () => {
		fc.assert(
			fc.property(
				anyPrompt,
				anyChannel,
				anySetting,
				fc.array(fc.oneof(anyStop, anyReplacing), { maxLength: 3 }),
				anyStop,
				(prompt, channel, ceiling, rules, more) => {
					const few = compileRules(rules);
					const isAllowed = allows(prompt, { ceiling, rules: compileRules([...rules, more]) }, channel);
					if (isAllowed) expect(allows(prompt, { ceiling, rules: few }, channel)).toBe(true);
					if (allows(prompt, { ceiling, rules: few }, channel))
						expect(allows(prompt, { rules: few }, channel)).toBe(true);
				},
			),
		);
	});

	test('Discord’s flag bounds every setting', () => {
		for (const setting of [undefined, ...ceilings])
			expect(['safe', 'sensitive']).toContain(ceilingOf({ ageRestricted: false }, setting));
	});
});

test('unknown is never more than known, of the channel and of the setting', () => {
	fc.assert(
		fc.property(anyPrompt, anyChannel, anySetting, fc.boolean(), (prompt, channel, ceiling, isUnknown) => {
			const allowed = isUnknown
				? allows(prompt, { ceiling: 'unknown' }, channel)
				: allows(prompt, { ceiling }, { ageRestricted: 'unknown' });
			if (allowed) expect(allows(prompt, { ceiling }, channel)).toBe(true);
		}),
	);
});

test('the floor ignores every setting', () => {
	const prompts = [...redTeam(60, 3, ['known'])].map(({ prompt }) => prompt);
	fc.assert(
		fc.property(
			fc.constantFrom(...prompts),
			anyChannel,
			anySetting,
			fc.array(fc.oneof(anyStop, anyReplacing)),
			(prompt, channel, ceiling, rules) => {
				const verdict = judge({
					recipe: prompting(prompt),
					channel,
					settings: { ceiling, rules: compileRules(rules) },
				});
				expect(verdict).toMatchObject({ allow: false, rule: expect.stringMatching(/^(?:minors|real-people)$/) });
			},
		),
	);
});

describe('under a ceiling', () => {
	test.for<[string, Ceiling[]]>([
		['1girl, smile', ['safe', 'sensitive', 'nsfw', 'explicit']],
		['1girl, sensitive skin', ['safe', 'sensitive', 'nsfw', 'explicit']],
		['1girl, sensitive', ['sensitive', 'nsfw', 'explicit']],
		['(rating:sensitive)', ['sensitive', 'nsfw', 'explicit']],
		['1girl, nsfw', ['nsfw', 'explicit']],
		['1girl, nude', ['nsfw', 'explicit']],
		['1girl, explicit, nsfw', ['explicit']],
		['1girl, sex', ['explicit']],
	])('%j passes under %j', ([prompt, passes]) => {
		expect(ceilings.filter((ceiling) => allows(prompt, { ceiling }))).toEqual(passes);
	});

	test('the refusal names the word and what would do', () => {
		const verdict = judge({ recipe: prompting('1girl, n.u.d.e'), channel: adult, settings: { ceiling: 'sensitive' } });
		if (verdict.allow) throw new Error('Expected a refusal');
		expect(reasonFor(verdict)).toMatch(/`nude` is more than this channel allows\. .* up to `sensitive`/);
	});
});

describe('a server’s rules', () => {
	const rules = compileRules([
		{ text: 'kill', action: 'block', advice: 'We draw no violence.' },
		{ text: 'hat', action: 'hold' },
		{ text: 'gun', action: 'replace', replacement: 'flower' },
		{ text: 'hood', action: 'replace', replacement: 'little red riding hood child, nude' },
	]);
	const verdictOf = (prompt: string) => judge({ recipe: prompting(prompt), channel: adult, settings: { rules } });

	test('block, hold, and name themselves', () => {
		expect(verdictOf('kill')).toEqual({ allow: false, rule: 'rule', match: 'kill', advice: 'We draw no violence.' });
		expect(verdictOf('1girl, hat')).toMatchObject({ allow: false, rule: 'held', match: 'hat' });
	});

	test('replace what is drawn', () => {
		expect(verdictOf('1girl, gun')).toEqual({ allow: true, recipe: prompting('1girl, flower') });
		const input = { recipe: prompting('1girl, gun'), channel: adult, settings: { rules } };
		expect(admit(input).prompt).toBe('1girl, flower');
		expect(admit({ recipe: prompting('1girl'), channel: adult }).prompt).toBe('1girl');
	});

	test('cannot replace words by what the floor refuses, nor by nothing', () => {
		expect(verdictOf('hood')).toMatchObject({ allow: false, rule: 'minors' });
		const empty = compileRules([{ text: 'gun', action: 'replace', replacement: '' }]);
		expect(judge({ recipe: prompting('gun'), channel: adult, settings: { rules: empty } })).toMatchObject({
			rule: 'rule',
		});
	});

	test('what a pattern met cannot end the code in a message', () => {
		const pattern = compileRules([{ match: 'pattern', text: '`.*`', action: 'block' }]);
		const verdict = judge({ recipe: prompting('a `b` @c'), channel: adult, settings: { rules: pattern } });
		expect(verdict).toMatchObject({ allow: false, match: ' b ' });
	});
});
