import { optionTypes } from './command-options.js';

/**
 * Takes one typed line apart: `/imagine prompt: 1girl, solo aspect: 13:19 seed: 0`.
 *
 * The line is split wherever a name of the command's options stands between a space and `: `. Each name counts once, so that a
 * second "seed: " is part of the text it stands in. Numbers and booleans may follow their colon at once (`seed:0`), and so may
 * the first option. Text before the first name belongs to the first required option, if that is not named elsewhere.
 * @param {string} line
 * @param {import('./command-options.js').Entry[]} entries
 * @returns {{ entry: object, texts: Map<string, string>, active: { name: string, start: number } | null, stray: string } | null}
 *   `active` is the option in which the line ends, `start` where its text begins; `stray` is text that belongs to no option
 */
export function parseLine(line, entries) {
	const entry = findEntry(line, entries);
	if (!entry) return null;
	const restAt = entry.name.length + 1;
	const marks = findMarks(line.slice(restAt), entry.options).map((mark) => ({
		...mark,
		at: mark.at + restAt,
		start: mark.start + restAt,
	}));
	const texts = new Map();
	for (const [index, mark] of marks.entries()) {
		const text = line.slice(mark.start, marks[index + 1]?.at ?? line.length).trim();
		if (text !== '') texts.set(mark.name, text);
	}
	const last = marks.at(-1);
	let active = last ? { name: last.name, start: last.start } : null;
	let stray = line.slice(restAt, marks[0]?.at ?? line.length).trim();
	const first = entry.options.find((option) => option.required) ?? entry.options[0];
	if (stray !== '' && first && !marks.some((mark) => mark.name === first.name)) {
		texts.set(first.name, stray);
		if (!active) active = { name: first.name, start: restAt + line.slice(restAt).search(/\S/) };
		stray = '';
	}
	return { entry, texts, active, stray };
}

/** The entry with the longest name that the line begins with, as whole words. */
function findEntry(line, entries) {
	if (!line.startsWith('/')) return undefined;
	const typed = line.slice(1).toLowerCase();
	return entries
		.filter(({ name }) => typed === name || (typed.startsWith(name) && /\s/.test(typed[name.length])))
		.sort((a, b) => b.name.length - a.name.length)[0];
}

/** Where options begin: `at` is the name, `start` the text behind its colon. */
function findMarks(rest, options) {
	const byName = new Map(options.map((option) => [option.name.toLowerCase(), option]));
	const marks = [];
	for (const match of rest.matchAll(/(?<=^|\s)([-_'\p{L}\p{N}]+):/gu)) {
		const option = byName.get(match[1].toLowerCase());
		const after = rest.slice(match.index + match[0].length);
		const isFirst = rest.slice(0, match.index).trim() === '';
		if (!option || !(isFirst || /^(\s|$)/.test(after) || isDirectValue(option, after))) continue;
		byName.delete(match[1].toLowerCase());
		marks.push({
			name: option.name,
			at: match.index,
			start: match.index + match[0].length + (/^\s/.test(after) ? 1 : 0),
		});
	}
	return marks;
}

function isDirectValue(option, after) {
	if (option.type === optionTypes.boolean) return /^(true|false)(\s|$)/i.test(after);
	return (option.type === optionTypes.integer || option.type === optionTypes.number) && /^-?[\d.]+(\s|$)/.test(after);
}
