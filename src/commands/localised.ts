import type {
	RESTPostAPIChatInputApplicationCommandsJSONBody,
	RESTPostAPIContextMenuApplicationCommandsJSONBody,
} from 'discord.js';
import { say, translations } from '../words/index.ts';

type CommandBody = RESTPostAPIChatInputApplicationCommandsJSONBody | RESTPostAPIContextMenuApplicationCommandsJSONBody;

/**
 * Adds what a command is called in every language: descriptions, its own and its options', and the names of choices. Slash commands
 * and options keep their names, which people tell each other; one in a menu is only read, and has one in each language.
 */
export function localised<Body extends CommandBody>(body: Body): Body {
	const isInMenu = !('description' in body);
	return { ...(walk(body) as Body), ...(isInMenu && { name_localizations: inAll(body.name) }) };
}

function walk(part: object): object {
	const { description, options, choices } = part as { description?: string; options?: object[]; choices?: Choice[] };
	return {
		...part,
		...(description !== undefined && { description_localizations: inAll(description) }),
		...(options && { options: options.map(walk) }),
		...(choices && { choices: choices.map((it) => ({ ...it, name_localizations: inAll(it.name) })) }),
	};
}

/** By language; one that says it as English does is left out. */
function inAll(english: string): Record<string, string> {
	const said = translations.map((words): [string, string] => [words.locale, say(words, english)]);
	return Object.fromEntries(said.filter(([, text]) => text !== english));
}

interface Choice {
	name: string;
}
