import { families } from './families.ts';

/** The words of the two ratings that belong in age-restricted channels only. They go into the negative everywhere else. */
export const nsfwWords: readonly string[] = [
	...new Set([...families.rating.nsfw.tags, ...families.rating.explicit.tags]),
];

/**
 * Finds which of some words a text names, however they are spelled: upper case, underscores, full-width or accented letters,
 * invisible characters inside, brackets and weights around, digits or another script right beside (CLIP's tokenizer parts
 * letters from digits, so `nsfw2` reads as `nsfw`), letters apart (`n.s.f.w`). A longer word that contains one (`explicitly`)
 * is another word.
 *
 * @param words lower-case Latin letters only
 */
export function wordsNamed(text: string, words: readonly string[]): string[] {
	const folded = fold(text);
	// Single letters in a row are read as one word too: `n s f w`, `N-S-F-W`.
	const spelledOut = (folded.match(/(?<![a-z])[a-z](?:[^a-z]{1,3}[a-z](?![a-z]))+/g) ?? []).map((run) =>
		run.replace(/[^a-z]/g, ''),
	);
	const found = new Set(folded.match(/[a-z]+/g) ?? []);
	return words.filter((word) => found.has(word) || spelledOut.some((run) => run.includes(word)));
}

// Upper case first, because some letters (ı, ſ) reach their plain form only by that way.
function fold(text: string): string {
	return text
		.replace(/[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Bidi_Control}]/gu, (c) => (/[\t-\r\u0085]/.test(c) ? ' ' : ''))
		.normalize('NFKC')
		.toUpperCase()
		.toLowerCase()
		.normalize('NFKD')
		.replace(/\p{M}/gu, '');
}
