import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { samplerNames, samplers } from '../../src/pipeline/samplers/index.ts';
import type { Rating } from '../../src/prompt/families.ts';
import { presets } from '../../src/prompt/presets.ts';
import { makeRecipe, suitFor } from '../../src/prompt/recipe.ts';
import { parseRequest, type RequestOptions } from '../../src/prompt/request.ts';
import { splitTags, uniqueTags } from '../../src/prompt/tags.ts';
import { recipeSchema } from '../../src/recipe.ts';
import { anyRequest, demoModel } from './any.ts';

const last = Number.MAX_SAFE_INTEGER;
const cardNegative = presets.card.negative.join(', ');

function make(options: RequestOptions, ceiling: Rating = 'explicit') {
	return makeRecipe(parseRequest(options), { model: demoModel, ceiling, randomSeed: () => 7 });
}

test('a bare prompt takes the card’s prefix and negative and the model’s defaults', () => {
	expect(make({ prompt: '1girl, solo', seed: 0 }).recipe).toEqual({
		version: 1,
		prompt: 'masterpiece, best quality, very aesthetic, absurdres, 1girl, solo',
		negative: cardNegative,
		syntax: 'plain',
		width: 128,
		height: 128,
		steps: 20,
		guidanceScale: 2,
		sampler: 'euler-ancestral',
		seeds: [0, 1, 2, 3],
		model: 'demo',
	});
});

test('the card’s negative is the card’s, letter for letter', () => {
	expect(cardNegative).toBe(
		'nsfw, lowres, (bad), text, error, fewer, extra, missing, worst quality, jpeg artifacts, low quality, watermark, unfinished, displeasing, oldest, early, chromatic aberration, signature, extra digits, artistic error, username, scan, [abstract]',
	);
});

describe('sampler, schedule and source of noise', () => {
	test('are in the recipe only where they were asked for, so that others keep their hash', () => {
		const { recipe } = make({ prompt: 'x', sampler: 'dpmpp-2m' });
		expect(Object.keys(recipe)).not.toContain('schedule');
		expect(Object.keys(recipe)).not.toContain('random');
		expect(make({ prompt: 'x --schedule karras', sampler: 'dpmpp-2m' }).recipe.schedule).toBe('karras');
		const model = { ...demoModel, random: 'philox' as const };
		const context = { model, ceiling: 'explicit' as const, randomSeed: () => 7 };
		expect(makeRecipe(parseRequest({ prompt: 'x' }), context).recipe.random).toBe('philox');
	});

	test.for([
		['lcm', 'karras', /^LCM has a schedule of its own\. Leave the schedule out, or choose another sampler\.$/],
		['ddim', 'karras', /^DDIM takes only the schedules `normal`, `trailing`, `leading`\. Choose one of them/],
		['ddim', 'sgm-uniform', /^DDIM takes only/],
	] as const)('a sampler refuses what it cannot take, saying why: %s with %s', ([sampler, schedule, says]) => {
		expect(() => make({ prompt: 'x', sampler, schedule })).toThrow(says);
		const { recipe } = make({ prompt: 'x', sampler });
		expect(recipeSchema.safeParse({ ...recipe, schedule }).success).toBe(false);
	});

	test('every other pair of them makes a recipe', () => {
		for (const sampler of samplerNames)
			for (const schedule of samplers[sampler].schedules)
				expect(make({ prompt: 'x', sampler, schedule }).recipe).toMatchObject({ sampler, schedule });
	});

	test('LCM takes at most the 50 steps that it was distilled on', () => {
		const model = { ...demoModel, recommended: { ...demoModel.recommended, steps: 80 } };
		const context = { model, ceiling: 'explicit' as const, randomSeed: () => 7 };
		const { recipe } = makeRecipe(parseRequest({ prompt: 'x', sampler: 'lcm' }), context);
		expect(recipe.steps).toBe(50);
		expect(recipeSchema.safeParse({ ...recipe, steps: 51 }).success).toBe(false);
	});
});

test('what the member says goes before what the model recommends', () => {
	expect(make({ prompt: '1girl --ar 4:7 --steps 5 --cfg 6 --n 1 --seed 9' }).recipe).toMatchObject({
		width: 96,
		height: 160,
		steps: 5,
		guidanceScale: 6,
		seeds: [9],
	});
});

