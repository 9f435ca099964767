import confusables from './data/confusables.json' with { type: 'json' };
import table from './data/homoglyphs.json' with { type: 'json' };

/** What kind of sign a folded character is. Words are runs of one kind of letter. */
export type Script = 'alphabet' | 'han' | 'hiragana' | 'katakana' | 'hangul' | 'other';

/** Pictographs that are listed as terms: they are words of one character. All others part letters, as punctuation does. */
const tellingPictographs = /^(?:🔞|👶|🧒|👧|👦|🍼)$/u;

const byLetter = (letters: Record<string, string>) =>
	Object.entries(letters).flatMap(([letter, signs]) => [...signs].map((sign): [string, string] => [sign, letter]));
const alphabets = new Map([...byLetter(confusables.alphabets), ...Object.entries(table.alphabets)]);
const isLetter = ([sign]: [string, string]) => /[\p{L}\p{M}\p{N}]/u.test(sign);
const { letters = [], signs = [] } = Object.groupBy(byLetter(confusables.lookalikes), (pair) =>
	isLetter(pair) ? 'letters' : 'signs',
);
const lookalikes = new Map([...letters, ...Object.entries(table.lookalikes)]);

/** What a digit or a sign may stand for inside a word, several letters where it is ambiguous: `1` is `i` or `l`. */
export const leet: ReadonlyMap<string, string> = new Map([...signs, ...Object.entries(table.leet)]);

const cache = new Map<number, string>();

/**
 * Folds one code point to its plain form: compatibility form, lower case, no accents, Latin for what only imitates Latin. What
 * takes no room becomes nothing; every blank becomes a space.
 */
export function foldCodePoint(codePoint: number): string {
	let folded = cache.get(codePoint);
	if (folded === undefined) {
		folded = fold(codePoint);
		// There are 1.1 million code points, and a hostile text may hold many: memory stays bounded.
		if (cache.size < 20_000) cache.set(codePoint, folded);
	}
	return folded;
}

function fold(codePoint: number): string {
	const enclosed = enclosedLetter(codePoint);
	if (enclosed !== undefined) return enclosed;
	const character = String.fromCodePoint(codePoint);
	if (/[\s\u2800\u0085]/.test(character)) return character === '\n' ? '\n' : ' ';
	if (/[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cs}\p{Bidi_Control}\u{FFF9}-\u{FFFB}]/u.test(character)) return '';
	// Nothing else becomes of these, which are most of what there is.
	if (/[\p{Cn}\p{Co}\p{Unified_Ideograph}]/u.test(character)) return lookalikes.get(character) ?? character;
	if (/\p{Nd}/u.test(character)) return String(digitValue(codePoint));
	// Upper case in between, because some letters (ı, ſ) reach their plain form only by that way.
	const plain = character.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKD');
	// The voicing marks of kana are no accents: without them a word is another word.
	const bare = plain.replace(/(?![\u3099\u309a])\p{M}/gu, '').normalize('NFC');
	return [...bare].map((c) => lookalikes.get(c) ?? (/\s/.test(c) ? ' ' : c)).join('');
}

// Regional indicators, and the negative circled and squared letters, which have no compatibility form.
function enclosedLetter(codePoint: number): string | undefined {
	for (const first of [0x1f1e6, 0x1f150, 0x1f170])
		if (codePoint >= first && codePoint < first + 26) return String.fromCharCode(97 + codePoint - first);
	return undefined;
}

// Digits of every script stand ten in a row, zero first, and each row begins at a multiple that only Unicode's data tells: count
// down to the zero.
function digitValue(codePoint: number): number {
	const normal = String.fromCodePoint(codePoint).normalize('NFKC');
	if (/^[0-9]$/.test(normal)) return Number(normal);
	let value = 0;
	while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(codePoint - value - 1))) value++;
	return value;
}

/** Says of which script a folded character is; `undefined`: it is neither letter nor telling pictograph. */
export function scriptOf(character: string): Script | undefined {
	const code = character.codePointAt(0)!;
	if (code < 128) return code >= 97 && code <= 122 ? 'alphabet' : undefined;
	let script = scripts.get(character);
	if (script === undefined) {
		script = readScript(character);
		if (scripts.size < 20_000) scripts.set(character, script);
	}
	return script ?? undefined;
}
const scripts = new Map<string, Script | null>();

function readScript(character: string): Script | null {
	if (tellingPictographs.test(character)) return 'han'; // like a Chinese character, it is a word by itself
	if (!/\p{L}/u.test(character)) return character === 'ー' ? 'katakana' : null;
	if (/[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u.test(character)) return 'alphabet';
	if (/\p{Script=Han}/u.test(character)) return 'han';
	if (/\p{Script=Hiragana}/u.test(character)) return 'hiragana';
	if (/\p{Script=Katakana}|ー/u.test(character)) return 'katakana';
	if (/\p{Script=Hangul}/u.test(character)) return 'hangul';
	return 'other';
}

/** Reads a word as the Latin letters that it looks like; the word itself if it is Latin. */
export function latinOf(word: string): string {
	if (/^[a-z0-9]*$/.test(word)) return word;
	return [...word].map((c) => alphabets.get(c) ?? c).join('');
}
