import { exploding } from '../schedule/levels.ts';
import type { Sampler } from './index.ts';

/**
 * Walks latents from noise to picture by Euler's method: straight along dx/dsigma from one noise level to the next.
 *
 * Source: Karras et al. 2022, algorithm 2 with `S_churn` 0, after diffusers v0.42.1, `EulerDiscreteScheduler.step`
 * (`scheduling_euler_discrete.py`), which ports k-diffusion's `sample_euler`. Rounded to float32 after each operation.
 *
 * Left out: `s_churn`, `s_noise`, `final_sigmas_type` other than zero.
 */
export const sampleEuler: Sampler = async function* ({ denoise, latents, schedule }) {
	const { sigmas, timesteps } = schedule;
	for (let step = 0; step < timesteps.length; step++) {
		const [sigma, sigmaNext] = [sigmas[step]!, sigmas[step + 1]!];
		const denoised = await denoise(latents, exploding(sigma), timesteps[step]!);
		const dt = f32(sigmaNext - sigma);
		for (let i = 0; i < latents.length; i++) {
			const x = latents[i]!;
			latents[i] = x + f32(f32(f32(x - denoised[i]!) / sigma) * dt);
		}
		yield { done: step + 1, latents, denoised };
	}
};

const f32 = Math.fround;
