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
	/** What the tagger saw; absent where it could not look. */
	seen?: SeenInPicture | undefined;
}

/** What the tagger saw in a picture, as far as it decides where the picture may be shown. */
export interface SeenInPicture {
	ratings: Ratings;
	/** Its words for a young person, with their probabilities. */
	youthTags: Record<string, number>;
}

export interface PaintStats {
	/** From taking the job to the last byte. */
	paintMs: number;
	/** The part of it spent inside `session.run`. */
	runMs: number;
	/** After it: what the tagger took for all pictures. */
	rateMs: number;
}

/**
 * Sent to a painter process. It is forked with the model's folder, the device setting, the tagger's folder, the VAE and, where
 * pictures are signed, the paths of certificate and key as arguments, and loads at once.
 */
export type ToPainter = { type: 'paint'; job: PaintJob } | { type: 'cancel'; id: string };

/** Sent by a painter process. */
export type FromPainter =
	| { type: 'ready'; device: Device; note: string; loadMs: number }
	/** The model, the tagger or the signer could not be loaded; the process exits after it. */
	| { type: 'broken'; part: 'model' | 'tagger' | 'signer'; message: string }
	/** `step` of `steps` is done; `preview` is a small WebP of all pictures in rows of two, now and then. */
	| { type: 'progress'; id: string; step: number; steps: number; preview?: Uint8Array }
	/** The files are finished; the tagger looks at them now, one by one, and blocks the process while it does. */
	| { type: 'painted'; id: string; pictures: Picture[]; stats: Omit<PaintStats, 'rateMs'> }
	/** The tagger looked at one picture, or could not, for the reason in `problem`. The last of them ends the job. */
	| { type: 'rated'; id: string; position: number; ms: number; seen?: SeenInPicture; problem?: string }
	| { type: 'cancelled'; id: string }
	| { type: 'failed'; id: string; message: string };
