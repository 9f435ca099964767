import { openHeldCard } from '../db/cards.ts';
import type { Db } from '../db/client.ts';
import { changeWaiting, type Generation, lockGeneration, openOfGuild } from '../db/generations.ts';
import { unreserveUsage } from '../db/usage.ts';
import type { ImagineRequest } from '../prompt/request.ts';
import { type Recipe, recipeHash } from '../recipe.ts';
import type { Jobs } from './jobs.ts';
import { endOpen } from './settle.ts';

interface Books {
	db: Db;
	jobs: Jobs;
}

/** What newer rules make of a wish: nothing, its end (a sentence for its member), a moderator's look at it, or another recipe. */
export type Finding =
	| undefined
	| { end: string }
	| { holdFor: string }
	| { recipe: Recipe; request: ImagineRequest; note: string };

/** How many wishes were ended, put before a moderator, and changed. */
export interface Rejudged {
	ended: number;
	held: number;
	changed: number;
}

/**
 * Asks of everything in a guild that has not ended whether it may still be painted as it is. What may not is ended, also while a
 * painter works on it: its member gets their usage back and is told why. What only waits may be changed or held instead; what a
 * painter has already stays as it is, and its pictures are judged at delivery.
 */
export async function rejudgeOpen(
	books: Books,
	guildId: string,
	look: (generation: Generation) => Promise<Finding>,
): Promise<Rejudged> {
	const done: Rejudged = { ended: 0, held: 0, changed: 0 };
	for (const generation of await openOfGuild(books.db, guildId)) {
		const { id, notes } = generation;
		const finding = await look(generation);
		if (!finding) continue;
		if ('end' in finding) {
			if (await endOpen(books, id, { state: 'failed', failure: finding.end })) done.ended++;
		} else if ('holdFor' in finding) {
			if (await hold(books, generation, finding.holdFor)) done.held++;
		} else {
			const { recipe, request, note } = finding;
			const all = notes.includes(note) ? notes : [...notes, note];
			const change = { recipe, recipeHash: recipeHash(recipe), request, notes: all };
			if (await changeWaiting(books.db, id, change)) done.changed++;
		}
	}
	return done;
}

/** Takes a wish out of the line until a moderator has looked at it. */
function hold(books: Books, { id, guildId }: Generation, heldFor: string): Promise<boolean> {
	return books.db.transaction(async (tx) => {
		const now = await lockGeneration(tx, id);
		if (now?.state !== 'queued' || guildId === null) return false;
		await changeWaiting(tx, id, { state: 'held', heldFor, jobId: '' });
		await books.jobs.cancel(tx, now.jobId);
		await unreserveUsage(tx, id);
		await openHeldCard(tx, id, guildId);
		return true;
	});
}
