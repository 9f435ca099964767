import { and, count, desc, eq, gte, sql } from 'drizzle-orm';
import type { Db } from './client.ts';
import { generations, reports } from './schema.ts';

export type Report = typeof reports.$inferSelect;

/** Notes a report; answers `false`, and changes nothing, when this member reported the same generation before. */
export async function addReport(db: Db, report: typeof reports.$inferInsert): Promise<boolean> {
	const added = await db.insert(reports).values(report).onConflictDoNothing().returning({ id: reports.generationId });
	return added.length === 1;
}

/** The reports of a generation, newest first. */
export function reportsOf(db: Db, generationId: string): Promise<Report[]> {
	return db.select().from(reports).where(eq(reports.generationId, generationId)).orderBy(desc(reports.createdAt));
}

/** Counts what a member reported since a moment, in all servers. */
export async function countReportsBy(db: Db, userId: string, since: Date): Promise<number> {
	const [row] = await db
		.select({ reports: count() })
		.from(reports)
		.where(and(eq(reports.userId, userId), gte(reports.createdAt, since)));
	return row?.reports ?? 0;
}

/** Counts a member's other generations in a server that were reported, and not found harmless, up to now. */
export async function countReportedBefore(db: Db, { id, guildId, userId }: typeof generations.$inferSelect) {
	const [row] = await db
		.select({ reported: sql<number>`count(distinct ${reports.generationId})::int` })
		.from(reports)
		.innerJoin(generations, eq(generations.id, reports.generationId))
		.where(
			and(
				eq(reports.guildId, guildId ?? ''),
				eq(generations.userId, userId),
				sql`${generations.id} <> ${id}`,
				sql`not exists (select 1 from cards where cards.generation_id = ${generations.id} and cards.state = 'kept')`,
			),
		);
	return row?.reported ?? 0;
}
