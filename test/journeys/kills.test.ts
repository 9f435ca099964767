import { describe, expect, test } from 'vitest';
import { databaseKinds } from '../support/databases.ts';
import { killRun } from '../support/kill-run.ts';

// KILLS=250 makes the thousand of the README's long proof.
const kills = Number(process.env.KILLS ?? 3);
const seed = Number(process.env.SEED ?? 7);

/**
 * A job is accepted when its generation is in the database; a press that met a dead bot never was, and Discord tells the member
 * so. Each victim is killed on each database.
 */
describe.each(databaseKinds)('on %s, SIGKILL at random moments', { timeout: 60_000 + kills * 40_000 }, (kind) => {
	test.for(['bot', 'painter'] as const)('of the %s loses no accepted job and posts nothing twice', async (victim) => {
		const result = await killRun({ kind, victim, kills, seed });
		if (process.env.KILLS) console.log(kind, victim, result);
		expect(result).toMatchObject({ kills, lost: [], doubled: [], charged: 'as posted' });
		expect(result.accepted).toBeGreaterThanOrEqual(kills);
	});
});
