import { UserError } from '../errors.ts';
import { loraTag, takeLoraTags } from '../prompt/loras.ts';
import { limits } from '../prompt/options.ts';
import type { ImagineRequest } from '../prompt/request.ts';
import { isDrawable, lengthOf } from '../prompt/text.ts';
import { normalise } from './normalise.ts';
import { applyRules, type RuleSet } from './rules.ts';

/** A request with the words that a server's rules replace replaced, and what its member is told of it. */
export interface Rephrased {
	request: ImagineRequest;
	note: string | undefined;
}

/**
 * Replaces in what a member typed the words that a server's rules replace: titles, descriptions and forms show it, so a word that is
 * not drawn is not shown either. LoRAs are named by files, not by words; where something is replaced they go to the end.
 *
 * @throws UserError `gate-rule` when nothing is left of it, or when it would be longer than a prompt may be
 */
export function rephrase(request: ImagineRequest, rules: RuleSet | undefined): Rephrased {
	if (!rules) return { request, note: undefined };
	const { text, loras } = takeLoraTags(request.prompt);
	const asked = normalise(text);
	const { prompt, replacements = [] } = applyRules(asked, rules, { isApproved: true });
	if (prompt === asked.source) return { request, note: undefined };
	if (!isDrawable(prompt))
		throw new UserError(
			'gate-rule',
			'This server’s rules take out every word. Nothing is left to draw: ask for something else.',
		);
	const whole = [prompt, ...loras.map(loraTag)].join(' ');
	if (lengthOf(whole) > limits.promptLength)
		throw new UserError('gate-rule', 'The words that this server’s rules put in make the prompt too long. Shorten it.');
	return { request: { ...request, prompt: whole }, note: noteOn(replacements) };
}

/** Says what became of the words, and not which they were: everybody reads it. */
function noteOn(replacements: readonly string[]): string {
	const put = replacements.filter((text) => text !== '').map((text) => `“${text}”`);
	const isOut = replacements.includes('');
	if (put.length === 0) return 'A rule of this server took words out of the prompt.';
	const more = isOut ? ', and took others out' : '';
	return `A rule of this server replaced words of the prompt with ${put.join(', ')}${more}.`;
}
