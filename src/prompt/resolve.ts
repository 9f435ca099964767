import { unescapeBraces } from './permutations.ts';
import type { ImagineRequest } from './request.ts';
import { resolveWildcards, type Wildcards, wildcardsWith } from './wildcards.ts';

/** Characters of a note on what was chosen. */
const longestNote = 300;

/**
 * Gives a request the texts that are drawn: wildcards have become entries of the lists, `\{` is a brace. One choice holds for all
 * pictures of the request, since they have one prompt: it is made by the first picture's seed.
 *
 * @param own the server's lists
 * @throws UserError as `resolveWildcards`
 */
export function resolveTexts(
	asked: ImagineRequest,
	own: Wildcards | undefined,
	seed: number,
): { request: ImagineRequest; notes: string[] } {
	const lists = wildcardsWith(own);
	const prompt = resolveWildcards(unescapeBraces(asked.prompt), lists, seed);
	const request = { ...asked, prompt: prompt.text };
	if (asked.negative !== undefined)
		request.negative = resolveWildcards(unescapeBraces(asked.negative), lists, seed).text;
	if (prompt.chosen.length === 0) return { request, notes: [] };
	const told = prompt.chosen.map(({ name, text }) => `${name} is ${text}`).join('; ');
	const characters = [...told];
	const shown = characters.length > longestNote ? `${characters.slice(0, longestNote).join('')}…` : told;
	return { request, notes: [`Wildcards: ${shown}`] };
}
