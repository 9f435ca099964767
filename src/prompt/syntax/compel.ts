import { UserError } from '../../errors.ts';
import type { Piece } from './piece.ts';

/** What `+` and `-` multiply by, once for each sign. */
const plus = 1.1;
const minus = 0.9;

/** Brackets deeper than this would exhaust the stack; nobody writes them. */
const deepest = 100;

const blank = /[ \t\r\n]*/y;
/** One character, or an escaped sign, of a word without syntax: what compel calls `non_syntax_word`. */
const word = /(?:\\[()",.+\-=]|[-+](?![ \t\r\n()",.+\-=]|$)|[^ \t\n\r\v\f()",.+\-=])+/y;
const freeWord = /[^ \t\n\r\v\f]+/y;
const quotes = /"((?:\\"|[^"\n\r])*)"/y;
const punctuation = /[,.]/y;
const signs = /\++|-+/y;
/** Without a sign, since a sign is taken as `signs`. */
const number = /\d+\.?\d*|\.\d+/y;
const attend = /[ \t\r\n]*\.attend[ \t\r\n]*\([ \t\r\n]*(\++|-+|\d+\.?\d*|\.\d+)[ \t\r\n]*\)/y;
/** More than emphasis: behind a target, of a whole prompt, or by itself. */
const swap = /[ \t\r\n]*\.swap[ \t\r\n]*\(/y;
const blend = /^[ \t\r\n]*\(.*\)[ \t\r\n]*\.(?:blend|and|add)[ \t\r\n]*\(/s;
const lora = /(?:useLora|withLora)[ \t\r\n]*\([ \t\r\n]*[\w-]+[ \t\r\n]*(?:,[^()]*)?\)/y;

/** A piece that is not yet joined with its neighbours. */
interface Fragment {
	text: string;
	/** What its weight is the product of, outermost first: compel multiplies in this order. */
	factors: readonly number[];
}

/** What was read, and up to where. */
interface Read {
	end: number;
	fragments: readonly Fragment[];
}

/**
 * Reads compel's emphasis: `word+` × 1.1 for each `+`, `word-` × 0.9 for each `-`, `(two words)1.3`, `"two words"++`,
 * `word.attend(1.3)`, nested they multiply. Brackets without a weight vanish. What does not fit the grammar is text, up to the next
 * blank. Pieces of one weight are joined by a blank, and a comma that text follows gets one.
 *
 * After damian0815/compel, `src/compel/prompt_parser.py` at c60b9fbc7fa9eb443af96c326951589b5ca7a299, whose grammar is read in the
 * same order of choices; results are remembered, so that brackets in brackets take no more than linear time. Left out: `.swap()`,
 * `.blend()`, `.and()` and `withLora()`, which are more than emphasis and are refused.
 *
 * @throws UserError `compel-operator` or `prompt-too-nested`
 */
export function parseCompel(prompt: string): Piece[] {
	const text = prompt.replace(/,(\S)/gu, ', $1');
	const pieces: Piece[] = [];
	for (const fragment of new Grammar(text).prompt()) {
		const piece = { text: unescaped(unescaped(fragment.text)), weight: fragment.factors.reduce((a, b) => a * b, 1) };
		const last = pieces.at(-1);
		if (last?.weight === piece.weight) last.text = unescaped(`${last.text} ${piece.text}`);
		else pieces.push(piece);
	}
	return pieces.length > 0 ? pieces : [{ text: '', weight: 1 }];
}

class Grammar {
	readonly #text: string;
	/** What a rule found at a place; `null`: nothing. */
	readonly #known = new Map<string, Read | null>();
	#depth = 0;

	constructor(text: string) {
		this.#text = text;
	}

	/** A whole prompt: emphasised parts, and words with whatever is in them. */
	prompt(): Fragment[] {
		if (blend.test(this.#text)) throw tooMuch();
		const fragments: Fragment[] = [];
		let at = this.#skip(0);
		while (at < this.#text.length) {
			this.#refuseMore(at);
			const read = this.#attention(at) ?? this.#quoted(at) ?? this.#bracket(at) ?? this.#match(freeWord, at);
			if (read) fragments.push(...read.fragments);
			// compel refuses a vertical tab or a form feed; here they part words as other blanks do
			at = this.#skip(read?.end ?? at + 1);
		}
		return fragments;
	}

	/** What may stand in brackets or quotes, as far as it goes. */
	fragments(from: number): Read {
		const fragments: Fragment[] = [];
		let end = from;
		for (;;) {
			const at = this.#skip(end);
			this.#refuseMore(at);
			const read =
				this.#attention(at) ??
				this.#bracket(at) ??
				this.#quoted(at) ??
				this.#match(word, at) ??
				this.#match(punctuation, at);
			if (!read) return { end, fragments };
			fragments.push(...read.fragments);
			end = read.end;
		}
	}

	/** Says whether nothing but blanks follows. */
	isEnd(at: number): boolean {
		return this.#skip(at) === this.#text.length;
	}

	#attention(at: number): Read | undefined {
		return this.#once('attention', at, () => {
			const group = this.#quoted(at) ?? this.#bracket(at);
			const target = group ?? this.#match(word, at);
			if (!target) return undefined;
			for (const pattern of group ? [attend, signs, number] : [attend, signs]) {
				pattern.lastIndex = target.end;
				const match = pattern.exec(this.#text);
				if (!match) continue;
				const factor = factorOf(match[1] ?? match[0]);
				const fragments = target.fragments.map(({ text, factors }) => ({ text, factors: [factor, ...factors] }));
				return { end: pattern.lastIndex, fragments };
			}
			return undefined;
		});
	}

	#bracket(at: number): Read | undefined {
		if (this.#text[at] !== '(') return undefined;
		return this.#once('bracket', at, () => {
			if (++this.#depth > deepest)
				throw new UserError('prompt-too-nested', 'The brackets in the prompt are nested too deep. Take some out.');
			const { end, fragments } = this.fragments(at + 1);
			this.#depth--;
			const close = this.#skip(end);
			return this.#text[close] === ')' ? { end: close + 1, fragments } : undefined;
		});
	}

	#quoted(at: number): Read | undefined {
		if (this.#text[at] !== '"') return undefined;
		return this.#once('quoted', at, () => {
			quotes.lastIndex = at;
			const match = quotes.exec(this.#text);
			if (!match) return undefined;
			const end = quotes.lastIndex;
			const inside = match[1]!.replace(/\\[tnfr]/g, ' ').replaceAll('\\"', '"');
			if (inside.trim() === '') return { end, fragments: [{ text: '', factors: [] }] };
			const grammar = new Grammar(inside.replaceAll('"', '\\"'));
			const read = grammar.fragments(0);
			return grammar.isEnd(read.end) ? { end, fragments: read.fragments } : undefined;
		});
	}

	/** What is more than emphasis must not be drawn as if it were text. */
	#refuseMore(at: number): void {
		const target = this.#quoted(at) ?? this.#bracket(at) ?? this.#match(word, at);
		if (this.#match(lora, at) || (target && this.#match(swap, target.end))) throw tooMuch();
	}

	#match(pattern: RegExp, at: number): Read | undefined {
		pattern.lastIndex = at;
		const match = pattern.exec(this.#text);
		return match ? { end: pattern.lastIndex, fragments: [{ text: match[0], factors: [] }] } : undefined;
	}

	#skip(at: number): number {
		blank.lastIndex = at;
		blank.test(this.#text);
		return blank.lastIndex;
	}

	/** Brackets are tried with a weight, then without one: what is inside need not be read twice for that. */
	#once(rule: string, at: number, read: () => Read | undefined): Read | undefined {
		const key = `${rule} ${at}`;
		const known = this.#known.get(key);
		if (known !== undefined) return known ?? undefined;
		const result = read();
		this.#known.set(key, result ?? null);
		return result;
	}
}

function tooMuch(): UserError {
	return new UserError(
		'compel-operator',
		'Of the compel syntax only weights work here, not `.swap()`, `.blend()`, `.and()` or `withLora()`. Take them out.',
	);
}

function factorOf(written: string): number {
	if (written.startsWith('+')) return plus ** written.length;
	if (written.startsWith('-')) return minus ** written.length;
	return Number(written);
}

/**
 * The other escapes are a sign to compel's grammar, and their backslash stays in the text. It undoes these each time that it makes a
 * fragment, twice at least, so that a backslash in front of an escape vanishes too.
 */
function unescaped(text: string): string {
	return text.replaceAll('\\(', '(').replaceAll('\\)', ')').replaceAll('\\"', '"');
}
