import { leet } from './fold.ts';
import type { LetterNode, Lexicon } from './lexicon.ts';
import type { Piece } from './normalise.ts';

/**
 * How surely a word was meant. `plain`: it stands there. `tricky`: digits for letters, joined pieces, letters apart. `parted`:
 * longer pieces with blanks between join to it, which chance may do too (`pen is`). `spread`: another word stands between the words
 * of a term (`little blonde girl`).
 */
export type Certainty = 'plain' | 'tricky' | 'parted' | 'spread';

/** A listed word that the pieces from one to another (not included) can be read as. */
export interface Reading {
	word: string;
	to: number;
	certainty: Certainty;
}

/** A path on which letters are being read: what was read so far, without and with doubled letters. */
interface Path {
	node: LetterNode;
	last: string;
	text: string;
	/** Digits or signs were read as letters, or left out. */
	isTricky: boolean;
	/** The latest piece was left out: a word does not end with one. */
	isIdle: boolean;
	/** How many stars were read as letters. */
	stars: number;
	/** How many pieces without a letter came last. */
	letterless: number;
	/** How many pieces in a row brought nothing but doubled letters, or were left out. */
	stalled: number;
}

/** Bounds on the work that one place of a hostile text can make. */
const most = { paths: 8, wildPaths: 40, pieces: 40, letterless: 4, stalled: 7, idle: 3, stars: 2 };

/** Finds the listed words that begin at a piece. */
export function readingsAt(
	pieces: readonly Piece[],
	from: number,
	{ letters, misspelled }: Pick<Lexicon, 'letters' | 'misspelled'>,
): Reading[] {
	const first = pieces[from]!;
	// Digits and signs are letters only beside letters.
	if (!hasWordFrom(pieces, from)) return [];
	const readings: Reading[] = [];
	const take = ({ node, text, isTricky }: Path, to: number) => {
		for (const word of node.words) {
			if (!fits(text, word)) continue;
			const certainty = certaintyOf(pieces, from, to, isTricky || text !== word);
			if (certainty !== 'tricky' || isWhole(pieces, from, to, word)) readings.push({ word, to, certainty });
		}
	};
	let hasLetter = false;
	let paths = begin(first, letters);
	for (let k = from; paths.length > 0; ) {
		// `1011` could be read as a word, but nobody writes that without a letter.
		if (!hasLetter && pieces[k]!.kind === 'word') hasLetter = true;
		for (const path of paths) {
			if (path.isIdle || !hasLetter) continue;
			take(path, k + 1);
			if (pieces[k]!.starsAfter > 0) for (const filled of starred(path, pieces, k)) take(filled, k + 1);
		}
		const next = pieces[++k];
		if (next === undefined || k - from >= most.pieces || !isJoinable(pieces, from, k)) break;
		const onward: Path[] = [];
		for (const path of paths) goOn(path, next, onward);
		paths = distinct(onward, next.starsBefore > 0);
	}
	if (first.script === 'hangul') readings.push(...beginnings(first, from, letters));
	if (readings.length === 0 && first.script === 'alphabet' && first.latin.length >= 4) {
		const slips = misspelled.get(first.latin) ?? takenApart(first.latin, letters);
		readings.push(...slips.map((word) => ({ word, to: from + 1, certainty: 'tricky' as const })));
	}
	return readings;
}

function hasWordFrom(pieces: readonly Piece[], from: number): boolean {
	for (let k = from; k <= from + most.letterless; k++) if (pieces[k]?.kind === 'word') return true;
	return false;
}

function begin(piece: Piece, node: LetterNode): Path[] {
	const start: Path = { node, last: '', text: '', isTricky: false, isIdle: false, stars: 0, letterless: 0, stalled: 0 };
	const paths: Path[] = [];
	read(start, piece, paths);
	return paths;
}

