import { describe, expect, test } from 'vitest';
import { databaseKinds } from '../support/databases.ts';
import { killRun } from '../support/kill-run.ts';

/**
 * The short form of `npm run chaos`. A job counts as accepted when Discord has seen a "queued" for it; a press that met a dead
 * bot was never accepted, and Discord tells the member so.
 */
describe.each(databaseKinds)('on %s, SIGKILL at random moments', { timeout: 400_000 }, (kind) => {
	test.for(['bot', 'painter'] as const)('of the %s loses no accepted job and posts nothing twice', async (victim) => {
		const result = await killRun({ kind, victim, kills: 10, seed: 7 });
		expect(result).toMatchObject({ lost: [], doubled: [], charged: 'as posted' });
		expect(result.kills).toBe(10);
		expect(result.accepted).toBeGreaterThanOrEqual(10);
	});
});
