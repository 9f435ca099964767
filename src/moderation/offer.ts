import { type Ceiling, wordAbove } from './ceiling.ts';
import { floor } from './floor.ts';
import { contextsOf } from './lists.ts';
import { normalise } from './normalise.ts';
import { applyRules, type RuleSet } from './rules.ts';

/**
 * Says whether a word may be proposed to somebody who types a prompt: not where the gate would refuse it, nor a word that is refused
 * wherever it stands beside another.
 */
export function mayOffer(text: string, { ceiling, rules }: { ceiling: Ceiling; rules?: RuleSet | undefined }): boolean {
	const normal = normalise(text);
	const contexts = contextsOf(normal);
	if (floor(normal, contexts, undefined) || wordAbove(normal, contexts, ceiling) !== undefined) return false;
	// Beside what such a channel draws, no word for somebody young is a proposal of ours.
	const isDaring = ceiling === 'nsfw' || ceiling === 'explicit';
	if (contexts.youth.some(({ term: { strength } }) => isDaring || strength === 'critical')) return false;
	return rules === undefined || !applyRules(normal, rules).stop;
}
