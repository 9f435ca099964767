import { EventEmitter } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Describing } from './describing.ts';
import { type PainterDied, PainterProcess, type PainterReady, type ProcessOptions } from './painter-process.ts';
import type {
	DescribedPicture,
	FromPainter,
	PaintJob,
	PaintStats,
	Picture,
	SeenInPicture,
	ToPainter,
} from './protocol.ts';

export { PainterBroken, PainterDied, type PainterReady, painterEnvironment } from './painter-process.ts';
export type { DeviceChoice } from './protocol.ts';

export interface PainterOptions extends ProcessOptions {
	/** How long a cancelled job may take to its next step before the painter is killed; 15 s, while a model is opened 2 min. */
	cancelGraceMs?: number;
	/** Waiting time before a restart; it doubles with each failure in a row, up to 30 s. 250 ms. */
	restartDelayMs?: number;
	/** How long the tagger, or the scorer, may look at one picture before the painter is killed; 30 s. */
	ratingMs?: number;
}

export type PaintProgress = Omit<Extract<FromPainter, { type: 'progress' }>, 'type' | 'id'>;

export interface Painted {
	/** Without `seen` where the tagger could not look, for the reason in `problem`. */
	pictures: Picture[];
	stats: PaintStats;
	problem?: string;
}

/** The painter could not do a job and lives on; trying the same again will most likely fail the same way. */
export class PaintFailed extends Error {
	constructor(message: string) {
		super(message);
		this.name = 'PaintFailed';
	}
}

/** What the member sent cannot be used; the message is for them. */
export class UploadRefused extends PaintFailed {
	constructor(message: string) {
		super(message);
		this.name = 'UploadRefused';
	}
}

/** The model of a job cannot be opened on this host. */
export class ModelUnusable extends PaintFailed {
	constructor(message: string) {
		super(message);
		this.name = 'ModelUnusable';
	}
}

interface CurrentJob {
	id: string;
	receive: (message: Exclude<FromPainter, { type: 'ready' | 'broken' | 'described' }>) => void;
	/** Set once the job was sent. */
	died?: (error: PainterDied) => void;
}

/**
 * A painter process as the bot sees it. States: *starting* (left when the process is ready or ends), *idle* (left by `paint`, by the
 * process ending, by `close`), *painting* (left when the job is painted, failed or cancelled, or the process ends), *rating* (left
 * when every picture was rated and scored, or cancelled, or the process ends; a tagger that is silent for too long ends the process, and
 * the job with pictures that are not rated), *waiting* to restart after an end (left after the delay, or by `close`), *closed* (for good). Emits `ready` after every start, `died`
 * when the process ended without being asked to.
 */
export class PainterClient extends EventEmitter<{ ready: [PainterReady]; died: [PainterDied] }> {
	readonly #options: PainterOptions;
	readonly #closing = new AbortController();
	readonly #closed: Promise<void>;
	#process: PainterProcess | undefined;
	/** Of the process that is ready, or of the next that will be. */
	#available = newAvailable();
	#job: CurrentJob | undefined;
	readonly #describing = new Describing();
	#failures = 0;
	/** Of the process that runs now. */
	#loaded: ReadonlySet<string>;
	#loadMs = 0;

	private constructor(options: PainterOptions, firstStart: PromiseWithResolvers<PainterReady>) {
		super();
		this.#options = options;
		this.#loaded = new Set([options.modelFolder]);
		this.#closed = this.#keepRunning(firstStart);
	}

	/**
	 * Starts a painter and resolves when it has loaded the model.
	 *
	 * @throws {SetupError} in the painter's words, if it cannot load it; {PainterDied} if it ended without a word.
	 */
	static async start(options: PainterOptions): Promise<PainterClient> {
		const firstStart = Promise.withResolvers<PainterReady>();
		const client = new PainterClient(options, firstStart);
		await firstStart.promise;
		return client;
	}

	/** Of the process that runs now; `undefined` between two. */
	get pid(): number | undefined {
		return this.#process?.pid;
	}

	/** Paths of the models that are open, those of LoRAs with them: a job of another one begins with opening it. */
	get loaded(): ReadonlySet<string> {
		return this.#loaded;
	}

	/** Milliseconds that it took to open a model the last time; 0 before any was. */
	get loadMs(): number {
		return this.#loadMs;
	}

	/** Whether it has no job. */
	get isIdle(): boolean {
		return this.#job === undefined;
	}

