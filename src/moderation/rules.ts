import { RE2JS } from 're2js';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import { limits } from '../prompt/options.ts';
import { cleanText, lengthOf } from '../prompt/text.ts';
import { compileLexicon, type Lexicon } from './lexicon.ts';
import { type Normal, normalise } from './normalise.ts';
import { RulePlaces, type Span } from './rule-places.ts';

/**
 * The limits of a server's rules: what one gate decision may cost, and what a panel can show. `program` is the sum of the steps that
 * RE2 makes of the patterns: each costs some 10 ns for each character of a prompt. By `growth` characters replacements may make a
 * prompt longer than members can write one.
 */
export const ruleLimits = {
	rules: 200,
	text: 100,
	exceptions: 20,
	pattern: 200,
	patterns: 50,
	program: 250,
	growth: 200,
	file: 100_000,
} as const;

/** What moderators wrote, without signs that a database or a screen cannot take. */
const clean = () => z.string().overwrite(cleanText);
const text = (most: number) => clean().min(1).max(most);

/**
 * A rule of a server. `words`: the words in a row, anywhere. `tag`: one whole tag. `pattern`: a regular expression in RE2's
 * syntax, which knows no look-around and no back-references and so takes linear time.
 */
export const ruleSchema = z
	.strictObject({
		match: z.enum(['words', 'tag', 'pattern']).default('words'),
		text: text(ruleLimits.pattern),
		action: z.enum(['block', 'replace', 'hold']),
		/** Of `replace`: what stands there instead; empty takes the words out. */
		replacement: clean().max(ruleLimits.text).optional(),
		/** Phrases in which the rule does not hold: `Kill la Kill` for `kill`. */
		except: z.array(text(ruleLimits.text)).max(ruleLimits.exceptions).optional(),
		/** What the member is told: why, and what would do instead. */
		advice: text(200).optional(),
	})
	.refine((rule) => (rule.action === 'replace') === (rule.replacement !== undefined), {
		error: 'a rule that replaces needs a `replacement`, and no other has one',
	})
	.refine((rule) => rule.match === 'pattern' || rule.text.length <= ruleLimits.text, {
		error: `\`text\` has at most ${ruleLimits.text} characters, unless it is a pattern`,
	});

export const rulesSchema = z.array(ruleSchema).max(ruleLimits.rules);
export type Rule = z.output<typeof ruleSchema>;

/** A server's rules, ready to be asked. All words are in one lexicon, so that a prompt is searched once for 200 rules. */
export interface RuleSet {
	rules: readonly Rule[];
	/** The strength of a term is the rule's place in `rules`. */
	words: Lexicon;
	exceptions: Lexicon;
	patterns: ReadonlyMap<number, RE2JS>;
}

/**
 * Compiles rules.
 *
 * @throws UserError `bad-rule`, naming the rule and what is wrong with it
 */
export function compileRules(given: readonly z.input<typeof ruleSchema>[]): RuleSet {
	const parsed = rulesSchema.safeParse(given);
	if (!parsed.success) throw badRules(parsed.error);
	const rules = parsed.data;
	const words = rules.map((rule, i) => ({ strength: `${i}`, terms: wordsOf(rule, i), reason: '' }));
	const exceptions = rules.map(({ except = [], replacement = '' }, i) => ({
		strength: `${i}`,
		// What a rule put there it finds no more: `cat` by `cat girl` stays `cat girl`, however often it is drawn again.
		terms: [...except, replacement].filter(hasWords),
		reason: '',
	}));
	const patterns = patternsOf(rules);
	return {
		rules,
		words: compileLexicon(words, { isLoose: false }),
		exceptions: compileLexicon(exceptions, { isLoose: false }),
		patterns,
	};
}

function wordsOf(rule: Rule, index: number): string[] {
	if (rule.match === 'pattern') return [];
	if (hasWords(rule.text)) return [rule.text];
	throw new UserError('bad-rule', `Rule ${index + 1} has no letter and no digit. Use a pattern for signs.`);
}

function hasWords(phrase: string): boolean {
	return normalise(phrase).pieces.some(({ kind }) => kind !== 'sign');
}

