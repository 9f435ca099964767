import { familyTags } from './families.ts';
import { knownTags } from './known-tags.ts';
import { presetNamed, presetNames } from './presets.ts';
import { breaksChunk, type Syntax, splitParts } from './syntax/index.ts';
import { tagKinds } from './tag-file.ts';
import { tagKey } from './tags-key.ts';

export { tagKey } from './tags-key.ts';

/**
 * Splits text at commas (also the two of Japanese keyboards) and line ends into tags: trimmed, no empty ones. What a syntax brackets
 * together stays one.
 */
export function splitTags(text: string, syntax: Syntax = 'plain'): string[] {
	return splitParts(text, syntax)
		.map((tag) => tag.trim().replace(/\s+/g, ' '))
		.filter((tag) => tag !== '');
}

/** Joins tags the way the model was trained on them. */
export function joinTags(tags: readonly string[]): string {
	return tags.join(', ');
}

/** Keeps the first of tags that are the same. Single letters all stay: they may spell a word, and the gate has to read it. */
export function uniqueTags(tags: readonly string[]): string[] {
	const seen = new Set<string>();
	return tags.filter((tag) => {
		if (tag.length === 1) return true;
		const key = tagKey(tag);
		return seen.has(key) ? false : seen.add(key) && true;
	});
}

/**
 * Every special tag in the order in which it is written. It is the order of the card's prefix (quality, aesthetic, then
 * what is in no family: `absurdres`), followed by year and rating.
 */
const specialTags: readonly string[] = [
	...new Set([
		...familyTags('quality'),
		...familyTags('aesthetic'),
		...presetNames.flatMap((name) => presetNamed(name).prefix),
		...familyTags('year'),
		...familyTags('rating').toReversed(), // the card writes `explicit, nsfw`
	]),
];
const specialRank = new Map(specialTags.map((tag, rank) => [tagKey(tag), rank]));

/** `1girl`, `2boys`, `6+girls`, `multiple girls`, `1other`, `no humans`: who is in the picture. */
const subject = /^(?:\d+\+?(?:girl|boy|other)s?|multiple (?:girl|boy|other)s|no humans)$/;

/**
 * Puts tags in the card's order, each once: special tags, then who is in the picture, characters, what they are from, and the rest
 * as the member typed it. Which tag names a character or a series the file of tags says; those that it does not know stay with
 * the rest.
 *
 * Special tags stand in front, typed or added: the card calls them a prefix, training captions had them all in front or all
 * at the end, and in front neither the encoders' 77 tokens nor a long prompt can cut off the rating.
 * What follows a `BREAK` in WebUI's syntax stays behind it, as it is. Arranging twice changes nothing.
 *
 * @param last tags that follow what was typed, before the first `BREAK`
 */
export function arrange(
	typed: readonly string[],
	added: readonly string[] = [],
	syntax: Syntax = 'plain',
	last: readonly string[] = [],
): string[] {
	const end = typed.findIndex((tag) => breaksChunk(tag, syntax));
	if (end < 0) return arrangeAll([...typed, ...last], added);
	return [...arrangeAll([...typed.slice(0, end), ...last], added), ...typed.slice(end)];
}

function arrangeAll(typed: readonly string[], added: readonly string[]): string[] {
	const special = new Set<number>();
	const subjects: string[] = [];
	const characters: string[] = [];
	const series: string[] = [];
	const known = knownTags();
	const rest: string[] = [];
	for (const tag of uniqueTags([...added, ...typed])) {
		const rank = specialRank.get(tagKey(tag));
		if (rank !== undefined) special.add(rank);
		else if (subject.test(tagKey(tag))) subjects.push(tag);
		else {
			const kind = known.kindOf(tag);
			(kind === tagKinds.character ? characters : kind === tagKinds.copyright ? series : rest).push(tag);
		}
	}
	const front = [...special].sort((a, b) => a - b).map((rank) => specialTags[rank]!);
	return [...front, ...subjects, ...characters, ...series, ...rest];
}
