import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import type { Db } from './client.ts';
import type { Owned } from './privacy.ts';
import { deletions } from './schema.ts';

export type Deletion = typeof deletions.$inferSelect;

const directMessages = 'dm';

/** Notes a member's wish to have their data deleted. The same wish again, before it is fulfilled, counts for all up to now. */
export async function askDeletion(db: Db, { userId, guildId }: Owned): Promise<Deletion> {
	const scope = guildId === undefined ? '' : (guildId ?? directMessages);
	return db.transaction(async (tx) => {
		// A second wish of the same member waits here for the first.
		await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`deletion ${userId}`}::text))`);
		// Whole milliseconds, so that the moment reads back as it was written; rounded up, since rows say when they came by the
		// database's clock, in microseconds, or by ours.
		const createdAt = sql`date_trunc('milliseconds', greatest(clock_timestamp(), ${new Date().toISOString()}::timestamptz))
			+ interval '1 millisecond'`;
		const [same] = await tx
			.update(deletions)
			.set({ createdAt })
			.where(and(eq(deletions.userId, userId), eq(deletions.scope, scope), isNull(deletions.finishedAt)))
			.returning();
		return same ?? (await tx.insert(deletions).values({ userId, scope, createdAt }).returning())[0]!;
	});
}

/** Whose data a wish is about. */
export function ownedBy({ userId, scope }: Deletion): Owned {
	return { userId, ...(scope !== '' && { guildId: scope === directMessages ? null : scope }) };
}

/** Wishes that are not fulfilled yet, the oldest first. */
export function openDeletions(db: Db): Promise<Deletion[]> {
	return db.select().from(deletions).where(isNull(deletions.finishedAt)).orderBy(deletions.id);
}

/** Fulfilled wishes that are older than a day. */
export function agedDeletions(db: Db): Promise<Deletion[]> {
	return db
		.select()
		.from(deletions)
		.where(and(sql`${deletions.finishedAt} is not null`, sql`${deletions.createdAt} < now() - interval '1 day'`))
		.orderBy(deletions.id);
}

/** The newest wish of a member. */
export async function latestDeletion(db: Db, userId: string): Promise<Deletion | undefined> {
	const rows = await db
		.select()
		.from(deletions)
		.where(eq(deletions.userId, userId))
		.orderBy(desc(deletions.id))
		.limit(1);
	return rows[0];
}

/** Counts messages of a wish that stay, since Discord does not let us delete them. */
export async function addMessagesLeft(db: Db, id: number, messages: number): Promise<void> {
	await db
		.update(deletions)
		.set({ messagesLeft: sql`${deletions.messagesLeft} + ${messages}` })
		.where(eq(deletions.id, id));
}

/** Notes that a wish is fulfilled, unless it was made again meanwhile. */
export async function finishDeletion(db: Db, { id, createdAt }: Deletion): Promise<void> {
	await db
		.update(deletions)
		.set({ finishedAt: sql`now()` })
		.where(and(eq(deletions.id, id), eq(deletions.createdAt, createdAt)));
}

/** Forgets a wish itself. */
export async function removeDeletion(db: Db, id: number): Promise<void> {
	await db.delete(deletions).where(eq(deletions.id, id));
}
