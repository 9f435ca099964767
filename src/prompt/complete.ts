import { flagNames } from './flags.ts';
import { escapeFor, type Syntax } from './syntax/index.ts';
import type { TagIndex } from './tag-index.ts';
import { tagKey } from './tags-key.ts';

/** Discord's limits for choices that are offered while somebody types: each is the whole text. */
const choices = { most: 25, length: 100 };

/** What stands before the tag that is being typed, and what is typed of it. Emphasis and the braces of choices open before a tag. */
const last = /^(.*(?:[,，、|\n{]|(?:--|[—–])(?:no|negative)[ =:]))?(\s*(?:[([]|\{)*)([^,，、|\n]*)$/su;
const flag = /(?:^|[\s,，、])((?:--|[—–]{1,2})([\p{L}-]*))$/u;
/** A flag that takes no tags, with what is typed behind it. */
const flagValue = /(?:^|[\s,，、])(?:--|[—–]{1,2})(?!(?:no|negative)\b)\p{L}[\p{L}-]*(?:[^\S\n]+|[=:])[^,，、\n]*$/u;
const wildcard = /__([\p{L}\p{N}_-]*)$/u;

/** What is known where somebody types. */
export interface Knowledge {
	tags: TagIndex;
	/** Names of the wildcards that there are. */
	wildcards: readonly string[];
	syntax: Syntax;
	/** Whether a word may be proposed here. */
	mayOffer: (text: string) => boolean;
}

/**
 * Offers ways to finish the last tag of a prompt, each with all that stands before it: tags by their beginning, by other names or by a
 * word within; a character with its series; wildcards after `__`; flags after `--`. What is typed comes first, so that whoever sends it
 * with the keyboard sends that. Where a text grows too long for a choice, blanks behind commas go first; beyond that nothing is offered,
 * for a choice can only replace the whole.
 */
export function completePrompt(typed: string, known: Knowledge): string[] {
	if (typed.length > choices.length || typed.trim() === '') return [];
	const found = completions(typed, known);
	if (found.length === 0) return [];
	const fitting = found.flatMap(({ before, text }) => {
		const whole = [`${before}${text}`, `${before.replace(/([,，、])\s+/g, '$1')}${text}`];
		return whole.find((it) => it.length <= choices.length) ?? [];
	});
	return [...new Set([typed, ...fitting])].slice(0, choices.most);
}

function completions(
	typed: string,
	{ tags, wildcards, syntax, mayOffer }: Knowledge,
): { before: string; text: string }[] {
	const named = wildcard.exec(typed);
	if (named && wildcards.length > 0) {
		const wanted = named[1]!.toLowerCase();
		const before = typed.slice(0, named.index);
		const names = wildcards.filter((name) => name.startsWith(wanted)).sort();
		// Behind a finished one (`__hair__`) nothing begins.
		const isOpen = (before.match(/__/g)?.length ?? 0) % 2 === 0;
		if (isOpen && names.length > 0) return names.map((name) => ({ before, text: `__${name}__` }));
	}
	const flagged = flag.exec(typed);
	if (flagged) {
		const before = typed.slice(0, typed.length - flagged[1]!.length);
		const names = flagNames.filter((name) => name.startsWith(flagged[2]!.toLowerCase()));
		return names.map((name) => ({ before, text: `--${name}` }));
	}
	if (flagValue.test(typed)) return [];
	const [, before = '', opening = '', fragment = ''] = last.exec(typed) ?? [];
	const present = new Set(before.split(/[,，、|\n]/).map(tagKey));
	const found = tags.find(fragment, choices.most, ({ text }) => !present.has(tagKey(text)) && mayOffer(text));
	return found.map(({ id, text }) => {
		const series = tags.seriesOf(id);
		const isNew = series !== undefined && !present.has(tagKey(series)) && opening.trim() === '' && mayOffer(series);
		const whole = [text, ...(isNew ? [series] : [])].map((tag) => escapeFor(tag, syntax)).join(', ');
		return { before: before + opening, text: whole };
	});
}
