import { and, desc, eq, lt, type SQL } from 'drizzle-orm';
import type { Db } from './client.ts';
import { audit } from './schema.ts';

export type AuditEntry = typeof audit.$inferSelect;

/** Notes what somebody did, in the transaction that does it. */
export async function addAudit(db: Db, entry: typeof audit.$inferInsert): Promise<AuditEntry> {
	const [row] = await db.insert(audit).values(entry).returning();
	return row!;
}

export async function findAudit(db: Db, guildId: string, id: number): Promise<AuditEntry | undefined> {
	return (
		await db
			.select()
			.from(audit)
			.where(and(eq(audit.guildId, guildId), eq(audit.id, id)))
	)[0];
}

export interface AuditSearch {
	actorId?: string | undefined;
	userId?: string | undefined;
	action?: string | undefined;
	/** Only entries older than this one. */
	before?: number | undefined;
}

/** The newest entries of a server that a search finds. */
export function searchAudit(db: Db, guildId: string, search: AuditSearch, limit: number): Promise<AuditEntry[]> {
	const wanted: (SQL | undefined)[] = [
		eq(audit.guildId, guildId),
		search.actorId === undefined ? undefined : eq(audit.actorId, search.actorId),
		search.userId === undefined ? undefined : eq(audit.userId, search.userId),
		search.action === undefined ? undefined : eq(audit.action, search.action),
		search.before === undefined ? undefined : lt(audit.id, search.before),
	];
	return db
		.select()
		.from(audit)
		.where(and(...wanted))
		.orderBy(desc(audit.id))
		.limit(limit);
}
