import { and, eq, gt, isNull, max, min, ne, sql } from 'drizzle-orm';
import type { Db } from './client.ts';
import { usage } from './schema.ts';

/** Writes down what an accepted generation is going to cost. */
export async function reserveUsage(db: Db, row: typeof usage.$inferInsert): Promise<void> {
	await db.insert(usage).values(row);
}

/** Takes a reservation back as if it had not been: the wish waits for a moderator now, and is charged when they let it pass. */
export async function unreserveUsage(db: Db, generationId: string): Promise<void> {
	await db.delete(usage).where(eq(usage.generationId, generationId));
}

/** Settles a reservation: pictures came. */
export async function spendUsage(db: Db, generationId: string, gpuMs: number): Promise<void> {
	await db.update(usage).set({ state: 'spent', gpuMs }).where(eq(usage.generationId, generationId));
}

/** Gives a reservation back: no pictures came. */
export async function refundUsage(db: Db, generationId: string): Promise<void> {
	await db.update(usage).set({ state: 'refunded' }).where(eq(usage.generationId, generationId));
}

/**
 * Corrects what a painted generation costs, to the pictures that were shown: none of them, nothing. Only ever sets the same numbers
 * for the same delivery, so it may be repeated.
 *
 * @param steps sampler steps of all shown pictures
 */
export async function chargeShown(
	db: Db,
	generationId: string,
	{ pictures, steps }: { pictures: number; steps: number },
): Promise<void> {
	await db
		.update(usage)
		.set({ state: pictures > 0 ? 'spent' : 'refunded', pictures, steps })
		.where(eq(usage.generationId, generationId));
}

/** Counts the pictures that a member reserved or got in a guild since a moment, and says when the first of them was asked for. */
export async function picturesSince(
	db: Db,
	guildId: string | null,
	userId: string,
	since: Date,
): Promise<{ pictures: number; first: Date | undefined }> {
	const [row] = await db
		.select({ pictures: sql<number>`coalesce(sum(${usage.pictures}), 0)::int`, first: min(usage.createdAt) })
		.from(usage)
		.where(
			and(
				ne(usage.state, 'refunded'),
				guildId === null ? isNull(usage.guildId) : eq(usage.guildId, guildId),
				eq(usage.userId, userId),
				gt(usage.createdAt, since),
			),
		);
	return { pictures: row?.pictures ?? 0, first: row?.first ?? undefined };
}

/**
 * When a member's last wish in a guild was accepted; one that failed or was cancelled does not count. Asked here, since usage
 * outlives what its member deletes.
 */
export async function lastAccepted(db: Db, guildId: string | null, userId: string): Promise<Date | undefined> {
	const [row] = await db
		.select({ latest: max(usage.createdAt) })
		.from(usage)
		.where(
			and(
				ne(usage.state, 'refunded'),
				guildId === null ? isNull(usage.guildId) : eq(usage.guildId, guildId),
				eq(usage.userId, userId),
			),
		);
	return row?.latest ?? undefined;
}

export interface UsageTotals {
	pictures: number;
	steps: number;
	gpuMs: number;
}

/** Adds up what was spent in a guild (`null`: in direct messages), by one user or by all. */
export async function sumUsage(db: Db, guildId: string | null, userId?: string): Promise<UsageTotals> {
	const [row] = await db
		.select({
			pictures: sql<number>`coalesce(sum(${usage.pictures}), 0)::int`,
			steps: sql<number>`coalesce(sum(${usage.steps}), 0)::int`,
			gpuMs: sql<number>`coalesce(sum(${usage.gpuMs}), 0)::float8`,
		})
		.from(usage)
		.where(
			and(
				eq(usage.state, 'spent'),
				guildId === null ? isNull(usage.guildId) : eq(usage.guildId, guildId),
				userId === undefined ? undefined : eq(usage.userId, userId),
			),
		);
	return row ?? { pictures: 0, steps: 0, gpuMs: 0 };
}
