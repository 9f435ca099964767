import { Locale } from 'discord-api-types/v10';
import type { Issue } from '../rest/api-error.ts';

/** An option as a bot registers it. */
export interface CommandOption {
	type: number;
	name: string;
	description: string;
	name_localizations?: Record<string, string> | null;
	description_localizations?: Record<string, string> | null;
	required?: boolean;
	choices?: { name: string; value: string | number; name_localizations?: Record<string, string> | null }[];
	options?: CommandOption[];
	autocomplete?: boolean;
	min_value?: number;
	max_value?: number;
	min_length?: number;
	max_length?: number;
	channel_types?: number[];
	/** For files: endings such as `.png`, and groups such as `image`. */
	file_types?: string[];
}

/** A command as a bot registers it. */
export interface CommandBody {
	type?: number;
	name: string;
	description?: string;
	name_localizations?: Record<string, string> | null;
	description_localizations?: Record<string, string> | null;
	options?: CommandOption[];
	default_member_permissions?: string | number | null;
	nsfw?: boolean;
	contexts?: number[] | null;
	integration_types?: number[];
	dm_permission?: boolean | null;
}

const namePattern = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;
const locales = new Set<string>(Object.values(Locale));
/** Commands of each type in one scope: 1 slash, 2 user, 3 message. */
const maxOfType: Record<number, number> = { 1: 100, 2: 15, 3: 15 };
const maxCharacters = 8000;

/** Lists what Discord refuses in a whole list of commands. */
export function commandListIssues(list: CommandBody[]): Issue[] {
	const issues = list.flatMap((command, index) => commandIssues(command, [index]));
	const seen = new Set<string>();
	for (const [index, { type = 1, name }] of list.entries()) {
		const message = 'Application command names must be unique';
		if (seen.has(`${type} ${name}`)) {
			issues.push({ path: [index], code: 'APPLICATION_COMMANDS_DUPLICATE_NAME', message });
		}
		seen.add(`${type} ${name}`);
	}
	for (const [type, most] of Object.entries(maxOfType)) {
		if (list.filter((it) => (it.type ?? 1) === Number(type)).length <= most) continue;
		const message = `Maximum number of application commands of type ${type} reached (${most}).`;
		issues.push({ path: [], code: 'APPLICATION_COMMANDS_MAX', message });
	}
	return issues;
}

/** Lists what Discord refuses in one command although each field for itself is well formed. */
export function commandIssues(command: CommandBody, path: Issue['path']): Issue[] {
	const isSlash = (command.type ?? 1) === 1;
	const issues = [
		...(isSlash ? nameIssues(command, path) : []),
		...localeIssues(command, path),
		...optionListIssues(command.options ?? [], [...path, 'options']),
	];
	if (isSlash && !command.description) {
		issues.push({ path: [...path, 'description'], code: 'BASE_TYPE_REQUIRED', message: 'This field is required' });
	}
	if (!isSlash && (command.description || (command.options?.length ?? 0) > 0)) {
		const message = 'Commands of menus have neither a description nor options.';
		issues.push({ path, code: 'APPLICATION_COMMAND_INVALID_FIELDS', message });
	}
	if (characters(command) > maxCharacters) {
		const message = `Command exceeds maximum size (${maxCharacters})`;
		issues.push({ path, code: 'APPLICATION_COMMAND_TOO_LARGE', message });
	}
	return issues;
}

function nameIssues(named: Pick<CommandBody, 'name' | 'name_localizations'>, path: Issue['path']): Issue[] {
	const names: [string, Issue['path']][] = [[named.name, [...path, 'name']]];
	for (const [locale, name] of Object.entries(named.name_localizations ?? {})) {
		names.push([name, [...path, 'name_localizations', locale]]);
	}
	return names
		.filter(([name]) => !namePattern.test(name) || name !== name.toLowerCase())
		.map(([, at]) => ({
			path: at,
			code: 'APPLICATION_COMMAND_INVALID_NAME',
			message: 'Command name is invalid: letters, numbers, - and _ only, in lower case, 1 to 32 of them',
		}));
}

function localeIssues(
	named: Pick<CommandBody, 'name_localizations' | 'description_localizations'>,
	path: Issue['path'],
): Issue[] {
	return (['name_localizations', 'description_localizations'] as const).flatMap((key) =>
		Object.keys(named[key] ?? {})
			.filter((locale) => !locales.has(locale))
			.map((locale) => ({
				path: [...path, key, locale],
				code: 'BASE_TYPE_CHOICES',
				message: `\`${locale}\` is not one of Discord's locales.`,
			})),
	);
}

function optionListIssues(options: CommandOption[], path: Issue['path']): Issue[] {
	const issues: Issue[] = [];
	const names = new Set<string>();
	const isNested = (type: number) => type === 1 || type === 2;
	let optionalSeen = false;
	for (const [index, option] of options.entries()) {
		const at = [...path, index];
		if (names.has(option.name)) {
			const message = 'Option name already used';
			issues.push({ path: [...at, 'name'], code: 'APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS', message });
		}
		names.add(option.name);
		if (option.required && optionalSeen) {
			const message = 'Required options must be placed before non-required options';
			issues.push({ path: at, code: 'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID', message });
		}
		if (!option.required && !isNested(option.type)) optionalSeen = true;
		issues.push(...optionIssues(option, at));
	}
	if (options.some(({ type }) => isNested(type)) && options.some(({ type }) => !isNested(type))) {
		const message = 'Sub-command and sub-command group option types are mutually exclusive to all other types';
		issues.push({ path, code: 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', message });
	}
	return issues;
}

function optionIssues(option: CommandOption, path: Issue['path']): Issue[] {
	const issues = [
		...nameIssues(option, path),
		...localeIssues(option, path),
		...optionListIssues(option.options ?? [], [...path, 'options']),
	];
	const choices = option.choices ?? [];
	const add = (key: string, code: string, message: string) => issues.push({ path: [...path, key], code, message });
	if (option.autocomplete && choices.length > 0) {
		add('autocomplete', 'APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_WITH_CHOICES', 'Choices exclude autocomplete.');
	}
	if (new Set(choices.map(({ name }) => name)).size < choices.length) {
		add('choices', 'APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS', 'Option choice name already used.');
	}
	if ((option.min_value ?? -Infinity) > (option.max_value ?? Infinity)) {
		add('min_value', 'NUMBER_TYPE_MAX', 'min_value must be at most max_value.');
	}
	if ((option.min_length ?? 0) > (option.max_length ?? 6000)) {
		add('min_length', 'NUMBER_TYPE_MAX', 'min_length must be at most max_length.');
	}
	for (const [index, choice] of choices.entries()) issues.push(...localeIssues(choice, [...path, 'choices', index]));
	return issues;
}

/** Name, description and value of a command, its options and choices; of localised texts the longest counts. */
function characters(command: CommandBody | CommandOption): number {
	const longest = (text: string | undefined, localized: Record<string, string> | null | undefined) =>
		Math.max(text?.length ?? 0, ...Object.values(localized ?? {}).map((it) => it.length));
	let sum = longest(command.name, command.name_localizations);
	sum += longest(command.description, command.description_localizations);
	for (const option of command.options ?? []) sum += characters(option);
	if ('choices' in command) {
		for (const { name, value, name_localizations: localized } of command.choices ?? []) {
			sum += longest(name, localized) + String(value).length;
		}
	}
	return sum;
}
