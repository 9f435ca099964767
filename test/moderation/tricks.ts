import { pick, type Random } from './random.ts';

/** Ways to spell a word so that a list does not know it. Each rewrites one word, with which a picture could still be meant. */
export type Trick = (word: string, random: Random) => string;

const between = (signs: readonly string[]) => (word: string, random: Random) => {
	const sign = pick(random, signs);
	return [...word].join(sign);
};
const mapped = (table: Record<string, string>, share: number): Trick => {
	const trick: Trick = (word, random) =>
		[...word].map((c) => (table[c] !== undefined && random() < share ? table[c] : c)).join('');
	return trick;
};
const shifted = (first: number): Trick => {
	const trick: Trick = (word) =>
		[...word].map((c) => (/[a-z]/.test(c) ? String.fromCodePoint(first + c.charCodeAt(0) - 97) : c)).join('');
	return trick;
};
const cut = (word: string, random: Random) => 1 + Math.floor(random() * (word.length - 1));
const chain =
	(...tricks: Trick[]): Trick =>
	(word, random) =>
		tricks.reduce((text, trick) => trick(text, random), word);

const cyrillic = { a: 'а', c: 'с', e: 'е', i: 'і', o: 'о', p: 'р', s: 'ѕ', x: 'х', y: 'у', h: 'һ', j: 'ј' };
const leet = { a: '4', e: '3', i: '1', o: '0', s: '5', t: '7', l: '1' };
const accents = ['\u0301', '\u0308', '\u0323', '\u0327', '\u0336'];

/** What `normalise` was written against. */
export const known: Record<string, Trick> = {
	asIs: (word) => word,
	mixedCase: (word, random) => [...word].map((c) => (random() < 0.5 ? c.toUpperCase() : c)).join(''),
	fullWidth: shifted(0xff41),
	accents: (word, random) => [...word].map((c) => c + pick(random, accents)).join(''),
	zeroWidth: between(['\u200b', '\u200d', '\u00ad', '\u2060', '\ufeff']),
	homoglyphs: mapped(cyrillic, 0.7),
	leet: mapped(leet, 0.6),
	repeated: (word, random) => [...word].map((c) => c.repeat(random() < 0.4 ? 3 : 1)).join(''),
	spaced: between([' ', '  ']),
	dotted: between(['.', '-', '_', '. ']),
	weight: (word, random) => `(${word}:1.${Math.floor(random() * 10)})`,
	brackets: (word) => `{{[${word}]}}`,
	emoji: between(['🍭', '✨', '❤️']),
	mathAlphabet: shifted(0x1d41a),
};

const superscripts = 'a:ᵃ b:ᵇ c:ᶜ d:ᵈ e:ᵉ g:ᵍ h:ʰ i:ⁱ k:ᵏ l:ˡ m:ᵐ n:ⁿ o:ᵒ p:ᵖ r:ʳ s:ˢ t:ᵗ u:ᵘ v:ᵛ w:ʷ x:ˣ y:ʸ'.split(
	' ',
);
const coptic = { o: 'ⲟ', c: 'ⲥ', p: 'ⲣ', t: 'ⲧ', i: 'ⲓ', k: 'ⲕ' };
const cherokee = { l: 'Ꮮ', o: 'Ꭴ', s: 'Ꮪ', e: 'Ꭼ', t: 'Ꭲ', a: 'Ꭺ', w: 'Ꮃ', k: 'Ꮶ', d: 'Ꭰ' };
const signs = { a: '@', s: '$', i: '!', e: '€', l: '|', t: '+' };

/** Held out from the first version; its misses were then looked at (see docs/moderation.md), so it is a test like `known` now. */
export const heldOut: Record<string, Trick> = {
	mixedSeparators: (word, random) =>
		[...word].map((c, i) => (i === 0 ? c : pick(random, ['~', '*', '/', '·', '•', '=', '\\', "'"]) + c)).join(''),
	cutOnce: (word, random) => {
		const at = cut(word, random);
		return word.slice(0, at) + pick(random, ['.', '-', '*', '/', '~']) + word.slice(at);
	},
	superscript: mapped(Object.fromEntries(superscripts.map((pair) => pair.split(':') as [string, string])), 1),
	parenthesised: shifted(0x249c),
	coptic: mapped(coptic, 1),
	cherokee: mapped(cherokee, 0.6),
	zalgo: (word, random) => [...word].map((c) => c + pick(random, accents).repeat(6)).join(''),
	signsForLetters: mapped(signs, 0.7),
	hashtag: (word) => `#${word}`,
	quoted: (word) => `“${word}”`,
	weightEachLetter: (word) => [...word].map((c) => `(${c}:1.1)`).join(''),
	wrappedInBidi: (word) => `\u202e${word}\u202c`,
	leetAndDots: chain(mapped(leet, 0.5), between(['.'])),
	homoglyphsAndAccents: chain(mapped(cyrillic, 0.5), known.accents!),
	spacedCapitals: (word) => [...word.toUpperCase()].join(' '),
	repeatedAndSpaced: chain(known.repeated!, between([' '])),
	keptFirstCapital: (word) => `:${word.slice(0, 1).toUpperCase()}${word.slice(1)}:`,
};

