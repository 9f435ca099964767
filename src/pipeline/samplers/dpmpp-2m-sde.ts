import { halfLogSnr, preserving } from '../schedule/levels.ts';
import { inverseRatio } from './dpmpp-2m.ts';
import type { Sampler } from './index.ts';

/**
 * Walks latents by SDE-DPM-Solver++(2M): as DPM++ 2M, but down the stochastic equation, with fresh noise in each step.
 * One model call a step; the first and the last step are of first order.
 *
 * Source: Lu et al. 2022 (DPM-Solver++), section 5 and appendix, after diffusers v0.42.1, `DPMSolverMultistepScheduler`
 * (`scheduling_dpmsolver_multistep.py`) with `algorithm_type="sde-dpmsolver++"`, `solver_order=2`, `solver_type="midpoint"`. Noise is
 * drawn from the generator, also in the last step, which multiplies it by 0; k-diffusion takes a Brownian path here and so gives other
 * pictures. Rounded to float32 after each operation.
 *
 * Left out: as for DPM++ 2M.
 */
export const sampleDpmpp2mSde: Sampler = async function* ({ denoise, latents, schedule, drawNoise }) {
	const { sigmas, timesteps } = schedule;
	const previous = new Float32Array(latents.length);
	for (let step = 0; step < timesteps.length; step++) {
		const [s0, t] = [preserving(sigmas[step]!), preserving(sigmas[step + 1]!)];
		const denoised = await denoise(latents, s0, timesteps[step]!);
		const h = f32(halfLogSnr(t) - halfLogSnr(s0));
		const lost = f32(1 - f32(Math.exp(-2 * h))); // the variance that the step forgets and replaces
		const keep = f32(f32(t.sigma / s0.sigma) * f32(Math.exp(-h)));
		const take = f32(t.alpha * lost);
		const amplitude = f32(t.sigma * f32(Math.sqrt(lost)));
		const noise = drawNoise(sigmas[step]!, sigmas[step + 1]!);
		const isFirstOrder = step === 0 || step === timesteps.length - 1;
		const inverseR0 = isFirstOrder ? 0 : inverseRatio(sigmas[step - 1]!, sigmas[step]!, h);
		const half = f32(0.5 * take);
		for (let i = 0; i < latents.length; i++) {
			let x = f32(f32(keep * latents[i]!) + f32(take * denoised[i]!));
			if (!isFirstOrder) x = f32(x + f32(half * f32(inverseR0 * f32(denoised[i]! - previous[i]!))));
			latents[i] = x + f32(amplitude * noise[i]!);
		}
		previous.set(denoised);
		yield { done: step + 1, latents, denoised };
	}
};

const f32 = Math.fround;
