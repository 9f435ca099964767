import entries from './data/youth-tags.json' with { type: 'json' };
import type { Seen } from './tagger.ts';

const youthTags = new Set(entries.flatMap(({ tags }) => tags));

/** Less than this says nothing: a tagger gives every one of its tags some probability. */
const worthKeeping = 0.05;

/** Picks from what a tagger saw the words for a young person, with their probabilities. The floor weighs them. */
export function youthTagsIn(tags: Seen['tags']): Record<string, number> {
	return Object.fromEntries(
		tags
			.filter(({ name, probability }) => youthTags.has(name) && probability >= worthKeeping)
			.map(({ name, probability }) => [name, probability]),
	);
}
