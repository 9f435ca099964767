import { and, asc, eq, inArray, isNull, lte, notExists, notInArray, sql } from 'drizzle-orm';
import { addAudit } from './audit.ts';
import type { Db } from './client.ts';
import type { Generation } from './generations.ts';
import { type Owned, ownedRows } from './privacy.ts';
import { cards, generations, images, outbox, progress, reports } from './schema.ts';

/** Generations to erase: those of a member, or those that a guild has kept for too long. */
export interface Erasable {
	of: Owned | { guildId: string };
	/** Only what was asked for by then. */
	until: Date;
}

export type ErasableRow = Pick<Generation, 'id' | 'deletedAt' | 'purgeAt'>;

/** The oldest generations to erase, but for those in `without`. */
export function toErase(
	db: Db,
	{ of, until }: Erasable,
	limit: number,
	without: readonly string[],
): Promise<ErasableRow[]> {
	const whose = 'userId' in of ? ownedRows(generations, of) : eq(generations.guildId, of.guildId);
	return db
		.select({ id: generations.id, deletedAt: generations.deletedAt, purgeAt: generations.purgeAt })
		.from(generations)
		.where(
			and(
				whose,
				lte(generations.createdAt, until),
				without.length > 0 ? notInArray(generations.id, [...without]) : undefined,
			),
		)
		.orderBy(asc(generations.createdAt))
		.limit(limit);
}

/** Of these, the generations that can be erased: ended, marked as deleted, their files gone, and the outbox done with them. */
export async function readyToErase(db: Db, ids: readonly string[]): Promise<string[]> {
	if (ids.length === 0) return [];
	const pending = db
		.select()
		.from(outbox)
		.where(and(eq(outbox.generationId, generations.id), eq(outbox.state, 'pending')));
	const rows = await db
		.select({ id: generations.id })
		.from(generations)
		.where(
			and(
				inArray(generations.id, [...ids]),
				inArray(generations.state, ['painted', 'failed', 'cancelled']),
				sql`${generations.deletedAt} is not null`,
				isNull(generations.purgeAt),
				notExists(pending),
			),
		);
	return rows.map(({ id }) => id);
}

/** The moderators' cards of generations, as far as they were posted. */
export async function postedCards(db: Db, ids: readonly string[]): Promise<{ channelId: string; messageId: string }[]> {
	if (ids.length === 0) return [];
	const rows = await db
		.select({ channelId: cards.channelId, messageId: cards.messageId })
		.from(cards)
		.where(inArray(cards.generationId, [...ids]));
	return rows.flatMap(({ channelId, messageId }) => (channelId && messageId ? [{ channelId, messageId }] : []));
}

/**
 * Deletes the rows of generations and all that hangs on them, in one transaction. What others made from their pictures stays,
 * without the link. Of a generation that was reported the audit log keeps that it was there, and who deleted it.
 *
 * @param actorId whose wish it is; `null`: the server's retention
 * @returns how many of their messages are left, since Discord does not let us delete them
 */
export async function eraseRows(db: Db, ids: readonly string[], actorId: string | null): Promise<number> {
	if (ids.length === 0) return 0;
	const wanted = [...ids];
	return db.transaction(async (tx) => {
		await noteReported(tx, wanted, actorId);
		const pictures = tx.select({ id: images.id }).from(images).where(inArray(images.generationId, wanted));
		await tx.update(generations).set({ parentImageId: null }).where(inArray(generations.parentImageId, pictures));
		await tx.delete(reports).where(inArray(reports.generationId, wanted));
		await tx.delete(cards).where(inArray(cards.generationId, wanted));
		await tx.delete(progress).where(inArray(progress.generationId, wanted));
		const posted = await tx.delete(outbox).where(inArray(outbox.generationId, wanted)).returning();
		await tx.delete(images).where(inArray(images.generationId, wanted));
		await tx.delete(generations).where(inArray(generations.id, wanted));
		return posted.filter(({ state, messageId }) => state === 'abandoned' && messageId !== null).length;
	});
}

async function noteReported(tx: Db, ids: string[], actorId: string | null): Promise<void> {
	const reported = await tx
		.select({
			generationId: generations.id,
			guildId: cards.guildId,
			channelId: generations.channelId,
			userId: generations.userId,
			state: cards.state,
			reports: sql<number>`(select count(*)::int from ${reports} where ${reports.generationId} = ${cards.generationId})`,
		})
		.from(cards)
		.innerJoin(generations, eq(generations.id, cards.generationId))
		.where(inArray(cards.generationId, ids));
	for (const { state, reports: count, ...entry } of reported)
		await addAudit(tx, { ...entry, actorId, action: 'erase', before: { state, reports: count } });
}