describe('the prompt', () => {
	test.for<[string, RequestOptions, string]>([
		[
			'typed tags of the prefix are not doubled',
			{ prompt: '1girl, masterpiece, absurdres' },
			'masterpiece, best quality, very aesthetic, absurdres, 1girl',
		],
		[
			'a quality option replaces that of the prefix',
			{ prompt: '1girl', quality: 'best' },
			'best quality, very aesthetic, absurdres, 1girl',
		],
		[
			'a typed quality that the prefix lacks replaces that of the prefix',
			{ prompt: '1girl, low quality' },
			'low quality, very aesthetic, absurdres, 1girl',
		],
		[
			'an aesthetic option replaces that of the prefix',
			{ prompt: '1girl', aesthetic: 'aesthetic' },
			'masterpiece, best quality, aesthetic, absurdres, 1girl',
		],
		[
			'year and rating follow the prefix',
			{ prompt: '1girl', year: 'newest', rating: 'sensitive' },
			'masterpiece, best quality, very aesthetic, absurdres, newest, sensitive, 1girl',
		],
		['a rating typed and chosen stands once', { prompt: '1girl, SAFE', rating: 'safe', preset: 'none' }, 'safe, 1girl'],
		[
			'the explicit rating has both its tags',
			{ prompt: '1girl', rating: 'explicit', preset: 'none' },
			'explicit, nsfw, 1girl',
		],
		['preset none adds nothing', { prompt: 'smile, 1girl', preset: 'none' }, '1girl, smile'],
	])('%s', ([, options, prompt]) => {
		expect(make(options).recipe.prompt).toBe(prompt);
	});
});

describe('the negative', () => {
	test('of the member follows that of the preset, without doubles', () => {
		expect(make({ prompt: '1girl --no hat, Watermark' }).recipe.negative).toBe(`${cardNegative}, hat`);
	});

	test('is null when there is none at all', () => {
		expect(make({ prompt: '1girl', preset: 'none' }).recipe.negative).toBeNull();
	});

	test.for<[string, RequestOptions, string[]]>([
		['nsfw for the rating nsfw', { prompt: 'x', rating: 'nsfw' }, ['nsfw']],
		['nsfw for the rating explicit', { prompt: 'x', rating: 'explicit' }, ['nsfw']],
		['nsfw for a typed rating in brackets', { prompt: 'x, (explicit:1.2)' }, ['nsfw']],
		['the quality that is asked for', { prompt: 'x', quality: 'worst' }, ['worst quality']],
		['the year that is asked for', { prompt: 'x', year: 'early' }, ['early']],
		['displeasing for very displeasing', { prompt: 'x', aesthetic: 'very-displeasing' }, ['displeasing']],
		['a tag that the member typed', { prompt: 'x, signature' }, ['signature']],
	])('of the preset lacks %s', ([, options, gone]) => {
		const kept = presets.card.negative.filter((tag) => !gone.includes(tag));
		expect(make(options).recipe.negative).toBe(kept.join(', '));
	});

	test('of the member is kept even against the prompt', () => {
		expect(make({ prompt: 'x --no nsfw', rating: 'nsfw', preset: 'none' }).recipe.negative).toBe('nsfw');
	});
});