	/** What the process that runs now said when it was ready; waits while there is none. */
	async whenReady(): Promise<PainterReady> {
		return (await this.#available.promise).ready;
	}

	/**
	 * Paints one job; one at a time. Waits while the painter restarts.
	 *
	 * @param signal cancels: between two steps, or hard when the grace time is over. The promise then rejects with its reason.
	 * @param onLoading is called when the job's model, or its LoRAs, have to be opened first.
	 * @param mayUse is asked, where the job begins with a member's upload, with what the tagger saw in it; it throws where that must not
	 *   be used, and so the promise rejects. Without it no upload is used.
	 * @throws {PainterDied} if the process ended over it, {UploadRefused} if what the member sent cannot be used, {ModelUnusable} if its model cannot be opened, {PaintFailed} if the painter refused or failed.
	 */
	async paint(job: PaintJob, { signal, onProgress, onLoading, mayUse }: PaintOptions = {}): Promise<Painted> {
		signal?.throwIfAborted();
		if (this.#job) throw new Error(`Expected one job at a time, got ${job.id} during ${this.#job.id}`);
		const outcome = Promise.withResolvers<Painted>();
		const rating = new Rating({
			limitMs: this.#options.ratingMs ?? 30_000,
			onDone: outcome.resolve,
			onSilence: (unrated) => {
				const who = unrated.problem === undefined ? 'scorer' : 'tagger';
				this.#options.log(`The ${who} is silent over job ${job.id}, so the painter is killed`);
				// Not before the process is gone, or the next job would be sent to it.
				current.died = () => outcome.resolve(unrated);
				this.kill();
			},
		});
		const current: CurrentJob = {
			id: job.id,
			receive: (message) => {
				if (message.type === 'progress') {
					const { step, steps, preview } = message;
					return onProgress?.({ step, steps, ...(preview && { preview }) });
				}
				if (message.type === 'loading') {
					isLoading = true;
					return onLoading?.();
				}
				if (message.type === 'models') {
					isLoading = false;
					this.#loaded = new Set(message.loaded);
					this.#loadMs = message.ms;
					return;
				}
				if (message.type === 'looked') {
					clearTimeout(looking);
					const answer = async () => mayUse?.(message) ?? Promise.reject(new Error('No upload may be used'));
					const tell = (type: 'proceed' | 'cancel') => this.#process?.send({ type, id: job.id });
					answer().then(
						() => tell('proceed'),
						(error: unknown) => {
							refusal = error;
							tell('cancel');
						},
					);
					return;
				}
				this.#failures = 0;
				if (message.type === 'painted') rating.start(message);
				else if (message.type === 'rated' || message.type === 'scored') rating.take(message);
				else if (message.type === 'cancelled')
					outcome.reject(refusal ?? signal?.reason ?? new PaintFailed('It was cancelled'));
				else {
					const Failure = message.isModel ? ModelUnusable : message.isRefusal ? UploadRefused : PaintFailed;
					outcome.reject(new Failure(message.message));
				}
			},
		};
		let isLoading = false;
		let refusal: unknown;
		let looking: NodeJS.Timeout | undefined;
		let grace: NodeJS.Timeout | undefined;
		const cancel = () => {
			if (!current.died) return outcome.reject(signal?.reason);
			this.#process?.send({ type: 'cancel', id: job.id });
			grace = setTimeout(
				() => {
					this.#options.log(`The painter did not stop job ${job.id} in time and is killed`);
					outcome.reject(signal?.reason);
					this.kill();
				},
				this.#options.cancelGraceMs ?? (isLoading ? loadGraceMs : 15_000),
			);
		};
		this.#job = current;
		signal?.addEventListener('abort', cancel, { once: true });
		try {
			outcome.promise.catch(() => {}); // it may settle while we wait for a process
			const cancelled = outcome.promise.then(() => undefined);
			let process = await Promise.race([this.#available.promise, cancelled]);
			while (process !== this.#process) process = await Promise.race([this.#available.promise, cancelled]); // it ended just then
			current.died = outcome.reject;
			process?.send({ type: 'paint', job });
			// A file can be made to keep its reader busy for ever, and so may the tagger be.
			if (job.recipe.parent && job.recipe.parent.imageId === undefined)
				looking = setTimeout(() => this.kill(), readingMs + (this.#options.ratingMs ?? 30_000));
			return await outcome.promise;
		} finally {
			clearTimeout(grace);
			clearTimeout(looking);
			rating.stop();
			signal?.removeEventListener('abort', cancel);
			this.#job = undefined;
		}
	}

	/**
	 * Says what is in a file that a member sent, besides the job: between two of its steps.
	 *
	 * @param timeoutMs 60 s; where no job explains the silence, the painter is killed then.
	 * @throws {UserError} as `Describing.ask` does
	 */
	async describe(image: Uint8Array, timeoutMs = 60_000): Promise<DescribedPicture> {
		let asked: PainterProcess | undefined;
		const send = async (message: ToPainter) => {
			asked = await this.#available.promise;
			asked.send(message);
		};
		const timer = setTimeout(() => !this.#job && asked?.kill(), timeoutMs);
		return this.#describing.ask(image, send, timeoutMs).finally(() => clearTimeout(timer));
	}

	/** Ends the process at once, in the middle of anything; a new one follows. */
	kill(): void {
		this.#process?.kill();
	}

	/** Ends the process for good; resolves when it is gone. A running job rejects with `PainterDied`. */
	async close(): Promise<void> {
		this.#closing.abort();
		await this.#process?.end(2_000);
		await this.#closed;
	}

	/** Runs one process after the other until `close`; gives up only if the very first cannot load the model. */
	async #keepRunning(firstStart: PromiseWithResolvers<PainterReady>): Promise<void> {
		const closing = this.#closing.signal;
		for (let isFirst = true; !closing.aborted; isFirst = false) {
			const process = new PainterProcess(this.#options, (message) => this.#receive(message));
			this.#process = process;
			let wasReady = false;
			try {
				const ready = await process.ready;
				wasReady = true;
				this.#loaded = new Set([this.#options.modelFolder]);
				this.#available.resolve(process);
				firstStart.resolve(ready);
				this.emit('ready', ready);
			} catch (error) {
				if (isFirst) this.#closing.abort();
				firstStart.reject(error);
				if (!isFirst) this.#options.log(`The painter cannot start again: ${(error as Error).message}`);
			}
			const died = await process.gone;
			this.#process = undefined;
			if (wasReady) this.#available = newAvailable();
			this.#job?.died?.(died);
			this.#describing.fail();
			if (closing.aborted) break;
			this.emit('died', died);
			await this.#waitToRestart();
		}
		this.#available.reject(new Error('The painter is closed'));
	}

	async #waitToRestart(): Promise<void> {
		const delayMs = Math.min(30_000, (this.#options.restartDelayMs ?? 250) * 2 ** Math.min(this.#failures++, 10));
		this.#options.log(`The painter ended and starts again in ${delayMs} ms`);
		await wait(delayMs, undefined, { signal: this.#closing.signal }).catch(() => {}); // closed meanwhile
	}

	#receive(message: FromPainter): void {
		if (message.type === 'ready' || message.type === 'broken') return;
		if (message.type === 'described') this.#describing.take(message);
		else if (message.id === this.#job?.id) this.#job.receive(message);
	}
}

/** A model cannot be opened by halves: to kill the painter over it would cost everybody more than the wait. */
const loadGraceMs = 120_000;

/** How long an upload may take to be read, with room: see `images/incoming.ts`. */
const readingMs = 30_000;

interface PaintOptions {
	signal?: AbortSignal;
	mayUse?: (upload: { seen?: SeenInPicture; problem?: string }) => Promise<true>;
	onProgress?: (progress: PaintProgress) => void;
	onLoading?: () => void;
}

interface RatingOptions {
	limitMs: number;
	onDone: (painted: Painted) => void;
	/** Called with what is known by then. */
	onSilence: (unrated: Painted) => void;
}

/** The part of a job in which the tagger and the scorer look at the finished pictures, and the clock that runs meanwhile. */
class Rating {
	readonly #options: RatingOptions;
	#painted: Painted | undefined;
	#left = 0;
	#timer: NodeJS.Timeout | undefined;

	constructor(options: RatingOptions) {
		this.#options = options;
	}

	start({ pictures, stats, isScored = false }: Extract<FromPainter, { type: 'painted' }>): void {
		this.#painted = { pictures, stats: { ...stats, rateMs: 0 } };
		this.#left = pictures.length * (isScored ? 2 : 1);
		this.#wait();
	}

	take(message: Extract<FromPainter, { type: 'rated' | 'scored' }>): void {
		const picture = this.#painted?.pictures[message.position];
		if (!this.#painted || !picture) return;
		if (message.type === 'scored') picture.aesthetic = message.score;
		else {
			if (message.seen) picture.seen = message.seen;
			if (message.problem !== undefined) this.#painted.problem = message.problem;
		}
		this.#painted.stats.rateMs += message.ms;
		this.#left--;
		this.stop();
		if (this.#left > 0) this.#wait();
		else this.#options.onDone(this.#painted);
	}

	stop(): void {
		clearTimeout(this.#timer);
	}

	#wait(): void {
		const { limitMs, onSilence } = this.#options;
		this.#timer = setTimeout(() => {
			const painted = this.#painted!;
			const isRated = painted.pictures.every(({ seen }) => seen);
			onSilence(isRated ? painted : { ...painted, problem: `The tagger did not answer within ${limitMs / 1000} s` });
		}, limitMs);
	}
}

function newAvailable(): PromiseWithResolvers<PainterProcess> {
	const available = Promise.withResolvers<PainterProcess>();
	available.promise.catch(() => {}); // whoever waits hears of it
	return available;
}