/** Held out after `heldOut`: its one weak trick, `inTag`, was then worked on, so it is a test like the others now. */
export const fresh: Record<string, Trick> = {
	manyAlphabets: (word, random) =>
		[...word]
			.map((c) => pick(random, [known.fullWidth!, known.mathAlphabet!, mapped(cyrillic, 1)])(c, random))
			.join(''),
	doubleStruck: shifted(0x1d552),
	fraktur: shifted(0x1d586),
	regional: shifted(0x1f1e6),
	variationSelectors: between(['\ufe0f', '\ufe0e', '\u034f']),
	longSeparators: between(['..', '~~', ' . ', ' / ', '***']),
	letterInQuotes: (word) => [...word].map((c) => `«${c}»`).join(''),
	digitsBetween: (word, random) => [...word].join(String(2 + Math.floor(random() * 8))),
	vietnamese: mapped({ a: 'ấ', e: 'ệ', o: 'ộ', u: 'ứ', i: 'ị', y: 'ỷ' }, 1),
	threeTricks: chain(mapped(cyrillic, 0.4), mapped(leet, 0.3), between(['\u200d'])),
	inTag: (word) => `artwork_(${word})`,
	capitalI: (word) => word.replaceAll('l', 'I'),
	cutTwice: (word) => word.replace(/^(.)(.+)(.)$/, '$1.$2.$3'),
	elongatedEnd: (word) => word + word.at(-1)!.repeat(12),
};

const greek = {
	a: 'α',
	e: 'ε',
	i: 'ι',
	k: 'κ',
	n: 'η',
	o: 'ο',
	p: 'ρ',
	t: 'τ',
	u: 'υ',
	v: 'ν',
	x: 'χ',
	y: 'γ',
	w: 'ω',
};
const armenian = { g: 'ց', h: 'հ', n: 'ո', o: 'օ', u: 'ս', q: 'զ' };
const lisu = 'a:ꓮ b:ꓐ c:ꓚ d:ꓓ e:ꓰ f:ꓝ g:ꓖ h:ꓧ i:ꓲ j:ꓙ k:ꓗ l:ꓡ m:ꓟ n:ꓠ o:ꓳ p:ꓑ r:ꓣ s:ꓢ t:ꓔ u:ꓴ v:ꓦ w:ꓪ x:ꓫ y:ꓬ z:ꓜ';
const smallCapitals = 'a:ᴀ b:ʙ c:ᴄ d:ᴅ e:ᴇ g:ɢ h:ʜ i:ɪ j:ᴊ k:ᴋ l:ʟ m:ᴍ n:ɴ o:ᴏ p:ᴘ r:ʀ t:ᴛ u:ᴜ v:ᴠ w:ᴡ y:ʏ z:ᴢ';
const tableOf = (pairs: string) =>
	Object.fromEntries(pairs.split(' ').map((pair) => pair.split(':') as [string, string]));

/** Held out to the end: written after everything else, run once, and nothing was changed after. */
export const last: Record<string, Trick> = {
	markdown: (word, random) => {
		const sign = pick(random, ['**', '__', '~~', '||', '`', '***']);
		// Without the backslash it would be a wildcard, of which there is none by such a name.
		return (sign === '__' ? '\\' : '') + sign + word + sign;
	},
	enclosed: (word) => [...word].map((c) => `${c}\u20dd`).join(''),
	smallCapitals: mapped(tableOf(smallCapitals), 1),
	greek: mapped(greek, 0.6),
	armenian: mapped(armenian, 1),
	lisu: mapped(tableOf(lisu), 1),
	nestedWeights: (word, random) => {
		const at = cut(word, random);
		return `((${word.slice(0, at)}:1.2)${word.slice(at)}:1.${Math.floor(random() * 10)})`;
	},
	emojiInside: (word, random) => {
		const at = cut(word, random);
		return word.slice(0, at) + pick(random, ['🔥', '💦', '🍓', '✨✨']) + word.slice(at);
	},
	commas: between([',', ', ']),
	lines: between(['\n']),
	starsForTwo: (word, random) => {
		const at = 1 + Math.floor(random() * Math.max(1, word.length - 2));
		return `${word.slice(0, at)}**${word.slice(at + 2)}`;
	},
	zForS: (word) => word.replace(/s$/, 'z').replaceAll('ck', 'k'),
	twice: (word) => `${word}-${word}`,
	owned: (word) => `${word}’s`,
	styled: (word) => `in the style of ${word} art`,
	firstInBrackets: (word) => `(${word[0]})${word.slice(1)}`,
	differentWords: (word, random) => `${pick(random, ['cute', 'very', 'pretty', 'shiny', 'lovely', 'soft'])} ${word}`,
	accentedCapitals: (word) => [...word.toUpperCase()].map((c, i) => (i % 2 ? `${c}\u0301` : c)).join(''),
};

/** Published, and in no goal: what normalising cannot know without guessing, and what the text encoders hardly read either. */
export const beyond: Record<string, Trick> = {
	cutByBlank: (word, random) => {
		const at = cut(word, random);
		return `${word.slice(0, at)} ${word.slice(at)}`;
	},
	swappedLetters: (word, random) => {
		const at = cut(word, random);
		return word.slice(0, at - 1) + word[at]! + word[at - 1]! + word.slice(at + 1);
	},
	missingLetter: (word, random) => {
		const at = cut(word, random);
		return word.slice(0, at) + word.slice(at + 1);
	},
	starForLetter: (word, random) => {
		const at = cut(word, random);
		return `${word.slice(0, at)}*${word.slice(at + 1)}`;
	},
	reversed: (word) => [...word].reverse().join(''),
};
