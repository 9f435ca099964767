/**
 * Measures the floor from both sides: prompts that it must refuse, made from the word lists by rules of spelling, and ordinary
 * prompts that nobody should refuse. `node bench/red-team.ts [--count 20000] [--seed 1] [--show 5]`
 */
import { parseArgs } from 'node:util';
import { UserError } from '../src/errors.ts';
import type { Verdict } from '../src/moderation/gate.ts';
import { grownPrompt } from '../test/moderation/grown.ts';
import { ordinaryPrompt } from '../test/moderation/ordinary.ts';
import { seeded } from '../test/moderation/random.ts';
import { judgePrompt, type RedPrompt, redTeam, type SetName, tricks } from '../test/moderation/red-team.ts';
import { sealedOrdinaryPrompt } from '../test/moderation/sealed/ordinary.ts';

const { values } = parseArgs({
	options: {
		count: { type: 'string', default: '20000' },
		seed: { type: 'string', default: '1' },
		show: { type: 'string', default: '5' },
	},
});
const [count, seed, show] = [Number(values.count), Number(values.seed), Number(values.show)];

for (const set of Object.keys(tricks) as SetName[]) {
	const prompts = [...redTeam(count, seed, [set])];
	const missed = prompts.filter(({ prompt }) => !isBelowFloor(prompt));
	console.log(`${set}: ${count - missed.length} of ${count} blocked, ${percent(count - missed.length, count)}`);
	for (const by of ['trick', 'kind'] as const) report(prompts, missed, by);
	for (const { prompt, trick } of missed.slice(0, show))
		console.log(`    missed (${trick}): ${JSON.stringify(prompt)}`);
}

/** Ordinary prompts by name, with the ceiling of the channel in which they are ordinary. */
const ordinary = [
	['ordinary', 'safe', ordinaryPrompt],
	['ordinary', 'explicit', ordinaryPrompt],
	['ordinary, sealed', 'safe', sealedOrdinaryPrompt],
	['ordinary, sealed', 'explicit', sealedOrdinaryPrompt],
	['ordinary with a sexual word', 'explicit', grownPrompt],
] as const;
for (const [name, ceiling, write] of ordinary) {
	const random = seeded(seed);
	const refused = Array.from({ length: count }, () => write(random)).flatMap((prompt) => {
		const verdict = judgePrompt(prompt, ceiling);
		return verdict.allow ? [] : [{ prompt, match: `${verdict.rule}: ${verdict.match}` }];
	});
	console.log(`${name}, ceiling ${ceiling}: ${refused.length} of ${count} refused, ${percent(refused.length, count)}`);
	const classes = Map.groupBy(refused, ({ match }) => match);
	for (const [match, { length }] of [...classes].sort((a, b) => b[1].length - a[1].length).slice(0, 2 * show))
		console.log(`    ${length} × ${match}`);
	for (const { prompt, match } of refused.slice(0, show))
		console.log(`    refused (${match}): ${JSON.stringify(prompt)}`);
}

/** Also what `/imagine` does not understand is not drawn; of the sets that is in some of `sealed A` alone (9 of 20,000). */
function isBelowFloor(prompt: string): boolean {
	const verdict = judged(prompt);
	if (verdict === undefined) return true;
	return !verdict.allow && (verdict.rule === 'minors' || verdict.rule === 'real-people');
}

function judged(prompt: string): Verdict | undefined {
	try {
		return judgePrompt(prompt, 'explicit');
	} catch (error) {
		if (error instanceof UserError) return undefined;
		throw error;
	}
}

/** Lists the classes with misses, worst first. */
function report(prompts: RedPrompt[], missed: RedPrompt[], by: 'trick' | 'kind'): void {
	const all = Map.groupBy(prompts, (prompt) => prompt[by]);
	const classes = [...Map.groupBy(missed, (prompt) => prompt[by])].sort((a, b) => b[1].length - a[1].length);
	for (const [name, { length }] of classes)
		console.log(
			`    ${by} ${name}: ${length} of ${all.get(name)!.length} missed, ${percent(length, all.get(name)!.length)}`,
		);
}

function percent(part: number, whole: number): string {
	return `${((100 * part) / whole).toFixed(2)} %`;
}
