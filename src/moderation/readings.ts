import { leet } from './fold.ts';
import type { LetterNode, Lexicon } from './lexicon.ts';
import type { Piece } from './normalise.ts';
import { takenApart } from './taken-apart.ts';
import { certaintyOf, isWhole } from './wholeness.ts';

/**
 * How surely a word was meant. `plain`: it stands there. `tricky`: digits for letters, joined pieces, letters apart. `guess`: one or
 * two letters before stars, which other words begin with, too (`k**`). `parted`: longer pieces with blanks between join to it, which
 * chance may do (`pen is`). `spread`: another word stands between the words
 * of a term (`little blonde girl`).
 */
export type Certainty = 'plain' | 'tricky' | 'guess' | 'parted' | 'spread';

/** A listed word that the pieces from one to another (not included) can be read as. */
export interface Reading {
	word: string;
	to: number;
	certainty: Certainty;
	/** It may be part of a longer word that is spelled out (`c l a s s`), so it counts only among the other words of a term. */
	isPart?: boolean;
}

/** A path on which letters are being read. */
interface Path {
	node: LetterNode;
	/** How many letters were read, doubled ones too. */
	length: number;
	/** Digits or signs were read as letters, or letters as others. */
	isTricky: boolean;
	/** The latest piece was left out: a word does not end with one. */
	isIdle: boolean;
	/** How many stars were read as letters. */
	stars: number;
	/** How many pieces in a row brought nothing but doubled letters, or were left out. */
	stalled: number;
}

/** Bounds on the work that one place of a hostile text can make. */
const most = { paths: 8, wildPaths: 40, pieces: 40, letterless: 6, stalled: 7, idle: 3, stars: 4 };

/** Finds the listed words that begin at a piece. */
export function readingsAt(
	pieces: readonly Piece[],
	from: number,
	{ letters, slips }: Pick<Lexicon, 'letters' | 'slips'>,
): Reading[] {
	const first = pieces[from]!;
	// Digits and signs are letters only beside letters.
	if (!hasWordFrom(pieces, from)) return [];
	const readings: Reading[] = [];
	const take = ({ node, length, isTricky }: Path, to: number, isGuess = false) => {
		const { word } = node;
		if (word === undefined) return;
		const certainty = isGuess ? 'guess' : certaintyOf(pieces, from, to, isTricky || length !== word.length, word);
		const isPart = certainty === 'tricky' && !isWhole(pieces, from, to, word);
		if (!isPart) readings.push({ word, to, certainty });
		else if (word.length === 3) readings.push({ word, to, certainty, isPart });
	};
	let hasLetter = false;
	/** How many pieces without a letter came last. */
	let letterless = 0;
	let front = new Front(most.wildPaths);
	read({ node: letters, length: 0, isTricky: false, isIdle: false, stars: 0, stalled: 0 }, first, front);
	for (let k = from; front.paths.length > 0; ) {
		// `1011` could be read as a word, but nobody writes that without a letter.
		if (!hasLetter && pieces[k]!.kind === 'word') hasLetter = true;
		if (hasLetter)
			for (const path of front.paths) {
				if (path.isIdle) continue;
				take(path, k + 1);
				for (const filled of starred(path, pieces, k)) take(filled, k + 1, path.length < 3);
			}
		const next = pieces[++k];
		if (next === undefined || k - from >= most.pieces || !isJoinable(pieces, from, k)) break;
		letterless = next.kind === 'word' ? 0 : letterless + 1;
		if (letterless > most.letterless) break;
		const onward = new Front(next.starsBefore > 0 ? most.wildPaths : most.paths);
		for (const path of front.paths) goOn(path, next, onward);
		front = onward;
	}
	if (first.script === 'hangul') readings.push(...beginnings(first, from, letters));
	if (first.script === 'alphabet' && first.latin.length >= 4) {
		const meant = slips?.of(first.latin) ?? [];
		const parts = readings.length + meant.length === 0 ? takenApart(first.latin, letters) : [];
		for (const { word, isGuess } of [...meant, ...parts.map((word) => ({ word, isGuess: false }))])
			readings.push({ word, to: from + 1, certainty: isGuess ? 'guess' : 'tricky' });
	}
	return readings;
}

function hasWordFrom(pieces: readonly Piece[], from: number): boolean {
	for (let k = from; k <= from + most.letterless; k++) if (pieces[k]?.kind === 'word') return true;
	return false;
}

/** Paths that lead to different letters, as many as there may be. */
class Front {
	readonly paths: Path[] = [];
	readonly #most: number;

	constructor(most: number) {
		this.#most = most;
	}

