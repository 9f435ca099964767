import type { Recipe } from '../recipe.ts';

/** Where networks run. `dml` is DirectML, Windows only. */
export type Device = 'cpu' | 'cuda' | 'dml';

/** What the bot asks of a painter. `parentImage` holds the stored file of `recipe.parent`, there exactly when that is. */
export interface PaintJob {
	id: string;
	recipe: Recipe;
	parentImage?: Uint8Array;
	/** Upper bounds of what the channel takes: for one file, and for all files of the message together. */
	maxFileBytes: number;
	maxTotalBytes: number;
}

export type ImageFormat = 'png' | 'webp' | 'jpeg';

/** How probable each of Danbooru's four ratings is for a picture, 0 to 1, as the tagger sees it. */
export interface Ratings {
	general: number;
	sensitive: number;
	questionable: number;
	explicit: number;
}

/** One finished picture. `bytes` is the PNG that we keep; `small` is there when that one is too large for the channel. */
export interface Picture {
	seed: number;
	width: number;
	height: number;
	bytes: Uint8Array;
	/** SHA-256 of `bytes`, hex. */
	sha256: string;
	small?: { bytes: Uint8Array; format: ImageFormat };
}

export interface PaintStats {
	/** From taking the job to the last byte. */
	paintMs: number;
	/** The part of it spent inside `session.run`. */
	runMs: number;
}

/** Sent to a painter process. It is forked with the model's folder and the device setting as arguments and loads at once. */
export type ToPainter = { type: 'paint'; job: PaintJob } | { type: 'cancel'; id: string };

/** Sent by a painter process. */
export type FromPainter =
	| { type: 'ready'; device: Device; note: string; loadMs: number }
	/** The model could not be loaded; the process exits after it. */
	| { type: 'broken'; message: string }
	/** `step` of `steps` is done; `preview` is a small WebP of all pictures in rows of two, now and then. */
	| { type: 'progress'; id: string; step: number; steps: number; preview?: Uint8Array }
	| { type: 'painted'; id: string; pictures: Picture[]; stats: PaintStats }
	| { type: 'cancelled'; id: string }
	| { type: 'failed'; id: string; message: string };
