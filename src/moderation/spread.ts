import between from './data/between.json' with { type: 'json' };
import type { Piece } from './normalise.ts';

/** Words that part the words of a term instead of standing between them: `small breasts girl` is no small girl. */
const parting = new Set(between.flatMap(({ words }) => words));

/** Says whether the same words stand in both. */
export function isSame(some: readonly Piece[], others: readonly Piece[]): boolean {
	return some.length === others.length && some.every(({ latin }, i) => latin === others[i]!.latin);
}

/**
 * Says whether what stands between the words of a term also stands around it: all before it, all after it, or its end before and
 * its beginning after. `by me artwork_(age) by me artwork_(16) by me`.
 */
export function isRound(pieces: readonly Piece[], from: number, to: number, fill: readonly Piece[]): boolean {
	for (let k = 0; k <= fill.length; k++) {
		const before = fill.slice(k);
		const after = fill.slice(0, k);
		if (
			isSame(pieces.slice(Math.max(0, from - before.length), from), before) &&
			isSame(pieces.slice(to, to + after.length), after)
		)
			return true;
	}
	return false;
}

/**
 * Says whether the words of a spread term may belong together: the one between must not part them, and none of them may be part
 * of another phrase (`baby blue girl`).
 */
export function mayBeSpread(
	hit: { from: number; to: number; fills: readonly (readonly Piece[])[] },
	phrases: readonly { from: number; to: number }[],
): boolean {
	if (hit.fills.flat().some(({ kind, latin }) => kind !== 'word' || parting.has(latin))) return false;
	return !phrases.some(({ from, to }) => from < hit.to && hit.from < to);
}
