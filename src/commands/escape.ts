import { escapeMarkdown } from 'discord.js';

/** Signs that no text needs and that break a message: control characters, turners of the writing direction, odd line ends. */
const unprintable = /(?!\n)[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

/** Takes the meaning from all that Discord would read as markup, a mention, a link or a timestamp. */
export function escaped(userText: string): string {
	return escapeMarkdown(userText.replace(unprintable, ''), {
		heading: true,
		bulletedList: true,
		numberedList: true,
		maskedLink: true,
	})
		.replaceAll('<', '\\<')
		.replaceAll('@', '@\u200b')
		.replace(/(https?):\/\//gi, '$1:\u200b//');
}
