/** A character that is written by its number or its name: `&#105;`, `%69`, `\u0069`, `&eacute;`, `:regional_indicator_i:`. */
export interface Escape {
	start: number;
	end: number;
	/** What it stands for; accents, blanks and what takes no room are left out. */
	text: string;
}

/** Every part is bounded, so that the search cannot run away. */
const pattern =
	/&(?:amp;)?#(?:(?<decimal>\d{1,7})|x(?<hex>[\da-f]{1,6}));?|&(?:shy|zwnj|zwj|zerowidthspace|nbsp|amp);|&(?<letter>[a-z])(?:acute|grave|uml|circ|tilde|ring|cedil|slash|caron);|(?:%|\\u00|\\x)(?<byte>[2-7][\da-f])|:regional_indicator_(?<flag>[a-z]):|\]\((?:[^\s)]|https?:[^\s)]{0,100})\)/giu;

/** Finds characters that are escaped as in web pages, addresses, programs and Discord, and links without a word: `[l](x)oli`. */
export function escapesOf(source: string): Escape[] {
	if (!/[&%\\]|:r|\]\(/i.test(source)) return [];
	return [...source.matchAll(pattern)].map(({ index, 0: { length }, groups = {} }) => {
		const { decimal, hex, byte, flag, letter = flag ?? '' } = groups;
		const codePoint = decimal !== undefined ? Number(decimal) : Number.parseInt(hex ?? byte ?? '', 16);
		const text = codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : letter;
		return { start: index, end: index + length, text };
	});
}
