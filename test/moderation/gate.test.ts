import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	admit,
	type ChannelFacts,
	ceilingOf,
	channelFacts,
	judge,
	reasonFor,
	type SeenChannel,
} from '../../src/moderation/gate.ts';
import { enlarge, vary } from '../../src/prompt/derive.ts';
import { makeRecipe } from '../../src/prompt/recipe.ts';
import { parseRequest, type RequestOptions } from '../../src/prompt/request.ts';
import type { Recipe } from '../../src/recipe.ts';
import { anyRequest, demoModel, knownRequest } from '../prompt/any.ts';

const adult: ChannelFacts = { ageRestricted: true };
const general: ChannelFacts = { ageRestricted: false };
const unknown: ChannelFacts = { ageRestricted: 'unknown' };

function made(options: RequestOptions, channel: ChannelFacts): Recipe {
	const context = { model: demoModel, ceiling: ceilingOf(channel), randomSeed: () => 7 };
	return makeRecipe(parseRequest(options), context).recipe;
}
const prompting = (prompt: string): Recipe => ({ ...made({ prompt: 'x', preset: 'none' }, adult), prompt });

const spelled = [
	'1girl, nsfw',
	'1girl, explicit',
	'NSFW',
	'Explicit, nsfw',
	'(nsfw:1.2), 1girl',
	'((explicit))',
	'{nsfw}',
	'[[[nsfw]]]',
	'\\(nsfw\\)',
	'nsfw_art',
	'nsfw art',
	'very explicit scene',
	'rating:explicit',
	'ｎｓｆｗ',
	'𝓃𝓈𝒻𝓌',
	'n\u200bsf\u200dw',
	'ns\u00adfw',
	'ex\ufeffplicit',
	'n\u0301sfw',
	'explıcit',
	'nsfw2',
	'2nsfw',
	'nsfw絵',
	'n.s.f.w',
	'N S F W',
	'e-x-p-l-i-c-i-t',
	'<lora:nsfw:1>',
	'1girl\nnsfw',
];
const fine = [
	'1girl, smile',
	'nsfwish',
	'explicitly',
	'inexplicit',
	'sfw',
	'safe',
	'sensitive',
	'upper body, v, smile',
	'n, s',
	'knsfw',
];

describe('outside age-restricted channels', () => {
	test.for(spelled)('refuses the prompt %j', (prompt) => {
		for (const channel of [general, unknown])
			expect(judge({ recipe: prompting(prompt), channel })).toMatchObject({ allow: false, rule: 'rating' });
	});

	test.for(fine)('lets %j pass', (prompt) => {
		expect(judge({ recipe: prompting(prompt), channel: general })).toEqual({ allow: true });
		// Of an unknown channel nothing is taken for granted but what everyone may see.
		if (prompt !== 'sensitive') expect(judge({ recipe: prompting(prompt), channel: unknown })).toEqual({ allow: true });
	});

	test.for<RequestOptions>([
		{ prompt: '1girl', rating: 'nsfw' },
		{ prompt: '1girl', rating: 'explicit' },
		{ prompt: '1girl --rating explicit' },
		{ prompt: '1girl —rating=NSFW' },
		{ prompt: '1girl, ns\u200bfw' },
		{ prompt: '1girl, Explicit', rating: 'safe' },
	])('refuses the request %j', (options) => {
		expect(judge({ recipe: made(options, general), channel: general })).toMatchObject({ allow: false });
	});

	test('the negative may name the ratings', () => {
		expect(judge({ recipe: made({ prompt: '1girl --no nsfw, explicit' }, general), channel: general })).toEqual({
			allow: true,
		});
	});

	test('a child is judged by its whole prompt', () => {
		const parent = { imageId: 'p', sha256: 'ab' };
		const recipe = made({ prompt: '1girl', rating: 'nsfw' }, adult);
		for (const child of [vary(recipe, 0, parent, 0.55, () => 7), enlarge(recipe, 0, parent, { name: 'x', scale: 4 })]) {
			expect(judge({ recipe: child, channel: adult })).toEqual({ allow: true });
			expect(judge({ recipe: child, channel: general })).toMatchObject({ allow: false });
		}
	});

	test('the reason names the word and what would be allowed', () => {
		const input = { recipe: made({ prompt: '1girl', rating: 'explicit' }, general), channel: general };
		const verdict = judge(input);
		if (verdict.allow) throw new Error('Expected a refusal');
		expect(reasonFor(verdict)).toMatch(/`explicit` is for age-restricted channels only.*`safe` or `sensitive`/);
		expect(() => admit(input)).toThrow(expect.objectContaining({ code: 'gate-rating', message: reasonFor(verdict) }));
	});

	test('a refused prompt stays refused in brackets, among blanks, in any case', () => {
		const wrapping = fc.constantFrom<[string, string]>(
			['(', ')'],
			['((', ':1.3))'],
			['{', '}'],
			['[', ']'],
			['  ', ' '],
			['"', '"'],
			['_', '_'],
			['smile, ', ', hat'],
			['\u200b', '\u202e'],
		);
		fc.assert(
			fc.property(
				fc.constantFrom(...spelled),
				fc.array(wrapping, { maxLength: 4 }),
				fc.func(fc.boolean()),
				(prompt, wraps, isUpper) => {
					const cased = [...prompt].map((c, i) => (isUpper(i) ? c.toUpperCase() : c.toLowerCase())).join('');
					const wrapped = wraps.reduce((text, [open, close]) => `${open}${text}${close}`, cased);
					expect(judge({ recipe: prompting(wrapped), channel: general }).allow).toBe(false);
				},
			),
		);
	});
});

