import { createHash } from 'node:crypto';
import { encodeImage, fitToChannel, type Sign } from '../images/encode.ts';
import { drawnBy, type Origin } from '../images/metadata.ts';
import { type FloatImage, toRgb } from '../images/pixels.ts';
import { recipeOfOne } from '../recipe.ts';
import { compareWith } from './compare.ts';
import type { Device, PaintJob, Picture } from './protocol.ts';

/** Turns painted images into the files of a job, each with the recipe of itself alone inside, in the order of the seeds. */
export async function finishPictures(
	images: FloatImage[],
	job: PaintJob,
	about: { modelName: string; scale?: number; device: Device },
	sign?: Sign | undefined,
): Promise<Picture[]> {
	const drafts = await Promise.all(
		images.map(async (painted, i) => {
			const seed = job.recipe.seeds[i]!;
			const { modelName, device } = about;
			const origin: Origin = { recipe: recipeOfOne(job.recipe, seed), modelName, device };
			if (job.recipe.upscaler !== undefined && about.scale !== undefined) origin.enlargedBy = about.scale;
			const image = toRgb(painted);
			const reference = job.references?.[i];
			const compared = reference && (await compareWith(reference, image, drawnBy(device)));
			return { seed, origin, image, compared, png: await encodeImage(image, 'png', origin, { sign }) };
		}),
	);
	// Of candidates only those that are kept go into the message.
	const share = images.length / (job.recipe.keep ?? images.length);
	const limits = { maxFileBytes: job.maxFileBytes, maxTotalBytes: job.maxTotalBytes * share };
	const small = await fitToChannel(drafts, limits, sign);
	return drafts.map(({ seed, image, compared, png }, i) => ({
		seed,
		width: image.width,
		height: image.height,
		bytes: png,
		sha256: createHash('sha256').update(png).digest('hex'),
		...(small[i] && { small: small[i] }),
		...(compared && { compared }),
	}));
}
