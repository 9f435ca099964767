import { and, desc, eq, inArray, isNull, lt, sql } from 'drizzle-orm';
import type { AuditEntry } from './audit.ts';
import type { Db } from './client.ts';
import { audit, settings } from './schema.ts';

export type SettingsRow = typeof settings.$inferSelect;

/** The rows that bear on a place: the server's own (`channelId` '') and, where there is one, the channel's. */
export function settingsRows(db: Db, guildId: string, channelId: string | null): Promise<SettingsRow[]> {
	return db
		.select()
		.from(settings)
		.where(and(eq(settings.guildId, guildId), inArray(settings.channelId, ['', channelId ?? ''])));
}

/** All rows of a server. */
export function settingsOfGuild(db: Db, guildId: string): Promise<SettingsRow[]> {
	return db.select().from(settings).where(eq(settings.guildId, guildId));
}

/**
 * Writes the next version of a row. Answers `false`, and writes nothing, when `version` is not the newest any more; 0 is the
 * version of a row that is not there yet.
 */
export async function writeSettings(
	db: Db,
	row: { guildId: string; channelId: string; version: number; values: Record<string, unknown> },
): Promise<boolean> {
	const { guildId, channelId, version, values } = row;
	if (version === 0) {
		const first = { guildId, channelId, version: 1, values };
		return (
			(await db.insert(settings).values(first).onConflictDoNothing().returning({ at: settings.version })).length > 0
		);
	}
	const changed = await db
		.update(settings)
		.set({ values, version: version + 1, updatedAt: sql`now()` })
		.where(and(eq(settings.guildId, guildId), eq(settings.channelId, channelId), eq(settings.version, version)))
		.returning({ at: settings.version });
	return changed.length > 0;
}

/** Finds one row as it is now; `channelId` is '' for the whole server. */
export async function findVersion(db: Db, guildId: string, channelId: string): Promise<SettingsRow | undefined> {
	const [row] = await db
		.select()
		.from(settings)
		.where(and(eq(settings.guildId, guildId), eq(settings.channelId, channelId)));
	return row;
}

/** Notes that a server is known, without a word on what it wants; answers `false` when it was known before. */
export function noteGuild(db: Db, guildId: string): Promise<boolean> {
	return writeSettings(db, { guildId, channelId: '', version: 0, values: {} });
}

/**
 * The newest changes of a server's settings.
 *
 * @param search `channelId`: only of that row, '' for the whole server's; `before`: only older than that entry
 */
export function latestChanges(
	db: Db,
	guildId: string,
	search: { channelId?: string; before?: number | undefined; limit: number },
): Promise<AuditEntry[]> {
	const { channelId, before, limit } = search;
	const ofRow = channelId === '' ? isNull(audit.channelId) : channelId && eq(audit.channelId, channelId);
	return db
		.select()
		.from(audit)
		.where(
			and(
				eq(audit.guildId, guildId),
				eq(audit.action, 'settings'),
				ofRow || undefined,
				before === undefined ? undefined : lt(audit.id, before),
			),
		)
		.orderBy(desc(audit.id))
		.limit(limit);
}

/** Finds the entry that took another one back. */
export async function findUndo(db: Db, entryId: number): Promise<AuditEntry | undefined> {
	return (await db.select().from(audit).where(eq(audit.undoes, entryId)))[0];
}
