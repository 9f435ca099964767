import type { Lexicon, PhraseNode, Term } from './lexicon.ts';
import type { Normal, Piece } from './normalise.ts';
import { type Certainty, type Reading, readingsAt } from './readings.ts';
import { isRound, isSame, mayBeSpread } from './spread.ts';

/** A listed term that a text was found to hold. */
export interface Hit<Strength extends string = string> {
	term: Term<Strength>;
	certainty: Certainty;
	/** Where it stands in `Normal.source`. */
	start: number;
	end: number;
}

/** A hit in pieces, and what stands between its words where it is spread. */
interface Place<S extends string> extends Hit<S> {
	from: number;
	to: number;
	fills: readonly (readonly Piece[])[];
}

/** A way through the phrases: where it began and is, how sure, and what stood between its words. */
interface Way {
	from: number;
	at: number;
	certainty: Certainty;
	fills: readonly (readonly Piece[])[];
	/** So far it is one word, which may be part of another one. */
	isPart?: boolean;
}

/** Finds every listed term in a text, in all readings, in the order of the text. Terms inside an excepted phrase are left out. */
export function findTerms<S extends string>(normal: Normal, lexicon: Lexicon<S>): Hit<S>[] {
	const { pieces } = normal;
	// A word may be read to several ends.
	const readings = pieces.map((piece, i) => {
		const found = readingsAt(pieces, i, lexicon);
		if (piece.kind === 'number') found.unshift({ word: piece.text, to: i + 1, certainty: 'plain' });
		return found.length === 0 ? nothing : Map.groupBy(found, ({ word }) => word);
	});
	const hits: Place<S>[] = [];
	const exceptions: { phrase: string; from: number; to: number }[] = [];

	const walk = (node: PhraseNode<S>, way: Way): void => {
		const { from, at, certainty, fills } = way;
		if (node.exception !== undefined && certainty === 'plain' && fills.length === 0 && isWritten(pieces, from, at))
			exceptions.push({ phrase: node.exception, from, to: at });
		for (const term of way.isPart ? [] : node.terms) {
			const place = { from, to: at, start: pieces[from]!.start, end: pieces[at - 1]!.end };
			const sure = fills.length === 0 ? certainty : spreadCertainty(pieces, way);
			if (sure) hits.push({ term, certainty: sure, fills, ...place });
		}
		if (node.next.size === 0) return;
		/** Goes on with the words that begin at a piece. */
		const take = (to: number, between: Way['fills'], most: Certainty) => {
			for (const [word, found] of readings[to] ?? nothing) {
				const child = node.next.get(word);
				for (const reading of child ? found : [])
					walk(child!, {
						from,
						at: reading.to,
						certainty: worse(certainty, worse(most, reading.certainty)),
						fills: between,
						isPart: at === from && reading.isPart === true,
					});
			}
		};
		if (at === from) {
			take(at, fills, 'plain');
			return;
		}
		const isInTag = (k: number) => pieces[k]?.tag === pieces[from]!.tag;
		// what stands between words is no word, or the beginning of one: `aged $even`
		const next = wordFrom(pieces, at);
		for (let k = at; k <= next; k++) if (isInTag(k)) take(k, fills, k > at ? 'tricky' : 'plain');
		for (const length of !lexicon.isLoose ? [] : fills[0] ? [fills[0].length] : anyBetween) {
			if (next + length > pieces.length) break;
			const to = wordFrom(pieces, next + length);
			const fill = pieces.slice(next, next + length);
			// Where several words stood between two before, the same must stand between the others.
			if (length > 1 && fills[0] && !isSame(fills[0], fill)) continue;
			// `bare-bare nipples`
			const isEcho = length === 1 && isAgain(pieces, next) && isInTag(to);
			take(to, isEcho ? fills : [...fills, fill], next > at || isEcho ? 'tricky' : 'plain');
		}
	};
	for (let i = 0; i < pieces.length; i++)
		if (readings[i]!.size > 0) walk(lexicon.phrases, { from: i, at: i, certainty: 'plain', fills: [] });

	const isExcepted = ({ term, from, to }: Place<S>) =>
		term.except.size > 0 && exceptions.some((e) => e.from <= from && to <= e.to && term.except.has(e.phrase));
	const whole = [...exceptions, ...hits.filter(({ certainty, from, to }) => certainty === 'plain' && to - from > 1)];
	return hits.filter(
		(hit) => !isExcepted(hit) && (hit.certainty !== 'spread' || (!hit.term.isTogether && mayBeSpread(hit, whole))),
	);
}

const nothing: ReadonlyMap<string, Reading[]> = new Map();

/** How many words may stand between two of a term. */
const anyBetween = [1, 2, 3, 4, 5, 6];

function wordFrom(pieces: readonly Piece[], at: number): number {
	let next = at;
	while (pieces[next]?.kind === 'sign' || pieces[next]?.isFiller) next++;
	return next;
}

/** Says whether a word is the one right before it once more. */
function isAgain(pieces: readonly Piece[], at: number): boolean {
	const { kind, latin } = pieces[at]!;
	return kind === 'word' && latin === pieces[at - 1]!.latin;
}

/**
 * How sure it is that words with others between belong together: as sure as they are read if the same stands around every one of
 * them (`artwork_(age) artwork_(16)`), `spread` if one word is between two of the same tag, and not at all otherwise.
 */
function spreadCertainty(pieces: readonly Piece[], { from, at, certainty, fills }: Way): Certainty | undefined {
	if (certainty === 'parted') return undefined;
	const fill = fills[0]!;
	const isEven = fills.every((other) => isSame(other, fill));
	if (isEven && (fills.length > 1 || isRound(pieces, from, at, fill))) return worse('tricky', certainty);
	const isClose = fill.length === 1 && pieces[from]!.tag === pieces[at - 1]!.tag;
	return isClose ? 'spread' : undefined;
}

const order: readonly Certainty[] = ['plain', 'tricky', 'guess', 'parted', 'spread'];

function worse(a: Certainty, b: Certainty): Certainty {
	return order.indexOf(a) > order.indexOf(b) ? a : b;
}

/** Says whether a phrase stands there as people write it: `an us` with a blank, which `an*us` is not. */
function isWritten(pieces: readonly Piece[], from: number, to: number): boolean {
	const phrase = pieces.slice(from, to);
	return phrase.every(({ text }) => text.length > 2) || phrase.slice(1).every(({ afterBlank }) => afterBlank);
}
