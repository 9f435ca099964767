import type { Piece } from './normalise.ts';

/**
 * Marks what says nothing between the words of a term: `(real:2) life`, `.9::real:: life`; `r-r-real l-l-life`; `real’s life’s`;
 * `real_(style) life_(style)`.
 */
export function markFillers(pieces: Piece[], source: string): void {
	for (let i = pieces.length - 1; i >= 0; i--) {
		const { kind, text, latin, start, end } = pieces[i]!;
		const before = source[start - 1] ?? ' ';
		const next = pieces[i + 1];
		let isFiller = false;
		if (kind === 'number')
			isFiller =
				isTail(pieces, i) || /[:.)\]}]/.test(before) || source.startsWith('::', end) || next?.isFiller === true;
		else if (latin === 's') isFiller = /['’`´]/.test(before);
		else if (before === '(') isFiller = qualifiers.has(latin) && /^\\?\)/.test(source.slice(end, end + 2));
		if (!isFiller && kind === 'word' && next?.kind === 'word' && text.length <= 3 && next.gap > 0)
			isFiller = next.text.startsWith(text) && (next.isFiller || next.text.length > text.length);
		if (isFiller) pieces[i]!.isFiller = true;
	}
}

/** `school69 uniform69` */
function isTail(pieces: readonly Piece[], i: number): boolean {
	return pieces[i]!.gap === 0 && pieces[i - 1]?.kind === 'word' && pieces[i + 1]?.gap !== 0;
}

/** What tags of image boards have in brackets to tell them apart. */
const qualifiers = new Set(
	'style medium character series cosplay artwork object artist theme meme symbol clothing food'.split(' '),
);
