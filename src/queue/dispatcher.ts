import type { Database, Db } from '../db/client.ts';
import { isDatabaseAway, rootCause } from '../db/client.ts';
import { advanceClocks } from '../db/fair.ts';
import { countCrash, type Generation, takeGeneration } from '../db/generations.ts';
import { writeProgress } from '../db/progress.ts';
import type { ImageStore } from '../images/store.ts';
import type { Log } from '../log.ts';
import { ModelUnusable, type PainterClient, PainterDied, UploadRefused } from '../pipeline/client.ts';
import type { SeenInPicture } from '../pipeline/protocol.ts';
import { chooseHead, mostOvertaken } from './choose.ts';
import { GuildQueues } from './guild-queues.ts';
import { Host, modelGone } from './host.ts';
import type { Jobs, TakenJob, WaitingHead } from './jobs.ts';
import { RatingWatch, type TaggerState } from './rating-watch.ts';
import { fetchReferences } from './reference.ts';
import { settlePainted, settleUnpainted } from './settle.ts';
import { Signal } from './signal.ts';
import { decideOnUpload, fetchSources, type JudgeUpload, Unpaintable } from './sources.ts';

const pollMs = 1000;
const beatMs = 3000;
/** How long `stop` waits for the painters to come to the end of a step. */
const patienceMs = 5000;
const progressMs = 900;
/** Sooner, so that a short job shows a bar as well. */
const firstProgressMs = 400;
/** How long a painter leaves a job to those that have its model open, where there are others. */
const yieldMs = 1500;
/** An opening that is over sooner is not worth telling. */
const tellLoadingMs = 700;
/** Pictures that a painter draws side by side: half as many each time that one died over them, perhaps for want of memory. */
const mostAtOnce = 4;
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
	readonly #models: ReadonlyMap<string, PaintModel>;
	readonly #host: Host;
	/** Whether other painters may take what this one leaves. */
	readonly #hasOthers: boolean;
	readonly #ratings: RatingWatch;
	readonly #judgeUpload: JudgeUpload;
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
		this.#store = options.store;
		this.#painters = options.painters;
		this.#wakes = options.painters.map(() => new Signal());
		this.#models = options.models;
		this.#hasOthers = options.database.kind !== 'embedded' || options.painters.length > 1;
		this.#log = options.log;
		this.#judgeUpload = options.judgeUpload ?? (() => 'Pictures of members cannot be used here.');
		this.#ratings = new RatingWatch(options.log);
		this.#guildPainters = options.guildPainters;
		this.#guilds = new GuildQueues(options.guildPainters);
		this.#onSettled = options.onSettled ?? (() => {});
		this.#onProgress = options.onProgress ?? (() => {});
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
		const seat: Seat = { painter, overtaken: 0, left: undefined };
		while (!this.#stopping) {
			let job: TakenJob | undefined;
			try {
				job = await this.#take(seat);
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

	/** Takes a job for a painter. Where another painter, of this host or of others, was quicker, there may be a next one. */
	async #take(seat: Seat): Promise<TakenJob | undefined> {
		for (let tries = this.#painters.length + 1; tries > 0; tries--) {
			const result = await this.#tryToTake(seat);
			if (result !== 'too late') return result;
		}
		return undefined;
	}

	/** Takes the job that `chooseHead` says. */
	async #tryToTake(seat: Seat): Promise<TakenJob | 'too late' | undefined> {
		const { painter } = seat;
		const heads = await this.#jobs.heads(this.#db, [...this.#models.keys()], this.#guildPainters);
		const isLoaded = (hash: string) => painter.loaded.has(this.#models.get(hash)?.path ?? '');
		const bench = { isLoaded, overtaken: seat.overtaken, mostOvertaken: mostOvertaken(painter.loadMs) };
		const choice = chooseHead(heads, bench);
		if (!choice || (!isLoaded(choice.head.model) && this.#leaves(seat, choice.head))) return undefined;
		const job = await this.#jobs.take(this.#guildPainters, choice.head);
		if (!job) return 'too late';
		seat.overtaken = choice.isOutOfTurn ? seat.overtaken + choice.head.cost : 0;
		return job;
	}

	/** Says whether a job is left for a moment to painters that have its model open already. */
	#leaves(seat: Seat, { id }: WaitingHead): boolean {
		if (!this.#hasOthers) return false;
		if (seat.left?.id !== id) seat.left = { id, since: performance.now() };
		return performance.now() - seat.left.since < yieldMs;
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
			const model = this.#models.get(generation.recipe.model);
			if (!model) throw new Unpaintable(modelGone);
			const shelves = { db: this.#db, store: this.#store };
			const sources = await fetchSources(shelves, generation);
			const references = await fetchReferences(shelves, generation);
			const mayUse = ({ seen, problem }: { seen?: SeenInPicture; problem?: string }) => {
				if (!seen) this.#log.error('an upload could not be rated', { generationId: generation.id, problem });
				return decideOnUpload(this.#db, generation, seen, this.#judgeUpload);
			};
			const { pictures, stats, problem } = await painter.paint(
				{
					id: `${generation.id}.${generation.attempt}`,
					recipe: generation.recipe,
					modelPath: model.path,
					...sources,
					...(references && { references }),
					...(generation.crashes > 0 && { atOnce: Math.max(1, mostAtOnce >> generation.crashes) }),
					maxFileBytes: generation.uploadLimit,
					maxTotalBytes,
				},
				{ signal, onProgress: reporter.report, onLoading: reporter.loading, mayUse },
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

	/** Writes progress about once a second, and stops the painter when the member asks to. */
	#reporter(generationId: string, stop: () => void) {
		let last = performance.now() - progressMs + firstProgressMs;
		let writing: Promise<void> | undefined;
		// A preview comes a moment after its step, and must not wait for the next one.
		let latest: Uint8Array | null = null;
		let opening: NodeJS.Timeout | undefined;
		const loading = () => {
			opening = setTimeout(() => {
				last = Number.NEGATIVE_INFINITY;
				write(0, 0);
			}, tellLoadingMs);
		};
		const report = ({ step, steps, preview }: { step: number; steps: number; preview?: Uint8Array }) => {
			clearTimeout(opening);
			latest = preview ?? latest;
			write(step, steps);
		};
		const write = (step: number, steps: number) => {
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
		const idle = async () => {
			clearTimeout(opening);
			await writing;
		};
		return { report, loading, idle };
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
		if (error instanceof UploadRefused) return void (await end('failed', `${error.message} Nothing was charged.`));
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
		if (error instanceof ModelUnusable) {
			const name = this.#models.get(generation.recipe.model)?.name;
			this.#log.error('a model cannot be opened', { generationId: id, model: name, error: error.message });
			await end('failed', `The model ${name} cannot be opened at the moment. Nothing was charged. Try another model.`);
			return;
		}
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

/** A model that lies on this host. */
export interface PaintModel {
	name: string;
	/** Absolute. */
	path: string;
}

/** A painter, and what it did with the order of jobs. */
interface Seat {
	readonly painter: PainterClient;
	overtaken: number;
	/** The job that it leaves to others, and since when. */
	left: { id: string; since: number } | undefined;
}

function isAbort(error: unknown): boolean {
	return error instanceof Error && error.name === 'AbortError';
}
