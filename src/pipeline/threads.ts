import type { SignerFiles } from '../images/c2pa.ts';
import type { RgbImage } from '../images/pixels.ts';
import type { Device, DeviceChoice, FromPainter, PaintJob, ToPainter, UpscalerFacts } from './protocol.ts';
import type { Drawn } from './sdxl.ts';

/*
 * What the painter's three threads say to each other. The main one, `painter.ts`, only carries messages, so that it hears the bot at
 * any time; `session.run` blocks the other two: `drawing-thread.ts` walks, `finishing-thread.ts` makes files of it and looks at them.
 */

/** What both working threads are started with. */
export interface ThreadSettings {
	/** The model that a job means which names none. */
	modelFolder: string;
	vae: string | undefined;
	mostBytes: number | undefined;
	sharers: number;
	taggerFolder: string;
	scorerFolder: string;
	upscalerFolder: string;
	signer: SignerFiles | undefined;
}

/** A job that has been drawn. Its arrays are handed over, not copied. */
export interface Drawing {
	/** Of pictures that were drawn side by side; in the order of the seeds. */
	rounds: Drawn[];
	/** Of an enlargement: how many times longer each side became. */
	enlargedBy?: number;
	/** What it took so far, in ms. */
	stats: { paintMs: number; runMs: number; previewMs: number };
}

/** What is left of a job when it has been drawn. */
export type FinishingJob = Omit<PaintJob, 'parentImage' | 'maskImage'>;

export type ToDrawing =
	| { type: 'load'; device: DeviceChoice }
	| Extract<ToPainter, { type: 'paint' | 'proceed' | 'cancel' }>;

export type ToFinishing =
	| { type: 'load'; device: DeviceChoice }
	| { type: 'finish'; job: FinishingJob; drawing: Drawing }
	/** The upload that a job begins with: what the tagger sees in it decides whether it may. */
	| { type: 'look'; id: string; image: RgbImage }
	| Extract<ToPainter, { type: 'describe' | 'cancel' }>;

/** Said by either. */
interface FromEither {
	tell: { type: 'tell'; message: FromPainter };
	/** The job has ended on this side, with a last message for the bot. */
	ended: { type: 'ended'; message: FromPainter };
	broken: Extract<FromPainter, { type: 'broken' }>;
	/** Memory ran out over the job: only an end of the process gives it back. `message` is for the log. */
	memory: { type: 'memory'; message: string };
}

export type FromDrawing =
	| FromEither[keyof FromEither]
	/** Before anything is loaded. */
	| { type: 'device'; device: Device; note: string }
	| { type: 'ready'; upscalers: UpscalerFacts[] }
	| { type: 'look'; id: string; image: RgbImage }
	| { type: 'drawn'; id: string; drawing: Drawing };

export type FromFinishing = FromEither[keyof FromEither] | { type: 'ready'; isScoring: boolean };

/** The memory of a drawing, to be handed over to another thread. */
export function buffersOf({ rounds }: Drawing): ArrayBuffer[] {
	const arrays = rounds.flatMap((drawn) =>
		'pictures' in drawn
			? drawn.pictures.map(({ data }) => data)
			: [drawn.latents, ...(drawn.over ? [drawn.over.picture.data, drawn.over.opacity] : [])],
	);
	return [...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer))];
}

export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
