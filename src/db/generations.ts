import { and, count, eq, gt, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { Db } from './client.ts';
import { type GenerationKind, generations, outbox, usage } from './schema.ts';

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

/** Notes which message shows a generation, where none was known yet. */
export async function noteReply(db: Db, id: string, replyId: string): Promise<void> {
	await db
		.update(generations)
		.set({ replyId })
		.where(and(eq(generations.id, id), isNull(generations.replyId)));
}

/** Adds sentences to those that the reply shows. */
export async function addNotes(db: Db, id: string, notes: readonly string[]): Promise<void> {
	if (notes.length === 0) return;
	const added = sql`${generations.notes} || ${JSON.stringify(notes)}::jsonb`;
	await db.update(generations).set({ notes: added }).where(eq(generations.id, id));
}

/** Finds what a message of ours shows: its last word, or its first reply. */
export async function findByMessage(db: Db, messageId: string): Promise<Generation | undefined> {
	const delivered = db.select({ id: outbox.generationId }).from(outbox).where(eq(outbox.messageId, messageId));
	const rows = await db
		.select()
		.from(generations)
		.where(or(inArray(generations.id, delivered), eq(generations.replyId, messageId)))
		.limit(1);
	return rows[0];
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
				inArray(generations.state, ['held', 'queued', 'running', 'painted']),
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

/** Of all that was accepted and has not ended: what a moderator still looks at, too. */
const open = inArray(generations.state, ['held', 'queued', 'running']);

/** What a member asked for in a guild and has not seen yet. */
export function openOf(db: Db, guildId: string, userId: string): Promise<Generation[]> {
	return db
		.select()
		.from(generations)
		.where(and(eq(generations.guildId, guildId), eq(generations.userId, userId), open));
}

/** Counts what of a member's moderators of a guild have not looked at yet. */
export async function countHeld(db: Db, guildId: string, userId: string): Promise<number> {
	const held = eq(generations.state, 'held');
	return db.$count(generations, and(eq(generations.guildId, guildId), eq(generations.userId, userId), held));
}

/** Held wishes that nobody looked at since a moment, oldest first. */
export async function heldBefore(db: Db, before: Date, limit: number): Promise<Generation[]> {
	return db
		.select()
		.from(generations)
		.where(and(eq(generations.state, 'held'), lt(generations.createdAt, before)))
		.orderBy(generations.createdAt)
		.limit(limit);
}

/** Finds a generation and keeps everybody else from changing it until the transaction ends. */
export async function lockGeneration(db: Db, id: string): Promise<Generation | undefined> {
	return (await db.select().from(generations).where(eq(generations.id, id)).for('update'))[0];
}

/** Changes what waits of a generation, unless a painter has it or it ended; answers whether it did. */
export async function changeWaiting(db: Db, id: string, change: Partial<NewGeneration>): Promise<boolean> {
	const changed = await db
		.update(generations)
		.set(change)
		.where(and(eq(generations.id, id), inArray(generations.state, ['held', 'queued'])))
		.returning({ id: generations.id });
	return changed.length === 1;
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

/** The generations of a guild that have not ended, oldest first. */
export function openOfGuild(db: Db, guildId: string): Promise<Generation[]> {
	return db
		.select()
		.from(generations)
		.where(and(eq(generations.guildId, guildId), open))
		.orderBy(generations.createdAt);
}

/** The prompts that were accepted in a guild since a moment, the newest first: what is drawn, what was typed, how often. */
export function promptsSince(
	db: Db,
	guildId: string,
	since: Date,
	limit: number,
): Promise<{ prompt: string; asked: string; times: number }[]> {
	const prompt = sql<string>`${generations.recipe} ->> 'prompt'`;
	return db
		.select({
			prompt,
			asked: sql<string>`min(${generations.request} ->> 'prompt')`,
			times: sql<number>`count(*)::int`,
		})
		.from(generations)
		.where(and(eq(generations.guildId, guildId), gt(generations.createdAt, since), isNull(generations.deletedAt)))
		.groupBy(prompt)
		.orderBy(sql`max(${generations.createdAt}) desc`)
		.limit(limit);
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
		.set({ state: 'running', attempt: sql`${generations.attempt} + 1`, isDrawn: false, startedAt: sql`now()` })
		.where(and(eq(generations.id, id), inArray(generations.state, ['queued', 'running'])))
		.returning();
	return rows[0];
}

/**
 * Notes that the painter of a generation takes the next job already.
 *
 * @returns whether its member asked to stop it
 */
export async function noteDrawn(db: Db, { id, attempt }: { id: string; attempt: number }): Promise<boolean> {
	const [row] = await db
		.update(generations)
		.set({ isDrawn: true })
		.where(and(eq(generations.id, id), eq(generations.attempt, attempt)))
		.returning({ cancelRequested: generations.cancelRequested });
	return row?.cancelRequested ?? false;
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
			and(eq(generations.id, id), open, end.attempt === undefined ? undefined : eq(generations.attempt, end.attempt)),
		)
		.returning({ id: generations.id });
	return rows.length === 1;
}

/** Notes what the member is told of pictures that were not shown; `null` where all of them were. */
export async function noteFailure(db: Db, id: string, failure: string | null): Promise<void> {
	await db.update(generations).set({ failure }).where(eq(generations.id, id));
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

/** Sets the tags of waiting jobs after one more came into their lane. */
export async function retag(db: Db, id: string, startTag: number): Promise<void> {
	await db.update(generations).set({ startTag }).where(eq(generations.id, id));
}

/** Generations whose first message can still be edited and shows that they wait, a queue or a progress bar. */
export function openGenerations(db: Db): Promise<Generation[]> {
	return db
		.select()
		.from(generations)
		.where(and(open, sql`${generations.tokenExpiresAt} > now()`));
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
