import fc from 'fast-check';
import { aspectNames } from '../../src/prompt/aspects.ts';
import { familyTags, familyValues } from '../../src/prompt/families.ts';
import { presetNames } from '../../src/prompt/presets.ts';
import type { ModelFacts } from '../../src/prompt/recipe.ts';
import { type ImagineRequest, parseRequest } from '../../src/prompt/request.ts';
import { styleNames } from '../../src/prompt/styles.ts';

/** Tags that meet each other: special ones, subjects, in several spellings. */
const knownTag = fc.constantFrom(
	...familyTags('quality'),
	...familyTags('rating'),
	...familyTags('year'),
	...familyTags('aesthetic'),
	'absurdres',
	'1girl',
	'2boys',
	'no humans',
	'No_Humans',
	'Best_Quality',
	'SAFE',
	'hat',
	'blue hair',
	'^_^',
	'(bad)',
);

/** Known tags, and free ones. */
export const anyTag: fc.Arbitrary<string> = fc.oneof(
	knownTag,
	// What stands between double underscores is a wildcard, and few of those exist.
	fc.stringMatching(/^[a-zA-Z0-9_():]{1,6}$/).filter((tag) => /[a-z0-9]/i.test(tag) && !tag.includes('__')),
);

const requestsOf = (tag: fc.Arbitrary<string>): fc.Arbitrary<ImagineRequest> =>
	fc
		.record(
			{
				prompt: fc.array(tag, { minLength: 1, maxLength: 8 }).map((tags) => `x, ${tags.join(', ')}`),
				negative: fc.array(tag, { maxLength: 4 }).map((tags) => tags.join(', ')),
				quality: fc.constantFrom(...familyValues('quality')),
				rating: fc.constantFrom(...familyValues('rating')),
				year: fc.constantFrom(...familyValues('year')),
				aesthetic: fc.constantFrom(...familyValues('aesthetic')),
				preset: fc.constantFrom(...presetNames),
				style: fc.constantFrom(...styleNames),
				aspect: fc.constantFrom<string>(...aspectNames, '16:9', 'portrait'),
				seed: fc.oneof(fc.constantFrom(0, Number.MAX_SAFE_INTEGER), fc.maxSafeNat()),
				count: fc.integer({ min: 1, max: 4 }),
			},
			{ requiredKeys: ['prompt'] },
		)
		.map((options) => parseRequest(options));

/** Requests of every sort that can be made. */
export const anyRequest = requestsOf(anyTag);
/** Requests without letters by chance, which are a word of the gate now and then: `r18`, or `x`, `Xx` when they come to meet. */
export const knownRequest = requestsOf(knownTag);

export const demoModel: ModelFacts = {
	hash: 'demo',
	nativeSize: 128,
	sizeMultiple: 32,
	recommended: { steps: 20, guidanceScale: 2, sampler: 'euler-ancestral' },
};
