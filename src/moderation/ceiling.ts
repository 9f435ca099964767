import type { Rating } from '../prompt/families.ts';
import { nsfwWords, wordsNamed } from '../prompt/rating-words.ts';
import type { ChannelFacts } from './channel.ts';
import type { Contexts } from './lists.ts';
import type { Normal } from './normalise.ts';

/** The four ratings, from what everyone may see upwards. A ceiling is the highest that may be drawn in a place. */
export const ceilings = ['safe', 'sensitive', 'nsfw', 'explicit'] as const satisfies Rating[];
export type Ceiling = Rating;

/** As a setting holds it. `unknown`: it should be known and is not, which is the strictest. */
export type CeilingSetting = Ceiling | 'unknown';

/** The lower of two ceilings. */
export function lowerOf(a: Ceiling, b: Ceiling): Ceiling {
	return ceilings.indexOf(a) < ceilings.indexOf(b) ? a : b;
}

/**
 * Takes the ceiling of a channel: the setting, but never above what Discord's own flag allows (all in age-restricted channels,
 * `sensitive` elsewhere). What is unknown, channel or setting, counts as `safe`.
 */
export function ceilingOf(channel: ChannelFacts, setting?: CeilingSetting): Ceiling {
	if (channel.ageRestricted === 'unknown' || setting === 'unknown') return 'safe';
	const allowed = channel.ageRestricted ? 'explicit' : 'sensitive';
	return setting === undefined ? allowed : lowerOf(setting, allowed);
}

/**
 * Finds the word of a prompt that is above a ceiling: a rating's name, however it is spelled, or a word for nudity or sex.
 * `sensitive` counts only as a tag of its own, because it is an ordinary word.
 */
export function wordAbove(prompt: Normal, { sexual }: Contexts, ceiling: Ceiling): string | undefined {
	if (ceiling === 'explicit') return undefined;
	const rating = wordsNamed(prompt.source, nsfwWords).findLast((word) => ceiling !== 'nsfw' || word !== 'nsfw');
	if (rating !== undefined) return rating;
	const hit = sexual.find(
		({ term: { strength }, certainty }) =>
			certainty !== 'parted' &&
			certainty !== 'guess' &&
			(strength === 'explicit' || (strength === 'nsfw' && ceiling !== 'nsfw')),
	);
	if (hit) return hit.term.text;
	return ceiling === 'safe' && asksForSensitive(prompt) ? 'sensitive' : undefined;
}

function asksForSensitive({ pieces }: Normal): boolean {
	const tags = Map.groupBy(
		pieces.filter(({ kind }) => kind === 'word'),
		({ tag }) => tag,
	);
	return [...tags.values()].some((words) => /^(?:rating)?sensitive$/.test(words.map(({ latin }) => latin).join('')));
}
