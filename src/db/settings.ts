import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Db } from './client.ts';
import { settings } from './schema.ts';

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