describe('outside age-restricted channels', () => {
	test('safe is asked for and the NSFW words are unasked, once', () => {
		const { recipe } = make({ prompt: '1girl --no explicit' }, 'sensitive');
		expect(recipe.prompt).toBe('masterpiece, best quality, very aesthetic, absurdres, safe, 1girl');
		expect(recipe.negative).toBe(`nsfw, explicit, ${presets.card.negative.slice(1).join(', ')}`);
	});

	test('sensitive stands for safe when chosen or typed', () => {
		expect(make({ prompt: '1girl', rating: 'sensitive', preset: 'none' }, 'sensitive').recipe.prompt).toBe(
			'sensitive, 1girl',
		);
		expect(make({ prompt: '1girl, Sensitive', preset: 'none' }, 'sensitive').recipe.prompt).toBe('sensitive, 1girl');
	});

	test('preset none unasks the NSFW words too', () => {
		expect(make({ prompt: '1girl', preset: 'none' }, 'sensitive').recipe.negative).toBe('nsfw, explicit');
	});

	test('the negative cannot unask safe, and the reply says so', () => {
		const { recipe, notes } = make({ prompt: '1girl --no (safe:1.4), SFW, safety pin', preset: 'none' }, 'sensitive');
		expect(recipe.negative).toBe('nsfw, explicit, safety pin');
		expect(notes).toEqual([expect.stringContaining('`safe` was taken out of the negative')]);
	});

	test('a recipe from an age-restricted channel can be fitted, and fitting twice changes nothing', () => {
		fc.assert(
			fc.property(anyRequest, (request) => {
				const { recipe } = makeRecipe(request, { model: demoModel, ceiling: 'explicit', randomSeed: () => 7 });
				const fitted = suitFor(recipe, 'sensitive');
				expect(suitFor(fitted, 'sensitive')).toEqual(fitted);
				expect(splitTags(fitted.prompt).some((tag) => tag === 'safe' || tag === 'sensitive')).toBe(true);
				expect(splitTags(fitted.negative ?? '').slice(0, 2)).toEqual(['nsfw', 'explicit']);
			}),
		);
	});
});

describe('notes', () => {
	test('name the size that another ratio came to', () => {
		expect(make({ prompt: '1girl --ar 16:9' }).notes).toEqual([expect.stringMatching(/16:9 is drawn as 7:4/)]);
	});
	test('are none for one of the nine', () => {
		expect(make({ prompt: '1girl --ar 7:4' }, 'sensitive').notes).toEqual([]);
	});
});

describe('seeds', () => {
	test.for<[number, number, number[]]>([
		[0, 1, [0]],
		[5, 3, [5, 6, 7]],
		[last - 1, 4, [last - 1, last, 0, 1]],
		[last, 2, [last, 0]],
	])('count up from %d for %d pictures', ([seed, count, seeds]) => {
		expect(make({ prompt: 'x', seed, count }).recipe.seeds).toEqual(seeds);
	});

	test('differ even when chance repeats itself', () => {
		const make4 = (drawn: number) =>
			makeRecipe({ prompt: 'x' }, { model: demoModel, ceiling: 'sensitive', randomSeed: () => drawn }).recipe.seeds;
		expect(make4(7)).toEqual([7, 8, 9, 10]);
		expect(make4(last)).toEqual([last, 0, 1, 2]);
	});
});

test('every recipe that is made is valid, the same again, and has no tag twice', () => {
	fc.assert(
		fc.property(anyRequest, fc.constantFrom<Rating>('explicit', 'nsfw', 'sensitive', 'safe'), (request, ceiling) => {
			const context = { model: demoModel, ceiling, randomSeed: () => 7 };
			const { recipe } = makeRecipe(request, context);
			expect(recipeSchema.parse(recipe)).toEqual(recipe);
			expect(makeRecipe(request, context).recipe).toEqual(recipe);
			for (const tags of [splitTags(recipe.prompt), splitTags(recipe.negative ?? '')])
				expect(uniqueTags(tags)).toEqual(tags);
			expect(new Set(recipe.seeds).size).toBe(request.count ?? 4);
		}),
	);
});

describe('the best of many', () => {
	const scoring = { model: { ...demoModel, isScoring: true }, ceiling: 'explicit', randomSeed: () => 7 } as const;

	test('draws as many as were asked for, and keeps four or the count', () => {
		const best = makeRecipe(parseRequest({ prompt: 'x --best 6 --seed 3' }), scoring).recipe;
		expect(best).toMatchObject({ seeds: [3, 4, 5, 6, 7, 8], keep: 4 });
		expect(makeRecipe({ prompt: 'x', best: 16, count: 1 }, scoring).recipe.seeds).toHaveLength(16);
		expect(makeRecipe({ prompt: 'x', best: 16, count: 1 }, scoring).recipe.keep).toBe(1);
	});

	test('is refused where nothing is scored', () => {
		expect(() => make({ prompt: 'x', best: 8 })).toThrow(expect.objectContaining({ code: 'no-scorer' }));
	});

	test.for([4, 17, 5.5])('%d candidates are none', (best) => {
		expect(() => parseRequest({ prompt: 'x', best })).toThrow(/Best takes a whole number from 5 to 16/);
	});
});
