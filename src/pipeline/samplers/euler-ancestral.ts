import { exploding } from '../schedule/levels.ts';
import type { Sampler } from './index.ts';

/**
 * Walks latents from noise to picture by Euler's method, with fresh noise after each step ("Euler a").
 *
 * Source: diffusers v0.42.1, `EulerAncestralDiscreteScheduler.step` (`scheduling_euler_ancestral_discrete.py`), which ports
 * k-diffusion's `sample_euler_ancestral` with `eta` 1; Karras et al. 2022, algorithm 2, with the ancestral split of sigma into
 * `sigmaDown` and `sigmaUp` of k-diffusion's `get_ancestral_step`. Every operation is rounded to float32, in diffusers' order. The
 * last step draws noise too and multiplies it by 0, so that a generator stands where diffusers' generator stands.
 *
 * Left out: other values of `eta`, `s_noise`. Karras and exponential sigmas, which diffusers' class does not have, are those of its
 * `EulerDiscreteScheduler`.
 */
export const sampleEulerAncestral: Sampler = async function* ({ denoise, latents, schedule, drawNoise }) {
	const { sigmas, timesteps } = schedule;
	for (let step = 0; step < timesteps.length; step++) {
		const [sigma, sigmaNext] = [sigmas[step]!, sigmas[step + 1]!];
		const denoised = await denoise(latents, exploding(sigma), timesteps[step]!);
		const { sigmaUp, sigmaDown } = ancestralStep(sigma, sigmaNext);
		const dt = f32(sigmaDown - sigma);
		const noise = drawNoise(sigma, sigmaNext);
		for (let i = 0; i < latents.length; i++) {
			const x = latents[i]!;
			const derivative = f32(f32(x - denoised[i]!) / sigma);
			latents[i] = f32(x + f32(derivative * dt)) + f32(noise[i]! * sigmaUp);
		}
		yield { done: step + 1, latents, denoised };
	}
};

/** Splits the way from `sigma` to `sigmaNext` (0 ≤ `sigmaNext` < `sigma`) into a step down and the noise added after it. */
export function ancestralStep(sigma: number, sigmaNext: number): { sigmaUp: number; sigmaDown: number } {
	const [from2, to2] = [f32(sigma * sigma), f32(sigmaNext * sigmaNext)];
	const sigmaUp = Math.min(sigmaNext, f32(Math.sqrt(f32(f32(to2 * f32(from2 - to2)) / from2))));
	const sigmaDown = f32(Math.sqrt(f32(to2 - f32(sigmaUp * sigmaUp))));
	return { sigmaUp, sigmaDown };
}

const f32 = Math.fround;
