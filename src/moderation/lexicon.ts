import { normalise } from './normalise.ts';
import { Slips } from './slips.ts';

/** An entry of a word list, as the data files hold it: terms that share a strength and the reason why they are listed. */
export interface Entry<Strength extends string> {
	strength: Strength;
	terms: readonly string[];
	reason: string;
	/** Phrases in which these terms mean something else: `baby blue`. They count only as they are, not misspelled. */
	except?: readonly string[];
	/** The words of these terms mean something else with another between them. */
	together?: boolean;
	/** Of the terms, if it is not English: their sound is not looked for. */
	language?: string;
}

/** One term of a list, ready to be found. */
export interface Term<Strength extends string = string> {
	/** As the list spells it. */
	text: string;
	strength: Strength;
	reason: string;
	except: ReadonlySet<string>;
	isTogether: boolean;
}

/** Terms by the words that they consist of, and words by the letters that they consist of. */
export interface Lexicon<Strength extends string = string> {
	letters: LetterNode;
	phrases: PhraseNode<Strength>;
	/** Only where terms are looked for loosely. */
	slips: Slips | undefined;
	/** Terms are also looked for with other words between theirs. */
	isLoose: boolean;
}

/** Letters one after another. */
export interface LetterNode {
	/** The one that led here; none at the beginning. */
	letter: string;
	/** Where the run of this letter begins: of `l-o-o-k`, the first `o` for both. */
	run: LetterNode;
	next: Map<string, LetterNode>;
	/** What ends here. */
	word: string | undefined;
	/** The word is a term by itself: only such may be parts of a word that is taken apart. */
	isAlone: boolean;
}

export interface PhraseNode<Strength extends string = string> {
	next: Map<string, PhraseNode<Strength>>;
	terms: Term<Strength>[];
	/** The phrase that ends here, if terms are exempt inside of it. */
	exception: string | undefined;
}

/** Words that people put between listed ones when they write all in one: they let such a word be taken apart. */
const glue =
	'girl girls boy boys and with art pic pics very mega giga uber ultra hyper super core pilled maxxing chan kun sama uwu esque tastic'.split(
		' ',
	);

/**
 * Compiles lists for `findTerms`. Terms are brought to the same normal form as texts, so they may be spelled as people write.
 *
 * @param options `isLoose`: find plurals too, terms inside words that are nothing but terms (`lolinude`), long words with a slip
 *   of the pen, and terms whose words stand apart; on unless said otherwise
 */
export function compileLexicon<S extends string>(
	entries: readonly Entry<S>[],
	{ isLoose = true }: { isLoose?: boolean } = {},
): Lexicon<S> {
	const lexicon = { letters: letterNode(''), phrases: phraseNode<S>(), isLoose };
	if (isLoose) for (const word of glue) addWord(lexicon.letters, word, true);
	for (const { terms, strength, reason, except = [], together: isTogether = false } of entries) {
		const phrases = new Set(except.map((phrase) => wordsOf(phrase).join(' ')));
		for (const phrase of except) {
			const words = wordsOf(phrase);
			addPhrase(lexicon, words, false).exception = words.join(' ');
		}
		for (const text of terms) {
			const term = { text, strength, reason, except: phrases, isTogether };
			for (const words of formsOf(wordsOf(text), isLoose)) addPhrase(lexicon, words, isLoose).terms.push(term);
		}
	}
	return { ...lexicon, slips: isLoose ? slipsOf(entries) : undefined };
}

function slipsOf(entries: readonly Entry<string>[]): Slips {
	const words = new Set(entries.flatMap(({ terms }) => terms.flatMap(wordsOf)));
	const english = entries.filter(({ language }) => language === undefined).flatMap(({ terms }) => terms.map(wordsOf));
	// short words that mean nothing alone sound like many others
	return new Slips(
		words,
		new Set(english.flatMap((term) => term.filter(({ length }) => length > 4 || term.length === 1))),
	);
}

/** Takes the words of a term as `findTerms` will meet them. */
function wordsOf(text: string): string[] {
	const words: string[] = [];
	let isHan = false;
	for (const piece of normalise(text).pieces) {
		// Chinese characters are pieces of their own, but a term of them is one word, found wherever it stands.
		if (piece.script === 'han' && isHan && piece.gap === 0) words[words.length - 1] += piece.text;
		else if (piece.kind !== 'sign') words.push(piece.text);
		isHan = piece.script === 'han';
	}
	return words;
}

/** The term itself, its plural, and several words written as one. */
function formsOf(words: string[], isLoose: boolean): string[][] {
	const last = words.at(-1)!;
	const forms = [words];
	if (isLoose && /^[a-z]{3,}[^sy0-9]$/.test(last)) forms.push([...words.slice(0, -1), `${last}s`]);
	for (const form of [...forms]) {
		const joined = form.join('');
		if (form.length > 1 && joined.length >= 6 && !/\d/.test(joined)) forms.push([joined]);
	}
	return forms;
}

function addPhrase<S extends string>(
	lexicon: Pick<Lexicon<S>, 'letters' | 'phrases'>,
	words: readonly string[],
	canBePart: boolean,
): PhraseNode<S> {
	let node = lexicon.phrases;
	for (const word of words) {
		if (!/^\d/.test(word)) addWord(lexicon.letters, word, canBePart && words.length === 1);
		let next = node.next.get(word);
		if (next === undefined) {
			next = phraseNode<S>();
			node.next.set(word, next);
		}
		node = next;
	}
	return node;
}

function addWord(root: LetterNode, word: string, isAlone: boolean): void {
	let node = root;
	for (const letter of word) {
		let next = node.next.get(letter);
		if (next === undefined) {
			next = letterNode(letter, node);
			node.next.set(letter, next);
		}
		node = next;
	}
	node.word = word;
	node.isAlone ||= isAlone;
}

function letterNode(letter: string, before?: LetterNode): LetterNode {
	const node = { letter, next: new Map(), word: undefined, isAlone: false } as Omit<LetterNode, 'run'> as LetterNode;
	node.run = before?.letter === letter ? before.run : node;
	return node;
}

function phraseNode<S extends string>(): PhraseNode<S> {
	return { next: new Map(), terms: [], exception: undefined };
}
