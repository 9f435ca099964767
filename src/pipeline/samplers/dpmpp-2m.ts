import { halfLogSnr, preserving } from '../schedule/levels.ts';
import type { Sampler } from './index.ts';

/**
 * Walks latents by DPM-Solver++(2M): each step goes by what the model sees now and by how that changed since the step before.
 * One model call a step; the first and the last step are of first order.
 *
 * Source: Lu et al. 2022 (DPM-Solver++), algorithm 2 and equation 4.1, after diffusers v0.42.1,
 * `DPMSolverMultistepScheduler` (`scheduling_dpmsolver_multistep.py`) with `algorithm_type="dpmsolver++"`, `solver_order=2`,
 * `solver_type="midpoint"`. Rounded to float32 after each operation.
 *
 * Left out: orders 1 and 3, the Heun form, `final_sigmas_type` other than zero, thresholding, Lu's lambdas.
 */
export const sampleDpmpp2m: Sampler = async function* ({ denoise, latents, schedule }) {
	const { sigmas, timesteps } = schedule;
	const previous = new Float32Array(latents.length);
	for (let step = 0; step < timesteps.length; step++) {
		const [s0, t] = [preserving(sigmas[step]!), preserving(sigmas[step + 1]!)];
		const denoised = await denoise(latents, s0, timesteps[step]!);
		const h = f32(halfLogSnr(t) - halfLogSnr(s0));
		const keep = f32(t.sigma / s0.sigma);
		const take = f32(t.alpha * f32(f32(Math.exp(-h)) - 1));
		if (step === 0 || step === timesteps.length - 1) {
			for (let i = 0; i < latents.length; i++) latents[i] = f32(keep * latents[i]!) - f32(take * denoised[i]!);
		} else {
			const inverseR0 = inverseRatio(sigmas[step - 1]!, sigmas[step]!, h);
			const half = f32(0.5 * take);
			for (let i = 0; i < latents.length; i++) {
				const d1 = f32(inverseR0 * f32(denoised[i]! - previous[i]!));
				latents[i] = f32(f32(keep * latents[i]!) - f32(take * denoised[i]!)) - f32(half * d1);
			}
		}
		previous.set(denoised);
		yield { done: step + 1, latents, denoised };
	}
};

/** 1 / r0, where r0 is the length in lambda of the step before over `h`, that of this one. */
export function inverseRatio(sigmaBefore: number, sigma: number, h: number): number {
	const before = f32(halfLogSnr(preserving(sigma)) - halfLogSnr(preserving(sigmaBefore)));
	return f32(1 / f32(before / h));
}

const f32 = Math.fround;
