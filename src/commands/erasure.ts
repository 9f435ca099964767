import { type REST, Routes } from 'discord.js';
import type { Db } from '../db/client.ts';
import { forgetConfirmations } from '../db/confirmations.ts';
import {
	addMessagesLeft,
	agedDeletions,
	type Deletion,
	finishDeletion,
	openDeletions,
	ownedBy,
	removeDeletion,
} from '../db/deletions.ts';
import { type Erasable, type ErasableRow, eraseRows, postedCards, readyToErase, toErase } from '../db/erasure.ts';
import { deleteReportsBy, forgetTurns, forgetUsage, openOnes } from '../db/privacy.ts';
import { forgetUpload, uploadsToDelete } from '../db/uploads.ts';
import type { Jobs } from '../queue/jobs.ts';
import { cancel } from '../queue/settle.ts';
import { deleteBy, type RemovalServices, removePictures } from './removal.ts';

export interface ErasureServices extends RemovalServices {
	db: Db;
	jobs: Jobs;
	rest: Pick<REST, 'delete'>;
}

/** How many generations are erased at a time; between two batches others have their turn. */
const atOnce = 20;
/** For so long usage keeps its member, so that nobody wins their day's pictures back. */
const usageMs = 86_400_000;

/**
 * Works on what members asked to have deleted. Whatever interrupts it, the next call goes on where it ended: what is done is no
 * longer found.
 *
 * @returns whether something is left to do: a picture was still being painted, or Discord gave no answer
 */
export async function fulfilDeletions(services: ErasureServices, signal: AbortSignal): Promise<boolean> {
	const { db } = services;
	let isLeft = false;
	for (const deletion of await openDeletions(db)) {
		if (signal.aborted) return true;
		if (!(await fulfil(services, deletion, signal))) isLeft = true;
	}
	for (const deletion of await agedDeletions(db)) {
		const owned = ownedBy(deletion);
		await forgetUsage(db, owned, deletion.createdAt);
		await forgetTurns(db, owned);
		await removeDeletion(db, deletion.id);
	}
	return isLeft;
}

async function fulfil(services: ErasureServices, deletion: Deletion, signal: AbortSignal): Promise<boolean> {
	const { db } = services;
	const owned = ownedBy(deletion);
	const until = deletion.createdAt;
	for (const id of await openOnes(db, owned, until)) await cancel(services, id);
	const erasable = { of: owned, until };
	const isDone = await erase(services, erasable, signal, owned.userId, (left) =>
		addMessagesLeft(db, deletion.id, left),
	);
	if (!isDone) return false;
	await deleteUploads(services, { of: owned, until }, signal);
	await deleteReportsBy(db, owned, until);
	await forgetConfirmations(db, owned, until);
	await forgetUsage(db, owned, new Date(until.getTime() - usageMs));
	await finishDeletion(db, deletion);
	return true;
}

/**
 * Erases generations in batches, oldest first: messages, files, rows. Those that are not ready stay marked as deleted, and the next
 * call finds them again: jobs that were still painted, messages that Discord gave no clear answer about.
 *
 * @param actorId whose wish it is; `null`: the server's retention
 * @param onLeft hears how many messages Discord does not let us delete
 * @returns whether all are erased
 */
export async function erase(
	services: ErasureServices,
	erasable: Erasable,
	signal: AbortSignal,
	actorId: string | null = null,
	onLeft: (messages: number) => Promise<void> = async () => {},
): Promise<boolean> {
	const notReady: string[] = [];
	while (!signal.aborted) {
		const batch = await toErase(services.db, erasable, atOnce, notReady);
		if (batch.length === 0) return notReady.length === 0;
		await removePictures(services, batch.filter(isThere));
		const ids = batch.map(({ id }) => id);
		const ready = await readyToErase(services.db, ids);
		for (const { channelId, messageId } of await postedCards(services.db, ready))
			await deleteBy(services.rest, [Routes.channelMessage(channelId, messageId)]);
		const left = await eraseRows(services.db, ready, actorId);
		if (left > 0) await onLeft(left);
		notReady.push(...ids.filter((id) => !ready.includes(id)));
		// Where nothing goes at all, Discord is away, and more attempts would only make the heap larger.
		if (ready.length === 0) return false;
		await new Promise((resolve) => setImmediate(resolve));
	}
	return false;
}

/**
 * Deletes pictures that members sent, the files first: what is interrupted is found again.
 *
 * @param which of a member, or what nothing was made from for a while
 */
export async function deleteUploads(
	{ db, store }: Pick<ErasureServices, 'db' | 'store'>,
	which: Parameters<typeof uploadsToDelete>[1],
	signal: AbortSignal,
): Promise<void> {
	while (!signal.aborted) {
		const batch = await uploadsToDelete(db, which, atOnce);
		for (const { file } of batch) {
			await store.delete(file);
			await forgetUpload(db, file);
		}
		if (batch.length < atOnce) return;
		await new Promise((resolve) => setImmediate(resolve));
	}
}

/** What was removed before, with its files, needs nothing but its message gone, which the outbox sees to. */
function isThere({ deletedAt, purgeAt }: ErasableRow): boolean {
	return deletedAt === null || purgeAt !== null;
}
