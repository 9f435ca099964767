import { pick, type Random } from '../random.ts';

/**
 * Rules of spelling by somebody who had seen neither the gate nor its tests. Brief: the usual, well-known forms of spelling, scripts, spacing and emphasis, one at a time.
 * 99.19 % of 20,000 were blocked at the first run; then its misses were looked at.
 */
export const sealedD: Record<string, (word: string, random: Random) => string> = {
	// Spelling.
	mixedCase: (word, random) => mapSome(word, random, 0.5, (letter) => letter.toUpperCase()),
	stretchedLetters: (word, random) => {
		const chosen = places(random, 0, word.length, pick(random, [1, 1, 2]));
		return [...word].map((letter, i) => (chosen.has(i) ? letter.repeat(2 + below(random, 4)) : letter)).join('');
	},
	digitsAndSigns: (word, random) =>
		mapSome(word, random, 0.6, (letter) => pick(random, LEET[letter] ?? [letter]), LEET),
	accents: (word, random) => {
		const form = pick(random, ['NFC', 'NFD']);
		const same = random() < 0.4 ? pick(random, MARKS) : undefined;
		const share = same === undefined ? 0.6 : 1;
		return mapSome(word, random, share, (letter) => letter + (same ?? pick(random, MARKS))).normalize(form);
	},
	twiceOrTail: (word, random) =>
		random() < 0.5
			? word + pick(random, ['', '-', '_', '/']) + word
			: word + pick(random, ["'s", '’s', 's', 'z', 'y', 'ish', 'xx', 'xd', '69', '123', '!!', '2']),

	// Scripts.
	lookAlikes: (word, random) => {
		const [first, second] = random() < 0.6 ? [CYRILLIC, GREEK] : [GREEK, CYRILLIC];
		const alphabet = [...word].some((letter) => letter in first) ? first : second;
		return mapSome(word, random, pick(random, [0.4, 1]), (letter) => alphabet[letter] ?? letter, alphabet);
	},
	mathematical: (word, random) => {
		const start = pick(random, MATHEMATICAL);
		return mapAll(word, (letter) => shifted(letter, start));
	},
	fullWidthOrEnclosed: (word, random) => {
		const start = pick(random, ENCLOSED);
		return mapAll(word, (letter) => shifted(letter, start));
	},
	smallCapitalsOrSuperscripts: (word, random) => {
		const alphabet = pick(random, [SMALL_CAPITALS, SUPERSCRIPTS]);
		return mapAll(word, (letter) => alphabet[letter] ?? letter);
	},
	mixedScripts: (word, random) =>
		mapSome(word, random, 0.7, (letter) =>
			pick(random, [
				CYRILLIC[letter] ?? shifted(letter, 0xff41),
				GREEK[letter] ?? shifted(letter, 0x1d41a),
				SMALL_CAPITALS[letter] ?? letter,
				shifted(letter, pick(random, MATHEMATICAL)),
				shifted(letter, pick(random, ENCLOSED)),
			]),
		),

	// Spacing.
	separatorBetweenAll: (word, random) => [...word].join(pick(random, SEPARATORS)),
	separatorInside: (word, random) => {
		const separator = pick(random, [...SEPARATORS, ' ']);
		return insert(word, places(random, 1, word.length, pick(random, [1, 1, 2])), () => separator);
	},
	blankBetweenAll: (word, random) => [...word].join(pick(random, BLANKS)),
	zeroWidth: (word, random) => {
		const count = pick(random, [1, 2, word.length - 1]);
		return insert(word, places(random, 1, word.length, count), () => pick(random, ZERO_WIDTH));
	},
	emojiBetween: (word, random) => {
		const emoji = pick(random, EMOJI);
		const count = pick(random, [1, 2, word.length - 1, word.length - 1]);
		return insert(word, places(random, 1, word.length, count), () => emoji);
	},

	// Emphasis and markup.
	weight: (word, random) => {
		const [open, close] = pick(random, [
			['(', ')'],
			['(', ')'],
			['((', '))'],
			['[', ']'],
			['{', '}'],
		]);
		return `${open}${word}:${weightOf(random)}${close}`;
	},
	brackets: (word, random) => {
		const [open, close] = pick(random, BRACKETS);
		const depth = 1 + below(random, 4);
		return open.repeat(depth) + word + close.repeat(depth);
	},
	weightOnPart: (word, random) => {
		if (random() < 0.3) {
			const value = weightOf(random);
			return mapAll(word, (letter) => `(${letter}:${value})`);
		}
		const from = below(random, word.length - 1);
		const to = from + 1 + below(random, from === 0 ? word.length - 1 : word.length - from);
		const part = word.slice(from, to);
		const [open, close] = pick(random, BRACKETS);
		const raised = random() < 0.6 ? `(${part}:${weightOf(random)})` : open + part + close;
		return word.slice(0, from) + raised + word.slice(to);
	},
	markdownOrQuotes: (word, random) => {
		const [open, close] = pick(random, WRAPPERS);
		return open + word + close;
	},
	escapedOrTagStyle: (word, random) => {
		const note = pick(random, ['medium', 'series', 'character', 'cosplay', 'style', 'artwork', 'theme']);
		return pick(random, [
			`\\(${word}\\)`,
			`\\[${word}\\]`,
			`\\{${word}\\}`,
			`${word}_(${note})`,
			`${word}_\\(${note}\\)`,
			`${word} \\(${note}\\)`,
		]);
	},
};

