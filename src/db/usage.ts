import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Db } from './client.ts';
import { usage } from './schema.ts';

/** Writes down what an accepted generation is going to cost. */
export async function reserveUsage(db: Db, row: typeof usage.$inferInsert): Promise<void> {
	await db.insert(usage).values(row);
}

/** Settles a reservation: pictures came. */
export async function spendUsage(db: Db, generationId: string, gpuMs: number): Promise<void> {
	await db.update(usage).set({ state: 'spent', gpuMs }).where(eq(usage.generationId, generationId));
}

/** Gives a reservation back: no pictures came. */
export async function refundUsage(db: Db, generationId: string): Promise<void> {
	await db.update(usage).set({ state: 'refunded' }).where(eq(usage.generationId, generationId));
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
