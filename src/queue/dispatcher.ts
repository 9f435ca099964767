import type { Database, Db } from '../db/client.ts';
import { isDatabaseAway, rootCause } from '../db/client.ts';
import { advanceClocks } from '../db/fair.ts';
import { countCrash, findGeneration, type Generation, takeGeneration } from '../db/generations.ts';
import { findImage } from '../db/images.ts';
import { writeProgress } from '../db/progress.ts';
import { type ImageStore, MissingImageError } from '../images/store.ts';
import type { Log } from '../log.ts';
import { type PainterClient, PainterDied } from '../pipeline/client.ts';
import { GuildQueues } from './guild-queues.ts';
import type { Jobs, TakenJob } from './jobs.ts';
import { RatingWatch, type TaggerState } from './rating-watch.ts';
import { settlePainted, settleUnpainted } from './settle.ts';
import { Signal } from './signal.ts';

const pollMs = 1000;
const beatMs = 3000;
/** How long `stop` waits for the painters to come to the end of a step. */
const patienceMs = 5000;
const progressMs = 900;
/** Sooner, so that a short job shows a bar as well. */
const firstProgressMs = 400;
/** Painters that may die on one job before it is taken for poison. */
const mostCrashes = 5;
/** Discord takes no larger request. */
const maxTotalBytes = 25 * 2 ** 20 - 64 * 1024;

/**
 * Pulls jobs in fair order, one for each idle painter, and sees each to its end. A job is `taken` (pg-boss), `running` (our
 * row), then settled in one transaction; if this process dies, the missed heartbeat brings the job to the next dispatcher.
 */
export class Dispatcher {
	readonly #db: Db;
	readonly #jobs: Jobs;
	readonly #store: ImageStore;
	readonly #painters: PainterClient[];
	readonly #log: Log;
	readonly #guildPainters: number;
	readonly #guilds: GuildQueues;
	readonly #onSettled: () => void;
	readonly #onProgress: () => void;
	readonly #wakes: Signal[];
	readonly #modelHash: string;
	readonly #ratings: RatingWatch;
	readonly #abort = new AbortController();
	#loops: Promise<void>[] = [];

	constructor(options: {
		database: Database;
		jobs: Jobs;
		store: ImageStore;
		painters: PainterClient[];
		/** Of the model that the painters have loaded. */
		modelHash: string;
		guildPainters: number;
		log: Log;
		/** Called when a generation ended, so that the outbox looks at once. */
		onSettled?: () => void;
		/** Called when progress was written, so that the board looks at once. */
		onProgress?: () => void;
	}) {
		this.#db = options.database.db;
		this.#jobs = options.jobs;
		this.#store = options.store;
		this.#painters = options.painters;
		this.#wakes = options.painters.map(() => new Signal());
		this.#modelHash = options.modelHash;
		this.#log = options.log;
		this.#ratings = new RatingWatch(options.log);
		this.#guildPainters = options.guildPainters;
		this.#guilds = new GuildQueues(options.guildPainters);
		this.#onSettled = options.onSettled ?? (() => {});
		this.#onProgress = options.onProgress ?? (() => {});
	}

	/** How the tagger did in the last jobs. */
	get tagger(): TaggerState {
		return this.#ratings.state;
	}

	start(): void {
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
	}

