import type { Ratings } from '../pipeline/protocol.ts';
import { type Ceiling, ceilings } from './ceiling.ts';
import { outspokenYouth } from './floor.ts';
import { contextsOf } from './lists.ts';
import { normalise } from './normalise.ts';
import type { GuildSettings } from './settings.ts';
import type { RatingThresholds } from './thresholds.ts';

/** What is judged: what the tagger saw in one picture, and what holds where it would be shown. */
export interface PictureInput {
	/** `null` where the tagger could not look. */
	ratings: Ratings | null | undefined;
	/** The tagger's words for a young person, with their probabilities. */
	youthTags?: Record<string, number> | undefined;
	/** What in the prompt says that a minor is asked for: `youthIn`. */
	youthAsked?: string | undefined;
	ceiling: Ceiling;
	spoiler: GuildSettings['spoiler'];
	thresholds: RatingThresholds;
}

/**
 * How a picture may be shown. `minors` is the floor; `picture`: it came out above the ceiling; `unrated`: nobody knows what is in
 * it. `match` is what says that a minor is in the picture.
 */
export type PictureVerdict =
	| { show: 'open' | 'spoiler'; rating: Ceiling }
	| { show: 'withheld'; rule: 'minors'; match: string }
	| { show: 'withheld'; rule: 'picture'; rating: Ceiling }
	| { show: 'withheld'; rule: 'unrated' };

/*
 * The floor's own numbers, which are no setting. Lower than where the published taggers are as often right as wrong (0.53, their
 * card), and than what their tools show (0.35): here a picture too many withheld is the smaller harm. Not measured with a published
 * tagger.
 */
const youngFrom = 0.25;
const sexualFrom = 0.25;

/** Of a threshold, what is near it: there a picture is covered where the server wants that. */
const nearly = 0.6;

/**
 * Judges whether a finished picture may be shown in a channel, and how. Pure, and asked anew at each door, as `judge` is. Fails
 * closed: without ratings, or with numbers that are none, it is withheld.
 */
export function judgePicture(input: PictureInput): PictureVerdict {
	const { ratings, youthTags = {}, youthAsked, ceiling, spoiler, thresholds } = input;
	if (!ratings || !areProbabilities(ratings)) return { show: 'withheld', rule: 'unrated' };
	if (ratings.questionable + ratings.explicit >= sexualFrom) {
		const young = youthAsked ?? youngestIn(youthTags);
		if (young !== undefined) return { show: 'withheld', rule: 'minors', match: young };
	}
	const rating = ratingOf(ratings, thresholds);
	if (isAbove(rating, ceiling)) return { show: 'withheld', rule: 'picture', rating };
	const isNear = isAbove(ratingOf(ratings, thresholds, nearly), ceiling);
	return { show: spoiler === 'always' || (spoiler === 'borderline' && isNear) ? 'spoiler' : 'open', rating };
}

/**
 * Takes the rating that a picture counts as, from Danbooru's four as the tagger sees them.
 *
 * @param share of the thresholds, to see what it is near to
 */
export function ratingOf(
	{ explicit, questionable, sensitive }: Ratings,
	thresholds: RatingThresholds,
	share = 1,
): Ceiling {
	if (explicit >= thresholds.explicit * share) return 'explicit';
	if (explicit + questionable >= thresholds.questionable * share) return 'nsfw';
	if (explicit + questionable + sensitive >= thresholds.sensitive * share) return 'sensitive';
	return 'safe';
}

/** Finds what in a prompt says that a minor is asked for. The prompt alone may pass; a picture that came out sexual may not. */
export function youthIn(prompt: string): string | undefined {
	const normal = normalise(prompt);
	return outspokenYouth(normal, contextsOf(normal).youth);
}

/**
 * Answers whether a moderator may look at a withheld picture in a channel: Discord's rules hold for them too. Never what the floor
 * withholds, and never what nobody rated.
 */
export function mayModeratorsSee(verdict: PictureVerdict, channel: { ageRestricted: boolean | 'unknown' }): boolean {
	if (verdict.show !== 'withheld') return true;
	return verdict.rule === 'picture' && (channel.ageRestricted === true || !isAbove(verdict.rating, 'sensitive'));
}

/** Says to the author of a withheld picture what was seen and what the channel allows: one or two sentences. */
export function pictureReason(verdict: PictureVerdict & { show: 'withheld' }, ceiling: Ceiling): string {
	switch (verdict.rule) {
		case 'minors':
			return `It came out sexual, and \`${verdict.match}\` says that a minor is in it. No setting allows that, drawn or not.`;
		case 'picture':
			return `It came out \`${verdict.rating}\`, and this channel allows \`${ceiling}\` at most.`;
		case 'unrated':
			return 'It could not be checked, because the tagger failed. Whoever runs the bot was told.';
	}
}

function isAbove(rating: Ceiling, ceiling: Ceiling): boolean {
	return ceilings.indexOf(rating) > ceilings.indexOf(ceiling);
}

/** The tagger's surest word for a young person, if it is sure enough for the floor. */
export function youngestIn(youthTags: Record<string, number>): string | undefined {
	const [surest] = Object.entries(youthTags).toSorted(([, a], [, b]) => b - a);
	return surest && surest[1] >= youngFrom ? surest[0] : undefined;
}

function areProbabilities({ general, sensitive, questionable, explicit }: Ratings): boolean {
	return [general, sensitive, questionable, explicit].every((p) => Number.isFinite(p) && p >= 0 && p <= 1);
}
