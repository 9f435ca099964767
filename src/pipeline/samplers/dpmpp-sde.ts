import { exploding } from '../schedule/levels.ts';
import { timestepOf } from '../schedule/sigmas.ts';
import { ancestralStep } from './euler-ancestral.ts';
import type { Sampler } from './index.ts';

/**
 * Walks latents by DPM-Solver++(2S) with fresh noise ("DPM++ SDE"): half a step in t = -log(sigma), a second look from there, and
 * the whole step by what it shows. Two model calls a step, one for the last.
 *
 * Source: Lu et al. 2022 (DPM-Solver++), algorithm 1 with r = 1/2, made stochastic in k-diffusion's `sample_dpmpp_sde`, after
 * diffusers v0.42.1, `DPMSolverSDEScheduler.step` (`scheduling_dpmsolver_sde.py`). As there the whole step takes the second look
 * alone (1 / 2r is 1). Noise comes along a Brownian path, see `brownian-tree.ts`. Rounded to float32 after each operation.
 *
 * Left out: other values of `eta`, `r`, `s_noise`.
 */
export const sampleDpmppSde: Sampler = async function* ({ denoise, latents, schedule, drawNoise }) {
	const { sigmas, timesteps, training } = schedule;
	const start = new Float32Array(latents.length);
	for (let step = 0; step < timesteps.length; step++) {
		const [sigma, sigmaNext] = [sigmas[step]!, sigmas[step + 1]!];
		const denoised = await denoise(latents, exploding(sigma), timesteps[step]!);
		if (sigmaNext === 0) {
			const dt = f32(sigmaNext - sigma);
			for (let i = 0; i < latents.length; i++)
				latents[i] = latents[i]! + f32(f32(f32(latents[i]! - denoised[i]!) / sigma) * dt);
			yield { done: step + 1, latents, denoised };
			continue;
		}
		const [t, tNext] = [tOf(sigma), tOf(sigmaNext)];
		const s = f32(t + f32(f32(tNext - t) * 0.5));
		const sigmaMid = sigmaOf(s);
		start.set(latents);
		const stepTo = (to: number, denoised: Float32Array) => {
			const [from, sigmaTo] = [sigmaOf(t), sigmaOf(to)];
			const { sigmaUp, sigmaDown } = ancestralStep(from, sigmaTo);
			const tDown = tOf(sigmaDown);
			const [keep, take] = [f32(sigmaOf(tDown) / from), f32(Math.expm1(f32(t - tDown)))];
			const noise = drawNoise(from, sigmaTo);
			for (let i = 0; i < latents.length; i++) {
				const x = f32(f32(keep * start[i]!) - f32(take * denoised[i]!));
				latents[i] = x + f32(noise[i]! * sigmaUp);
			}
		};
		stepTo(s, denoised);
		yield { done: step, latents, denoised };

		const midTimestep = f32(timestepOf(training, Math.sqrt(sigma * sigmaNext)));
		const second = await denoise(latents, exploding(sigmaMid), midTimestep);
		stepTo(tNext, second);
		yield { done: step + 1, latents, denoised: second };
	}
};

function tOf(sigma: number): number {
	return -f32(Math.log(sigma));
}

function sigmaOf(t: number): number {
	return f32(Math.exp(-t));
}

const f32 = Math.fround;
