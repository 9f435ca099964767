import type { BaseInteraction } from 'discord.js';
import { type Words, wordsFor } from '../words/index.ts';
import { translated } from '../words/translated.ts';

/** What an interaction answers with; all of it is for the one who pressed. */
const answers = ['reply', 'editReply', 'followUp', 'update', 'showModal', 'respond'] as const;

/**
 * Lets an interaction answer in the language of who uses it, else in the server's. Commands say everything in English; here is the one
 * place where it becomes something else. What everybody reads of a generation does not come by here: `layouts.ts` has words of its own.
 *
 * @returns what to call as soon as the language that a server's moderators chose is known
 */
export function speakTheirLanguage(interaction: BaseInteraction): (language: string) => void {
	let words = wordsFor(interaction.locale, interaction.guildLocale);
	const methods = interaction as unknown as Record<string, ((body: unknown) => unknown) | undefined>;
	for (const name of answers) {
		const english = methods[name];
		// An own property hides the method of the class, for this one interaction.
		if (english) methods[name] = (body) => english.call(interaction, inWords(name, body, words));
	}
	return (language) => {
		words = wordsFor(interaction.locale, language === 'auto' ? interaction.guildLocale : language);
	};
}

function inWords(answer: string, body: unknown, words: Words): unknown {
	if (typeof body === 'string') return translated({ content: body }, words).content;
	// Choices have names; nothing else that has one is ours to say otherwise.
	if (answer === 'respond') return (body as { name: string }[]).map((it) => ({ ...it, name: sayName(it.name, words) }));
	return translated(body, words);
}

function sayName(name: string, words: Words): string {
	return translated({ content: name }, words).content.slice(0, 100);
}
