import { type Db, rootCause } from '../db/client.ts';
import { writeProgress } from '../db/progress.ts';
import type { Log } from '../log.ts';
import type { PaintProgress } from '../pipeline/client.ts';

const progressMs = 900;
/** Sooner, so that a short job shows a bar as well. */
const firstProgressMs = 400;
/** An opening that is over sooner is not worth telling. */
const tellLoadingMs = 700;

interface ReporterOptions {
	db: Db;
	generationId: string;
	log: Log;
	onWritten: () => void;
	/** Called when the member asked to. */
	stop: () => void;
}

/** Writes one job's progress about once a second, and hears with it whether the member asks to stop. */
export class Reporter {
	readonly #options: ReporterOptions;
	#last = performance.now() - progressMs + firstProgressMs;
	#writing: Promise<void> | undefined;
	/** A preview comes a moment after its step, and must not wait for the next one. */
	#latest: Uint8Array | null = null;
	#opening: NodeJS.Timeout | undefined;

	constructor(options: ReporterOptions) {
		this.#options = options;
	}

	/** The job's model is being opened. */
	readonly loading = (): void => {
		this.#opening = setTimeout(() => {
			this.#last = Number.NEGATIVE_INFINITY;
			this.#write(0, 0);
		}, tellLoadingMs);
	};

	readonly report = ({ step, steps, preview }: PaintProgress): void => {
		clearTimeout(this.#opening);
		this.#latest = preview ?? this.#latest;
		this.#write(step, steps);
	};

	/** Resolves when nothing is being written any more. A note that came after a job's end would stay for ever. */
	async idle(): Promise<void> {
		clearTimeout(this.#opening);
		await this.#writing;
	}

	#write(step: number, steps: number): void {
		if (this.#writing || performance.now() - this.#last < progressMs) return;
		this.#last = performance.now();
		const { db, generationId, log, onWritten, stop } = this.#options;
		this.#writing = writeProgress(db, { generationId, step, steps, preview: this.#latest })
			.then((cancelRequested) => {
				if (cancelRequested) stop();
				onWritten();
			})
			.catch((error: unknown) => log.warn('progress could not be written', { error: rootCause(error) }))
			.finally(() => {
				this.#writing = undefined;
			});
	}
}
