import { type Db, isDatabaseAway, rootCause } from '../db/client.ts';
import { countCrash, type Generation, noteDrawn } from '../db/generations.ts';
import type { ImageStore } from '../images/store.ts';
import type { Log } from '../log.ts';
import { ModelUnusable, type PainterClient, PainterDied, UploadRefused } from '../pipeline/client.ts';
import type { SeenInPicture } from '../pipeline/protocol.ts';
import { modelGone } from './host.ts';
import type { Jobs, TakenJob } from './jobs.ts';
import type { RatingWatch } from './rating-watch.ts';
import { fetchReferences } from './reference.ts';
import { Reporter } from './reporter.ts';
import type { PaintModel } from './seat.ts';
import { settlePainted, settleUnpainted } from './settle.ts';
import { decideOnUpload, fetchSources, type JudgeUpload, Unpaintable } from './sources.ts';

/** Pictures that a painter draws side by side: half as many each time that one died over them, perhaps for want of memory. */
const mostAtOnce = 4;
/** Painters that may die on one job before it is taken for poison. */
const mostCrashes = 5;
/** Discord takes no larger request. */
const maxTotalBytes = 25 * 2 ** 20 - 64 * 1024;

interface JobPainterOptions {
	db: Db;
	jobs: Jobs;
	store: ImageStore;
	models: ReadonlyMap<string, PaintModel>;
	judgeUpload: JudgeUpload;
	ratings: RatingWatch;
	log: Log;
	onSettled: () => void;
	onProgress: () => void;
}

interface Turn {
	/** Aborted when this program ends: then the job is handed back. */
	stopping: AbortSignal;
	/** Is called when neither painter nor guild wait any longer for the rest of the job; without it, they wait for its end. */
	free?: () => void;
}

/** Sees one taken job through a painter, and settles it in one transaction. */
export class JobPainter {
	readonly #db: Db;
	readonly #jobs: Jobs;
	readonly #store: ImageStore;
	readonly #models: ReadonlyMap<string, PaintModel>;
	readonly #judgeUpload: JudgeUpload;
	readonly #ratings: RatingWatch;
	readonly #log: Log;
	readonly #onSettled: () => void;
	readonly #onProgress: () => void;

	constructor(options: JobPainterOptions) {
		this.#db = options.db;
		this.#jobs = options.jobs;
		this.#store = options.store;
		this.#models = options.models;
		this.#judgeUpload = options.judgeUpload;
		this.#ratings = options.ratings;
		this.#log = options.log;
		this.#onSettled = options.onSettled;
		this.#onProgress = options.onProgress;
	}

	/** Paints a job and settles it, or what became of it. */
	async paint(job: TakenJob, generation: Generation, painter: PainterClient, { stopping, free }: Turn): Promise<void> {
		const stop = new AbortController();
		const signal = AbortSignal.any([stop.signal, stopping]);
		const reporter = new Reporter({
			db: this.#db,
			generationId: generation.id,
			log: this.#log,
			onWritten: this.#onProgress,
			stop: () => stop.abort(),
		});
		const onDrawn = () =>
			noteDrawn(this.#db, generation)
				.then((cancelRequested) => cancelRequested && stop.abort())
				.catch((error: unknown) => this.#log.warn('progress could not be written', { error: rootCause(error) }))
				.finally(free);
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
				{ signal, onProgress: reporter.report, onLoading: reporter.loading, mayUse, ...(free && { onDrawn }) },
			);
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
			if (stopping.aborted) await this.#jobs.handBack(job);
			else await this.#fallen(job, generation, error);
		}
		this.#onSettled();
	}

	/** Decides what becomes of a job that brought no pictures. */
	async #fallen(job: TakenJob, generation: Generation, error: unknown): Promise<void> {
		const { id, attempt } = generation;
		const end = (state: 'failed' | 'cancelled', failure?: string) =>
			settleUnpainted({ db: this.#db, jobs: this.#jobs }, id, { state, attempt, ...(failure && { failure }) }, (tx) =>
				this.#jobs.finish(tx, job),
			);
		if (isAbort(error)) return void (await end('cancelled'));
		if (error instanceof UploadRefused) return void (await end('failed', `${error.message} Nothing was charged.`));
		if (error instanceof Unpaintable) return void (await end('failed', error.message));
		if (error instanceof PainterDied && error.isBystander) return this.#jobs.handBack(job);
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
}

function isAbort(error: unknown): boolean {
	return error instanceof Error && error.name === 'AbortError';
}
