import { asc, eq, lte, sql } from 'drizzle-orm';
import type { Db } from './client.ts';
import { generations, progress, settings } from './schema.ts';

/** Clears tokens of interactions that Discord no longer takes. */
export async function clearTokens(db: Db, limit: number): Promise<number> {
	const old = sql`${generations.id} in (select id from generations where interaction_token <> '' and token_expires_at < now() order by token_expires_at limit ${limit})`;
	const cleared = await db
		.update(generations)
		.set({ interactionToken: '' })
		.where(old)
		.returning({ id: generations.id });
	return cleared.length;
}

/** Generations whose files were kept for an undo that is over. */
export async function overdueFiles(db: Db, limit: number): Promise<string[]> {
	const rows = await db
		.select({ id: generations.id })
		.from(generations)
		.where(lte(generations.purgeAt, sql`now()`))
		.orderBy(asc(generations.purgeAt))
		.limit(limit);
	return rows.map(({ id }) => id);
}

/** Removes notes of progress that nobody has touched for an hour: whoever wrote them is dead. */
export async function clearProgressNotes(db: Db): Promise<void> {
	await db.delete(progress).where(sql`${progress.updatedAt} < now() - interval '1 hour'`);
}

/** Which servers keep pictures for how many days; those that keep them until somebody deletes them are left out. */
export async function retentions(db: Db): Promise<{ guildId: string; days: number }[]> {
	const days = sql<unknown>`${settings.values} -> 'retentionDays'`;
	const rows = await db.select({ guildId: settings.guildId, days }).from(settings).where(eq(settings.channelId, ''));
	return rows.flatMap((row) => {
		const wanted = Number(row.days);
		return Number.isInteger(wanted) && wanted > 0 ? [{ guildId: row.guildId, days: wanted }] : [];
	});
}
