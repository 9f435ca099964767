import { createHash } from 'node:crypto';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import { limits } from './options.ts';
import { ownWildcards } from './own-wildcards.ts';
import { lengthOf, quoted } from './text.ts';

/** Lists by name; an entry may carry a weight: `2::blue hair` comes twice as often as others. */
export type Wildcards = Readonly<Record<string, readonly string[]>>;

export const wildcardLimits = {
	lists: 50,
	entries: 500,
	/** Characters of an entry. */
	entry: 300,
	/** Characters of all lists of a server together: its settings are read at every press. */
	total: 60_000,
	/** How often a wildcard in an entry may lead to another. */
	depth: 6,
	/** Wildcards that one text may come to, nested ones too. */
	choices: 100,
} as const;

/** Letters, digits, `-` and single `_`, at most 32, so that `__name__` says where it ends and a button's id can hold it. */
export const wildcardNamePattern = /^(?!.*__)[a-z0-9](?:[a-z0-9_-]{0,30}[a-z0-9])?$/;

const mention = /(\\?)__([\p{L}\p{N}](?:[\p{L}\p{N}-]|_(?!_)){0,40})__/gu;

/** An entry with its weight, 1 where it has none; `undefined` for one that cannot be read. */
export function readEntry(entry: string): { weight: number; text: string } | undefined {
	const [, written, text = ''] = /^(?:\s*(\d{1,6}(?:\.\d{1,6})?)\s*::)?(.*)$/su.exec(entry) ?? [];
	const weight = written === undefined ? 1 : Number(written);
	return weight > 0 && text.trim() !== '' ? { weight, text: text.trim() } : undefined;
}

const entrySchema = z
	.string()
	.max(wildcardLimits.entry)
	.refine((entry) => !/[\r\n]/.test(entry) && readEntry(entry) !== undefined);

/** A server's own lists, as its settings hold them. */
export const wildcardsSchema = z
	.record(z.string().regex(wildcardNamePattern), z.array(entrySchema).min(1).max(wildcardLimits.entries))
	.refine((lists) => Object.keys(lists).length <= wildcardLimits.lists)
	.refine((lists) => Object.values(lists).flat().join('\n').length <= wildcardLimits.total);

/** All lists that there are in a server: its own, and ours whose names it does not use. */
export function wildcardsWith(own: Wildcards = {}): Wildcards {
	return { ...ownWildcards, ...own };
}

/** Says whether a text holds a wildcard, so that drawing it anew is another choice. */
export function hasWildcards(text: string): boolean {
	return [...text.matchAll(mention)].some(([, slash]) => slash === '');
}

/** What was chosen, in the order of the text: the wildcard's name, and what stands there now. */
export interface Chosen {
	name: string;
	text: string;
}

/**
 * Puts an entry in the place of each wildcard, chosen by the seed: the same seed, text and lists give the same choices on every
 * machine. `\__name__` is text. Entries may hold wildcards again, a few deep.
 *
 * @throws UserError `unknown-wildcard` naming the lists that there are, `wildcards-too-nested`, `wildcards-too-many`, `prompt-too-long`
 */
export function resolveWildcards(
	text: string,
	lists: Wildcards,
	seed: number,
): { text: string; chosen: readonly Chosen[] } {
	const chosen: Chosen[] = [];
	let count = 0;
	const resolve = (part: string, depth: number): string =>
		part.replace(mention, (whole, slash: string, written: string) => {
			if (slash !== '') return whole.slice(1);
			const name = written.toLowerCase();
			if (!Object.hasOwn(lists, name)) throw unknown(written, lists);
			if (depth >= wildcardLimits.depth)
				throw new UserError(
					'wildcards-too-nested',
					`The wildcard ${quoted(name)} leads to others more than ${wildcardLimits.depth} deep, perhaps back to itself. A moderator can mend its list in \`/settings\`.`,
				);
			if (++count > wildcardLimits.choices)
				throw new UserError(
					'wildcards-too-many',
					`The prompt comes to more than ${wildcardLimits.choices} wildcards. Leave some out.`,
				);
			const result = resolve(choose(lists[name]!, fraction(seed, name, count)), depth + 1);
			if (depth === 0) chosen.push({ name, text: result });
			return result;
		});
	const resolved = resolve(text, 0);
	const length = lengthOf(resolved);
	if (count > 0 && length > limits.promptLength)
		throw new UserError(
			'prompt-too-long',
			`With its wildcards the prompt has ${length.toLocaleString('en-US')} characters, and at most ${limits.promptLength.toLocaleString('en-US')} fit. Leave some out.`,
		);
	return { text: resolved, chosen };
}

/** A number from 0 up to 1, the same for the same seed, wildcard and place. */
function fraction(seed: number, name: string, place: number): number {
	return createHash('sha256').update(`${seed}\n${name}\n${place}`).digest().readUIntBE(0, 6) / 2 ** 48;
}

function choose(entries: readonly string[], at: number): string {
	const read = entries.flatMap((entry) => readEntry(entry) ?? []);
	let left = at * read.reduce((sum, { weight }) => sum + weight, 0);
	for (const { weight, text } of read) {
		left -= weight;
		if (left < 0) return text;
	}
	return read.at(-1)?.text ?? '';
}

function unknown(name: string, lists: Wildcards): UserError {
	const names = Object.keys(lists).sort();
	const shown = names.slice(0, 40).map((it) => `\`__${it}__\``);
	const more = names.length - shown.length;
	return new UserError(
		'unknown-wildcard',
		`There is no wildcard ${quoted(`__${name}__`)} here. There are ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}. For plain text write ${quoted(`\\__${name}__`)}.`,
	);
}
