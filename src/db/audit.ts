import { and, desc, eq, inArray, type SQL, sql } from 'drizzle-orm';
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
}

/** The newest entries of a server that a search finds, after leaving out the first `offset`. */
export function searchAudit(
	db: Db,
	guildId: string,
	search: AuditSearch,
	{ limit, offset = 0 }: { limit: number; offset?: number },
): Promise<AuditEntry[]> {
	const wanted: (SQL | undefined)[] = [
		eq(audit.guildId, guildId),
		search.actorId === undefined ? undefined : eq(audit.actorId, search.actorId),
		search.userId === undefined ? undefined : eq(audit.userId, search.userId),
		search.action === undefined ? undefined : eq(audit.action, search.action),
	];
	return db
		.select()
		.from(audit)
		.where(and(...wanted))
		.orderBy(desc(audit.id))
		.limit(limit)
		.offset(offset);
}

/** Notes that somebody took an entry back; `undefined`, and nothing is noted, when somebody did before. */
export async function addUndo(
	db: Db,
	entry: typeof audit.$inferInsert & { undoes: number },
): Promise<AuditEntry | undefined> {
	return (await db.insert(audit).values(entry).onConflictDoNothing({ target: audit.undoes }).returning())[0];
}

/** The newest entry about a generation with one of these actions; of those that nobody took back, or of all. */
export async function lastOfCase(
	db: Db,
	guildId: string,
	generationId: string,
	actions: readonly string[],
	{ undoneToo = false } = {},
): Promise<AuditEntry | undefined> {
	const rows = await db
		.select()
		.from(audit)
		.where(
			and(
				eq(audit.guildId, guildId),
				eq(audit.generationId, generationId),
				inArray(audit.action, [...actions]),
				undoneToo ? undefined : notUndone,
			),
		)
		.orderBy(desc(audit.id))
		.limit(1);
	return rows[0];
}

const notUndone = sql`not exists (select 1 from audit u where u.undoes = ${audit.id})`;

/** What was done about a generation, newest first. */
export function historyOf(db: Db, guildId: string, generationId: string, limit: number): Promise<AuditEntry[]> {
	return db
		.select()
		.from(audit)
		.where(and(eq(audit.guildId, guildId), eq(audit.generationId, generationId)))
		.orderBy(desc(audit.id))
		.limit(limit);
}

/** Which of these entries somebody took back. */
export async function undoneAmong(db: Db, ids: readonly number[]): Promise<Set<number>> {
	if (ids.length === 0) return new Set();
	const rows = await db
		.select({ undoes: audit.undoes })
		.from(audit)
		.where(inArray(audit.undoes, [...ids]));
	return new Set(rows.flatMap(({ undoes }) => undoes ?? []));
}