const LEET: Record<string, string[]> = {
	a: ['4', '@'],
	b: ['8'],
	e: ['3'],
	g: ['9', '6'],
	i: ['1', '!'],
	l: ['1', '|'],
	o: ['0'],
	s: ['5', '$'],
	t: ['7', '+'],
	z: ['2'],
};

/** Grave, acute, circumflex, tilde, macron, breve, diaeresis, ring, caron, dot below, line below, struck through. */
const MARKS = [
	'\u0300',
	'\u0301',
	'\u0302',
	'\u0303',
	'\u0304',
	'\u0306',
	'\u0308',
	'\u030a',
	'\u030c',
	'\u0323',
	'\u0332',
	'\u0336',
];

const CYRILLIC = alphabetOf('acdehijklmnopqrstuvwxy', 'асԁеһіјкӏмпорԛгѕтцѵԝху');
const GREEK = alphabetOf('abeikmnoptuvwxyz', 'αβεικμηορτυνωχγζ');
const SMALL_CAPITALS = alphabetOf('abcdefghijklmnopqrstuvwyz', 'ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡʏᴢ');
const SUPERSCRIPTS = alphabetOf('abcdefghijklmnoprstuvwxyz', 'ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ');

/** Where `a` stands in: bold, bold italic, bold script, Fraktur, double-struck, bold Fraktur, four sans and monospace. */
const MATHEMATICAL = [
	0x1d41a, 0x1d482, 0x1d4ea, 0x1d51e, 0x1d552, 0x1d586, 0x1d5ba, 0x1d5ee, 0x1d622, 0x1d656, 0x1d68a,
];

/** Where `a` stands in: full-width small and capital, circled small and capital, dark circled, squared, dark squared. */
const ENCLOSED = [0xff41, 0xff21, 0x24d0, 0x24b6, 0x1f150, 0x1f130, 0x1f170];

const SEPARATORS = ['.', '-', '_', '/', '·', '~', '+', '*'];

/** One and two blanks, no-break, thin, em and ideographic blank. */
const BLANKS = [' ', ' ', '  ', '\u00a0', '\u2009', '\u2003', '\u3000'];

/** Zero-width blank, non-joiner and joiner, word joiner, byte order mark, soft hyphen. */
const ZERO_WIDTH = ['\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00ad'];

const EMOJI = ['✨', '🌸', '💖', '⭐', '🔥', '🍑', '❤️', '😈', '👀'];

const BRACKETS: [string, string][] = [
	['(', ')'],
	['[', ']'],
	['{', '}'],
];

const WRAPPERS: [string, string][] = [
	['*', '*'],
	['_', '_'],
	['**', '**'],
	['***', '***'],
	['||', '||'],
	['~~', '~~'],
	['`', '`'],
	['"', '"'],
	["'", "'"],
	['“', '”'],
	['‘', '’'],
	['«', '»'],
	['「', '」'],
];

function alphabetOf(plain: string, disguised: string): Record<string, string> {
	const signs = [...disguised];
	return Object.fromEntries([...plain].map((letter, i) => [letter, signs[i] ?? letter]));
}

function below(random: Random, end: number): number {
	return Math.floor(random() * end);
}

function weightOf(random: Random): string {
	return pick(random, ['0.8', '1.05', '1.1', '1.2', '1.25', '1.3', '1.4', '1.5', '2']);
}

function shifted(letter: string, start: number): string {
	return String.fromCodePoint(start + (letter.codePointAt(0) ?? 0) - 0x61);
}

function mapAll(word: string, change: (letter: string) => string): string {
	return [...word].map(change).join('');
}

/** Changes each letter (of those that `table` has) with the chance `share`, and one of them in any case. */
function mapSome(
	word: string,
	random: Random,
	share: number,
	change: (letter: string) => string,
	table?: Record<string, unknown>,
): string {
	const letters = [...word];
	const able = letters.map((_, i) => i).filter((i) => table === undefined || (letters[i] ?? '') in table);
	if (able.length === 0) return word;
	const sure = pick(random, able);
	const chosen = new Set(able.filter((i) => i === sure || random() < share));
	return letters.map((letter, i) => (chosen.has(i) ? change(letter) : letter)).join('');
}

/** Up to `count` different places from `from` to before `end`. */
function places(random: Random, from: number, end: number, count: number): Set<number> {
	const free = Array.from({ length: Math.max(0, end - from) }, (_, i) => from + i);
	const chosen = new Set<number>();
	while (chosen.size < count && free.length > 0) {
		const [place] = free.splice(below(random, free.length), 1);
		if (place !== undefined) chosen.add(place);
	}
	return chosen;
}

function insert(word: string, before: Set<number>, text: () => string): string {
	return [...word].map((letter, i) => (before.has(i) ? text() + letter : letter)).join('');
}
