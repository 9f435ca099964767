import { fromAlphaBar } from '../schedule/levels.ts';
import type { Sampler } from './index.ts';

/** Of the boundary condition: sigma_data, and by how much timesteps are stretched. */
const sigmaData = 0.5;
const timestepScaling = 10;

/**
 * Walks latents of a latent consistency model, or of any model under an LCM LoRA: each step jumps to clean latents and adds noise of
 * the next level. For few steps (4 to 8) and little guidance (1 to 2).
 *
 * Source: Luo et al. 2023, algorithm 3 (multistep latent consistency sampling) with c_skip and c_out of equation 9 and appendix, after
 * diffusers v0.42.1, `LCMScheduler.step` (`scheduling_lcm.py`). The last step draws no noise. Rounded to float32 after each operation.
 *
 * Left out: guidance embedded in the model (`time_cond_proj_dim`), custom timesteps, `clip_sample`, thresholding.
 */
export const sampleLcm: Sampler = async function* ({ denoise, latents, schedule, drawNoise }) {
	const { timesteps, training, sigmas } = schedule;
	const consistent = new Float32Array(latents.length);
	for (let step = 0; step < timesteps.length; step++) {
		const timestep = timesteps[step]!;
		const denoised = await denoise(latents, fromAlphaBar(training.alphasCumprod[timestep]!), timestep);
		const { cSkip, cOut } = boundaryScalings(timestep);
		for (let i = 0; i < latents.length; i++) consistent[i] = f32(cOut * denoised[i]!) + f32(cSkip * latents[i]!);
		if (step === timesteps.length - 1) latents.set(consistent);
		else {
			const { alpha, sigma } = fromAlphaBar(training.alphasCumprod[timesteps[step + 1]!]!);
			const noise = drawNoise(sigmas[step]!, sigmas[step + 1]!);
			for (let i = 0; i < latents.length; i++) latents[i] = f32(alpha * consistent[i]!) + f32(sigma * noise[i]!);
		}
		yield { done: step + 1, latents, denoised: consistent };
	}
};

/** c_skip and c_out: what keeps the model's answer exact where there is no noise. */
function boundaryScalings(timestep: number): { cSkip: number; cOut: number } {
	const scaled = timestep * timestepScaling;
	const sum = f32(f32(scaled * scaled) + sigmaData ** 2);
	return { cSkip: f32(sigmaData ** 2 / sum), cOut: f32(scaled / f32(Math.sqrt(sum))) };
}

const f32 = Math.fround;
