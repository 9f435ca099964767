import type { Generation } from '../db/generations.ts';
import { english, say, type Words } from '../words/index.ts';

/** Discord's limit, in UTF-16 units. */
const longestAlt = 1024;

/** The alternative text of one picture: which of how many, and what was asked for. */
export function altText({ recipe, request }: Generation, position: number, words: Words = english): string {
	const count = recipe.keep ?? recipe.seeds.length;
	const which = count > 1 ? `Image ${position + 1} of ${count}` : 'Image';
	return shorten(`${say(words, which)}: ${request.prompt}`, longestAlt);
}

/** Cuts a text to a length in UTF-16 units, which is how Discord counts, without leaving half a character. */
export function shorten(whole: string, longest: number): string {
	if (whole.length <= longest) return whole;
	return `${whole.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