	/** Adds a path. Of two ways to the same letters the one that read the latest piece is better than the one that left it out. */
	add(path: Path): void {
		const { paths } = this;
		for (let i = 0; i < paths.length; i++)
			if (paths[i]!.node === path.node) {
				if (isBetter(path, paths[i]!)) paths[i] = path;
				return;
			}
		if (paths.length < this.#most) paths.push(path);
	}
}

function isBetter(path: Path, other: Path): boolean {
	if (path.isIdle !== other.isIdle) return other.isIdle;
	return path.stars < other.stars || (path.stars === other.stars && path.stalled < other.stalled);
}

/** Adds the ways on from a path through the next piece to `onward`. */
function goOn(path: Path, piece: Piece, onward: Front): void {
	// A doubled Chinese character is ordinary, more are not: every one would be a match of its own.
	if (piece.script === 'han' && piece.text === path.node.letter && path.stalled > 0) return;
	read(path, piece, onward);
	if (piece.starsBefore > 0 && !path.isIdle)
		for (const filled of wild(path, piece.starsBefore)) read(filled, piece, onward);
	// Digits and signs may also part letters: `n1s1f1w`.
	if (piece.kind !== 'word' && path.stalled < most.idle)
		onward.add({ ...path, isTricky: true, isIdle: true, stalled: path.stalled + 1 });
}

/** Adds what a path becomes with the next piece, in each way that it can be read, to `onward`. */
function read(path: Path, piece: Piece, onward: Front): void {
	const { kind, text, latin, alias } = piece;
	if (kind === 'word') {
		along(path, text, path.isTricky, onward);
		if (latin !== text) along(path, latin, true, onward);
		if (alias !== undefined) along(path, alias, true, onward);
		if (piece.isDisguised && /^[a-z]+$/.test(latin)) along(path, latin, true, onward, mistaken);
	} else if (text.length <= 6) along(path, text, true, onward, leet);
}

/** Letters that a sign which looks like one of them may also stand for. */
const mistaken: ReadonlyMap<string, string> = new Map(
	'a b:bv c:ce d:do e:ec f g:gq h:hnd i:il j:jir k l:lita m:mu n:nuh o:odcsq p:pr q:qgno r:rp s t:tf u:unvy v:vun w:wm x y:yv z'
		.split(' ')
		.map((pair) => [pair[0]!, pair.slice(2) || pair[0]!]),
);

/** Goes from node to node by the letters of a text; `readAs`: by those that its signs may stand for. */
function along(path: Path, text: string, isTricky: boolean, onward: Front, readAs?: ReadonlyMap<string, string>): void {
	let nodes = [path.node];
	for (const sign of text) {
		const after: LetterNode[] = [];
		for (const letter of readAs ? (readAs.get(sign) ?? '') : sign)
			for (const node of nodes) {
				const next = node.next.get(letter);
				if (next !== undefined && !after.includes(next)) after.push(next);
				if (node.letter === letter && !after.includes(node)) after.push(node);
			}
		if (after.length === 0) return;
		nodes = after;
	}
	const length = path.length + text.length;
	for (const node of nodes) {
		const stalled = node.run === path.node.run ? path.stalled + 1 : 0;
		if (stalled <= most.stalled) onward.add({ node, length, isTricky, isIdle: false, stars: path.stars, stalled });
	}
}

/** Lets stars stand for letters: `s*x`. */
function wild(path: Path, stars: number): Path[] {
	if (path.stars + stars > most.stars) return [];
	let paths = [{ ...path, isTricky: true, stars: path.stars + stars }];
	for (let i = 0; i < stars; i++)
		paths = paths.flatMap((p) => {
			const length = p.length + 1;
			const same = p.node.letter === '' ? [] : [{ ...p, length }];
			return [...same, ...[...p.node.next.values()].map((node) => ({ ...p, node, length }))];
		});
	return paths;
}

/** Words that end in stars: `lol*`. */
function starred(path: Path, pieces: readonly Piece[], k: number): Path[] {
	const { starsAfter } = pieces[k]!;
	if (starsAfter === 0 || path.length + starsAfter < 3 || pieces[k + 1]?.starsBefore === starsAfter) return [];
	return wild(path, starsAfter);
}

/** Pieces may belong to one word if little is between them; across a comma only single letters do. */
function isJoinable(pieces: readonly Piece[], from: number, k: number): boolean {
	const piece = pieces[k]!;
	const before = pieces[k - 1]!;
	if (piece.afterComma) return piece.gap <= 3 && piece.text.length === 1 && before.text.length === 1 && from < k;
	if (piece.script === 'han' && piece.gap === 0) return true;
	return piece.gap <= (piece.afterBlank ? 4 : 8);
}

// Korean particles follow a word without a blank.
function beginnings(piece: Piece, from: number, letters: LetterNode): Reading[] {
	const words: Reading[] = [];
	let node: LetterNode | undefined = letters;
	for (const [i, letter] of [...piece.text].entries()) {
		node = node.next.get(letter);
		if (node === undefined) break;
		if (i + 1 < piece.text.length)
			if (node.word !== undefined && node.word.length >= 2)
				words.push({ word: node.word, to: from + 1, certainty: 'plain' });
	}
	return words;
}
