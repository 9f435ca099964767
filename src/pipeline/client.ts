import { EventEmitter } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Describing } from './describing.ts';
import { type PainterDied, PainterProcess, type PainterReady, type ProcessOptions } from './painter-process.ts';
import { type OfJob, type Painted, Painting, type PaintOptions } from './painting.ts';
import type { DescribedPicture, FromPainter, PaintJob, ToPainter } from './protocol.ts';

export { PainterBroken, PainterDied, type PainterReady, painterEnvironment } from './painter-process.ts';
export { ModelUnusable, type Painted, PaintFailed, type PaintProgress, UploadRefused } from './painting.ts';
export type { DeviceChoice } from './protocol.ts';

export interface PainterOptions extends ProcessOptions {
	/** How long a cancelled job may take to its next step before the painter is killed; 15 s, while a model is opened 2 min. */
	cancelGraceMs?: number;
	/** Waiting time before a restart; it doubles with each failure in a row, up to 30 s. 250 ms. */
	restartDelayMs?: number;
	/** How long the tagger, or the scorer, may look at one picture before the painter is killed; 30 s. */
	ratingMs?: number;
}

/**
 * A painter process as the bot sees it. States: *starting* (left when the process is ready or ends), *running* (left when it ends, or by
 * `close`), *waiting* to restart after an end (left after the delay, or by `close`), *closed* (for good). While it runs it has up to two
 * jobs: one on the easel, from `paint` until it is drawn or ends, and one that is finished; each ends by itself (`Painting`). When the
 * process ends, so do both; where it is known over which of them, the other is a bystander. Emits `ready` after every start, `died` when
 * the process ended without being asked to.
 */
export class PainterClient extends EventEmitter<{ ready: [PainterReady]; died: [PainterDied] }> {
	readonly #options: PainterOptions;
	readonly #closing = new AbortController();
	readonly #closed: Promise<void>;
	#process: PainterProcess | undefined;
	/** Of the process that is ready, or of the next that will be. */
	#available = newAvailable();
	#easel: Painting | undefined;
	#finishing: Painting | undefined;
	/** The job over which the process that runs now ends. */
	#culprit: string | undefined;
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
		return this.#jobs.length === 0;
	}

	/** What the process that runs now said when it was ready; waits while there is none. */
	async whenReady(): Promise<PainterReady> {
		return (await this.#available.promise).ready;
	}

	/**
	 * Paints one job. Takes one at a time: the next when `onDrawn` was called, or this one has ended. Waits while the painter restarts.
	 *
	 * @throws {PainterDied} if the process ended over it or beside it, {UploadRefused} if what the member sent cannot be used, {ModelUnusable} if its model cannot be opened, {PaintFailed} if the painter refused or failed.
	 */
	async paint(job: PaintJob, options: PaintOptions = {}): Promise<Painted> {
		options.signal?.throwIfAborted();
		if (this.#easel) throw new Error(`Expected one job at a time, got ${job.id} during ${this.#easel.job.id}`);
		const painting = new Painting(job, options, {
			send: (message) => this.#process?.send(message),
			kill: () => this.#killOver(job.id),
			hasOther: () => this.#jobs.length > 1,
			log: this.#options.log,
			cancelGraceMs: this.#options.cancelGraceMs,
			ratingMs: this.#options.ratingMs ?? 30_000,
		});
		this.#easel = painting;
		try {
			const cancelled = painting.done.then(() => undefined);
			let process = await Promise.race([this.#available.promise, cancelled]);
			while (process !== this.#process) process = await Promise.race([this.#available.promise, cancelled]); // it ended just then
			painting.send();
			return await painting.done;
		} finally {
			painting.close();
			if (this.#easel === painting) this.#easel = undefined;
			if (this.#finishing === painting) this.#finishing = undefined;
		}
	}

	/**
	 * Says what is in a file that a member sent, besides the jobs: between two runs of the side that finishes them.
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
		const timer = setTimeout(() => this.isIdle && asked?.kill(), timeoutMs);
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
			this.#culprit = undefined;
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
			for (const painting of this.#jobs) painting.died(this.#isBystander(painting) ? died.besides() : died);
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
		else if (message.type === 'ending') this.#culprit ??= message.id;
		else this.#receiveOf(message);
	}

	#receiveOf(message: OfJob): void {
		const painting = this.#jobs.find(({ job }) => job.id === message.id);
		if (message.type === 'models') {
			this.#loaded = new Set(message.loaded);
			this.#loadMs = message.ms;
		}
		if (message.type === 'painted' || message.type === 'cancelled' || message.type === 'failed') this.#failures = 0;
		if (message.type === 'drawn' && painting === this.#easel) {
			this.#easel = undefined;
			this.#finishing = painting;
		}
		painting?.receive(message);
	}

	get #jobs(): Painting[] {
		return [this.#finishing, this.#easel].filter((painting) => painting !== undefined);
	}

	#killOver(id: string): void {
		this.#culprit ??= id;
		this.kill();
	}

	#isBystander({ job }: Painting): boolean {
		return this.#culprit !== undefined && this.#culprit !== job.id;
	}
}

function newAvailable(): PromiseWithResolvers<PainterProcess> {
	const available = Promise.withResolvers<PainterProcess>();
	available.promise.catch(() => {}); // whoever waits hears of it
	return available;
}
