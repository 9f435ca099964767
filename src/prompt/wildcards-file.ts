import { UserError } from '../errors.ts';
import { cleanText, quoted } from './text.ts';
import { readEntry, type Wildcards, wildcardLimits, wildcardNamePattern, wildcardsSchema } from './wildcards.ts';

/** Writes a list as the text file that people of other programs know: an entry a line. */
export function writeList(entries: readonly string[]): string {
	return `${entries.join('\n')}\n`;
}

/**
 * Reads a list from text: an entry a line, a weight in front of it where it has one (`2::blue hair`); empty lines and those that
 * begin with `#` are left out.
 *
 * @throws UserError `bad-wildcard`, naming the line
 */
export function readList(text: string): string[] {
	const entries = text
		.replace(/^\uFEFF/, '')
		.split(/\r\n?|\n/)
		.map((line, i) => ({ line: cleanText(line).replace(/\s+/g, ' '), number: i + 1 }))
		.filter(({ line }) => line !== '' && !line.startsWith('#'));
	for (const { line, number } of entries) {
		const wrong = (what: string) =>
			new UserError('bad-wildcard', `Line ${number}, ${quoted(line)}, ${what} Nothing was changed.`);
		if (readEntry(line) === undefined)
			throw wrong('has a weight but no text, or a weight of 0. Write it like `2::blue hair`.');
		if (line.length > wildcardLimits.entry) throw wrong(`is longer than ${wildcardLimits.entry} characters.`);
		if (/(?:^|[\s,:])(?:--|[—–])\p{L}/u.test(line)) throw wrong('holds a flag, which is not read in lists.');
	}
	const { entries: most } = wildcardLimits;
	if (entries.length === 0) throw new UserError('bad-wildcard', 'The list has no entry. Write one on each line.');
	if (entries.length > most)
		throw new UserError(
			'bad-wildcard',
			`The list has ${entries.length} entries, and at most ${most} fit. Nothing was changed.`,
		);
	return entries.map(({ line }) => line);
}

/**
 * Reads a list's name as people write it: `__Hair colours__` is `hair-colours`.
 *
 * @throws UserError `bad-wildcard`
 */
export function readListName(written: string): string {
	const name = cleanText(written)
		.toLowerCase()
		.replace(/\.txt$/, '')
		.replace(/\s+/g, '-')
		.replace(/^_+|_+$/g, '');
	if (wildcardNamePattern.test(name)) return name;
	throw new UserError(
		'bad-wildcard',
		`${quoted(written)} cannot be the name of a list. Use up to 32 letters from a to z, digits and hyphens, for example \`hair-colour\`.`,
	);
}

/**
 * Checks that a server has room for a list.
 *
 * @throws UserError `bad-wildcard`
 */
export function checkRoom(own: Wildcards, name: string, entries: readonly string[]): void {
	if (wildcardsSchema.safeParse({ ...own, [name]: entries }).success) return;
	const { lists, total } = wildcardLimits;
	throw new UserError(
		'bad-wildcard',
		`A server has room for ${lists} lists with ${total.toLocaleString('en-US')} characters together. Remove one first. Nothing was changed.`,
	);
}
