import { and, count, desc, eq, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { Db } from './client.ts';
import { type GenerationKind, generations, usage } from './schema.ts';

export type Generation = typeof generations.$inferSelect;
export type NewGeneration = typeof generations.$inferInsert;

/** Inserts a generation; answers `false`, and changes nothing, when its interaction was accepted before. */
export async function insertGeneration(db: Db, row: NewGeneration): Promise<boolean> {
	const inserted = await db
		.insert(generations)
		.values(row)
		.onConflictDoNothing({ target: generations.interactionId })
		.returning({ id: generations.id });
	return inserted.length === 1;
}

export async function findGeneration(db: Db, id: string): Promise<Generation | undefined> {
	return (await db.select().from(generations).where(eq(generations.id, id)))[0];
}

export async function findByInteraction(db: Db, interactionId: string): Promise<Generation | undefined> {
	return (await db.select().from(generations).where(eq(generations.interactionId, interactionId)))[0];
}

/** Finds the enlargement of an image that is there or on its way: there is at most one for each upscaler. */
export async function findUpscale(db: Db, parentImageId: string, upscaler: string): Promise<Generation | undefined> {
	const rows = await db
		.select()
		.from(generations)
		.where(
			and(
				eq(generations.kind, 'upscale'),
				eq(generations.parentImageId, parentImageId),
				sql`${generations.recipe} ->> 'upscaler' = ${upscaler}`,
				inArray(generations.state, ['queued', 'running', 'painted']),
				isNull(generations.deletedAt),
			),
		);
	return rows[0];
}

/** Counts what a member has accepted and not yet seen in a lane. */
export async function countOpen(db: Db, lane: string, userId: string): Promise<number> {
	const [row] = await db
		.select({ open: count() })
		.from(generations)
		.where(
			and(
				eq(generations.lane, lane),
				eq(generations.userId, userId),
				inArray(generations.state, ['queued', 'running']),
			),
		);
	return row?.open ?? 0;
}

/** When a member's last wish in a lane was accepted; one that failed or was cancelled does not count. */
export async function lastAccepted(db: Db, lane: string, userId: string): Promise<Date | undefined> {
	const [row] = await db
		.select({ createdAt: generations.createdAt })
		.from(generations)
		.where(
			and(
				eq(generations.lane, lane),
				eq(generations.userId, userId),
				inArray(generations.state, ['queued', 'running', 'painted']),
			),
		)
		.orderBy(desc(generations.createdAt))
		.limit(1);
	return row?.createdAt;
}

/** The jobs of a lane that no painter has taken yet. */
export function waitingInLane(db: Db, lane: string) {
	return db
		.select({
			id: generations.id,
			jobId: generations.jobId,
			cost: generations.cost,
			startTag: generations.startTag,
			memberTag: generations.memberTag,
			createdAt: generations.createdAt,
		})
		.from(generations)
		.where(and(eq(generations.lane, lane), eq(generations.state, 'queued')));
}

/** What stands before a waiting generation: how many jobs, and their estimated painter time in tenths of a second. */
export async function ahead(db: Db, generation: Generation): Promise<{ jobs: number; cost: number }> {
	const [row] = await db
		.select({ jobs: count(), cost: sql<number>`coalesce(sum(${generations.cost}), 0)::int` })
		.from(generations)
		.where(
			or(
				eq(generations.state, 'running'),
				and(
					eq(generations.state, 'queued'),
					or(
						lt(generations.startTag, generation.startTag),
						and(eq(generations.startTag, generation.startTag), lt(generations.createdAt, generation.createdAt)),
					),
				),
			),
		);
	return { jobs: row?.jobs ?? 0, cost: row?.cost ?? 0 };
}

/**
 * Takes a generation for painting and counts the taker. `undefined` when there is nothing to paint any more (cancelled, or
 * finished by an earlier taker whose job was handed out twice).
 */
export async function takeGeneration(db: Db, id: string): Promise<Generation | undefined> {
	const rows = await db
		.update(generations)
		.set({ state: 'running', attempt: sql`${generations.attempt} + 1`, startedAt: sql`now()` })
		.where(and(eq(generations.id, id), inArray(generations.state, ['queued', 'running'])))
		.returning();
	return rows[0];
}

/**
 * Ends a generation. With `attempt` it does so only while that taker is the newest one: a zombie's late result finds nothing.
 *
 * @returns whether it was ended by this call
 */
export async function endGeneration(
	db: Db,
	id: string,
	end: { state: 'painted' | 'failed' | 'cancelled'; failure?: string; attempt?: number },
): Promise<boolean> {
	const rows = await db
		.update(generations)
		.set({ state: end.state, failure: end.failure ?? null, finishedAt: sql`now()` })
		.where(
			and(
				eq(generations.id, id),
				inArray(generations.state, ['queued', 'running']),
				end.attempt === undefined ? undefined : eq(generations.attempt, end.attempt),
			),
		)
		.returning({ id: generations.id });
	return rows.length === 1;
}

/** Counts a painter that died on a generation, and answers how many have. */
export async function countCrash(db: Db, id: string): Promise<number> {
	const rows = await db
		.update(generations)
		.set({ crashes: sql`${generations.crashes} + 1` })
		.where(eq(generations.id, id))
		.returning({ crashes: generations.crashes });
	return rows[0]?.crashes ?? 0;
}

/** Asks the dispatcher that runs a generation to stop it. Answers `false` when none does. */
export async function requestCancel(db: Db, id: string): Promise<boolean> {
	const rows = await db
		.update(generations)
		.set({ cancelRequested: true })
		.where(and(eq(generations.id, id), eq(generations.state, 'running')))
		.returning({ id: generations.id });
	return rows.length === 1;
}

export async function markDeleted(db: Db, id: string): Promise<void> {
	await db.update(generations).set({ deletedAt: sql`now()` }).where(eq(generations.id, id));
}

/** Sets the tags of waiting jobs after one more came into their lane. */
export async function retag(db: Db, id: string, startTag: number): Promise<void> {
	await db.update(generations).set({ startTag }).where(eq(generations.id, id));
}

/** Generations whose first message can still be edited and shows a queue or a progress bar. */
export function openGenerations(db: Db): Promise<Generation[]> {
	return db
		.select()
		.from(generations)
		.where(and(inArray(generations.state, ['queued', 'running']), sql`${generations.tokenExpiresAt} > now()`));
}

/**
 * Measures the painters' pace on what they finished last: milliseconds for one unit of work (see `usage.work`). `undefined`
 * while nothing of the sort was painted.
 */
export async function measurePace(db: Db, kinds: GenerationKind[]): Promise<number | undefined> {
	const latest = db
		.select({ gpuMs: usage.gpuMs, work: usage.work })
		.from(usage)
		.innerJoin(generations, eq(generations.id, usage.generationId))
		.where(and(eq(usage.state, 'spent'), inArray(generations.kind, kinds)))
		.orderBy(sql`${generations.finishedAt} desc`)
		.limit(20)
		.as('latest');
	const [row] = await db
		.select({ pace: sql<number | null>`sum(${latest.gpuMs})::float8 / nullif(sum(${latest.work}), 0)::float8` })
		.from(latest);
	return row?.pace ?? undefined;
}
