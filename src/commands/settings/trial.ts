import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Db } from '../../db/client.ts';
import { promptsSince } from '../../db/generations.ts';
import { compileRules, type Rule } from '../../moderation/rules.ts';
import { dryRun } from '../../moderation/rules-file.ts';
import { shorten } from '../alt-text.ts';
import { asCode } from './describe.ts';

const days = 7;
/** Different prompts that are looked at, the newest first. */
const mostPrompts = 5000;
const mostExamples = 5;

/** What rules would have done to the wishes of the last days. */
export interface Trial {
	/** All wishes that were looked at. */
	wishes: number;
	/** How many of them each action would have met. */
	met: Record<Rule['action'], number>;
	examples: { prompt: string; action: Rule['action']; result: string }[];
}

/** Tries rules on what was asked for in a guild. It lets others have their turn after each prompt, for it can take a while. */
export async function tryRules(db: Db, guildId: string, rules: readonly Rule[]): Promise<Trial> {
	const set = compileRules(rules);
	const since = new Date(Date.now() - days * 86_400_000);
	const trial: Trial = { wishes: 0, met: { block: 0, replace: 0, hold: 0 }, examples: [] };
	for (const { prompt, asked, times } of await promptsSince(db, guildId, since, mostPrompts)) {
		await nextTurn();
		trial.wishes += times;
		const [hit] = dryRun([prompt], set);
		if (!hit) continue;
		trial.met[hit.action] += times;
		if (trial.examples.length >= mostExamples) continue;
		await nextTurn();
		// Shown as it was typed: what is added to each prompt tells nobody anything.
		const { action, result } = dryRun([asked], set)[0] ?? hit;
		trial.examples.push({ prompt: asked, action, result });
	}
	return trial;
}

/** Tells a trial: counts, then examples. What members wrote is shown as code, so that nothing of it is read as markup. */
export function trialText({ wishes, met, examples }: Trial): string {
	const count = (n: number) => `${n.toLocaleString('en')} ${n === 1 ? 'wish' : 'wishes'}`;
	const done = [
		...(met.block > 0 ? [`blocked ${met.block}`] : []),
		...(met.hold > 0 ? [`held ${met.hold}`] : []),
		...(met.replace > 0 ? [`changed ${met.replace}`] : []),
	];
	const head = `Of ${count(wishes)} in the last ${days} days ${done.length > 0 ? `this would have ${done.join(', ')}` : 'this would have stopped none'}.`;
	const shown = examples.map(({ prompt, action, result }) => {
		const word = { block: 'blocked for', hold: 'held for', replace: 'drawn as' }[action];
		return `- ${asCode(shorten(prompt, 100))} ${word} ${asCode(shorten(result, 60))}`;
	});
	return [head, ...shown].join('\n');
}
