/** Signs that no text needs and that break a message: control characters, turners of the writing direction, odd line ends. */
const unprintable = /(?!\n)[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

/**
 * Takes the meaning from all that Discord would read as markup, a mention, a link or a timestamp. In linear time, which discord.js's
 * own function does not take: of `a*a*a*…` it looks back at each star.
 */
export function escaped(userText: string): string {
	const text = userText
		.replace(unprintable, '')
		.replace(/[\\*_`<]/g, '\\$&')
		.replaceAll('~~', '\\~\\~')
		.replaceAll('||', '\\|\\|')
		// headings, small print, quotes and lists begin a line
		.replace(/^( *)(?=(?:#{1,3}|-#|[+-]|>{1,3}) )/gm, '$1\\')
		.replace(/^( *\d+)\./gm, '$1\\.')
		.replaceAll('@', '@\u200b')
		.replace(/(https?):\/\//gi, '$1:\u200b//');
	// A bracket may begin a link wherever one ends.
	return text.includes('](') ? text.replaceAll('[', '\\[') : text;
}
