import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import type { Db } from './client.ts';
import { outbox } from './schema.ts';

export type OutboxRow = typeof outbox.$inferSelect;

/** Notes, in the transaction that ends a generation, that Discord has to be told. */
export async function addToOutbox(db: Db, generationId: string): Promise<void> {
	await db.insert(outbox).values({ generationId });
}

/** Finds the generation that a message shows. */
export async function findShown(db: Db, messageId: string): Promise<string | undefined> {
	const rows = await db.select({ id: outbox.generationId }).from(outbox).where(eq(outbox.messageId, messageId));
	return rows[0]?.id;
}

/** Takes the rows that are due and keeps other processes off them for `leaseSeconds`. */
export function claimOutbox(db: Db, limit: number, leaseSeconds: number): Promise<OutboxRow[]> {
	return db
		.update(outbox)
		.set({
			attempts: sql`${outbox.attempts} + 1`,
			dueAt: sql`now() + make_interval(secs => ${leaseSeconds})`,
		})
		.where(
			sql`${outbox.generationId} in (select generation_id from outbox where state = 'pending' and due_at <= now() order by created_at limit ${limit} for update skip locked)`,
		)
		.returning();
}

/**
 * Notes where a generation was posted. When its pictures were removed or brought back while it was posted, which counts as an
 * attempt of its own, the row stays due: what was posted is looked at again.
 */
export async function markDelivered(
	db: Db,
	{ generationId, attempts }: Pick<OutboxRow, 'generationId' | 'attempts'>,
	messageId: string | undefined,
): Promise<void> {
	await db
		.update(outbox)
		.set({
			state: sql`case when ${outbox.attempts} = ${attempts} then 'delivered' else 'pending' end`,
			messageId: messageId ?? null,
			deliveredAt: sql`now()`,
			dueAt: sql`now()`,
			lastError: null,
		})
		.where(eq(outbox.generationId, generationId));
}

export async function markAbandoned(db: Db, generationId: string, lastError: string): Promise<void> {
	await db.update(outbox).set({ state: 'abandoned', lastError }).where(eq(outbox.generationId, generationId));
}

export async function postpone(db: Db, generationId: string, seconds: number, lastError: string): Promise<void> {
	await db
		.update(outbox)
		.set({ dueAt: sql`now() + make_interval(secs => ${seconds})`, lastError })
		.where(eq(outbox.generationId, generationId));
}

/** Lifts every lease: for the only owner of an embedded database, whose predecessor can no longer be delivering. */
export async function liftLeases(db: Db): Promise<void> {
	await db.update(outbox).set({ dueAt: sql`now()` }).where(eq(outbox.state, 'pending'));
}

/** Where a generation's pictures were posted. */
export async function findDelivery(db: Db, generationId: string): Promise<OutboxRow | undefined> {
	return (await db.select().from(outbox).where(eq(outbox.generationId, generationId)))[0];
}

/** The messages that show these generations, by generation; those that none shows are left out. */
export async function messagesOf(db: Db, generationIds: readonly string[]): Promise<Map<string, string>> {
	if (generationIds.length === 0) return new Map();
	const rows = await db
		.select({ id: outbox.generationId, messageId: outbox.messageId })
		.from(outbox)
		.where(and(inArray(outbox.generationId, [...generationIds]), isNotNull(outbox.messageId)));
	return new Map(rows.map(({ id, messageId }) => [id, messageId!]));
}
