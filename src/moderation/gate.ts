import { UserError } from '../errors.ts';
import { nsfwWords, wordsNamed } from '../prompt/rating-words.ts';
import type { Recipe } from '../recipe.ts';
import { audienceOf, type ChannelFacts } from './channel.ts';

export { audienceOf, type ChannelFacts, channelFacts, type SeenChannel } from './channel.ts';

/** What is judged: a whole recipe, a child's too, and where its pictures would be shown. */
export interface GateInput {
	recipe: Recipe;
	channel: ChannelFacts;
}

export interface Refusal {
	allow: false;
	rule: RuleName;
	/** The word that the rule met, as the rule spells it. */
	match: string;
	/** What would be allowed: a sentence. */
	advice: string;
}

export type Verdict = { allow: true } | Refusal;

/** In the order in which they are asked; the first refusal stands. Each is pure and looks at nothing but its input. */
const rules = { rating } satisfies Record<string, (input: GateInput) => Omit<Refusal, 'allow' | 'rule'> | undefined>;
export type RuleName = keyof typeof rules;

/**
 * Judges whether a recipe may be drawn for a channel. The only gate: slash command, button, modal, delivery, every door asks
 * here, each time anew, because a channel may have changed since the last time.
 */
export function judge(input: GateInput): Verdict {
	for (const rule of Object.keys(rules) as RuleName[]) {
		const refusal = rules[rule](input);
		if (refusal !== undefined) return { allow: false, rule, ...refusal };
	}
	return { allow: true };
}

/** Says a refusal to the member: which rule, which word, what would be allowed. */
export function reasonFor({ rule, match, advice }: Refusal): string {
	return `${ruleSentences[rule](match)} ${advice}`;
}

/**
 * Lets a recipe through, or refuses it in the member's words.
 *
 * @throws UserError `gate-<rule>`
 */
export function admit(input: GateInput): void {
	const verdict = judge(input);
	if (!verdict.allow) throw new UserError(`gate-${verdict.rule}`, reasonFor(verdict));
}

const ruleSentences: Record<RuleName, (match: string) => string> = {
	rating: (match) => `The rating \`${match}\` is for age-restricted channels only, and this is not known to be one.`,
};

/** The ratings nsfw and explicit belong in age-restricted channels. The negative may name them: it asks for less of them. */
function rating({ recipe, channel }: GateInput) {
	if (audienceOf(channel) === 'age-restricted') return undefined;
	const match = wordsNamed(recipe.prompt, nsfwWords).at(-1);
	if (match === undefined) return undefined;
	return {
		match,
		advice: 'Take that word out, choose the rating `safe` or `sensitive`, or ask in an age-restricted channel.',
	};
}
