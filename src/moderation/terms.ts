import type { Lexicon, PhraseNode, Term } from './lexicon.ts';
import type { Normal, Piece } from './normalise.ts';
import { type Certainty, type Reading, readingsAt } from './readings.ts';

/** A listed term that a text was found to hold. */
export interface Hit<Strength extends string = string> {
	term: Term<Strength>;
	certainty: Certainty;
	/** Where it stands in `Normal.source`. */
	start: number;
	end: number;
}

/** Finds every listed term in a text, in all readings, in the order of the text. Terms inside an excepted phrase are left out. */
export function findTerms<S extends string>(normal: Normal, lexicon: Lexicon<S>): Hit<S>[] {
	const { pieces } = normal;
	const readings = pieces.map((piece, i): Reading[] =>
		piece.kind === 'number'
			? [{ word: piece.text, to: i + 1, certainty: 'plain' }, ...readingsAt(pieces, i, lexicon.letters)]
			: readingsAt(pieces, i, lexicon.letters),
	);
	const hits: (Hit<S> & { from: number; to: number })[] = [];
	const exceptions: { phrase: string; from: number; to: number }[] = [];

	const walk = (node: PhraseNode<S>, from: number, at: number, certainty: Certainty, words: string[]): void => {
		if (node.isException && certainty === 'plain' && isWritten(pieces, from, at))
			exceptions.push({ phrase: words.join(' '), from, to: at });
		for (const term of node.terms)
			hits.push({ term, certainty, from, to: at, start: pieces[from]!.start, end: pieces[at - 1]!.end });
		if (node.next.size === 0) return;
		let next = at;
		// a sign between words is no word
		while (next > from && pieces[next]?.kind === 'sign') next++;
		const piece = pieces[next];
		if (piece === undefined || (next > from && piece.tag !== pieces[from]!.tag)) return;
		for (const reading of readings[next]!) {
			const child = node.next.get(reading.word);
			if (child) walk(child, from, reading.to, worse(certainty, reading.certainty), [...words, reading.word]);
		}
	};
	for (let i = 0; i < pieces.length; i++) if (readings[i]!.length > 0) walk(lexicon.phrases, i, i, 'plain', []);

	return hits.filter(
		({ term, from, to }) =>
			term.except.size === 0 || !exceptions.some((e) => e.from <= from && to <= e.to && term.except.has(e.phrase)),
	);
}

const order: readonly Certainty[] = ['plain', 'tricky', 'parted'];

function worse(a: Certainty, b: Certainty): Certainty {
	return order.indexOf(a) > order.indexOf(b) ? a : b;
}

/** Says whether a phrase stands there as people write it: `an us` with a blank, which `an*us` is not. */
function isWritten(pieces: readonly Piece[], from: number, to: number): boolean {
	const phrase = pieces.slice(from, to);
	return phrase.every(({ text }) => text.length > 2) || phrase.slice(1).every(({ afterBlank }) => afterBlank);
}
