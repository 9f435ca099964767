import { and, eq, isNull, lte, sql } from 'drizzle-orm';
import type { Db } from './client.ts';
import { confirmations } from './schema.ts';

export type Confirmation = typeof confirmations.$inferSelect;

/** Keeps a wish for many jobs until its member says yes. */
export async function keepConfirmation(db: Db, row: Omit<Confirmation, 'createdAt'>): Promise<void> {
	await db.insert(confirmations).values(row);
}

/** Finds what a member was asked about; what nobody answered for an hour is gone. */
export async function findConfirmation(db: Db, id: string, userId: string): Promise<Confirmation | undefined> {
	const [row] = await db
		.select()
		.from(confirmations)
		.where(and(eq(confirmations.id, id), eq(confirmations.userId, userId)));
	return row;
}

/** Takes the question away; answers `false` when it was answered before. */
export async function endConfirmation(db: Db, id: string): Promise<boolean> {
	const rows = await db.delete(confirmations).where(eq(confirmations.id, id)).returning({ id: confirmations.id });
	return rows.length > 0;
}

/** Removes questions that nobody answered for an hour: the private message with their buttons is gone by then. */
export async function clearConfirmations(db: Db): Promise<void> {
	await db.delete(confirmations).where(sql`${confirmations.createdAt} < now() - interval '1 hour'`);
}

/** Removes what a member was asked about by then: in one guild, in direct messages (`null`), or everywhere. */
export async function forgetConfirmations(
	db: Db,
	{ userId, guildId }: { userId: string; guildId?: string | null | undefined },
	until: Date,
): Promise<void> {
	const where =
		guildId === undefined
			? undefined
			: guildId === null
				? isNull(confirmations.guildId)
				: eq(confirmations.guildId, guildId);
	await db
		.delete(confirmations)
		.where(and(eq(confirmations.userId, userId), where, lte(confirmations.createdAt, until)));
}
