import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ceilings } from '../../src/moderation/ceiling.ts';
import {
	judgePicture,
	mayModeratorsSee,
	type PictureInput,
	type PictureVerdict,
	pictureReason,
	ratingOf,
	youthIn,
} from '../../src/moderation/picture.ts';
import { spoilers } from '../../src/moderation/settings.ts';
import { defaultThresholds, type RatingThresholds, thresholdsSchema } from '../../src/moderation/thresholds.ts';
import type { Ratings } from '../../src/pipeline/protocol.ts';

/** Ratings whose rest is general. */
const seen = (ratings: Partial<Ratings>): Ratings => {
	const rest = Object.values(ratings).reduce((sum, p) => sum + p, 0);
	return { general: Math.max(0, 1 - rest), sensitive: 0, questionable: 0, explicit: 0, ...ratings };
};
const judged = (input: Partial<PictureInput>): PictureVerdict =>
	judgePicture({ ceiling: 'sensitive', spoiler: 'borderline', thresholds: defaultThresholds, ratings: null, ...input });

test.for<[Partial<Ratings>, string]>([
	[{}, 'safe'],
	[{ sensitive: 0.49 }, 'safe'],
	[{ sensitive: 0.5 }, 'sensitive'],
	[{ sensitive: 0.3, questionable: 0.1, explicit: 0.1 }, 'sensitive'],
	[{ questionable: 0.34 }, 'safe'],
	[{ questionable: 0.2, explicit: 0.15 }, 'nsfw'],
	[{ questionable: 1 }, 'nsfw'],
	[{ explicit: 0.35 }, 'explicit'],
	[{ sensitive: 0.6, questionable: 0.1, explicit: 0.3 }, 'nsfw'],
])('%o counts as %s: what is above a rating counts for it too', ([ratings, rating]) => {
	expect(ratingOf(seen(ratings), defaultThresholds)).toBe(rating);
});

describe('a picture in a channel', () => {
	test.for(ceilings.flatMap((ceiling, i) => ceilings.map((rating, k) => [ceiling, rating, k <= i] as const)))(
		'that allows %s, rated %s: shown is %s',
		([ceiling, rating, isShown]) => {
			const name = { safe: 'general', sensitive: 'sensitive', nsfw: 'questionable', explicit: 'explicit' }[rating];
			const verdict = judged({ ceiling, ratings: seen({ [name]: 1 }) });
			expect(verdict).toEqual(isShown ? { show: 'open', rating } : { show: 'withheld', rule: 'picture', rating });
		},
	);

	test.for<[PictureInput['spoiler'], Partial<Ratings>, PictureInput['ceiling'], string]>([
		['borderline', { questionable: 0.25 }, 'sensitive', 'spoiler'],
		['borderline', { questionable: 0.2 }, 'sensitive', 'open'],
		['borderline', { explicit: 0.25, questionable: 0.6 }, 'nsfw', 'spoiler'],
		['borderline', { explicit: 1 }, 'explicit', 'open'],
		['never', { questionable: 0.25 }, 'sensitive', 'open'],
		['always', {}, 'safe', 'spoiler'],
		['always', { explicit: 1 }, 'explicit', 'spoiler'],
	])('covered %s: %o under %s is %s', ([spoiler, ratings, ceiling, show]) => {
		expect(judged({ spoiler, ratings: seen(ratings), ceiling }).show).toBe(show);
	});
});

test('the floor: a word for a minor and a sexual picture, wherever the word is from', () => {
	const ratings = seen({ questionable: 0.3 });
	const minors = (match: string) => ({ show: 'withheld', rule: 'minors', match });
	expect(judged({ ratings, ceiling: 'explicit', youthTags: { child: 0.4, loli: 0.6 } })).toEqual(minors('loli'));
	expect(judged({ ratings, ceiling: 'explicit', youthAsked: 'age 9' })).toEqual(minors('age 9'));
	expect(judged({ ratings, ceiling: 'explicit', youthTags: { child: 0.1 } }).show).toBe('open');
	expect(judged({ ratings: seen({ sensitive: 0.9 }), ceiling: 'explicit', youthTags: { child: 1 } }).show).toBe('open');
});

test.for<[string, string | undefined]>([
	['1girl, child, smile', 'child'],
	['a girl, 9 years old', 'age 9'],
	['1girl, solo, adult', undefined],
	['twenty years ago', undefined],
])('a prompt such as %j asks for a minor: %s', ([prompt, found]) => {
	expect(youthIn(prompt)).toBe(found);
});

test('moderators see what was above the ceiling where Discord lets them, and never the floor or what nobody rated', () => {
	const picture = (rating: 'sensitive' | 'explicit') => ({ show: 'withheld', rule: 'picture', rating }) as const;
	const [adult, general, unknown] = ([true, false, 'unknown'] as const).map((it) => ({ ageRestricted: it }));
	expect(mayModeratorsSee(picture('explicit'), adult!)).toBe(true);
	expect(mayModeratorsSee(picture('explicit'), general!)).toBe(false);
	expect(mayModeratorsSee(picture('sensitive'), general!)).toBe(true);
	expect(mayModeratorsSee(picture('explicit'), unknown!)).toBe(false);
	expect(mayModeratorsSee({ show: 'withheld', rule: 'minors', match: 'loli' }, adult!)).toBe(false);
	expect(mayModeratorsSee({ show: 'withheld', rule: 'unrated' }, adult!)).toBe(false);
});

