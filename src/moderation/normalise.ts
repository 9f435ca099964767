import { type Age, findAges } from './ages.ts';
import { escapesOf } from './escapes.ts';
import { markFillers } from './fillers.ts';
import { foldCodePoint, latinOf, leet, type Script, scriptOf } from './fold.ts';

/**
 * A piece of text in its plain form: a run of letters of one script, a run of digits, or a sign that may stand for a letter.
 * Chinese characters are pieces of their own, because nothing parts words there.
 */
export interface Piece {
	kind: 'word' | 'number' | 'sign';
	script: Script | undefined;
	/** Folded, in its own script. */
	text: string;
	/** The Latin letters that it looks like, if it has letters of another alphabet; else the same as `text`. */
	latin: string;
	/** With `l` for each capital `I`, which looks the same, in a word that is not all in capitals. */
	alias?: string;
	/** Some of its letters are signs that look like one, perhaps like another one, too. */
	isDisguised?: boolean;
	/** Where it stands in `source`. */
	start: number;
	end: number;
	/** What lies between it and the piece before: how many characters, and whether blanks or a comma are among them. */
	gap: number;
	afterBlank: boolean;
	afterComma: boolean;
	/** Stars that stand for letters: those before it, if nothing else parts it from the piece before, and those right after it. */
	starsBefore: number;
	starsAfter: number;
	/** Which tag it belongs to, counted by commas and line ends. */
	tag: number;
	/** It may stand between the words of a term without parting them: a whole number as a weight, the stutter before a word. */
	isFiller?: boolean;
}

/** A text in the one form in which spelling tricks vanish. */
export interface Normal {
	/** The text in NFC: the positions point into it. */
	source: string;
	pieces: Piece[];
	/** Ages, however they are written. */
	ages: Age[];
}

/**
 * Brings a text to the form in which words are compared. Accents, case, full-width and imitating letters, invisible characters,
 * emphasis and its weights are gone; the pieces keep their places, so that a match can be shown. What is a matter of reading
 * (`l0li`, `l o l i`, `lo-li`) stays in pieces here, and `terms.ts` tries how they join: plain digits stay plain.
 *
 * Takes time linear in the length.
 */
export function normalise(text: string): Normal {
	const source = text.normalize('NFC');
	const pieces = new Pieces().read(source, [...weightsOf(source), ...escapesOf(source)]);
	joinSpelledTags(pieces);
	markFillers(pieces, source);
	return { source, pieces, ages: findAges(pieces) };
}

/** Commas between single letters part no tags: `n, u, d, e`. */
function joinSpelledTags(pieces: Piece[]): void {
	let joined = 0;
	for (const [i, piece] of pieces.entries()) {
		const before = pieces[i - 1];
		if (piece.afterComma && piece.gap <= 3 && isLetter(piece) && before && isLetter(before))
			joined = piece.tag - before.tag;
		piece.tag -= joined;
	}
}

function isLetter({ kind, text }: Piece): boolean {
	return kind === 'word' && text.length === 1;
}

/**
 * Weights are decimals: `:1.2` before a closing bracket, `::1.3`. Whole numbers stay, and so does what follows `age`: they may be
 * ages. Every part is bounded, so that the search cannot run away.
 */
const weight =
	/(?<!age[sd]? ?):{1,2} ?[-+]?\d{0,3}\.\d{0,6}(?= ?[)\]}>])|(?<!age[sd]? ?)::[-+]?\d{0,3}\.\d{0,6}(?![\p{L}\p{N}])(?:::)?/giu;

function weightsOf(source: string): { start: number; end: number }[] {
	if (!source.includes(':')) return [];
	return [...source.matchAll(weight)].map(({ index, 0: { length } }) => ({ start: index, end: index + length }));
}

/** Stars that are taken for letters in one text: who wants to hide a word needs few, and each costs time. */
const mostStars = 24;

