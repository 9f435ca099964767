import type { Db } from '../db/client.ts';
import { type Generation, queuedOfGuild } from '../db/generations.ts';
import type { Jobs } from './jobs.ts';
import { endQueued } from './settle.ts';

/**
 * Asks of everything that waits in a guild whether it may still be painted, and ends what may not: its member gets their usage
 * back and is told why. What a painter has already is asked about at delivery.
 *
 * @param objectionTo a sentence for the member, or `undefined` when it may be painted
 * @returns how many were ended
 */
export async function rejudgeQueued(
	books: { db: Db; jobs: Jobs },
	guildId: string,
	objectionTo: (generation: Generation) => Promise<string | undefined>,
): Promise<number> {
	let ended = 0;
	for (const generation of await queuedOfGuild(books.db, guildId)) {
		const failure = await objectionTo(generation);
		if (failure !== undefined && (await endQueued(books, generation.id, { state: 'failed', failure }))) ended++;
	}
	return ended;
}