	get #stopping(): boolean {
		return this.#abort.signal.aborted;
	}

	async #pull(painter: PainterClient, wake: Signal): Promise<void> {
		while (!this.#stopping) {
			let job: TakenJob | undefined;
			try {
				job = await this.#jobs.take(this.#guildPainters);
				if (job) await this.#see(job, painter);
				else await wake.wait(pollMs);
			} catch (error) {
				const away = isDatabaseAway(error);
				this.#log[away ? 'warn' : 'error']('a job could not be handled', { error: away ? rootCause(error) : error });
				await wake.wait(pollMs);
				// If this fails as well, its heart stops beating, and it is given out again.
				if (job) await this.#jobs.handBack(job).catch(() => {});
			}
		}
	}

	async #see(job: TakenJob, painter: PainterClient): Promise<void> {
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
			await this.#guilds.run(generation.lane, () => this.#paint(job, generation, painter));
		} finally {
			clearInterval(beat);
		}
	}

	async #paint(job: TakenJob, generation: Generation, painter: PainterClient): Promise<void> {
		const stop = new AbortController();
		const signal = AbortSignal.any([stop.signal, this.#abort.signal]);
		const reporter = this.#reporter(generation.id, () => stop.abort());
		try {
			if (generation.recipe.model !== this.#modelHash) throw new Unpaintable(otherModel);
			const parentImage = await this.#parentImage(generation);
			const { pictures, stats, problem } = await painter.paint(
				{
					id: `${generation.id}.${generation.attempt}`,
					recipe: generation.recipe,
					...(parentImage && { parentImage }),
					maxFileBytes: generation.uploadLimit,
					maxTotalBytes,
				},
				{ signal, onProgress: reporter.report },
			);
			// A note that came after the end would stay for ever.
			await reporter.idle();
			const books = { db: this.#db, jobs: this.#jobs, store: this.#store };
			const ours = await settlePainted(books, job, generation, pictures, stats);
			const rated = pictures.filter(({ seen }) => seen).length;
			this.#ratings.note({ generationId: generation.id, rated, unrated: pictures.length - rated, problem });
			const facts = { generationId: generation.id, pictures: pictures.length, ...stats };
			if (ours) this.#log.info('painted', facts);
			else this.#log.warn('a late result was thrown away', facts);
		} catch (error) {
			await reporter.idle();
			await this.#fallen(job, generation, error);
		}
		this.#onSettled();
	}

	async #parentImage(generation: Generation): Promise<Uint8Array | undefined> {
		if (generation.recipe.parent === undefined) return undefined;
		const image = await findImage(this.#db, generation.recipe.parent.imageId);
		const parent = image && (await findGeneration(this.#db, image.generationId));
		if (!image || parent?.deletedAt) throw new Unpaintable(parentGone);
		try {
			return await this.#store.get(image.file);
		} catch (error) {
			throw error instanceof MissingImageError ? new Unpaintable(parentGone) : error;
		}
	}

	/** Writes progress about once a second, and stops the painter when the member asks to. */
	#reporter(generationId: string, stop: () => void) {
		let last = performance.now() - progressMs + firstProgressMs;
		let writing: Promise<void> | undefined;
		// A preview comes a moment after its step, and must not wait for the next one.
		let latest: Uint8Array | null = null;
		const report = ({ step, steps, preview }: { step: number; steps: number; preview?: Uint8Array }) => {
			latest = preview ?? latest;
			if (writing || performance.now() - last < progressMs) return;
			last = performance.now();
			writing = writeProgress(this.#db, { generationId, step, steps, preview: latest })
				.then((cancelRequested) => {
					if (cancelRequested) stop();
					this.#onProgress();
				})
				.catch((error: unknown) => this.#log.warn('progress could not be written', { error: rootCause(error) }))
				.finally(() => {
					writing = undefined;
				});
		};
		return { report, idle: async () => writing };
	}

	/** Decides what becomes of a job that brought no pictures. */
	async #fallen(job: TakenJob, generation: Generation, error: unknown): Promise<void> {
		const { id, attempt } = generation;
		const end = (state: 'failed' | 'cancelled', failure?: string) =>
			settleUnpainted({ db: this.#db, jobs: this.#jobs }, id, { state, attempt, ...(failure && { failure }) }, (tx) =>
				this.#jobs.finish(tx, job),
			);
		if (this.#stopping) return this.#jobs.handBack(job);
		if (isAbort(error)) return void (await end('cancelled'));
		if (error instanceof Unpaintable) return void (await end('failed', error.message));
		if (error instanceof PainterDied) {
			const crashes = await countCrash(this.#db, id);
			this.#log.error('a painter died', { generationId: id, crashes, error: error.message });
			if (crashes < mostCrashes) return this.#jobs.handBack(job);
			await end(
				'failed',
				`The painter crashed ${crashes} times on this picture, so it was given up. Try a smaller size.`,
			);
			return;
		}
		if (isDatabaseAway(error)) throw error;
		this.#log.error('a picture failed', { generationId: id, guildId: generation.guildId, error });
		await end('failed', `Something went wrong while painting. It is noted as ${id}; please try again.`);
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

/** The world changed while the job waited; the message is for the member. */
class Unpaintable extends Error {}
const parentGone = 'The picture that this was to be made from has been deleted meanwhile.';
const otherModel = 'The model was changed while this waited in line, so it was not painted. Please ask again.';

function isAbort(error: unknown): boolean {
	return error instanceof Error && error.name === 'AbortError';
}
