import { denoisedFrom, guide, type PredictionType, scaleModelInput } from './guidance.ts';
import { once } from './once.ts';
import type { Denoise, Sampler, SamplerInput, SamplerStep } from './samplers/index.ts';
import { predictNoise } from './side-by-side.ts';
import type { Conditioning } from './text.ts';
import type { Unet } from './unet.ts';

/** One walk from noise to clean latents, for all images of a recipe. */
export interface Walk extends Omit<SamplerInput, 'denoise'> {
	sampler: Sampler;
	/** Pixels of a picture. */
	height: number;
	width: number;
	/** [n, 4, height/8, width/8] of `latents`. */
	latentDims: readonly [number, number, number, number];
	conditioning: Conditioning;
	guidanceScale: number;
	/** At which timesteps the negative is looked at, where it is at all; by default at all. */
	isGuided?: (timestep: number) => boolean;
	predictionType: PredictionType;
}

/**
 * Walks `walk.latents` down its schedule with the UNet, yielding after each model call: diffusers' denoising loop, without its ends.
 */
export function diffuse(unet: Unet, walk: Walk): AsyncGenerator<SamplerStep, void, void> {
	const { sampler, latents, schedule, drawNoise } = walk;
	return sampler({ denoise: makeDenoise(unet, walk), latents, schedule, drawNoise });
}

function makeDenoise(unet: Unet, walk: Walk): Denoise {
	const { conditioning, guidanceScale, isGuided = () => true, predictionType, height, width } = walk;
	const [images, ...imageDims] = walk.latentDims;
	const size = walk.latents.length / images; // numbers in the latents of one image
	const sample = new Float32Array(images * conditioning.batch * size);
	const denoised = new Float32Array(images * size);
	const timeIds = [height, width, 0, 0, height, width];
	const both = { rows: conditioning.batch, fixed: once(() => fixedFeeds(unet, conditioning, timeIds)) };
	const alone = { rows: 1, fixed: once(() => fixedFeeds(unet, positiveOf(conditioning), timeIds)) };
	return async (latents, level, timestep) => {
		const { rows, fixed } = isGuided(timestep) || conditioning.batch === 1 ? both : alone;
		for (let image = 0; image < images; image++) {
			const at = image * rows * size;
			scaleModelInput(latents.subarray(image * size, (image + 1) * size), level, sample.subarray(at, at + size));
			if (rows === 2) sample.copyWithin(at + size, at, at + size);
		}
		const input = sample.subarray(0, images * rows * size);
		const predicted = await predictNoise(unet, {
			images,
			sample: input,
			imageDims,
			rows,
			timestep,
			fixed: await fixed(),
		});
		for (let image = 0; image < images; image++) {
			const prediction = predicted.subarray(image * rows * size, (image + 1) * rows * size);
			const out = denoised.subarray(image * size, (image + 1) * size);
			if (rows === 2) guide(prediction, guidanceScale, out);
			else out.set(prediction);
			denoisedFrom(predictionType, out, latents.subarray(image * size, (image + 1) * size), level);
		}
		return denoised;
	};
}

/** What is the same in every run of the UNet. */
async function fixedFeeds(unet: Unet, conditioning: Conditioning, timeIds: readonly number[]) {
	const { batch, tokens, promptEmbeds, pooledPromptEmbeds } = conditioning;
	const repeated = Float32Array.from({ length: batch * 6 }, (_, i) => timeIds[i % 6]!);
	return {
		...(await unet.read({ data: promptEmbeds, dims: [batch, tokens, promptEmbeds.length / batch / tokens] })),
		text_embeds: { data: pooledPromptEmbeds, dims: [batch, pooledPromptEmbeds.length / batch] },
		time_ids: { data: repeated, dims: [batch, 6] },
	};
}

/** The second half of what is guided. */
function positiveOf({ tokens, promptEmbeds, pooledPromptEmbeds }: Conditioning): Conditioning {
	const second = (data: Float32Array) => data.subarray(data.length / 2);
	return { batch: 1, tokens, promptEmbeds: second(promptEmbeds), pooledPromptEmbeds: second(pooledPromptEmbeds) };
}
