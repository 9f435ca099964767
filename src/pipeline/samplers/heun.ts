import { exploding } from '../schedule/levels.ts';
import type { Sampler } from './index.ts';

/**
 * Walks latents by Heun's method: an Euler step, a second look from where it leads, and the step again along the mean of both
 * slopes. Two model calls a step, one for the last.
 *
 * Source: Karras et al. 2022, algorithm 1 (d_i, d'_i), after diffusers v0.42.1, `HeunDiscreteScheduler.step`
 * (`scheduling_heun_discrete.py`), which ports k-diffusion's `sample_heun`. Rounded to float32 after each operation.
 *
 * Left out: `s_churn`, `clip_sample`.
 */
export const sampleHeun: Sampler = async function* ({ denoise, latents, schedule }) {
	const { sigmas, timesteps } = schedule;
	const start = new Float32Array(latents.length);
	const slope = new Float32Array(latents.length);
	for (let step = 0; step < timesteps.length; step++) {
		const [sigma, sigmaNext] = [sigmas[step]!, sigmas[step + 1]!];
		const dt = f32(sigmaNext - sigma);
		const denoised = await denoise(latents, exploding(sigma), timesteps[step]!);
		start.set(latents);
		for (let i = 0; i < latents.length; i++) {
			slope[i] = f32(start[i]! - denoised[i]!) / sigma;
			latents[i] = start[i]! + f32(slope[i]! * dt);
		}
		const isLast = sigmaNext === 0; // there is no slope without noise
		yield { done: isLast ? step + 1 : step, latents, denoised };
		if (isLast) continue;

		const corrected = await denoise(latents, exploding(sigmaNext), timesteps[step + 1]!);
		for (let i = 0; i < latents.length; i++) {
			const slopeNext = f32(f32(latents[i]! - corrected[i]!) / sigmaNext);
			const mean = f32(f32(slope[i]! + slopeNext) / 2);
			latents[i] = start[i]! + f32(mean * dt);
		}
		yield { done: step + 1, latents, denoised: corrected };
	}
};

const f32 = Math.fround;
