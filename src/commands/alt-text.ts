import type { Generation } from '../db/generations.ts';

/** Discord's limit, in UTF-16 units. */
const longestAlt = 1024;

/** The alternative text of one picture: which of how many, and what was asked for. */
export function altText({ recipe, request }: Generation, position: number): string {
	const which = recipe.seeds.length > 1 ? `Image ${position + 1} of ${recipe.seeds.length}` : 'Image';
	return shorten(`${which}: ${request.prompt}`, longestAlt);
}

/** Cuts a text to a length in UTF-16 units, which is how Discord counts, without leaving half a character. */
export function shorten(whole: string, longest: number): string {
	if (whole.length <= longest) return whole;
	return `${whole.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