test('in age-restricted channels every rating passes', () => {
	for (const prompt of spelled) expect(judge({ recipe: prompting(prompt), channel: adult })).toEqual({ allow: true });
});

test('unknown is never more than known', () => {
	fc.assert(
		fc.property(anyRequest, (request) => {
			const recipe = makeRecipe(request, { model: demoModel, ceiling: 'explicit', randomSeed: () => 7 }).recipe;
			const [allowed, ...others] = [unknown, general, adult].map((channel) => judge({ recipe, channel }).allow);
			if (allowed) expect(others).toEqual([true, true]);
		}),
	);
});

test('what is made for everyone without naming the ratings passes everywhere', () => {
	fc.assert(
		fc.property(knownRequest, ({ rating: _, ...request }) => {
			fc.pre(!/nsfw|explicit|sensitive/i.test(request.prompt));
			const { recipe } = makeRecipe(request, { model: demoModel, ceiling: 'sensitive', randomSeed: () => 7 });
			for (const channel of [adult, general, unknown]) expect(judge({ recipe, channel })).toEqual({ allow: true });
		}),
	);
});

test.for<[string, SeenChannel, boolean | 'unknown']>([
	['a channel is what its flag says', { kind: 'guild-text', nsfw: true }, true],
	['a channel without the mark is not age-restricted', { kind: 'guild-text', nsfw: false }, false],
	['a channel whose flag did not come is unknown', { kind: 'guild-text' }, 'unknown'],
	['a channel has no parent to go by', { kind: 'guild-text', parentNsfw: true }, 'unknown'],
	['a thread is what its parent is', { kind: 'thread', parentNsfw: true }, true],
	['a thread’s own flag does not count', { kind: 'thread', nsfw: true, parentNsfw: false }, false],
	['a thread without a known parent is unknown', { kind: 'thread', nsfw: true }, 'unknown'],
	['a direct message is not age-restricted', { kind: 'dm', nsfw: true, parentNsfw: true }, false],
	['a place of unknown kind is unknown', { kind: 'unknown', nsfw: true, parentNsfw: true }, 'unknown'],
])('%s', ([, seen, ageRestricted]) => {
	const facts = channelFacts(seen);
	expect(facts).toEqual({ ageRestricted });
	expect(ceilingOf(facts)).toBe(ageRestricted === true ? 'explicit' : ageRestricted === false ? 'sensitive' : 'safe');
});
