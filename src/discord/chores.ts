import { deleteUploads, type ErasureServices, erase, fulfilDeletions } from '../commands/erasure.ts';
import { purgeFiles } from '../commands/removal.ts';
import { clearProgressNotes, clearTokens, overdueFiles, retentions } from '../db/chores.ts';
import { clearConfirmations } from '../db/confirmations.ts';
import { lapseHeld } from '../queue/held.ts';
import type { Chore } from '../queue/sweeper.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const atOnce = 50;
/** For so long after its last use a member's picture is kept, so that 🔄 and ✏️ work under what was made from it. */
const uploadDays = 7;

/** What the sweeper does: what members asked to have deleted, and what is kept for no longer than it is needed. */
export function choresOf(services: ErasureServices): Chore[] {
	const { db } = services;
	return [
		{
			name: 'deleting what members asked for',
			everyMs: minuteMs / 2,
			isUrgent: true,
			run: (signal) => fulfilDeletions(services, signal),
		},
		{
			name: 'deleting files that no undo needs any more',
			everyMs: 5 * minuteMs,
			run: (signal) => inBatches(signal, async () => purgeFiles(services, await overdueFiles(db, atOnce))),
		},
		{
			name: 'clearing the tokens of old interactions',
			everyMs: minuteMs,
			run: (signal) => inBatches(signal, () => clearTokens(db, atOnce)),
		},
		{
			name: 'ending held wishes at which no moderator looked',
			everyMs: 10 * minuteMs,
			run: (signal) => inBatches(signal, () => lapseHeld(services, atOnce)),
		},
		{
			name: 'forgetting questions that nobody answered',
			everyMs: 10 * minuteMs,
			run: () => clearConfirmations(db),
		},
		{ name: 'clearing notes of progress', everyMs: 60 * minuteMs, run: () => clearProgressNotes(db) },
		{
			name: 'deleting pictures that members sent',
			everyMs: 60 * minuteMs,
			run: async (signal) => {
				const before = (days: number) => new Date(Date.now() - days * dayMs);
				await deleteUploads(services, { unusedSince: before(uploadDays) }, signal);
				for (const { guildId, days } of await retentions(db))
					await deleteUploads(services, { unusedSince: before(days), guildId }, signal);
			},
		},
		{
			name: 'deleting what servers keep no longer',
			everyMs: 60 * minuteMs,
			run: async (signal) => {
				for (const { guildId, days } of await retentions(db))
					await erase(services, { of: { guildId }, until: new Date(Date.now() - days * dayMs) }, signal);
			},
		},
	];
}

/** Repeats a step until it finds less than it could have done. */
async function inBatches(signal: AbortSignal, step: () => Promise<number>): Promise<void> {
	while (!signal.aborted && (await step()) >= atOnce) await new Promise((resolve) => setImmediate(resolve));
}
