import type { Words } from './index.ts';

/** A phrase with places for what it is about: `There are {0} rules.` */
interface Template {
	/** What stands around the places. */
	pieces: string[];
	translation: string;
}

/** The phrases of a language, ready for looking things up. */
interface Index {
	fixed: ReadonlyMap<string, string>;
	/** Those with the most text of their own first: they say the most. */
	templates: readonly Template[];
	/** What stands between two sentences. */
	between: string;
}

const place = /\{\d+\*?\}/;
const fenced = /(```[\s\S]*?```)/;
const sentenceEnd = /(?<=[.!?]) (?=\S)/;
/** What parts a value that is a list, the weightier first. */
const listSigns = ['; ', ', '];
/** How deep values of phrases are looked into: members' words may look like our phrases, one within the other. */
const deepest = 3;
const indexes = new WeakMap<Words, Index>();

/**
 * Says an English text in another language, as far as its phrases are known: the whole, else line by line, else a line's sentences or
 * parts. What is not known stays as it is, so a new sentence is English until somebody translates it. Takes time linear in the text for
 * each phrase, whatever members wrote into it.
 */
export function say(words: Words, english: string): string {
	const index = indexOf(words);
	if (index.fixed.size === 0 && index.templates.length === 0) return english;
	const known = index.fixed.get(english);
	if (known !== undefined) return known;
	// What stands between fences is to be copied, and read again by a button.
	return english
		.split(fenced)
		.map((part, i) => (i % 2 === 1 ? part : sayLines(index, part)))
		.join('');
}

function sayLines(index: Index, text: string): string {
	return text
		.split('\n')
		.map((line) => sayLine(index, line))
		.join('\n');
}

function sayLine(index: Index, line: string): string {
	const [mark = ''] = /^(?:-# )?(?:#{1,3} |- )?/.exec(line) ?? [];
	const text = line.slice(mark.length);
	const known = phrase(index, text) ?? saySentences(index, text, 0);
	if (known !== undefined) return mark + known;
	return (
		mark +
		text
			.split(' · ')
			.map((it) => part(index, it) ?? it)
			.join(' · ')
	);
}

/** Sentences one by one; two that are both known stand as close to each other as the language has it. */
function saySentences(index: Index, text: string, depth: number): string | undefined {
	const sentences = text.split(sentenceEnd);
	if (sentences.length < 2) return undefined;
	const said = sentences.map((it) => part(index, it, depth));
	return sentences
		.map((it, i) => {
			const isClose = said[i] !== undefined && said[i - 1] !== undefined;
			return `${i === 0 ? '' : isClose ? index.between : ' '}${said[i] ?? it}`;
		})
		.join('');
}

/** One word is no sentence, and may well be a member's: `1. no`. */
function part(index: Index, text: string, depth = 0): string | undefined {
	return text.includes(' ') || /[.!?]$/.test(text) ? phrase(index, text, depth) : undefined;
}

function phrase(index: Index, text: string, depth = 0): string | undefined {
	const fixed = index.fixed.get(text);
	if (fixed !== undefined) return fixed;
	for (const { pieces, translation } of index.templates) {
		const values = valuesIn(text, pieces);
		// A star asks for a value to be said in the same language.
		if (values)
			return translation.replace(/\{(\d+)(\*?)\}/g, (_, n: string, star: string) => {
				const value = values[Number(n)] ?? '';
				return star === '' || depth >= deepest ? value : sayValue(index, value, depth + 1, listSigns);
			});
	}
	return undefined;
}

/** A value is a phrase, or sentences, or a list of such. */
function sayValue(index: Index, value: string, depth: number, signs: readonly string[]): string {
	const known = phrase(index, value, depth) ?? saySentences(index, value, depth);
	if (known !== undefined) return known;
	const [sign, ...others] = signs;
	if (sign === undefined) return value;
	return value
		.split(sign)
		.map((it) => sayValue(index, it, depth, others))
		.join(sign);
}

/** What stands in a template's places, if the text is made after it. Only the last place may hold more than one sentence. */
function valuesIn(text: string, pieces: readonly string[]): string[] | undefined {
	const last = pieces.at(-1)!;
	if (!text.startsWith(pieces[0]!) || !text.endsWith(last)) return undefined;
	const values: string[] = [];
	let at = pieces[0]!.length;
	for (const piece of pieces.slice(1, -1)) {
		const next = text.indexOf(piece, at + 1);
		if (next < 0) return undefined;
		values.push(text.slice(at, next));
		at = next + piece.length;
	}
	const end = text.length - last.length;
	if (end <= at) return undefined;
	values.push(text.slice(at, end));
	const inside = last === '' ? values.slice(0, -1) : values;
	return inside.some((value) => sentenceEnd.test(value)) ? undefined : values;
}

function indexOf(words: Words): Index {
	const known = indexes.get(words);
	if (known) return known;
	const all = Object.entries(words.phrases);
	const templates = all
		.filter(([english]) => place.test(english))
		.map(([english, translation]): Template => ({ pieces: english.split(place), translation }))
		.toSorted((a, b) => b.pieces.join('').length - a.pieces.join('').length);
	const fixed = new Map(all.filter(([english]) => !place.test(english)));
	const made = { fixed, templates, between: words.between };
	indexes.set(words, made);
	return made;
}
