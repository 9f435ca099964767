import { setTimeout as wait } from 'node:timers/promises';
import type { Database, Db } from '../db/client.ts';
import { isDatabaseAway, rootCause } from '../db/client.ts';
import { advanceClocks } from '../db/fair.ts';
import { takeGeneration } from '../db/generations.ts';
import type { ImageStore } from '../images/store.ts';
import type { Log } from '../log.ts';
import type { PainterClient } from '../pipeline/client.ts';
import { GuildQueues } from './guild-queues.ts';
import { Host } from './host.ts';
import { JobPainter } from './job-painter.ts';
import type { Jobs, TakenJob } from './jobs.ts';
import { RatingWatch, type TaggerState } from './rating-watch.ts';
import { type PaintModel, Seat } from './seat.ts';
import { settleUnpainted } from './settle.ts';
import { Signal } from './signal.ts';
import type { JudgeUpload } from './sources.ts';

const pollMs = 1000;
const beatMs = 3000;
/** How long `stop` waits for the painters to come to the end of a step. */
const patienceMs = 5000;

/**
 * Pulls jobs in fair order, one for each painter that can draw, and sees each to its end: a painter may finish one while it draws the
 * next. A job is `taken` (pg-boss), `running` (our row), perhaps *drawn*, then settled in one transaction; if this process dies, the
 * missed heartbeat brings the job to the next dispatcher.
 */
export class Dispatcher {
	readonly #db: Db;
	readonly #jobs: Jobs;
	readonly #painters: PainterClient[];
	readonly #log: Log;
	readonly #guildPainters: number;
	readonly #guilds: GuildQueues;
	readonly #onSettled: () => void;
	readonly #wakes: Signal[];
	readonly #models: ReadonlyMap<string, PaintModel>;
	readonly #host: Host;
	/** Whether other painters may take what this one leaves. */
	readonly #hasOthers: boolean;
	readonly #ratings: RatingWatch;
	readonly #jobPainter: JobPainter;
	readonly #abort = new AbortController();
	#loops: Promise<void>[] = [];

