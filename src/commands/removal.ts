import { DiscordAPIError, type REST, RESTJSONErrorCodes, Routes } from 'discord.js';
import type { Db } from '../db/client.ts';
import { findGeneration, type Generation } from '../db/generations.ts';
import { imagesOf } from '../db/images.ts';
import { findDelivery, markAbandoned, postpone } from '../db/outbox.ts';
import { dueForPurge, markPurged, markRemoved, markTakenDown } from '../db/removals.ts';
import { chargeShown } from '../db/usage.ts';
import type { ImageStore } from '../images/store.ts';
import { replyOf } from '../queue/accept-all.ts';

/** What taking pictures away works with. */
export interface RemovalServices {
	db: Db;
	store: ImageStore;
	rest: Pick<REST, 'delete'>;
}

/** How many are marked in one transaction: their messages are deleted before the outbox looks after them. */
const atOnce = 20;
/** When the outbox looks after a message that Discord did not delete for us just now. */
const retrySeconds = 2;

/**
 * Takes pictures away: the record first, then the files, then the posted messages. Safe to repeat, and after a crash the rest
 * happens by itself: files that are due are found by `purgeAt`, messages by their outbox rows. Jobs that still wait or run are
 * not stopped by it: cancel them first.
 *
 * @param how.keepFilesUntil keeps the files, so that it can be undone until then; without, they go at once
 * @returns how many were there before and are gone now, how many of their messages Discord does not let us delete, and of how
 *   many it gave no clear answer: those are tried again by the outbox
 */
export async function removePictures(
	services: RemovalServices,
	removed: readonly Pick<Generation, 'id'>[],
	how: { keepFilesUntil?: Date } = {},
): Promise<{ removed: number; messagesLeft: number; messagesLater: number }> {
	const outcome = { removed: 0, messagesLeft: 0, messagesLater: 0 };
	for (let i = 0; i < removed.length; i += atOnce) {
		const ids = removed.slice(i, i + atOnce).map(({ id }) => id);
		const gone = await services.db.transaction((tx) => markRemoved(tx, ids, how.keepFilesUntil));
		outcome.removed += gone.length;
		const messages = await takeAway(services, ids);
		outcome.messagesLeft += messages.left;
		outcome.messagesLater += messages.later;
	}
	return outcome;
}

/** Deletes what is left of generations that `markRemoved` took away: files that are due, and messages. */
export async function takeAway(
	services: RemovalServices,
	ids: readonly string[],
): Promise<{ left: number; later: number }> {
	await purgeFiles(services, ids);
	const counts = { left: 0, later: 0 };
	for (const id of ids) {
		const generation = await findGeneration(services.db, id);
		if (!generation) continue;
		const outcome = await takeDown(services, generation).catch(async (error: Error) => {
			await postpone(services.db, id, retrySeconds, error.message);
			return 'later' as const;
		});
		if (outcome !== 'gone') counts[outcome]++;
	}
	return counts;
}

/**
 * Deletes the message of a removed generation, by the interaction's token while that lives, or as the bot. A message that is not there any more is fine.
 *
 * @returns `left` where Discord says no for good: another server, a channel that is closed to us
 * @throws what else goes wrong; then it is worth trying again
 */
export async function takeDown(
	{ db, rest }: Omit<RemovalServices, 'store'>,
	generation: Generation,
): Promise<'gone' | 'left'> {
	const { id, channelId, replyId, applicationId, interactionToken, tokenExpiresAt } = generation;
	const delivery = await findDelivery(db, id);
	// Taken away before anybody was told of it: nobody ever saw it, so nobody pays for it.
	if (delivery && delivery.deliveredAt === null) await chargeShown(db, id, { pictures: 0, steps: 0 });
	const posted = delivery?.messageId ?? null;
	const token = tokenExpiresAt.getTime() > Date.now() ? interactionToken : undefined;
	const reply = replyOf(generation);
	const original = token === undefined || !reply ? [] : [Routes.webhookMessage(applicationId, token, reply)];
	const ways = [...new Set([posted, replyId])]
		.filter((messageId) => messageId !== null)
		// Only the first reply is the token's to delete; it is the posted message wherever it could be edited.
		.map((messageId) => [...(messageId === replyId ? original : []), Routes.channelMessage(channelId, messageId)]);
	if (ways.length === 0 && original.length > 0) ways.push(original);
	for (const routes of ways) {
		const no = await deleteBy(rest, routes);
		if (!no) continue;
		await markAbandoned(db, id, `the message of removed pictures is left: ${no.message}`);
		return 'left';
	}
	await markTakenDown(db, id);
	return 'gone';
}

/** Deletes a message in the first way that works; answers the last refusal when none did. */
export async function deleteBy(
	rest: Pick<REST, 'delete'>,
	routes: readonly `/${string}`[],
): Promise<Error | undefined> {
	let no: Error | undefined;
	for (const route of routes) {
		const asBot = !route.startsWith('/webhooks');
		try {
			await rest.delete(route, { auth: asBot });
			return undefined;
		} catch (error) {
			if (!(error instanceof DiscordAPIError) || error.status >= 500 || passing.has(error.status)) throw error;
			if (asBot && error.status === 401) throw error;
			if (goneCodes.has(Number(error.code))) return undefined;
			no = error;
		}
	}
	return no;
}

/** A time-out and the pace: the same wish is granted later. */
const passing = new Set([408, 429]);
const goneCodes = new Set<number>([RESTJSONErrorCodes.UnknownMessage, RESTJSONErrorCodes.UnknownChannel]);

/** Deletes the files of those of these generations whose time is over (`purgeAt`). Safe to repeat. */
export async function purgeFiles(
	{ db, store }: Pick<RemovalServices, 'db' | 'store'>,
	ids: readonly string[],
): Promise<number> {
	const due = await dueForPurge(db, ids);
	for (const id of due) await deleteFiles({ db, store }, id);
	return due.length;
}

/** Deletes the files of a removed generation, whatever its time. */
export async function deleteFiles({ db, store }: Pick<RemovalServices, 'db' | 'store'>, id: string): Promise<void> {
	for (const { file, smallFile } of await imagesOf(db, id)) {
		await store.delete(file);
		if (smallFile) await store.delete(smallFile);
	}
	await markPurged(db, id);
}
