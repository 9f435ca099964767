import { and, eq, gt, inArray, isNull, or, sql } from 'drizzle-orm';
import type { Db } from './client.ts';
import { sanctions } from './schema.ts';

export type Sanction = typeof sanctions.$inferSelect;

export async function addSanction(db: Db, row: typeof sanctions.$inferInsert): Promise<Sanction> {
	const [added] = await db.insert(sanctions).values(row).returning();
	return added!;
}

/** What counts against a member of a server now: neither lifted nor expired. */
export function sanctionsInForce(db: Db, guildId: string, userId: string): Promise<Sanction[]> {
	return db
		.select()
		.from(sanctions)
		.where(
			and(
				eq(sanctions.guildId, guildId),
				eq(sanctions.userId, userId),
				isNull(sanctions.liftedAt),
				or(isNull(sanctions.expiresAt), gt(sanctions.expiresAt, sql`now()`)),
			),
		)
		.orderBy(sanctions.id);
}

/** Lifts a sanction; answers `false` when it was lifted before. */
export async function liftSanction(db: Db, guildId: string, id: number): Promise<boolean> {
	const lifted = await db
		.update(sanctions)
		.set({ liftedAt: sql`now()` })
		.where(and(eq(sanctions.guildId, guildId), eq(sanctions.id, id), isNull(sanctions.liftedAt)))
		.returning({ id: sanctions.id });
	return lifted.length > 0;
}

/** Notes that a member is told of warnings; answers those of them that nobody told them of before. */
export function markTold(db: Db, ids: readonly number[]): Promise<Sanction[]> {
	return db
		.update(sanctions)
		.set({ toldAt: sql`now()` })
		.where(and(inArray(sanctions.id, [...ids]), isNull(sanctions.toldAt)))
		.returning();
}