/** Adds the ways on from a path through the next piece to `onward`. */
function goOn(path: Path, piece: Piece, onward: Path[]): void {
	const letterless = piece.kind === 'word' ? 0 : path.letterless + 1;
	const stalled = path.stalled + 1;
	if (letterless > most.letterless) return;
	// A doubled Chinese character is ordinary, more are not: every one would be a match of its own.
	if (piece.script === 'han' && piece.text === path.last && path.stalled > 0) return;
	const first = onward.length;
	read(path, piece, onward);
	for (let i = first; i < onward.length; i++) if (onward[i]!.node === path.node) onward[i]!.stalled = stalled;
	if (piece.starsBefore > 0 && !path.isIdle)
		for (const filled of wild(path, piece.starsBefore)) read(filled, piece, onward);
	// Digits and signs may also part letters: `n1s1f1w`.
	if (piece.kind !== 'word' && stalled <= most.idle)
		onward.push({ ...path, isTricky: true, isIdle: true, letterless, stalled });
	if (stalled <= most.stalled) return;
	const moved = onward.splice(first).filter((p) => p.stalled === 0);
	onward.push(...moved);
}

// Two ways to the same letters are one; the way that read the latest piece is better than the one that left it out.
function distinct(paths: Path[], mayBeMany: boolean): Path[] {
	if (paths.length < 2) return paths;
	const best = new Map<string, Path>();
	for (const path of paths) if (best.get(path.text)?.isIdle !== false) best.set(path.text, path);
	return [...best.values()].slice(0, mayBeMany ? most.wildPaths : most.paths);
}

/** Adds what a path becomes with the next piece, in each way that it can be read, to `onward`. */
function read(path: Path, piece: Piece, onward: Path[]): void {
	if (piece.kind === 'word') {
		const own = along(path, piece.text);
		if (own) onward.push(own);
		const latin = piece.latin === piece.text ? undefined : along(path, piece.latin, true);
		if (latin) onward.push(latin);
		const alias = piece.alias === undefined ? undefined : along(path, piece.alias, true);
		if (alias) onward.push(alias);
		return;
	}
	if (piece.text.length > 6) return;
	let paths = [path];
	for (const sign of piece.text) {
		const longer: Path[] = [];
		for (const before of paths)
			for (const letter of leet.get(sign) ?? '') {
				const after = along(before, letter, true);
				if (after) longer.push(after);
			}
		paths = longer;
	}
	for (const after of paths) {
		after.letterless = path.letterless + 1;
		onward.push(after);
	}
}

function along(path: Path, text: string, isTricky = path.isTricky): Path | undefined {
	let { node, last } = path;
	for (const letter of text) {
		if (letter === last) continue;
		const next = node.next.get(letter);
		if (next === undefined) return undefined;
		node = next;
		last = letter;
	}
	return { node, last, text: path.text + text, isTricky, isIdle: false, stars: path.stars, letterless: 0, stalled: 0 };
}

/** Lets stars stand for letters: `s*x`. */
function wild(path: Path, stars: number): Path[] {
	if (path.stars + stars > most.stars) return [];
	let paths = [{ ...path, stars: path.stars + stars }];
	for (let i = 0; i < stars; i++)
		paths = paths.flatMap((p) => [
			...(p.last === '' ? [] : [{ ...p, text: p.text + p.last, isTricky: true }]),
			...[...p.node.next].map(([letter, node]) => ({
				...p,
				node,
				last: letter,
				text: p.text + letter,
				isTricky: true,
			})),
		]);
	return paths;
}

/** Words that end in stars: `lol*`. Two letters could become anything. */
function starred(path: Path, pieces: readonly Piece[], k: number): Path[] {
	const { starsAfter } = pieces[k]!;
	if (starsAfter === 0 || path.text.length < 3 || pieces[k + 1]?.starsBefore === starsAfter) return [];
	return wild(path, starsAfter);
}

/** Says whether each run of a letter is at least as long as the word's: `looli` is `loli`, but `as` is not `ass`. */
function fits(text: string, word: string): boolean {
	if (text === word) return true;
	let i = 0;
	for (let k = 0; k < word.length; k++) {
		if (text[i] !== word[k]) return false;
		i++;
		if (word[k + 1] !== word[k]) while (text[i] === word[k]) i++;
	}
	return i === text.length;
}