class Pieces {
	#source = '';
	#pieces: Piece[] = [];
	#open: Piece | undefined;
	#alias = '';
	#gap = 0;
	#stars = 0;
	#allStars = 0;
	#endsInStar = false;
	#isEmphasis = false;
	#afterBlank = false;
	#afterComma = false;
	#tag = 0;

	/** @param spans what is read otherwise than as it stands: weights, which are left out, and characters that are escaped */
	read(source: string, spans: { start: number; end: number; text?: string }[]): Piece[] {
		this.#source = source;
		spans.sort((a, b) => a.start - b.start);
		let next = 0;
		for (let i = 0; i < source.length; ) {
			while (spans[next] && spans[next]!.start < i) next++;
			const span = spans[next];
			if (span?.start === i) {
				if (span.text === undefined) this.#part(' ', true);
				else for (const character of span.text) this.#fold(character.codePointAt(0)!, i, span.end);
				i = span.end;
				continue;
			}
			const codePoint = source.codePointAt(i)!;
			const end = i + (codePoint > 0xffff ? 2 : 1);
			this.#fold(codePoint, i, end);
			i = end;
		}
		this.#close();
		return this.#pieces;
	}

	#fold(codePoint: number, start: number, end: number): void {
		const folded = foldCodePoint(codePoint);
		if (folded.length === 1) this.#take(folded, start, end, codePoint === 0x49);
		else for (const character of folded) this.#take(character, start, end, false);
		if (codePoint > 127 && this.#open?.end === end) this.#open.isDisguised = true;
	}

	#take(character: string, start: number, end: number, isCapitalI: boolean): void {
		const script = scriptOf(character);
		const isDigit = character >= '0' && character <= '9';
		if (script === undefined && !isDigit && !leet.has(character)) {
			if (character === '\u3099' || character === '\u309a') this.#voice(character, end);
			else this.#part(character, false);
			return;
		}
		const kind = script !== undefined ? 'word' : isDigit ? 'number' : 'sign';
		const open = this.#open;
		if (open && open.kind === kind && open.script === script && kind !== 'sign' && script !== 'han') {
			open.text += character;
			open.end = end;
			this.#alias += isCapitalI ? 'l' : character;
			return;
		}
		this.#close();
		this.#open = {
			kind,
			script,
			text: character,
			latin: character,
			start,
			end,
			gap: this.#gap,
			afterBlank: this.#afterBlank,
			afterComma: this.#afterComma,
			starsBefore: this.#stars === this.#gap ? this.#stars : 0,
			starsAfter: 0,
			tag: this.#tag,
		};
		// *Such* stars are none of the word's.
		this.#isEmphasis = this.#endsInStar && this.#stars !== this.#gap;
		this.#endsInStar = false;
		this.#stars = 0;
		this.#alias = isCapitalI ? 'l' : character;
		this.#gap = 0;
		this.#afterBlank = this.#afterComma = false;
	}

	// Half-width kana carry their voicing mark as a character of its own.
	#voice(mark: string, end: number): void {
		if (!this.#open) return;
		this.#open.text = (this.#open.text + mark).normalize('NFC');
		this.#open.end = end;
	}

	#part(character: string, isWeight: boolean): void {
		this.#close();
		if (isWeight) return;
		const before = this.#pieces.at(-1);
		if (character === '*' && this.#stars === this.#gap && before && this.#allStars++ < mostStars) {
			this.#stars++;
			if (!this.#isEmphasis) before.starsAfter++;
		}
		this.#endsInStar = character === '*';
		this.#gap++;
		// Danbooru writes blanks as underscores.
		if (character === ' ' || character === '_') this.#afterBlank = true;
		if (character === ',' || character === '、' || character === '\n') {
			this.#afterBlank = this.#afterComma = true;
			this.#tag++;
		}
	}

	#close(): void {
		if (!this.#open) return;
		this.#open.latin = latinOf(this.#open.text);
		const { start, end, text } = this.#open;
		if (this.#alias !== text && /\p{Ll}/u.test(this.#source.slice(start, end))) this.#open.alias = this.#alias;
		this.#pieces.push(this.#open);
		this.#open = undefined;
	}
}
