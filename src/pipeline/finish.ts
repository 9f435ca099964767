import { createHash } from 'node:crypto';
import { encodeImage, fitToChannel, type Sign } from '../images/encode.ts';
import { type Origin, recipeOfOne } from '../images/metadata.ts';
import { type FloatImage, toRgb } from '../images/pixels.ts';
import type { PaintJob, Picture } from './protocol.ts';

/** Turns painted images into the files of a job, each with the recipe of itself alone inside, in the order of the seeds. */
export async function finishPictures(
	images: FloatImage[],
	job: PaintJob,
	about: { modelName: string; scale?: number },
	sign?: Sign | undefined,
): Promise<Picture[]> {
	const drafts = await Promise.all(
		images.map(async (painted, i) => {
			const seed = job.recipe.seeds[i]!;
			const origin: Origin = { recipe: recipeOfOne(job.recipe, seed), modelName: about.modelName };
			if (job.recipe.upscaler !== undefined && about.scale !== undefined) origin.enlargedBy = about.scale;
			const image = toRgb(painted);
			return { seed, origin, image, png: await encodeImage(image, 'png', origin, { sign }) };
		}),
	);
	const small = await fitToChannel(drafts, job, sign);
	return drafts.map(({ seed, image, png }, i) => ({
		seed,
		width: image.width,
		height: image.height,
		bytes: png,
		sha256: createHash('sha256').update(png).digest('hex'),
		...(small[i] && { small: small[i] }),
	}));
}
