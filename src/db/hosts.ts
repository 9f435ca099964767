import { eq, lt, sql } from 'drizzle-orm';
import type { Db } from './client.ts';
import { paintHosts } from './schema.ts';

/** Says that a host paints, and with which models; due every ten seconds or so. Forgets those that were silent for a day. */
export async function noteHost(db: Db, id: string, models: readonly string[]): Promise<void> {
	const row = { models: [...models], seenAt: sql`now()` };
	await db
		.insert(paintHosts)
		.values({ id, ...row })
		.onConflictDoUpdate({ target: paintHosts.id, set: row });
	await db.delete(paintHosts).where(lt(paintHosts.seenAt, sql`now() - interval '1 day'`));
}

export async function forgetHost(db: Db, id: string): Promise<void> {
	await db.delete(paintHosts).where(eq(paintHosts.id, id));
}

/** Lists the models of all hosts that were heard of within so many seconds. */
export async function modelsOfHosts(db: Db, withinSeconds: number): Promise<Set<string>> {
	const rows = await db
		.select({ models: paintHosts.models })
		.from(paintHosts)
		.where(sql`${paintHosts.seenAt} > now() - make_interval(secs => ${withinSeconds})`);
	return new Set(rows.flatMap(({ models }) => models));
}