/** Pieces may belong to one word if little is between them; across a comma only single letters do. */
function isJoinable(pieces: readonly Piece[], from: number, k: number): boolean {
	const piece = pieces[k]!;
	const before = pieces[k - 1]!;
	if (piece.afterComma) return piece.gap <= 3 && piece.text.length === 1 && before.text.length === 1 && from < k;
	if (piece.script === 'han' && piece.gap === 0) return true;
	return piece.gap <= (piece.afterBlank ? 4 : 8);
}

function certaintyOf(pieces: readonly Piece[], from: number, to: number, isTricky: boolean): Certainty {
	if (to === from + 1) return isTricky ? 'tricky' : 'plain';
	let hasBlank = false;
	let isShort = true;
	let isHan = true;
	for (let k = from; k < to; k++) {
		const piece = pieces[k]!;
		if (k > from && piece.afterBlank) hasBlank = true;
		if (piece.text.length > 2 && new Set(piece.text).size > 1) isShort = false;
		if (piece.script !== 'han' || (k > from && piece.gap > 0)) isHan = false;
	}
	if (isHan) return 'plain';
	return hasBlank && !isShort ? 'parted' : 'tricky';
}

/** Keeps short words from being found inside longer ones that are spelled out: `c l a s s` is not `ass`. */
function isWhole(pieces: readonly Piece[], from: number, to: number, word: string): boolean {
	if (word.length >= 4 || !/^[a-z]/.test(word)) return true;
	const inner = pieces.slice(from + 1, to);
	const apart = inner.some(({ gap }) => gap > 0)
		? inner.some(({ afterBlank }) => afterBlank)
			? 'blanks'
			: 'signs'
		: 'none';
	const longest = Math.max(...pieces.slice(from, to).map(({ text }) => text.length));
	const isNear = (neighbour: Piece | undefined, later: Piece | undefined) =>
		belongs(neighbour, later, apart) && (later?.gap === 0 || neighbour!.text.length <= longest);
	return !isNear(pieces[from - 1], pieces[from]) && !isNear(pieces[to], pieces[to]);
}

/** Says whether a neighbour seems to go on with a spelled-out word; `later` is the piece after the gap between them. */
function belongs(neighbour: Piece | undefined, later: Piece | undefined, apart: 'none' | 'signs' | 'blanks'): boolean {
	if (neighbour?.kind !== 'word' || later === undefined || later.afterComma) return false;
	if (later.gap === 0) return true;
	if (apart === 'none' || (apart === 'signs' && later.afterBlank)) return false;
	return neighbour.text.length <= 2 && later.gap <= 3;
}

// Korean particles follow a word without a blank.
function beginnings(piece: Piece, from: number, letters: LetterNode): Reading[] {
	const words: Reading[] = [];
	let node: LetterNode | undefined = letters;
	for (const [i, letter] of [...piece.text].entries()) {
		node = node.next.get(letter);
		if (node === undefined) break;
		if (i + 1 < piece.text.length)
			for (const word of node.words) if (word.length >= 2) words.push({ word, to: from + 1, certainty: 'plain' });
	}
	return words;
}

/** Takes a word apart that is nothing but listed words, written as one. Empty if it is not. */
function takenApart(text: string, letters: LetterNode): string[] {
	if (text.length < 6 || text.length > 60) return [];
	const dead = new Set<number>();
	const from = (start: number): string[] | undefined => {
		if (start === text.length) return [];
		if (dead.has(start)) return undefined;
		for (const { word, end } of wordsFrom(text, start, letters).reverse()) {
			const rest = from(end);
			if (rest !== undefined) return [word, ...rest];
		}
		dead.add(start);
		return undefined;
	};
	return from(0) ?? [];
}

/** The listed words of three letters and more that begin at a place, shortest first. */
function wordsFrom(text: string, start: number, letters: LetterNode): { word: string; end: number }[] {
	const words: { word: string; end: number }[] = [];
	let node: LetterNode | undefined = letters;
	for (let i = start; i < text.length; i++) {
		if (i === start || text[i] !== text[i - 1]) node = node.next.get(text[i]!);
		if (node === undefined) break;
		const part = text.slice(start, i + 1);
		const word = part.length >= 3 ? node.alone.find((listed) => fits(part, listed)) : undefined;
		if (word !== undefined) words.push({ word, end: i + 1 });
	}
	return words;
}
