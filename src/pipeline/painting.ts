import type { PainterDied } from './painter-process.ts';
import type { FromPainter, PaintJob, PaintStats, Picture, SeenInPicture, ToPainter } from './protocol.ts';
import { RatingClock } from './rating-clock.ts';

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

export interface PaintOptions {
	/** Cancels: between two steps or runs, or hard when the grace time is over. The promise then rejects with its reason. */
	signal?: AbortSignal;
	/**
	 * Is asked, where the job begins with a member's upload, with what the tagger saw in it; it throws where that must not be used, and
	 * so the promise rejects. Without it no upload is used.
	 */
	mayUse?: (upload: { seen?: SeenInPicture; problem?: string }) => Promise<true>;
	onProgress?: (progress: PaintProgress) => void;
	/** Is called when the job's model, or its LoRAs, have to be opened first. */
	onLoading?: () => void;
	/** Is called when the painter takes the next job while it finishes this one. */
	onDrawn?: () => void;
}

/** What the process says of one job. */
export type OfJob = Exclude<FromPainter, { type: 'ready' | 'broken' | 'described' | 'ending' }>;

/** What a job's painter gives it. */
interface Painter {
	send: (message: ToPainter) => void;
	/** Ends the process over this job. */
	kill: () => void;
	/** Whether it has another job, over which it may be busy. */
	hasOther: () => boolean;
	log: (line: string) => void;
	cancelGraceMs: number | undefined;
	ratingMs: number;
}

/**
 * One job as the bot sees it. States: *waiting* for a process (left by `send`, or cancelled), *drawing*, *finishing* and *rating* as the
 * process tells, and *ended*. Clocks run while an upload is looked at, while pictures are rated, and after a cancel; when one is over,
 * the process is killed, and the job ends with it.
 */
export class Painting {
	readonly job: PaintJob;
	readonly #options: PaintOptions;
	readonly #painter: Painter;
	readonly #outcome = Promise.withResolvers<Painted>();
	readonly #rating: RatingClock;
	readonly #cancel = () => this.#stop();
	#isSent = false;
	#isLoading = false;
	#refusal: unknown;
	/** How the job ends when the process does; by default with `PainterDied`. */
	#last: (() => void) | undefined;
	#looking: NodeJS.Timeout | undefined;
	#grace: NodeJS.Timeout | undefined;

	constructor(job: PaintJob, options: PaintOptions, painter: Painter) {
		this.job = job;
		this.#options = options;
		this.#painter = painter;
		this.#rating = new RatingClock(painter.ratingMs, {
			onDone: this.#outcome.resolve,
			onSilence: (unrated) => {
				const who = unrated.problem === undefined ? 'scorer' : 'tagger';
				painter.log(`The ${who} is silent over job ${job.id}, so the painter is killed`);
				// Not before the process is gone, or the next job would be sent to it.
				this.#last = () => this.#outcome.resolve(unrated);
				painter.kill();
			},
		});
		this.#outcome.promise.catch(() => {}); // it may settle while nobody waits
		options.signal?.addEventListener('abort', this.#cancel, { once: true });
	}

	/** Settles when the job has ended, however. */
	get done(): Promise<Painted> {
		return this.#outcome.promise;
	}

	/** Hands the job to the process. */
	send(): void {
		this.#isSent = true;
		this.#painter.send({ type: 'paint', job: this.job });
		// A file can be made to keep its reader busy for ever, and so may the tagger be.
		if (this.job.recipe.parent && this.job.recipe.parent.imageId === undefined) this.#awaitLook();
	}

	receive(message: OfJob): void {
		switch (message.type) {
			case 'progress': {
				const { step, steps, preview } = message;
				this.#options.onProgress?.({ step, steps, ...(preview && { preview }) });
				break;
			}
			case 'loading':
				this.#isLoading = true;
				this.#options.onLoading?.();
				break;
			case 'models':
				this.#isLoading = false;
				break;
			case 'looked':
				clearTimeout(this.#looking);
				void this.#answer(message);
				break;
			case 'drawn':
				this.#options.onDrawn?.();
				break;
			case 'painted':
				this.#rating.start(message);
				break;
			case 'rated':
			case 'scored':
				this.#rating.take(message);
				break;
			case 'cancelled':
				this.#outcome.reject(this.#refusal ?? this.#options.signal?.reason ?? new PaintFailed('It was cancelled'));
				break;
			case 'failed': {
				const Failure = message.isModel ? ModelUnusable : message.isRefusal ? UploadRefused : PaintFailed;
				this.#outcome.reject(new Failure(message.message));
			}
		}
	}

	/** The process that the job was sent to is gone. */
	died(error: PainterDied): void {
		if (!this.#isSent) return;
		if (this.#last) this.#last();
		else this.#outcome.reject(error);
	}

	/** Stops all clocks. */
	close(): void {
		clearTimeout(this.#grace);
		clearTimeout(this.#looking);
		this.#rating.stop();
		this.#options.signal?.removeEventListener('abort', this.#cancel);
	}

	#stop(): void {
		const reason = this.#options.signal?.reason;
		if (!this.#isSent) {
			this.#outcome.reject(reason);
			return;
		}
		this.#painter.send({ type: 'cancel', id: this.job.id });
		this.#grace = setTimeout(
			() => {
				this.#painter.log(`The painter did not stop job ${this.job.id} in time and is killed`);
				this.#last = () => this.#outcome.reject(reason);
				this.#painter.kill();
			},
			this.#painter.cancelGraceMs ?? (this.#isLoading ? loadGraceMs : 15_000),
		);
	}

	#awaitLook(): void {
		const look = () => (this.#painter.hasOther() ? this.#awaitLook() : this.#painter.kill());
		this.#looking = setTimeout(look, readingMs + this.#painter.ratingMs);
	}

	async #answer(seen: { seen?: SeenInPicture; problem?: string }): Promise<void> {
		const { mayUse } = this.#options;
		const { id } = this.job;
		try {
			if (!mayUse) throw new Error('No upload may be used');
			await mayUse(seen);
			this.#painter.send({ type: 'proceed', id });
		} catch (error) {
			this.#refusal = error;
			this.#painter.send({ type: 'cancel', id });
		}
	}
}

/** A model cannot be opened by halves: to kill the painter over it would cost everybody more than the wait. */
const loadGraceMs = 120_000;

/** How long an upload may take to be read, with room: see `images/incoming.ts`. */
const readingMs = 30_000;
