import { endHeldCard } from '../db/cards.ts';
import type { Db } from '../db/client.ts';
import { addNotes, endGeneration, findGeneration, type Generation, requestCancel } from '../db/generations.ts';
import { insertImages } from '../db/images.ts';
import { addToOutbox } from '../db/outbox.ts';
import { clearProgress } from '../db/progress.ts';
import { refundUsage, spendUsage } from '../db/usage.ts';
import { type ImageStore, imageKey } from '../images/store.ts';
import type { PaintStats, Picture } from '../pipeline/protocol.ts';
import type { Jobs, TakenJob } from './jobs.ts';
import { comparisonNotes } from './reference.ts';

interface Books {
	db: Db;
	jobs: Jobs;
}

/**
 * Books finished pictures: files first, then images, usage, outbox and the job's end in one transaction.
 *
 * @returns `false`, with nothing booked, when it was ended meanwhile, or a newer taker has it (this one was thought dead)
 */
export async function settlePainted(
	books: Books & { store: ImageStore },
	job: TakenJob,
	generation: Generation,
	pictures: Picture[],
	stats: PaintStats,
): Promise<boolean> {
	const rows = await Promise.all(
		pictures.map(async (picture, position) => {
			// The same name at every attempt: what a crash left behind is overwritten, with the same bytes.
			const id = `${generation.id}-${position}`;
			const file = imageKey(id);
			const smallFile = picture.small ? imageKey(`${id}-small`, picture.small.format) : null;
			await books.store.put(file, picture.bytes);
			if (picture.small && smallFile) await books.store.put(smallFile, picture.small.bytes);
			const { seed, width, height, sha256 } = picture;
			return {
				id,
				generationId: generation.id,
				position,
				seed,
				width,
				height,
				sha256,
				file,
				smallFile,
				sizeBytes: picture.bytes.length,
				ratings: picture.seen?.ratings ?? null,
				youthTags: picture.seen?.youthTags ?? {},
				aesthetic: picture.aesthetic ?? null,
			};
		}),
	);
	const isBooked = await books.db.transaction(async (tx) => {
		const ours = await endGeneration(tx, generation.id, { state: 'painted', attempt: generation.attempt });
		// It ended meanwhile, or a newer taker has it: then this changes nothing of theirs.
		if (!ours) {
			await books.jobs.finish(tx, job);
			return false;
		}
		await insertImages(tx, rows);
		await addNotes(tx, generation.id, comparisonNotes(generation, pictures));
		await spendUsage(tx, generation.id, Math.round(stats.paintMs + stats.rateMs));
		await clearProgress(tx, generation.id);
		await addToOutbox(tx, generation.id);
		await books.jobs.finish(tx, job);
		return true;
	});
	if (!isBooked) await dropFiles(books, generation.id, rows);
	return isBooked;
}

/** Deletes the files of pictures that nobody will ever find; those that a newer taker writes have the same names and stay. */
async function dropFiles(
	{ db, store }: { db: Db; store: ImageStore },
	id: string,
	files: readonly { file: string; smallFile: string | null }[],
): Promise<void> {
	const now = await findGeneration(db, id);
	if (now && now.state !== 'failed' && now.state !== 'cancelled') return;
	for (const { file, smallFile } of files) {
		await store.delete(file);
		if (smallFile !== null) await store.delete(smallFile);
	}
}

/** Books that no pictures come: the member gets their usage back and is told why. The job ends in the same transaction. */
export async function settleUnpainted(
	books: Books,
	generationId: string,
	end: { state: 'failed' | 'cancelled'; failure?: string; attempt?: number },
	finishJob: (tx: Db) => Promise<void>,
): Promise<boolean> {
	return books.db.transaction(async (tx) => {
		const ours = await endGeneration(tx, generationId, end);
		if (ours) {
			await refundUsage(tx, generationId);
			await clearProgress(tx, generationId);
			await addToOutbox(tx, generationId);
		}
		await finishJob(tx);
		return ours;
	});
}

/**
 * Cancels a generation: at once while it waits, between two steps while it is painted.
 *
 * @returns what is the case now; `ended` when it was over already
 */
export async function cancel(books: Books, generationId: string): Promise<'cancelled' | 'stopping' | 'ended'> {
	const cancelled = await endWaiting(books, generationId, { state: 'cancelled' });
	if (cancelled) return 'cancelled';
	return (await requestCancel(books.db, generationId)) ? 'stopping' : 'ended';
}

/**
 * Ends a generation that no painter has taken yet, held or queued: its member gets their usage back and is told, in one transaction.
 *
 * @returns `false`, with nothing done, when it does not wait any more
 */
export function endWaiting(
	books: Books,
	generationId: string,
	end: { state: 'failed' | 'cancelled'; failure?: string },
): Promise<boolean> {
	return books.db.transaction(async (tx) => {
		const generation = await findGeneration(tx, generationId);
		if (generation?.state !== 'queued' && generation?.state !== 'held') return false;
		// A taker who comes between counts the attempt up, and then has it.
		if (!(await endGeneration(tx, generationId, { ...end, attempt: generation.attempt }))) return false;
		await refundUsage(tx, generationId);
		await addToOutbox(tx, generationId);
		await endHeldCard(tx, generationId);
		if (generation.jobId !== '') await books.jobs.cancel(tx, generation.jobId);
		return true;
	});
}

/**
 * Ends a generation wherever it stands. One that is being painted is over at once for its member; the painter hears of it with its
 * next note of progress, and what it still brings is void.
 *
 * @returns `false`, with nothing done, when it had ended before
 */
export async function endOpen(
	books: Books,
	generationId: string,
	end: { state: 'failed' | 'cancelled'; failure?: string },
): Promise<boolean> {
	if (await endWaiting(books, generationId, end)) return true;
	return books.db.transaction(async (tx) => {
		// Its dispatcher, or the next one if that died, finds it ended and finishes the job.
		const isOurs = (await requestCancel(tx, generationId)) && (await endGeneration(tx, generationId, end));
		if (!isOurs) return false;
		await refundUsage(tx, generationId);
		await clearProgress(tx, generationId);
		await addToOutbox(tx, generationId);
		return true;
	});
}
