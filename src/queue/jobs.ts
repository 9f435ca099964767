import { randomUUID } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import { fromDrizzle, type JobAttempt, PgBoss } from 'pg-boss';
import type { Database, Db } from '../db/client.ts';
import { findGeneration } from '../db/generations.ts';
import type { Log } from '../log.ts';
import type { Head } from './choose.ts';

const queue = 'paint';
const deadQueue = 'paint-dead';

/** How long a dispatcher may be silent before its job is given to another one. pg-boss takes no less. */
const heartbeatSeconds = 10;
/** Deliveries of one job, crashes of the bot included, before it counts as hopeless. */
const retryLimit = 25;

interface PaintData {
	generationId: string;
}

/** A job in a dispatcher's hands: its id and the count of deliveries, so that only this taker can end it. */
export interface TakenJob {
	attempt: JobAttempt;
	generationId: string;
}

/** A waiting job, the first of its model. */
export interface WaitingHead extends Head {
	id: string;
	/** Lanes whose waiting jobs have the same place. */
	rivals: string[];
	/** Jobs of its lane that are only finished now: they hold no painter. */
	drawn: number;
}

/** So many waiting jobs are looked at for one of each model. */
const mostLookedAt = 200;

/**
 * Durable jobs on pg-boss, kept to what Atelier needs: enqueue in the caller's transaction, take in fair order, beat, finish,
 * hand back, cancel. Dispatchers pull: pg-boss's own workers sleep between two jobs (`src/worker.ts` of 12.38), up to 30 s.
 */
export class Jobs {
	readonly #boss: PgBoss;

	private constructor(boss: PgBoss) {
		this.#boss = boss;
	}

	/** Starts pg-boss on the given database, creating its tables when they are not there. */
	static async start(database: Database, log: Log): Promise<Jobs> {
		// An embedded database has one owner, which takes up what its predecessor left (`reclaimAll`); there, looking for missed
		// heartbeats every second would only hold up the event loop, 30 ms at a time.
		const superviseSeconds = database.kind === 'embedded' ? 60 : 1;
		const boss = new PgBoss({
			...database.boss,
			monitorIntervalSeconds: superviseSeconds,
			superviseIntervalSeconds: superviseSeconds,
			schedule: false,
			registerInstance: false,
		});
		// Without a listener an outage of the database would end the process.
		boss.on('error', (error) => log.warn('the queue cannot reach the database', { error: error.message }));
		await boss.start();
		await boss.createQueue(deadQueue, { retryLimit, retentionSeconds: 14 * 86_400 });
		await boss.createQueue(queue, {
			deadLetter: deadQueue,
			heartbeatSeconds,
			retryLimit,
			retryDelay: 0,
			retryBackoff: false,
			expireInSeconds: 86_000,
			deleteAfterSeconds: 86_400,
		});
		return new Jobs(boss);
	}

