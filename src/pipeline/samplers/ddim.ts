import { fromAlphaBar } from '../schedule/levels.ts';
import type { Sampler } from './index.ts';

/**
 * Walks latents by DDIM: each step mixes the clean latents that the model sees and the noise that it sees anew, at the next level.
 *
 * Source: Song et al. 2020, equation 12 with eta 0, after diffusers v0.42.1, `DDIMScheduler.step` (`scheduling_ddim.py`). As there
 * a step goes `stride` timesteps down, which with trailing and evenly spaced timesteps may be one more or less than the next one lies.
 * Rounded to float32 after each operation.
 *
 * Left out: `eta` above 0 (the pipelines' default is 0), `clip_sample`, thresholding.
 */
export const sampleDdim: Sampler = async function* ({ denoise, latents, schedule }) {
	const { timesteps, stride, finalAlphaBar, training } = schedule;
	for (let step = 0; step < timesteps.length; step++) {
		const timestep = timesteps[step]!;
		const level = fromAlphaBar(training.alphasCumprod[timestep]!);
		const previous = timestep - stride;
		const next = fromAlphaBar(previous >= 0 ? training.alphasCumprod[previous]! : finalAlphaBar);
		const denoised = await denoise(latents, level, timestep);
		for (let i = 0; i < latents.length; i++) {
			const eps = f32(f32(latents[i]! - f32(level.alpha * denoised[i]!)) / level.sigma);
			latents[i] = f32(next.alpha * denoised[i]!) + f32(next.sigma * eps);
		}
		yield { done: step + 1, latents, denoised };
	}
};

const f32 = Math.fround;
