import type { Words } from './index.ts';

/** A phrase with places for what it is about: `There are {0} rules.` */
interface Template {
	/** What stands around the places. */
	pieces: string[];
	translation: string;
	/** Whether it is how many there are of something: `{0} days`. */
	isCount: boolean;
	/** Whether its last place is said in the language too: it may be a list, or sentences. */
	isLastSaid: boolean;
}

/** The phrases of a language, ready for looking things up. */
interface Index {
	fixed: ReadonlyMap<string, string>;
	/** By the sign that they begin with, those that begin with a place in each; those with the most text of their own first. */
	templates: ReadonlyMap<string, readonly Template[]>;
	/** Those that begin with a place. */
	others: readonly Template[];
	/** What stands between two sentences, and between two things of a list. */
	between: string;
	comma: string;
}

const place = /\{\d+\*?\}/;
const count = /^\{0\} \p{L}+$/u;
const number = /^[\d.,]+$/;
const fenced = /(```[\s\S]*?```)/;
const sentenceEnd = /(?<=[.!?](?:\*\*)?) (?=\S)/;
/** What parts a value that is a list, the weightier first. */
const listSigns = ['; ', ' · ', ', '];
/** Nothing of ours has as many sentences, or parts: what does is a member's. */
const mostParts = 40;
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
	if (index.fixed.size === 0 && index.others.length === 0 && index.templates.size === 0) return english;
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
	if (sentences.length < 2 || sentences.length > mostParts) return undefined;
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
	return /[ (]|[.!?]$/.test(text) ? phrase(index, text, depth) : undefined;
}

function phrase(index: Index, text: string, depth = 0): string | undefined {
	const fixed = index.fixed.get(text);
	if (fixed !== undefined) return fixed;
	for (const template of index.templates.get(text.charAt(0)) ?? index.others) {
		const values = valuesIn(text, template, depth);
		// A star asks for a value to be said in the same language.
		if (values)
			return template.translation.replace(/\{(\d+)(\*?)\}/g, (_, n: string, star: string) => {
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
	const parts = value.split(sign);
	if (parts.length > mostParts) return value;
	const said = parts.map((it) => sayValue(index, it, depth, others));
	// Where something stayed English, or is to be typed, so does the list.
	const isSaid = sign === ', ' && said.every((it, i) => it !== parts[i]);
	return said.join(isSaid ? index.comma : sign);
}

/** What stands in a template's places, if the text is made after it. */
function valuesIn(text: string, { pieces, isCount, isLastSaid }: Template, depth: number): string[] | undefined {
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
	const open = last === '' ? values.pop()! : '';
	if (!isLastSaid && (open.includes(' · ') || (depth > 0 && listSigns.some((sign) => open.includes(sign)))))
		return undefined;
	// A place at either end would take in whatever stands there.
	if (pieces[0] === '' && (values[0]?.includes(', ') || open.includes(' · ') || sentenceEnd.test(open)))
		return undefined;
	if (isCount && !number.test(values[0]!)) return undefined;
	if (values.some((value) => sentenceEnd.test(value) || value.includes(' · ') || value.includes('; ')))
		return undefined;
	return last === '' ? [...values, open] : values;
}

function indexOf(words: Words): Index {
	const known = indexes.get(words);
	if (known) return known;
	const all = Object.entries(words.phrases);
	const templates = all
		.filter(([english]) => place.test(english))
		.map(
			([english, translation]): Template => ({
				pieces: english.split(place),
				translation,
				isCount: count.test(english),
				isLastSaid: translation.includes(`{${english.split(place).length - 2}*}`),
			}),
		)
		.toSorted((a, b) => b.pieces.join('').length - a.pieces.join('').length);
	const fixed = new Map(all.filter(([english]) => !place.test(english)));
	const beginning = (sign: string) => templates.filter(({ pieces }) => pieces[0] === '' || pieces[0]!.startsWith(sign));
	const signs = new Set(templates.map(({ pieces }) => pieces[0]!.charAt(0)));
	signs.delete('');
	const made = {
		fixed,
		templates: new Map([...signs].map((sign) => [sign, beginning(sign)])),
		others: templates.filter(({ pieces }) => pieces[0] === ''),
		between: words.between,
		comma: words.comma,
	};
	indexes.set(words, made);
	return made;
}
