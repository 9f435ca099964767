import type { Difference } from '../images/difference.ts';
import type { Recipe } from '../recipe.ts';

/** Where networks run. `dml` is DirectML, Windows only. */
export type Device = 'cpu' | 'cuda' | 'dml';

/** A device as it is asked for: of several GPUs by its number, from 0; `auto` is the best that works. */
export type DeviceChoice = 'auto' | Device | `${'cuda' | 'dml'}:${number}`;

/** What the bot asks of a painter. `parentImage` and `maskImage` hold the files of `recipe.parent` and `recipe.mask`, there exactly when these are. */
export interface PaintJob {
	id: string;
	recipe: Recipe;
	parentImage?: Uint8Array;
	maskImage?: Uint8Array;
	/** Where `recipe.model` lies on the painter's host, absolute; absent: the model that the painter was started with. */
	modelPath?: string;
	/** How many pictures are drawn side by side; fewer than usual where memory ran out over it. They are the same either way. */
	atOnce?: number;
	/** The files that the pictures repeat, in the order of the seeds: what is painted is compared with them. */
	references?: (Uint8Array | null)[];
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
	/** How pleasing it is, 0 to 1; absent where there is no scorer, or it could not tell. */
	aesthetic?: number | undefined;
	/** How far it is from the picture that it repeats. */
	compared?: Comparison | undefined;
}

/** How a picture and the one that it repeats differ; without numbers where already their sizes do. */
export interface Comparison extends Partial<Difference> {
	before: { width: number; height: number; drawnBy?: string };
	/** Program, version and device, as `before` names them. */
	drawnBy: string;
	/** The file of the one before was compressed with loss: its pixels are not those that were painted. */
	isLossy: boolean;
}

/** What the tagger saw in a picture, as far as it decides where the picture may be shown. */
export interface SeenInPicture {
	ratings: Ratings;
	/** Its words for a young person, with their probabilities. */
	youthTags: Record<string, number>;
}

/** What enlarges pictures: by which file, and how many times longer each side becomes. */
export interface UpscalerFacts {
	name: string;
	scale: number;
	/** Of the file, in hex. */
	sha256: string;
}

/** What is in a picture that a member sent: its pixels, and what tagger and scorer say. */
export interface DescribedPicture extends SeenInPicture {
	width: number;
	height: number;
	/** What the tagger is sure enough of, surest first. */
	tags: { name: string; category: 'general' | 'character' }[];
	/** How pleasing it is, 0 to 1; absent where there is no scorer. */
	aesthetic?: number;
}

export interface PaintStats {
	/** What drawing and finishing took, to the last byte, without opening a model and without waiting between the two. */
	paintMs: number;
	/** The part of it spent inside `session.run`. */
	runMs: number;
	/** The part of it spent on previews, but for writing their small files, which other threads do. */
	previewMs?: number;
	/** After it: what the tagger, and the scorer, took for all pictures. */
	rateMs: number;
}

/**
 * Sent to a painter process. It is forked with the model's folder, the device setting, the tagger's folder, the VAE, the aesthetic
 * scorer's folder and, where pictures are signed, the paths of certificate and key as arguments, and loads at once.
 */
export type ToPainter =
	/** One at a time: the next when the last is drawn, or has ended. */
	| { type: 'paint'; job: PaintJob }
	/** What was seen in the upload that the job begins with is allowed. */
	| { type: 'proceed'; id: string }
	/** A file that a member sent, to say what is in it: besides the jobs, between two runs of the side that finishes them. */
	| { type: 'describe'; id: string; image: Uint8Array }
	| { type: 'cancel'; id: string };

/** Sent by a painter process. */
export type FromPainter =
	/** `isScoring`: finished pictures are scored too. `upscalers`: what enlarges pictures of any model. */
	| { type: 'ready'; device: Device; note: string; loadMs: number; isScoring?: boolean; upscalers?: UpscalerFacts[] }
	/** The device, the model, the tagger or the signer could not be used; the process exits after it. */
	| { type: 'broken'; part: 'device' | 'model' | 'tagger' | 'signer'; message: string }
	/** The job's model, or its LoRAs, must be opened first; progress follows when that is done. */
	| { type: 'loading'; id: string }
	/** Something was opened, in `ms`: these models, by their paths, are open now. */
	| { type: 'models'; id: string; loaded: string[]; ms: number }
	/** What the tagger saw in the upload that the job begins with, or why it saw nothing; the painter waits for `proceed`. */
	| { type: 'looked'; id: string; seen?: SeenInPicture; problem?: string }
	/** What is in a file that a member sent; else `refusal` says to them what is wrong with it, or neither is there: we failed. */
	| { type: 'described'; id: string; seen?: DescribedPicture; refusal?: { code: string; message: string } }
	/** `step` of `steps` is done; `preview` is a small WebP of all pictures in rows of two, now and then. */
	| { type: 'progress'; id: string; step: number; steps: number; preview?: Uint8Array }
	/** It is finished now, and the painter takes the next job. */
	| { type: 'drawn'; id: string }
	/** The process ends over this job, and not over another that it has. */
	| { type: 'ending'; id: string }
	/**
	 * The files are finished; the tagger looks at them now, one by one, then, where `isScored`, the aesthetic scorer does. If
	 * either hangs, only a kill helps.
	 */
	| { type: 'painted'; id: string; pictures: Picture[]; stats: Omit<PaintStats, 'rateMs'>; isScored?: boolean }
	/** The tagger looked at one picture, or could not, for the reason in `problem`. The last ends the job, if none is scored. */
	| { type: 'rated'; id: string; position: number; ms: number; seen?: SeenInPicture; problem?: string }
	/** The scorer looked at one picture; without `score` it could not. The last of them ends the job. */
	| { type: 'scored'; id: string; position: number; ms: number; score?: number }
	| { type: 'cancelled'; id: string }
	/** `isModel`: the job's model could not be opened. `isRefusal`: what the member sent cannot be used, and the message is for them. */
	| { type: 'failed'; id: string; message: string; isModel?: boolean; isRefusal?: boolean };
