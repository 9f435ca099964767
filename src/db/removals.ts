import { and, eq, inArray, isNull, lte, notExists, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Db } from './client.ts';
import { cards, generations, outbox } from './schema.ts';

/** How long the outbox leaves a message alone that somebody is about to delete. */
const deletionLeaseSeconds = 30;

/**
 * Takes the pictures of generations away, as far as the database is the record: nothing finds them any more, and their outbox
 * rows ask again, so that a message which the caller does not get deleted is deleted later. With `keepUntil` their files stay
 * until then; without, they are due at once.
 *
 * @returns those that this call took away; what was gone before is not among them
 */
export async function markRemoved(db: Db, ids: readonly string[], keepUntil?: Date): Promise<string[]> {
	if (ids.length === 0) return [];
	const wanted = inArray(generations.id, [...ids]);
	const there = and(wanted, isNull(generations.deletedAt));
	const gone = await db
		.update(generations)
		.set({ deletedAt: sql`now()`, purgeAt: keepUntil ?? sql`now()` })
		.where(there)
		.returning({ id: generations.id });
	// Pictures that a moderator removed before, and kept for an undo, do not outlive the wish to delete them for good.
	if (!keepUntil)
		await db
			.update(generations)
			.set({ purgeAt: sql`now()` })
			.where(and(wanted, sql`${generations.purgeAt} > now()`));
	await db
		.update(outbox)
		.set({
			state: 'pending',
			attempts: sql`${outbox.attempts} + 1`,
			dueAt: sql`now() + make_interval(secs => ${deletionLeaseSeconds})`,
			createdAt: sql`now()`,
			lastError: null,
		})
		.where(
			and(
				inArray(outbox.generationId, [...ids]),
				sql`(${outbox.state} = 'pending' or ${outbox.messageId} is not null)`,
			),
		);
	await renewCards(db, ids);
	return gone.map(({ id }) => id);
}

/** What a card shows of pictures changes with them. */
async function renewCards(db: Db, ids: readonly string[]): Promise<void> {
	await db
		.update(cards)
		.set({ version: sql`${cards.version} + 1` })
		.where(inArray(cards.generationId, [...ids]));
}

/**
 * Brings pictures back whose files are still kept: delivery judges and posts them anew, or edits the message where it still
 * stands. An enlargement stays away when the same one was made again meanwhile.
 *
 * @returns those that came back
 */
export async function restoreRemoved(db: Db, ids: readonly string[]): Promise<string[]> {
	if (ids.length === 0) return [];
	const twin = alias(generations, 'twin');
	const again = db
		.select({ id: twin.id })
		.from(twin)
		.where(
			and(
				eq(generations.kind, 'upscale'),
				eq(twin.kind, 'upscale'),
				eq(twin.parentImageId, generations.parentImageId),
				sql`${twin.recipe} ->> 'upscaler' = ${generations.recipe} ->> 'upscaler'`,
				sql`${twin.state} not in ('failed', 'cancelled')`,
				isNull(twin.deletedAt),
			),
		);
	const back = await db
		.update(generations)
		.set({
			deletedAt: null,
			purgeAt: null,
			// The first reply is gone: what still stands, if anything, is what the outbox knows.
			replyId: sql`(select message_id from outbox where outbox.generation_id = ${generations.id})`,
			tokenExpiresAt: sql`now()`,
		})
		.where(
			and(
				inArray(generations.id, [...ids]),
				eq(generations.state, 'painted'),
				sql`${generations.purgeAt} > now()`,
				notExists(again),
			),
		)
		.returning({ id: generations.id });
	const came = back.map(({ id }) => id);
	if (came.length === 0) return [];
	await db
		.update(outbox)
		.set({
			state: 'pending',
			attempts: sql`${outbox.attempts} + 1`,
			dueAt: sql`now()`,
			createdAt: sql`now()`,
			messageId: null,
			lastError: null,
		})
		.where(inArray(outbox.generationId, came));
	await renewCards(db, came);
	return came;
}

/** Notes that no message shows a removed generation any more. */
export async function markTakenDown(db: Db, id: string): Promise<void> {
	await db.update(generations).set({ replyId: null, tokenExpiresAt: sql`now()` }).where(eq(generations.id, id));
	await db
		.update(outbox)
		.set({ state: 'delivered', messageId: null, lastError: null, deliveredAt: sql`now()` })
		.where(eq(outbox.generationId, id));
}

/** Generations of these whose files are due: removed, and kept for no undo any more. */
export async function dueForPurge(db: Db, ids: readonly string[]): Promise<string[]> {
	if (ids.length === 0) return [];
	const rows = await db
		.select({ id: generations.id })
		.from(generations)
		.where(and(inArray(generations.id, [...ids]), lte(generations.purgeAt, sql`now()`)));
	return rows.map(({ id }) => id);
}

/** Notes that the files of a removed generation are gone: nobody needs to look for them again, and nothing brings them back. */
export async function markPurged(db: Db, id: string): Promise<void> {
	await db.update(generations).set({ purgeAt: null }).where(eq(generations.id, id));
}