function patternsOf(rules: readonly Rule[]): Map<number, RE2JS> {
	const patterns = new Map<number, RE2JS>();
	let program = 0;
	for (const [i, rule] of rules.entries()) {
		if (rule.match !== 'pattern') continue;
		const pattern = compilePattern(rule.text, i);
		if (pattern.test(''))
			throw new UserError(
				'bad-rule',
				`Rule ${i + 1} is a pattern that meets nothing at all too, and so every prompt. Ask for a sign at least: \`+\` instead of \`*\`.`,
			);
		patterns.set(i, pattern);
		program += pattern.programSize();
		if (patterns.size > ruleLimits.patterns)
			throw new UserError(
				'bad-rule',
				`A server can have ${ruleLimits.patterns} patterns. Write words or tags instead.`,
			);
		if (program > ruleLimits.program)
			throw new UserError(
				'bad-rule',
				`The patterns up to rule ${i + 1} are too large together. Shorten their repeats.`,
			);
	}
	return patterns;
}

function compilePattern(pattern: string, index: number): RE2JS {
	try {
		return RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		throw new UserError(
			'bad-rule',
			`Rule ${index + 1} is no pattern that can be used here: ${reason.slice(0, 120)}. Look-around and back-references are not known.`,
		);
	}
}

function badRules(error: z.ZodError): UserError {
	const { path, message, code } = error.issues[0]!;
	if (path.length === 0 && code === 'too_big')
		return new UserError('bad-rule', `A server can have ${ruleLimits.rules} rules. Take some out first.`);
	const [index, ...field] = path;
	const where = typeof index === 'number' ? `Rule ${index + 1}` : 'The file of rules';
	return new UserError('bad-rule', `${where}${field.length > 0 ? `, \`${field.join('.')}\`` : ''}: ${message}.`);
}

/** What rules make of a prompt. */
export interface RuleOutcome {
	/** The prompt with everything replaced that is to be replaced. */
	prompt: string;
	/** What stands there instead of what was replaced, each once; '' where words were left out. */
	replacements?: string[];
	/** The first rule that blocks, else the first that holds for review; or one that makes the prompt longer than any may be. */
	stop?: { rule: Rule; match: string };
}

/**
 * Applies rules to a prompt: what blocks and what holds is looked for in the prompt as it was asked; then words are replaced, all
 * at once (where places overlap, the first counts); then blocks and holds are looked for once more in what has come of it.
 *
 * @param how.isApproved a moderator let it pass, so nothing holds it
 */
export function applyRules(prompt: Normal, set: RuleSet, how: { isApproved?: boolean | undefined } = {}): RuleOutcome {
	const stops = how.isApproved ? (['block'] as const) : (['block', 'hold'] as const);
	const places = new RulePlaces(prompt, set);
	const stop = stopAt(prompt, set, places, stops);
	if (stop) return { prompt: prompt.source, stop };
	const changes = set.rules.flatMap((rule, i) =>
		rule.action === 'replace' ? places.all(i).map((span) => ({ ...span, rule, replacement: rule.replacement! })) : [],
	);
	if (changes.length === 0) return { prompt: prompt.source };
	const text = replaced(prompt.source, changes);
	// A hundred characters for each letter would be a prompt that nobody could have asked for.
	if (lengthOf(text) > Math.max(limits.promptLength, lengthOf(prompt.source)) + ruleLimits.growth)
		return { prompt: prompt.source, stop: stopOf(prompt, changes[0]!.rule, changes[0]!) };
	const changed = normalise(text);
	const outcome = { prompt: changed.source, replacements: [...new Set(changes.map(({ replacement }) => replacement))] };
	const later = stopAt(changed, set, new RulePlaces(changed, set), stops);
	return later ? { ...outcome, stop: later } : outcome;
}

function stopAt(
	prompt: Normal,
	{ rules }: RuleSet,
	places: RulePlaces,
	actions: readonly ('block' | 'hold')[],
): RuleOutcome['stop'] {
	for (const action of actions)
		for (const [i, rule] of rules.entries()) {
			const span = rule.action === action ? places.first(i) : undefined;
			if (span) return stopOf(prompt, rule, span);
		}
	return undefined;
}

function stopOf({ source }: Normal, rule: Rule, { start, end }: Span): NonNullable<RuleOutcome['stop']> {
	return { rule, match: rule.match === 'pattern' ? source.slice(start, end) : rule.text };
}

/** Replaces places, and tidies the commas of a tag that is gone. */
function replaced(source: string, changes: readonly (Span & { replacement: string })[]): string {
	let result = '';
	let at = 0;
	for (const { start, end, replacement } of changes.toSorted((a, b) => a.start - b.start)) {
		if (start < at) continue; // overlaps the one before
		result += source.slice(at, start) + replacement;
		at = end;
	}
	result += source.slice(at);
	return result
		.split(',')
		.map((tag) => tag.trim().replace(/ {2,}/g, ' '))
		.filter((tag) => tag !== '')
		.join(', ');
}
