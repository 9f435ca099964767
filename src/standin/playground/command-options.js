import { permissions } from './store.js';

/** Discord's numbers for option types. */
export const optionTypes = {
	subcommand: 1,
	group: 2,
	string: 3,
	integer: 4,
	boolean: 5,
	user: 6,
	channel: 7,
	role: 8,
	mentionable: 9,
	number: 10,
	attachment: 11,
};

const typeNames = {
	3: 'text',
	4: 'whole number',
	5: 'True or False',
	6: 'user',
	7: 'channel',
	8: 'role',
	9: 'mention',
	10: 'number',
	11: 'file',
};

/**
 * A command as the composer lists it: `/settings nsfw set` is one entry with a path of three.
 * @typedef {{ command: object, path: string[], name: string, description: string, options: object[] }} Entry
 */

/** Lists every slash command and subcommand. Message and user commands (type 2, 3) are not typed, so they are left out. */
export function listEntries(commands) {
	return commands
		.filter((command) => (command.type ?? 1) === 1)
		.flatMap((command) => branch(command, command, [command.name]));
}

function branch(command, node, path) {
	const options = node.options ?? [];
	const branches = options.filter(({ type }) => type === optionTypes.subcommand || type === optionTypes.group);
	if (branches.length > 0) return branches.flatMap((child) => branch(command, child, [...path, child.name]));
	return [{ command, path, name: path.join(' '), description: node.description, options }];
}

/**
 * Whether Discord would list the command in such a channel. A line typed in full is sent anyway, and refused by the stand-in.
 * @param {{ command: object }} entry
 * @param {{ isDm: boolean, isAdult: boolean, mayUse: (permissions: bigint) => boolean }} place
 */
export function isListed({ command }, { isDm, isAdult, mayUse }) {
	if (command.nsfw && !isAdult) return false;
	const needed = command.default_member_permissions;
	if (!isDm && needed && !mayUse(needed === '0' ? permissions.administrator : BigInt(needed))) return false;
	return command.contexts ? command.contexts.includes(isDm ? 1 : 0) : !isDm || command.dm_permission !== false;
}

/**
 * Puts values below their subcommand, as Discord sends them.
 * @param {Entry} entry
 * @param {{ name: string, type: number, value: unknown, focused?: boolean }[]} values
 */
export function nestOptions(entry, values) {
	let node = entry.command;
	const types = entry.path.slice(1).map((name) => {
		node = node.options.find((option) => option.name === name);
		return { name, type: node.type };
	});
	return types.reduceRight((options, branch) => [{ ...branch, options }], values);
}

/** What is expected in an option, in a few words. */
export function expectation(option) {
	if (option.choices?.length > 0) return 'one of the list';
	const limits = [
		option.min_value !== undefined && `at least ${option.min_value}`,
		option.max_value !== undefined && `at most ${option.max_value}`,
		option.max_length !== undefined && option.max_length < 6000 && `at most ${option.max_length} characters`,
	].filter(Boolean);
	return [typeNames[option.type] ?? 'value', ...limits].join(', ');
}

/**
 * Reads every text by its option.
 * @param {Entry} entry
 * @param {Map<string, string>} texts
 * @param {{ picked: Map<string, { name: string, value: string | number }>, lookUp: (option: object, text: string) => string | undefined, files?: Map<string, File> }} context
 * @returns {{ values: { name: string, type: number, value: unknown }[], problem: { name: string, error: string } | null }} `problem` names the first option that is missing or wrong
 */
export function readOptions(entry, texts, { picked, lookUp, files = new Map() }) {
	const values = [];
	let problem = null;
	for (const option of entry.options) {
		const text = texts.get(option.name);
		if (text === undefined) {
			if (option.required) problem ??= { name: option.name, error: `${option.name} is required` };
			continue;
		}
		const result = readValue(option, text, { picked: picked.get(option.name), lookUp, file: files.get(option.name) });
		if ('error' in result) problem ??= { name: option.name, error: result.error };
		else values.push({ name: option.name, type: option.type, value: result.value });
	}
	return { values, problem };
}

/**
 * Reads what was typed for an option.
 * @param {object} option
 * @param {string} text
 * @param {{ picked?: { name: string, value: string | number }, lookUp: (option: object, text: string) => string | undefined, file?: File }} context
 * @returns {{ value: string | number | boolean | File } | { error: string }}
 */
export function readValue(option, text, { picked, lookUp, file }) {
	if (option.choices?.length > 0) return readChoice(option, text);
	const typed = picked && picked.name === text ? String(picked.value) : text;
	switch (option.type) {
		case optionTypes.string:
			return readText(option, typed);
		case optionTypes.integer:
		case optionTypes.number:
			return readNumber(option, typed);
		case optionTypes.boolean:
			return readBoolean(option, typed);
		case optionTypes.attachment:
			return file
				? { value: file }
				: { error: `${option.name}: choose the file with “+ ${option.name}”, or drop it here` };
		default: {
			const value = lookUp(option, typed);
			return value === undefined
				? { error: `${option.name}: no ${typeNames[option.type] ?? 'such thing'} “${text}”` }
				: { value };
		}
	}
}

function readChoice(option, text) {
	const wanted = text.trim().toLowerCase();
	const choice = option.choices.find(
		({ name, value }) => name.toLowerCase() === wanted || String(value).toLowerCase() === wanted,
	);
	if (choice) return { value: choice.value };
	return { error: `${option.name}: choose one of ${option.choices.map(({ name }) => name).join(', ')}` };
}

function readText(option, text) {
	if (text.length < (option.min_length ?? 0))
		return { error: `${option.name}: at least ${option.min_length} characters` };
	if (text.length > (option.max_length ?? 6000))
		return { error: `${option.name}: at most ${option.max_length ?? 6000} characters, this is ${text.length}` };
	return { value: text };
}

function readNumber(option, text) {
	const value = Number(text.trim());
	const isWhole = option.type === optionTypes.integer;
	if (text.trim() === '' || !Number.isFinite(value)) return { error: `${option.name}: “${text}” is not a number` };
	if (isWhole && !Number.isSafeInteger(value)) return { error: `${option.name}: a whole number, please` };
	if (value < (option.min_value ?? -Infinity)) return { error: `${option.name}: at least ${option.min_value}` };
	if (value > (option.max_value ?? Infinity)) return { error: `${option.name}: at most ${option.max_value}` };
	return { value };
}

function readBoolean(option, text) {
	const word = text.trim().toLowerCase();
	if (['true', 'yes', 'on', '1'].includes(word)) return { value: true };
	if (['false', 'no', 'off', '0'].includes(word)) return { value: false };
	return { error: `${option.name}: True or False` };
}