	/** Adds a job within the caller's transaction and returns its id. Higher priority goes first, then age. */
	async enqueue(tx: Db, job: { generationId: string; lane: string; priority: number }): Promise<string> {
		const id = randomUUID();
		await this.#boss.send(queue, { generationId: job.generationId } satisfies PaintData, {
			id,
			priority: job.priority,
			group: { id: job.lane },
			db: inside(tx),
		});
		return id;
	}

	/** Moves a waiting job to another place. */
	async reprioritise(tx: Db, jobId: string, priority: number): Promise<void> {
		await this.#boss.update(queue, undefined, { id: jobId, priority, db: inside(tx) });
	}

	/**
	 * Lists of each of these models the waiting job whose turn comes first, leaving out lanes that hold `lanePainters` painters already.
	 * Of very many waiting jobs it looks at the first ones only.
	 */
	async heads(db: Db, models: readonly string[], lanePainters: number): Promise<WaitingHead[]> {
		if (models.length === 0) return [];
		const rows = await rowsOf<Omit<WaitingHead, 'createdAt'> & { createdAt: string | Date }>(
			db,
			sql`
			with busy as (
				select j.group_id, count(*) filter (where g.is_drawn)::int as drawn,
					count(*) filter (where g.is_drawn is not true) >= ${lanePainters} as is_full
				from pgboss.job j left join generations g on g.id = j.data ->> 'generationId'
				where j.name = ${queue} and j.state = 'active'
				group by j.group_id
			), waiting as (
				select j.id, j.priority, j.group_id, j.created_on, g.cost, g.recipe ->> 'model' as model
				from pgboss.job j join generations g on g.id = j.data ->> 'generationId'
				where j.name = ${queue} and j.state < 'active' and not j.blocked and j.start_after <= now()
					and g.recipe ->> 'model' in ${models}
					and not exists (select 1 from busy where busy.group_id = j.group_id and busy.is_full)
				order by j.priority desc, j.created_on
				limit ${mostLookedAt}
			), heads as materialized (
				select distinct on (model) * from waiting order by model, priority desc, created_on
			)
			select h.id, h.model, h.priority, h.created_on as "createdAt", h.cost,
				coalesce((select drawn from busy where busy.group_id = h.group_id), 0) as drawn, array(
				select distinct r.group_id from pgboss.job r
				where r.name = ${queue} and r.state < 'active' and r.priority = h.priority and r.group_id <> h.group_id
			) as rivals
			from heads h`,
		);
		return rows.map((row) => ({ ...row, createdAt: new Date(row.createdAt) }));
	}

	/** Lists the waiting jobs of models that are not among these: how many of each model, with their generations. */
	async strangers(db: Db, models: readonly string[]): Promise<{ model: string; generationIds: string[] }[]> {
		const known = models.length === 0 ? sql`true` : sql`g.recipe ->> 'model' not in ${models}`;
		return rowsOf(
			db,
			sql`
			select g.recipe ->> 'model' as model, array_agg(g.id) as "generationIds"
			from pgboss.job j join generations g on g.id = j.data ->> 'generationId'
			where j.name = ${queue} and j.state < 'active' and ${known}
			group by 1`,
		);
	}

	/** Takes the next job, or the one that `heads` found, leaving out lanes that hold `lanePainters` painters already. */
	async take(lanePainters: number, head?: WaitingHead): Promise<TakenJob | undefined> {
		const [job] = await this.#boss.fetch<PaintData>(queue, {
			batchSize: 1,
			groupConcurrency: lanePainters + (head?.drawn ?? 0),
			includeMetadata: true,
			// In a lane no two jobs have one place.
			...(head && { minPriority: head.priority, maxPriority: head.priority, ignoreGroups: head.rivals }),
		});
		return job && { attempt: { id: job.id, retryCount: job.retryCount }, generationId: job.data.generationId };
	}

	/** Says that the taker is alive; due well within every ten seconds. */
	async beat(job: TakenJob): Promise<void> {
		await this.#boss.touch(queue, job.attempt);
	}

	/** Ends a job within the caller's transaction. */
	async finish(tx: Db, job: TakenJob): Promise<void> {
		await this.#boss.complete(queue, job.attempt, null, { db: inside(tx) });
	}

	/** Gives a job back, to be taken again at once. */
	async handBack(job: TakenJob): Promise<void> {
		await this.#boss.fail(queue, job.attempt);
	}

	/** Takes a waiting job out of the queue, within the caller's transaction. */
	async cancel(tx: Db, jobId: string): Promise<void> {
		await this.#boss.cancel(queue, jobId, { db: inside(tx) });
	}

	/** Takes the waiting job of a generation out of the queue, within the caller's transaction. */
	async cancelOf(tx: Db, generationId: string): Promise<void> {
		const generation = await findGeneration(tx, generationId);
		if (generation) await this.cancel(tx, generation.jobId);
	}

	/** Takes a job that was delivered too often. End it with `buryDead`. */
	async takeDead(): Promise<TakenJob | undefined> {
		const [job] = await this.#boss.fetch<PaintData>(deadQueue, { batchSize: 1, includeMetadata: true });
		return job && { attempt: { id: job.id, retryCount: job.retryCount }, generationId: job.data.generationId };
	}

	async buryDead(tx: Db, job: TakenJob): Promise<void> {
		await this.#boss.complete(deadQueue, job.attempt, null, { db: inside(tx) });
	}

	/**
	 * Hands back every job that is in somebody's hands. Only for the sole owner of an embedded database, just started: whoever
	 * held them is dead, and nobody needs to wait for the heart to be missed.
	 */
	async reclaimAll(db: Db): Promise<number> {
		const rows = await rowsOf<JobAttempt>(
			db,
			sql`select id, retry_count as "retryCount" from pgboss.job where name = ${queue} and state = 'active'`,
		);
		const held = rows.map((row) => ({ id: row.id, retryCount: row.retryCount }));
		if (held.length > 0) await this.#boss.fail(queue, held);
		return held.length;
	}

	async stop(): Promise<void> {
		await this.#boss.stop({ graceful: false });
	}
}

/** The two drivers hand out rows in two ways. */
async function rowsOf<T>(db: Db, query: SQL): Promise<T[]> {
	const result = (await db.execute(query)) as unknown as { rows?: T[] } & T[];
	return result.rows ?? result;
}

/** pg-boss then writes inside the transaction of the caller. */
function inside(tx: Db) {
	return fromDrizzle(
		tx as unknown as Parameters<typeof fromDrizzle>[0],
		sql as unknown as Parameters<typeof fromDrizzle>[1],
	);
}
