import { distance } from 'fastest-levenshtein';
import { UserError } from '../errors.ts';
import { type OptionName, optionNames, options, readOption } from './options.ts';
import { splitTags } from './tags.ts';
import { quoted } from './text.ts';

/** What the flags in a text came to. `text` is the rest; values are as typed, but known to be readable. */
export interface FlaggedText {
	text: string;
	values: Partial<Record<OptionName, string>>;
	/** Of `--negative`: stands in place of the option. */
	negative?: string;
	/** Of every `--no`: comes on top of the negative. */
	no: string[];
}

/** Flags that take text up to the next flag or the end of the line. */
const textFlags = ['no', 'negative'] as const;
type TextFlag = (typeof textFlags)[number];

const flagTargets = new Map<string, OptionName | TextFlag>([
	...optionNames.flatMap((name) => options[name].flags.map((flag): [string, OptionName] => [flag, name])),
	...textFlags.map((flag): [string, TextFlag] => [flag, flag]),
]);

/** Every flag, without dashes. */
export const flagNames: readonly string[] = [...flagTargets.keys()];

/** What other programs call our flags; their letters alone would not lead there. */
const elsewhere: Record<string, string> = {
	ratio: 'ar',
	'aspect-ratio': 'ar',
	size: 'ar',
	scale: 'cfg',
	'cfg-scale': 'cfg',
	neg: 'negative',
	'negative-prompt': 'negative',
	without: 'no',
	images: 'n',
	batch: 'n',
	number: 'n',
	width: 'ar',
	height: 'ar',
	w: 'ar',
	h: 'ar',
};

/**
 * A flag stands at the start of a word and begins with two hyphens, or with the dash that a phone makes of them. A letter
 * follows at once, so ` - `, ` — ` and hyphenated words are text. Its value follows after a blank, `=` or `:`.
 */
const flagStart = /(?<=^|[\s,，、])(?:--|[—–]{1,2})(\p{L}[\p{L}\p{N}_-]*)([^\S\n]*[=:])?/gu;

/**
 * Takes the flags out of cleaned text. A flag parts tags like a comma. Given twice, the last one wins (people add to the
 * end of what they sent before); `--no` and `--lora` add up.
 *
 * @throws UserError `unknown-flag`, `flag-without-value`, or `bad-<option>`
 */
export function takeFlags(text: string): FlaggedText {
	const starts = [...text.matchAll(flagStart)];
	const result: FlaggedText = { text: '', values: {}, no: [] };
	const rest = [text.slice(0, starts[0]?.index)];
	for (const [i, start] of starts.entries()) {
		const flag = start[1]!.toLowerCase();
		const target = flagTargets.get(flag);
		if (target === undefined) throw unknownFlag(flag);
		const after = text.slice(start.index + start[0].length, starts[i + 1]?.index);
		const { value, remainder } =
			target === 'no' || target === 'negative'
				? takeLine(after)
				: isBare(target) && start[2] === undefined
					? { value: 'yes', remainder: after }
					: takeValue(target, after);
		if (value === '') throw withoutValue(flag, target);
		if (target === 'no') result.no.push(...splitTags(value));
		else if (target === 'negative') result.negative = value;
		else result.values[target] = addsUp(target) && result.values[target] ? `${result.values[target]}, ${value}` : value;
		rest.push(remainder);
	}
	result.text = rest
		.map((part) => part.replace(/^[\s,，、]+|[\s,，、]+$/g, ''))
		.filter((part) => part !== '')
		.join('\n');
	return result;
}

function addsUp(name: OptionName): boolean {
	return 'addsUp' in options[name];
}

function isBare(name: OptionName): boolean {
	return 'isBare' in options[name];
}

function takeLine(after: string): Taken {
	const end = after.indexOf('\n');
	const line = end < 0 ? after : after.slice(0, end);
	return { value: line.replace(/^[\s,，、]+|[\s,，、]+$/g, ''), remainder: end < 0 ? '' : after.slice(end) };
}

// A value may have several words (`--quality best quality`): the longest beginning that can be read is the value, what
// follows is prompt again.
function takeValue(name: OptionName, after: string): Taken {
	const [phrase = ''] = /^[^,，、\n]*/.exec(after) ?? [];
	const words = [...phrase.matchAll(/\S+/g)].slice(0, 4);
	for (const word of words.toReversed()) {
		const end = word.index + word[0].length;
		const value = phrase.slice(0, end).trim();
		if (options[name].read(value) !== undefined) return { value, remainder: after.slice(end) };
	}
	if (words[0] !== undefined) readOption(name, words[0][0]); // throws: not even one word could be read
	return { value: '', remainder: after };
}

function unknownFlag(flag: string): UserError {
	const near = nearest(flag);
	const hint =
		near.length > 0
			? `Did you mean ${near.map((name) => `\`--${name}\``).join(' or ')}?`
			: `Flags are ${flagNames.map((name) => `\`--${name}\``).join(', ')}.`;
	return new UserError('unknown-flag', `There is no flag ${quoted(`--${flag}`)}. ${hint}`);
}

function nearest(flag: string): string[] {
	if (Object.hasOwn(elsewhere, flag)) return [elsewhere[flag]!];
	const begun = flagNames.filter((name) => name.startsWith(flag));
	if (begun.length > 0) return begun;
	const near = flagNames.map((name) => ({ name, edits: distance(flag, name) })).sort((a, b) => a.edits - b.edits)[0]!;
	// Further off than half its letters, a guess would mislead.
	return near.edits < flag.length && near.edits <= Math.ceil(flag.length / 2) ? [near.name] : [];
}

function withoutValue(flag: string, target: OptionName | TextFlag): UserError {
	const [takes, example] =
		target === 'no' || target === 'negative'
			? ['the tags to leave out', 'hat, scarf']
			: [options[target].takes, options[target].example];
	return new UserError(
		'flag-without-value',
		`\`--${flag}\` needs a value: ${takes}. Example: \`--${flag} ${example}\`.`,
	);
}

interface Taken {
	value: string;
	remainder: string;
}