test('the author is told what was seen and what is allowed', () => {
	const above = pictureReason({ show: 'withheld', rule: 'picture', rating: 'nsfw' }, 'sensitive');
	expect(above).toBe('It came out `nsfw`, and this channel allows `sensitive` at most.');
	expect(pictureReason({ show: 'withheld', rule: 'minors', match: 'loli' }, 'explicit')).toMatch(/No setting allows/);
});

describe('whatever the tagger says', () => {
	const p = fc.double({ min: 0, max: 1, noNaN: true });
	const anyRatings: fc.Arbitrary<Ratings> = fc.record({ general: p, sensitive: p, questionable: p, explicit: p });
	const threshold = fc.double({ min: 0.01, max: 1, noNaN: true });
	const anyThresholds: fc.Arbitrary<RatingThresholds> = fc.record({
		explicit: threshold,
		questionable: threshold,
		sensitive: threshold,
	});
	const anyInput = fc.record<PictureInput>({
		ratings: anyRatings,
		youthTags: fc.dictionary(fc.constantFrom('child', 'loli', 'shota'), p),
		youthAsked: fc.constantFrom(undefined, undefined, 'age 9'),
		ceiling: fc.constantFrom(...ceilings),
		spoiler: fc.constantFrom(...spoilers),
		thresholds: anyThresholds,
	});
	const order = ['withheld', 'spoiler', 'open'];
	const much = (input: PictureInput) => order.indexOf(judgePicture(input).show);

	test('a lower ceiling never shows more', () => {
		fc.assert(
			fc.property(anyInput, fc.constantFrom(...ceilings), (input, other) => {
				const [lower, higher] = [input.ceiling, other].toSorted((a, b) => ceilings.indexOf(a) - ceilings.indexOf(b));
				expect(much({ ...input, ceiling: lower! })).toBeLessThanOrEqual(much({ ...input, ceiling: higher! }));
			}),
			{ numRuns: 1000 },
		);
	});

	test('more of a higher rating never shows more', () => {
		const higher = fc.constantFrom('sensitive', 'questionable', 'explicit');
		fc.assert(
			fc.property(anyInput, higher, p, (input, name, more) => {
				const ratings = input.ratings!;
				const worse = { ...ratings, [name]: Math.min(1, ratings[name as keyof Ratings] + more) };
				expect(much({ ...input, ratings: worse })).toBeLessThanOrEqual(much(input));
			}),
			{ numRuns: 1000 },
		);
	});

	test('stricter thresholds and more cover never show more', () => {
		fc.assert(
			fc.property(anyInput, anyThresholds, fc.constantFrom(...spoilers), (input, other, spoiler) => {
				const stricter = Object.fromEntries(
					Object.entries(input.thresholds).map(([name, t]) => [
						name,
						Math.min(t, other[name as keyof RatingThresholds]),
					]),
				) as unknown as RatingThresholds;
				expect(much({ ...input, thresholds: stricter })).toBeLessThanOrEqual(much(input));
				const covered = spoilers.indexOf(spoiler) > spoilers.indexOf(input.spoiler) ? spoiler : input.spoiler;
				expect(much({ ...input, spoiler: covered })).toBeLessThanOrEqual(much(input));
			}),
			{ numRuns: 1000 },
		);
	});

	test('the floor knows no setting', () => {
		fc.assert(
			fc.property(anyInput, anyInput, (input, { ceiling, spoiler, thresholds }) => {
				const isFloor = (verdict: PictureVerdict) => verdict.show === 'withheld' && verdict.rule === 'minors';
				expect(isFloor(judgePicture({ ...input, ceiling, spoiler, thresholds }))).toBe(isFloor(judgePicture(input)));
			}),
			{ numRuns: 1000 },
		);
	});

	test('what is not rated, or with numbers that are none, is never shown', () => {
		const broken = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, 2, undefined, null, '0');
		const name = fc.constantFrom('general', 'sensitive', 'questionable', 'explicit');
		fc.assert(
			fc.property(anyInput, name, broken, (input, key, value) => {
				const ratings = { ...input.ratings, [key]: value } as Ratings;
				for (const unrated of [ratings, null, undefined])
					expect(judgePicture({ ...input, ratings: unrated })).toEqual({ show: 'withheld', rule: 'unrated' });
			}),
		);
	});
});

describe('thresholds as text', () => {
	test('what is left out is as usual', () => {
		expect(thresholdsSchema.parse('explicit=0.2, sensitive = 1')).toEqual({
			explicit: 0.2,
			questionable: defaultThresholds.questionable,
			sensitive: 1,
		});
	});

	test.for([
		'0.35',
		'explicit',
		'explicit=',
		'explicit=0',
		'explicit=1.01',
		'explicit=a',
		'nsfw=0.2',
		'explicit=0.2=1',
	])('%j is refused', (text) => {
		expect(thresholdsSchema.safeParse(text).success).toBe(false);
	});
});
