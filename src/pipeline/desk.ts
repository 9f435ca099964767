import type { FromPainter, PaintJob, ToPainter } from './protocol.ts';
import type { Drawing, FromDrawing, FromFinishing, ToDrawing, ToFinishing } from './threads.ts';
import { buffersOf } from './threads.ts';

/** Where messages go. */
export interface Outlets {
	bot: (message: FromPainter) => void;
	drawing: (message: ToDrawing) => void;
	finishing: (message: ToFinishing, handedOver?: ArrayBuffer[]) => void;
}

interface OnEasel {
	job: PaintJob;
	/** There when it has been drawn, and waits for the job before it to be finished. */
	drawing?: Drawing;
	isCancelled?: boolean;
}

/**
 * Says which job is where in a painter: at most one is *on the easel*, drawn or waiting to be finished, and at most one is *finished*.
 * The bot hears `drawn` when a job goes from one to the other, and may send the next one then.
 */
export class Desk {
	readonly #out: Outlets;
	#easel: OnEasel | undefined;
	#finishing: string | undefined;

	constructor(out: Outlets) {
		this.#out = out;
	}

	/** The job that a thread works on. */
	jobOf(side: 'drawing' | 'finishing'): string | undefined {
		return side === 'finishing' ? this.#finishing : this.#easel?.job.id;
	}

	fromBot(message: ToPainter): void {
		if (message.type === 'paint') this.#paint(message.job);
		else if (message.type === 'cancel') this.#cancel(message.id);
		else if (message.type === 'proceed') this.#out.drawing(message);
		else this.#out.finishing(message);
	}

	fromDrawing(message: Exclude<FromDrawing, { type: 'device' | 'ready' | 'broken' | 'memory' }>): void {
		if (message.type === 'look') this.#out.finishing(message);
		else if (message.type !== 'drawn') {
			if (message.type === 'ended') this.#easel = undefined;
			this.#out.bot(message.message);
		} else if (this.#easel) {
			this.#easel.drawing = message.drawing;
			if (this.#easel.isCancelled) this.#drop(this.#easel);
			else this.#next();
		}
	}

	fromFinishing(message: Exclude<FromFinishing, { type: 'ready' | 'broken' | 'memory' }>): void {
		if (message.type === 'ended') this.#finishing = undefined;
		this.#out.bot(message.message);
		this.#next();
	}

	#paint(job: PaintJob): void {
		if (this.#easel) {
			const message = `The painter is busy with job ${this.#easel.job.id}`;
			this.#out.bot({ type: 'failed', id: job.id, message });
			return;
		}
		this.#easel = { job };
		this.#out.drawing({ type: 'paint', job });
	}

	#cancel(id: string): void {
		if (this.#finishing === id) this.#out.finishing({ type: 'cancel', id });
		if (this.#easel?.job.id !== id) return;
		this.#easel.isCancelled = true; // it may be drawn just now
		if (this.#easel.drawing) this.#drop(this.#easel);
		else this.#out.drawing({ type: 'cancel', id });
	}

	/** Lets go of a cancelled job that no thread works on. */
	#drop({ job }: OnEasel): void {
		this.#easel = undefined;
		this.#out.bot({ type: 'cancelled', id: job.id });
	}

	/** Hands on what is drawn, if nothing else is finished now. */
	#next(): void {
		const { job, drawing } = this.#easel ?? {};
		if (this.#finishing !== undefined || !job || !drawing) return;
		const { parentImage: _, maskImage: __, ...rest } = job;
		this.#easel = undefined;
		this.#finishing = job.id;
		this.#out.finishing({ type: 'finish', job: rest, drawing }, buffersOf(drawing));
		this.#out.bot({ type: 'drawn', id: job.id });
	}
}
