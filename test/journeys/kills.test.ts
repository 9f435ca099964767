import { describe, expect, test } from 'vitest';
import { databaseKinds } from '../support/databases.ts';
import { killRun } from '../support/kill-run.ts';

/**
 * A job is accepted when its generation is in the database; a press that met a dead bot never was, and Discord tells the member
 * so. Each victim is killed 20 times, ten on each database.
 */
describe.each(databaseKinds)('on %s, SIGKILL at random moments', { timeout: 400_000 }, (kind) => {
	test.for(['bot', 'painter'] as const)('of the %s loses no accepted job and posts nothing twice', async (victim) => {
		const result = await killRun({ kind, victim, kills: 10, seed: 7 });
		expect(result).toMatchObject({ lost: [], doubled: [], charged: 'as posted' });
		expect(result.kills).toBe(10);
		expect(result.accepted).toBeGreaterThanOrEqual(10);
	});
});
