/** Characters that take no room or turn the writing direction: they hide words from a filter and break a message's layout. */
const invisible = /(?!\n)[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u{FFF9}-\u{FFFB}]/gu;

/** Blank to the eye without being white space: the empty Braille cell. */
const blank = /[^\S\n]|\u2800/g;

/**
 * Cleans what a member typed: line ends are `\n`, control, zero-width and bidi characters are gone, runs of blanks are one
 * space, lines are trimmed, and letters are in Unicode NFC (after the stripping, which may bring a mark to its letter).
 */
export function cleanText(text: string): string {
	return text
		.replace(/\r\n?|[\n\v\f\u0085\p{Zl}\p{Zp}]/gu, '\n')
		.replaceAll('\t', ' ')
		.replace(invisible, '')
		.replace(blank, ' ')
		.normalize('NFC')
		.replace(/ +/g, ' ')
		.replace(/ ?\n[\n ]*/g, '\n')
		.trim();
}

/** Puts cleaned text on one line. A line end parts tags as a comma does, because lists are often pasted a tag a line. */
export function oneLine(text: string): string {
	return text.replace(/[ ,，、]*\n[ ,，、\n]*/g, ', ').trim();
}

/**
 * Says whether there is anything to draw: a letter or a digit in any script. Key caps (1️⃣) and pictographs that Unicode
 * counts as letters (ℹ️) are emoji all the same.
 */
export function isDrawable(text: string): boolean {
	return /[\p{L}\p{N}]/u.test(text.replace(/[0-9]\uFE0F?\u20E3|\p{Extended_Pictographic}/gu, ''));
}

/** Counts characters as people do, near enough: code points, not UTF-16 units. */
export function lengthOf(text: string): number {
	return [...text].length;
}

/** Quotes a member's word in a message: short, on one line, unable to end the quote. */
export function quoted(word: string): string {
	const characters = [...oneLine(cleanText(word)).replaceAll('`', "'")];
	return `\`${characters.length > 40 ? `${characters.slice(0, 40).join('')}…` : characters.join('') || ' '}\``;
}
