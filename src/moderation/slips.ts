import data from './data/slips.json' with { type: 'json' };

/** A listed word that another one may have been meant as. */
export interface Slip {
	word: string;
	/** So short a word may be one that no dictionary has, a name; or an ordinary word sounds the same. */
	isGuess: boolean;
}

/** Ordinary words that a slip makes of a listed one, or that sound like one. */
const ordinary = new Set(data.words);

/**
 * Finds the listed words that an unlisted one was meant as: spelled for fun (`kidz`), by the ear, with `w` for `l` and `r`, with the
 * same letters between all others; and in words of six letters and more one lost, one too many, or two changed over, the first in its
 * place. What becomes of shorter words by chance would be other words.
 */
export class Slips {
	readonly #words: ReadonlySet<string>;
	readonly #misspelled = new Map<string, Slip[]>();
	readonly #bySound = new Map<string, string[]>();
	readonly #known = new Map<string, readonly Slip[]>();

	/** @param words folded, in Latin letters or not @param spoken those of them that are found by their sound */
	constructor(words: ReadonlySet<string>, spoken: ReadonlySet<string>) {
		this.#words = new Set([...words].filter((word) => /^[a-z]{3,}$/.test(word)));
		for (const word of this.#words) {
			for (const slip of misspellings(word))
				if (slip.length >= 4 && !this.#words.has(slip))
					this.#misspelled.set(slip, [...(this.#misspelled.get(slip) ?? []), { word, isGuess: false }]);
			if (word.length >= 4 && spoken.has(word))
				this.#bySound.set(soundOf(word), [...(this.#bySound.get(soundOf(word)) ?? []), word]);
		}
	}

	/** The words that one in Latin letters may have been meant as; empty for listed and for ordinary ones. */
	of(text: string): readonly Slip[] {
		let found = this.#known.get(text);
		if (found === undefined) {
			const isOther = text.length >= 4 && text.length <= 40 && !ordinary.has(text) && !this.#words.has(text);
			found = isOther ? this.#find(text) : [];
			// Prompts hold the same words over and over, hostile ones any: memory stays bounded.
			if (this.#known.size >= 5000) this.#known.clear();
			this.#known.set(text, found);
		}
		return found;
	}

	#find(text: string): readonly Slip[] {
		const misspelled = this.#misspelled.get(text);
		if (misspelled !== undefined) return misspelled;
		const found = new Map<string, boolean>();
		const add = (word: string, isGuess: boolean) => found.set(word, isGuess && (found.get(word) ?? true));
		const sound = soundOf(text);
		for (const word of this.#bySound.get(sound) ?? []) add(word, word.length < 5 || ordinarySounds.has(sound));
		for (let i = 1; i < text.length && text.length >= 7; i++) {
			const word = text.slice(0, i) + text.slice(i + 1);
			if (this.#words.has(word)) add(word, false);
		}
		for (const word of [...liquid(text), ...parted(text), bare(text)])
			if (this.#words.has(word)) add(word, word.length < 5);
		for (const word of [text.replace(/s$/, ''), once(text)]) if (this.#words.has(word)) add(word, false);
		return [...found].map(([word, isGuess]) => ({ word, isGuess }));
	}
}

function misspellings(word: string): Set<string> {
	const slips = word.endsWith('s') ? [word.replace(/s$/, 'z'), word.replace(/s+$/, 'z')] : [`${word}z`];
	slips.push(word.replaceAll('ck', 'k'));
	for (let i = 1; i < word.length && word.length >= 6; i++) {
		slips.push(word.slice(0, i) + word.slice(i + 1));
		slips.push(word.slice(0, i) + (word[i + 1] ?? '') + word[i] + word.slice(i + 2));
	}
	return new Set(slips);
}

/** What is spoken alike, spelled alike, in this order. */
const sounds: readonly (readonly [RegExp, string])[] = [
	[/vv|uu(?=[aeiou])/g, 'w'],
	[/ph/g, 'f'],
	[/t(?:ion|iun|shun)|shon|shun/g, '+n'],
	[/t?s?ch|tsh/g, '#'],
	[/sh+/g, '+'],
	[/c(?=[eiy])|sz|zs/g, 's'],
	[/dj|jh|dge|g(?=[eiy])/g, 'j'],
	[/(?:qu|qw|kw)/g, 'kw'],
	[/[ck]x|x/g, 'ks'],
	[/[ck]+|q/g, 'k'],
	[/(?<=[gkwjtd])h/g, ''],
	[/z/g, 's'],
	[/(?:er|u+h?r+|or|ar|re|ah|uh)$/g, '0'],
	[/(?<=[aeiou])h/g, ''],
	[/eigh|[ae][iy]|a(?=[^aeiouy]e)/g, 'e'],
	[/ee|ea|ie|ey$|y/g, 'i'],
	[/oo|ew|ue|ou|au|ow|oa|aw|o/g, 'u'],
	[/(?:le|el|ul|il|al)$/g, '1'],
	[/e$/, ''],
	[/(.)\1+/g, '$1'],
];

/** A word as it sounds, roughly: words that sound alike in English are equal. */
export function soundOf(word: string): string {
	return sounds.reduce((text, [spelling, sound]) => text.replace(spelling, sound), word);
}

const ordinarySounds = new Set(data.words.map(soundOf));

/** `xxkidxx`, `kidezz`: what people hang on to a name. */
function bare(text: string): string {
	return text.replace(/^x+(?=.{3})/, '').replace(/(?<=.{3})(?:x+d?|e?s{0,2}z[sz]{0,2}|chan|kun|tan|ish|y)$/, '');
}

/** `kidkidkid`: the part that the word is nothing but repetitions of. */
function once(text: string): string {
	return /^(.{3,}?)\1+$/.exec(text)?.[1] ?? text;
}

/** `giww`: small children and cats say `w`. */
function liquid(text: string): string[] {
	const places = [...text].flatMap((letter, i) => (letter === 'w' ? [i] : []));
	if (places.length === 0 || places.length > 4) return [];
	let texts = [''];
	for (const letter of text)
		texts = texts.flatMap((begun) => (letter === 'w' ? [`${begun}l`, `${begun}r`, `${begun}w`] : [begun + letter]));
	return texts;
}

/** `kxixd`: the same letter, or two, between all others, and perhaps around them. */
function parted(text: string): string[] {
	const words: string[] = [];
	for (const size of [1, 2]) {
		const noise = text.slice(1, 1 + size);
		const inner =
			text.startsWith(text.slice(0, size)) && text.endsWith(text.slice(0, size)) ? text.slice(size, -size) : '';
		const letters = text.split(noise);
		if (letters.every((letter) => letter.length === 1)) words.push(letters.join(''));
		const others = inner.split(text.slice(0, size));
		if (inner.length >= 3 && (others.length === 1 || others.every((letter) => letter.length === 1)))
			words.push(others.join(''));
	}
	return words;
}
