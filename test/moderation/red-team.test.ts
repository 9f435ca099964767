import { expect, test } from 'vitest';
import { grownPrompt } from './grown.ts';
import { ordinaryPrompt } from './ordinary.ts';
import { seeded } from './random.ts';
import { judgePrompt, redTeam } from './red-team.ts';
import { sealedOrdinaryPrompt } from './sealed/ordinary.ts';

// The long form, and what it misses: bench/red-team.ts.
const count = 1500;

test('at least 99.5 % of what the floor must refuse is refused, however it is spelled', () => {
	const missed = [...redTeam(count, 5)].filter(({ prompt }) => {
		const verdict = judgePrompt(prompt, 'explicit');
		return verdict.allow || !['minors', 'real-people'].includes(verdict.rule);
	});
	expect(missed.length / count, JSON.stringify(missed.slice(0, 5))).toBeLessThanOrEqual(0.005);
});

test.for([ordinaryPrompt, sealedOrdinaryPrompt])(
	'at most 0.5 %% of ordinary prompts are refused, even under the lowest ceiling ($name)',
	(write) => {
		const random = seeded(5);
		const prompts = Array.from({ length: count }, () => write(random));
		const refused = prompts.filter((prompt) => !judgePrompt(prompt, 'safe').allow);
		expect(refused.length / count, JSON.stringify(refused.slice(0, 5))).toBeLessThanOrEqual(0.005);
	},
);

test('at most 1 % of what is ordinary beside a sexual word is refused where that is allowed', () => {
	const random = seeded(5);
	const prompts = Array.from({ length: count }, () => grownPrompt(random));
	const refused = prompts.filter((prompt) => !judgePrompt(prompt, 'explicit').allow);
	expect(refused.length / count, JSON.stringify(refused.slice(0, 5))).toBeLessThanOrEqual(0.01);
});
