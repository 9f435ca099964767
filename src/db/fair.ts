import { and, eq, sql } from 'drizzle-orm';
import type { Db } from './client.ts';
import { fairLanes, fairMembers } from './schema.ts';

/** The lane whose `served` is the clock of all. */
const everyone = '';

/** Locks a lane for the rest of the transaction and reads its clocks, and the clock of all. */
export async function lockLane(db: Db, lane: string): Promise<{ clock: number; served: number; memberClock: number }> {
	await db.insert(fairLanes).values({ lane }).onConflictDoNothing();
	const [own] = await db.select().from(fairLanes).where(eq(fairLanes.lane, lane)).for('update');
	const [all] = await db.select().from(fairLanes).where(eq(fairLanes.lane, everyone));
	return { clock: all?.served ?? 0, served: own?.served ?? 0, memberClock: own?.memberClock ?? 0 };
}

export async function memberFinish(db: Db, lane: string, userId: string): Promise<number> {
	const [row] = await db
		.select()
		.from(fairMembers)
		.where(and(eq(fairMembers.lane, lane), eq(fairMembers.userId, userId)));
	return row?.finish ?? 0;
}

export async function setMemberFinish(db: Db, lane: string, userId: string, finish: number): Promise<void> {
	await db
		.insert(fairMembers)
		.values({ lane, userId, finish })
		.onConflictDoUpdate({ target: [fairMembers.lane, fairMembers.userId], set: { finish } });
}

/** Moves the clocks on when a job is taken. Taking the same job again moves nothing. */
export async function advanceClocks(
	db: Db,
	job: { lane: string; startTag: number; memberTag: number; cost: number },
): Promise<void> {
	await raise(db, { lane: job.lane, served: job.startTag + job.cost, memberClock: job.memberTag });
	await raise(db, { lane: everyone, served: job.startTag, memberClock: 0 });
}

async function raise(db: Db, row: { lane: string; served: number; memberClock: number }): Promise<void> {
	await db
		.insert(fairLanes)
		.values(row)
		.onConflictDoUpdate({
			target: fairLanes.lane,
			set: {
				served: sql`greatest(${fairLanes.served}, excluded.served)`,
				memberClock: sql`greatest(${fairLanes.memberClock}, excluded.member_clock)`,
			},
		});
}
