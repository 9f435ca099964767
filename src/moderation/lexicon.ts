import { normalise } from './normalise.ts';

/** An entry of a word list, as the data files hold it: terms that share a strength and the reason why they are listed. */
export interface Entry<Strength extends string> {
	strength: Strength;
	terms: readonly string[];
	reason: string;
	/** Phrases in which these terms mean something else: `baby blue`. They count only as they are, not misspelled. */
	except?: readonly string[];
}

/** One term of a list, ready to be found. */
export interface Term<Strength extends string = string> {
	/** As the list spells it. */
	text: string;
	strength: Strength;
	reason: string;
	except: ReadonlySet<string>;
}

/** Terms by the words that they consist of, and words by the letters that they consist of. */
export interface Lexicon<Strength extends string = string> {
	letters: LetterNode;
	phrases: PhraseNode<Strength>;
}

/** Letters one after another; doubled letters are one, since a trick may double any. `words` end here, spelled in full. */
export interface LetterNode {
	next: Map<string, LetterNode>;
	words: string[];
	/** Those of the words that are terms by themselves: only such may be parts of a word that is taken apart. */
	alone: string[];
}

export interface PhraseNode<Strength extends string = string> {
	next: Map<string, PhraseNode<Strength>>;
	terms: Term<Strength>[];
	/** Terms are exempt inside this phrase. */
	isException: boolean;
}

/** Words that people put between listed ones when they write all in one: they let such a word be taken apart. */
const glue = ['girl', 'girls', 'boy', 'boys', 'and', 'with', 'art', 'pic', 'pics', 'very'];

/**
 * Compiles lists for `findTerms`. Terms are brought to the same normal form as texts, so they may be spelled as people write.
 *
 * @param options `isLoose`: find plurals too, and terms inside words that are nothing but terms (`lolinude`); on unless said
 *   otherwise
 */
export function compileLexicon<S extends string>(
	entries: readonly Entry<S>[],
	{ isLoose = true }: { isLoose?: boolean } = {},
): Lexicon<S> {
	const lexicon: Lexicon<S> = { letters: letterNode(), phrases: phraseNode() };
	if (isLoose) for (const word of glue) addWord(lexicon.letters, word, true);
	for (const { terms, strength, reason, except = [] } of entries) {
		const phrases = new Set(except.map((phrase) => wordsOf(phrase).join(' ')));
		for (const phrase of except) {
			const node = addPhrase(lexicon, wordsOf(phrase), false);
			node.isException = true;
		}
		for (const text of terms) {
			const term = { text, strength, reason, except: phrases };
			for (const words of formsOf(wordsOf(text), isLoose)) addPhrase(lexicon, words, isLoose).terms.push(term);
		}
	}
	return lexicon;
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

function addPhrase<S extends string>(lexicon: Lexicon<S>, words: readonly string[], canBePart: boolean): PhraseNode<S> {
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
	let last = '';
	for (const letter of word) {
		if (letter === last) continue;
		last = letter;
		let next = node.next.get(letter);
		if (next === undefined) {
			next = letterNode();
			node.next.set(letter, next);
		}
		node = next;
	}
	if (!node.words.includes(word)) node.words.push(word);
	if (isAlone && !node.alone.includes(word)) node.alone.push(word);
}

function letterNode(): LetterNode {
	return { next: new Map(), words: [], alone: [] };
}

function phraseNode<S extends string>(): PhraseNode<S> {
	return { next: new Map(), terms: [], isException: false };
}
