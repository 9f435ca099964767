import { z } from 'zod';
import { UserError } from '../errors.ts';
import { normalise } from './normalise.ts';
import { applyRules, compileRules, type Rule, type RuleSet, ruleLimits, rulesSchema } from './rules.ts';

const fileSchema = z.strictObject({ version: z.literal(1), rules: z.array(z.unknown()) });

/** Writes rules as the file that a server can keep or give to another. */
export function exportRules(rules: readonly Rule[]): string {
	return `${JSON.stringify({ version: 1, rules }, null, '\t')}\n`;
}

/**
 * Reads a file of rules. Each rule is compiled once, so that one which cannot work is refused here and not when a member draws.
 *
 * @throws UserError `bad-rule`
 */
export function importRules(file: string): Rule[] {
	if (file.length > ruleLimits.file)
		throw new UserError(
			'bad-rule',
			`A file of rules has at most ${ruleLimits.file.toLocaleString('en-US')} characters.`,
		);
	let json: unknown;
	try {
		json = JSON.parse(file);
	} catch (cause) {
		throw Object.assign(new UserError('bad-rule', 'The file of rules is no JSON. Export one to see its form.'), {
			cause,
		});
	}
	const content = fileSchema.safeParse(json);
	if (!content.success)
		throw new UserError(
			'bad-rule',
			'The file of rules needs `version` 1 and a list `rules`. Export one to see its form.',
		);
	compileRules(content.data.rules as Rule[]);
	return rulesSchema.parse(content.data.rules);
}

/** What a rule would have done to one of several prompts. `index` is the prompt's place in the list. */
export interface DryRunHit {
	index: number;
	action: Rule['action'];
	/** The words that were met; of `replace`, what would have been drawn. */
	result: string;
}

/** Says what rules would have done to prompts of the past, to show before they are switched on. */
export function dryRun(prompts: readonly string[], rules: RuleSet): DryRunHit[] {
	return prompts.flatMap((prompt, index): DryRunHit[] => {
		const normal = normalise(prompt);
		const { stop, prompt: result } = applyRules(normal, rules);
		if (stop) return [{ index, action: stop.rule.action, result: stop.match }];
		return result === normal.source ? [] : [{ index, action: 'replace', result }];
	});
}
