import { afterAll, beforeAll } from 'vitest';
import type { Database } from '../../src/db/client.ts';
import { createLog, type Log } from '../../src/log.ts';
import type { Origin, Wish } from '../../src/queue/accept.ts';
import { Jobs } from '../../src/queue/jobs.ts';
import type { Recipe } from '../../src/recipe.ts';
import { makeDatabase, type TestDatabase } from './databases.ts';

/** Says nothing: tests look at what happened, not at what was said. */
export const quiet: Log = createLog('error', () => {});

export const recipe: Recipe = {
	version: 1,
	prompt: '1girl, solo, blue hair',
	negative: 'nsfw, lowres',
	syntax: 'plain',
	width: 160,
	height: 96,
	steps: 4,
	guidanceScale: 2,
	sampler: 'euler-ancestral',
	seeds: [0, 1],
	model: 'm'.repeat(64),
};

export const wish: Wish = { kind: 'imagine', request: { prompt: '1girl, solo, blue hair' }, recipe };

let interactions = 0;

/** Where a wish comes from; every call is another interaction. */
export function originOf(given: Partial<Origin> = {}): Origin {
	return {
		interactionId: String(1_000_000 + interactions++),
		applicationId: '900',
		interactionToken: 'token',
		createdAt: new Date(),
		guildId: '700',
		channelId: '800',
		userId: '600',
		replyId: null,
		uploadLimit: 10 * 2 ** 20,
		...given,
	};
}

/** A queue on a fresh database of one kind, for the tests of a `describe`. */
export function useQueue(kind: Database['kind']) {
	let place: TestDatabase;
	const queue = {} as { db: Database['db']; jobs: Jobs; memberWaiting: number; database: Database };
	beforeAll(async () => {
		place = await makeDatabase(kind);
		const jobs = await Jobs.start(place.database, quiet);
		Object.assign(queue, { db: place.database.db, jobs, memberWaiting: 5, database: place.database });
	});
	afterAll(async () => {
		await queue.jobs.stop();
		await place.remove();
	});
	return queue;
}