	constructor(options: {
		database: Database;
		jobs: Jobs;
		store: ImageStore;
		painters: PainterClient[];
		/** What the painters can open, by hash. */
		models: ReadonlyMap<string, PaintModel>;
		guildPainters: number;
		/** Without it no upload of a member's is used. */
		judgeUpload?: JudgeUpload;
		log: Log;
		/** Called when a generation ended, so that the outbox looks at once. */
		onSettled?: () => void;
		/** Called when progress was written, so that the board looks at once. */
		onProgress?: () => void;
	}) {
		this.#db = options.database.db;
		this.#jobs = options.jobs;
		this.#painters = options.painters;
		this.#wakes = options.painters.map(() => new Signal());
		this.#models = options.models;
		this.#hasOthers = options.database.kind !== 'embedded' || options.painters.length > 1;
		this.#log = options.log;
		this.#ratings = new RatingWatch(options.log);
		this.#guildPainters = options.guildPainters;
		this.#guilds = new GuildQueues(options.guildPainters);
		this.#onSettled = options.onSettled ?? (() => {});
		this.#jobPainter = new JobPainter({
			db: this.#db,
			jobs: options.jobs,
			store: options.store,
			models: options.models,
			judgeUpload: options.judgeUpload ?? (() => 'Pictures of members cannot be used here.'),
			ratings: this.#ratings,
			log: options.log,
			onSettled: this.#onSettled,
			onProgress: options.onProgress ?? (() => {}),
		});
		this.#host = new Host({
			database: options.database,
			jobs: options.jobs,
			models: [...options.models.keys()],
			log: options.log,
			onSettled: this.#onSettled,
		});
	}

	/** How the tagger did in the last jobs. */
	get tagger(): TaggerState {
		return this.#ratings.state;
	}

	start(): void {
		this.#host.start();
		this.#loops = [...this.#painters.map((painter, i) => this.#pull(painter, this.#wakes[i]!)), this.#bury()];
	}

	/** Looks for a job at once instead of at the next poll. */
	wake(): void {
		for (const wake of this.#wakes) wake.fire();
	}

	/** Takes no more jobs, hands the running ones back, and ends. */
	async stop(): Promise<void> {
		this.#abort.abort();
		this.wake();
		// Between two steps of a large model lies more time than a supervisor gives us; the job is handed back either way.
		const impatience = setTimeout(() => {
			for (const painter of this.#painters) painter.kill();
		}, patienceMs);
		await Promise.all(this.#loops);
		clearTimeout(impatience);
		await this.#host.stop();
	}

	get #stopping(): boolean {
		return this.#abort.signal.aborted;
	}

	async #pull(painter: PainterClient, wake: Signal): Promise<void> {
		const seat = new Seat(painter, {
			db: this.#db,
			jobs: this.#jobs,
			models: this.#models,
			guildPainters: this.#guildPainters,
			painters: this.#painters.length,
			hasOthers: this.#hasOthers,
		});
		const running = new Set<Promise<void>>();
		while (!this.#stopping) {
			try {
				const job = await seat.take();
				if (!job) await wake.wait(pollMs);
				else await this.#begin(job, painter, running);
			} catch (error) {
				this.#complain(error);
				await wake.wait(pollMs);
			}
		}
		await Promise.all(running);
	}

	/** Sees a job to its end among those that are `running`; resolves when the painter can take the next one. */
	async #begin(job: TakenJob, painter: PainterClient, running: Set<Promise<void>>): Promise<void> {
		const free = Promise.withResolvers<void>();
		const before = [...running];
		const seen = this.#see(job, painter, { free: free.resolve, alone: () => Promise.all(before) })
			.catch(async (error: unknown) => {
				this.#complain(error);
				await wait(pollMs, undefined, { signal: this.#abort.signal }).catch(() => {});
				// If this fails as well, its heart stops beating, and it is given out again.
				await this.#jobs.handBack(job).catch(() => {});
			})
			.finally(() => {
				running.delete(seen);
				free.resolve();
			});
		running.add(seen);
		await free.promise;
	}

	#complain(error: unknown): void {
		const away = isDatabaseAway(error);
		this.#log[away ? 'warn' : 'error']('a job could not be handled', { error: away ? rootCause(error) : error });
	}

	async #see(job: TakenJob, painter: PainterClient, turn: Turn): Promise<void> {
		const generation = await this.#db.transaction(async (tx) => {
			const taken = await takeGeneration(tx, job.generationId);
			if (taken) await advanceClocks(tx, taken);
			else await this.#jobs.finish(tx, job);
			return taken;
		});
		if (!generation) return;
		const beat = setInterval(() => {
			this.#jobs.beat(job).catch((error: unknown) => this.#log.warn('a heartbeat failed', { error: rootCause(error) }));
		}, beatMs);
		try {
			// A painter died over it, perhaps over what was beside it: the next death tells.
			const isSuspect = generation.crashes > 0;
			if (isSuspect) await turn.alone();
			let ended: Promise<void> | undefined;
			await this.#guilds.run(generation.lane, () => {
				const drawn = Promise.withResolvers<void>();
				const free = isSuspect ? {} : { free: drawn.resolve };
				ended = this.#jobPainter
					.paint(job, generation, painter, { stopping: this.#abort.signal, ...free })
					.finally(drawn.resolve);
				ended.catch(() => {}); // it is awaited below
				return drawn.promise;
			});
			turn.free();
			await ended;
		} finally {
			clearInterval(beat);
		}
	}

	/** Ends generations whose job was delivered too often: nobody may be left waiting without a word. */
	async #bury(): Promise<void> {
		const signal = new Signal();
		this.#abort.signal.addEventListener('abort', () => signal.fire());
		while (!this.#stopping) {
			try {
				const dead = await this.#jobs.takeDead();
				if (dead) {
					const failure = `This was tried many times and never finished. It is noted as ${dead.generationId}; please try again.`;
					const books = { db: this.#db, jobs: this.#jobs };
					await settleUnpainted(books, dead.generationId, { state: 'failed', failure }, (tx) =>
						this.#jobs.buryDead(tx, dead),
					);
					this.#onSettled();
				} else await signal.wait(5 * pollMs);
			} catch (error) {
				this.#log.warn('hopeless jobs could not be looked at', { error: rootCause(error) });
				await signal.wait(5 * pollMs);
			}
		}
	}
}

/** When the painter's others may go on. */
interface Turn {
	/** The painter can take the next job. */
	free: () => void;
	/** Resolves when the jobs that the painter had before have ended. */
	alone: () => Promise<unknown>;
}
