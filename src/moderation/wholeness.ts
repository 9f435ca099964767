import type { Piece } from './normalise.ts';
import type { Certainty } from './readings.ts';

/** Longer words do not come about where two others meet, and none where three do. */
const mostByChance = 7;

/** How surely a listed word was meant by the pieces from one to another (not included). @param isTricky letters were read as others */
export function certaintyOf(
	pieces: readonly Piece[],
	from: number,
	to: number,
	isTricky: boolean,
	word: string,
): Certainty {
	if (to === from + 1) return isTricky ? 'tricky' : 'plain';
	let hasBlank = false;
	let isHan = true;
	for (let k = from; k < to; k++) {
		const piece = pieces[k]!;
		if (k > from && piece.afterBlank) hasBlank = true;
		if (piece.script !== 'han' || (k > from && piece.gap > 0)) isHan = false;
	}
	if (isHan) return 'plain';
	const mayBeChance = hasBlank && to - from === 2 && word.length < mostByChance;
	const isChance = mayBeChance && !pieces.slice(from, to).every(({ text }) => isShort(text));
	return isChance ? 'parted' : 'tricky';
}

/** Two letters, or one many times. */
function isShort(text: string): boolean {
	return text.length <= 2 || text === text[0]!.repeat(text.length);
}

/** Keeps short words from being found inside longer ones that are spelled out: `c l a s s` is not `ass`. */
export function isWhole(pieces: readonly Piece[], from: number, to: number, word: string): boolean {
	const before = pieces[from - 1];
	const after = pieces[to];
	if (word.length >= 4 || (before?.kind !== 'word' && after?.kind !== 'word') || !/^[a-z]/.test(word)) return true;
	let apart: Apart = 'none';
	let longest = 0;
	for (let k = from; k < to; k++) {
		const piece = pieces[k]!;
		longest = Math.max(longest, piece.text.length);
		if (k > from) apart = further(apart, apartBy(piece));
	}
	const isNear = (neighbour: Piece | undefined, later: Piece | undefined) =>
		belongs(neighbour, later, apart) && (later?.gap === 0 || neighbour!.text.length <= longest);
	return !isNear(before, pieces[from]) && !isNear(after, after);
}

/** Says whether a neighbour seems to go on with a spelled-out word; `later` is the piece after the gap between them. */
function belongs(neighbour: Piece | undefined, later: Piece | undefined, apart: Apart): boolean {
	if (neighbour?.kind !== 'word' || later === undefined) return false;
	const by = apartBy(later);
	if (by === 'none') return true;
	// `s,e,x s,c,e,n,e`: what parts the words is not what parts the letters
	if (by === 'commas' || apart === 'commas') return false;
	if (apart === 'none' || (apart === 'signs' && by === 'blanks')) return false;
	return neighbour.text.length <= 2 && later.gap <= 3;
}

/** What parts pieces, from nothing to most. */
const ways = ['none', 'signs', 'blanks', 'commas'] as const;
type Apart = (typeof ways)[number];

function apartBy({ gap, afterBlank, afterComma }: Piece): Apart {
	if (gap === 0) return 'none';
	return afterComma ? 'commas' : afterBlank ? 'blanks' : 'signs';
}

function further(some: Apart, other: Apart): Apart {
	return ways.indexOf(other) > ways.indexOf(some) ? other : some;
}
