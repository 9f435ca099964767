import { createHash } from 'node:crypto';
import { encodeImage, fitToChannel, type Sign } from '../images/encode.ts';
import { drawnBy, type Origin } from '../images/metadata.ts';
import { type FloatImage, type RgbImage, toRgb } from '../images/pixels.ts';
import { recipeOfOne } from '../recipe.ts';
import { compareWith } from './compare.ts';
import type { Comparison, Device, Picture } from './protocol.ts';
import type { FinishingJob } from './threads.ts';

/** Finished pictures, as files and in memory; in the order of the seeds. */
export interface Finished {
	pictures: Picture[];
	images: RgbImage[];
}

/**
 * Turns painted images into the files of a job, each with the recipe of itself alone inside, in the order of the seeds. While one comes,
 * those before it are written, by other threads.
 */
export async function finishPictures(
	images: AsyncIterable<FloatImage> | Iterable<FloatImage>,
	job: FinishingJob,
	about: { modelName: string; scale?: number; device: Device },
	sign?: Sign | undefined,
): Promise<Finished> {
	const writing: Promise<Draft>[] = [];
	for await (const painted of images) {
		const draft = makeDraft(toRgb(painted), writing.length, job, about, sign);
		draft.catch(() => {}); // whoever awaits all of them hears of it
		writing.push(draft);
	}
	const drafts = await Promise.all(writing);
	// Of candidates only those that are kept go into the message.
	const share = drafts.length / (job.recipe.keep ?? drafts.length);
	const limits = { maxFileBytes: job.maxFileBytes, maxTotalBytes: job.maxTotalBytes * share };
	const small = await fitToChannel(drafts, limits, sign);
	const pictures = drafts.map(({ seed, image, compared, png }, i) => ({
		seed,
		width: image.width,
		height: image.height,
		bytes: png,
		sha256: createHash('sha256').update(png).digest('hex'),
		...(small[i] && { small: small[i] }),
		...(compared && { compared }),
	}));
	return { pictures, images: drafts.map(({ image }) => image) };
}

interface Draft {
	seed: number;
	origin: Origin;
	image: RgbImage;
	compared: Comparison | null | undefined;
	png: Uint8Array;
}

async function makeDraft(
	image: RgbImage,
	i: number,
	job: FinishingJob,
	{ modelName, scale, device }: { modelName: string; scale?: number; device: Device },
	sign: Sign | undefined,
): Promise<Draft> {
	const seed = job.recipe.seeds[i]!;
	const origin: Origin = { recipe: recipeOfOne(job.recipe, seed), modelName, device };
	if (job.recipe.upscaler !== undefined && scale !== undefined) origin.enlargedBy = scale;
	const reference = job.references?.[i];
	const compared = reference && (await compareWith(reference, image, drawnBy(device)));
	return { seed, origin, image, compared, png: await encodeImage(image, 'png', origin, { sign }) };
}
