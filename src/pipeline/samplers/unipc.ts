import { halfLogSnr, type NoiseLevel, preserving } from '../schedule/levels.ts';
import type { Sampler } from './index.ts';

/**
 * Walks latents by UniPC of order 2: a predictor step like DPM++ 2M's, which the next look at the model corrects before it goes on.
 * One model call a step; the first and the last step are of first order.
 *
 * Source: Zhao et al. 2023 (UniPC), algorithms 5 to 8 with B_2(h) = e^h - 1, here of -h, ("bh2") and data prediction, after diffusers v0.42.1,
 * `UniPCMultistepScheduler` (`scheduling_unipc_multistep.py`) with its defaults. Rounded to float32 after each operation.
 *
 * Left out: other orders, "bh1", noise prediction, `disable_corrector`, `solver_p`, thresholding.
 */
export const sampleUnipc: Sampler = async function* ({ denoise, latents, schedule }) {
	const { sigmas, timesteps } = schedule;
	const size = latents.length;
	const start = new Float32Array(size); // where the last step began: corrected latents
	const m0 = new Float32Array(size); // what the model saw there
	const m1 = new Float32Array(size); // and one step earlier
	let order = 0; // of the last step
	for (let step = 0; step < timesteps.length; step++) {
		const s0 = preserving(sigmas[step]!);
		const denoised = await denoise(latents, s0, timesteps[step]!);
		if (step > 0) {
			// corrector: the last step again, now that the model was asked at its end
			const { keep, take, hPhi1, h } = stepCoefficients(preserving(sigmas[step - 1]!), s0);
			const rk = order === 2 ? ratio(sigmas[step - 2]!, sigmas[step - 1]!, h) : 0;
			const [rho1, rho2] = order === 2 ? correctorWeights(rk, -h, hPhi1) : [0, 0.5];
			for (let i = 0; i < size; i++) {
				const older = order === 2 ? f32(rho1 * f32(f32(m1[i]! - m0[i]!) / rk)) : 0;
				const change = f32(older + f32(rho2 * f32(denoised[i]! - m0[i]!)));
				latents[i] = f32(f32(keep * start[i]!) - f32(take * m0[i]!)) - f32(take * change);
			}
		}
		m1.set(m0);
		m0.set(denoised);
		start.set(latents);

		order = step === 0 || step === timesteps.length - 1 ? 1 : 2;
		const t = preserving(sigmas[step + 1]!);
		const { keep, take, h } = stepCoefficients(s0, t);
		const rk = order === 2 ? ratio(sigmas[step - 1]!, sigmas[step]!, h) : 0;
		for (let i = 0; i < size; i++) {
			const x = f32(f32(keep * start[i]!) - f32(take * m0[i]!));
			latents[i] = order === 2 ? x - f32(take * f32(0.5 * f32(f32(m1[i]! - m0[i]!) / rk))) : x;
		}
		yield { done: step + 1, latents, denoised };
	}
};

/** Of a step from `s0` to `t`: its length `h` in lambda, B(h) = e^-h - 1, and the weights of first order. `take` is alpha_t B(h). */
function stepCoefficients(s0: NoiseLevel, t: NoiseLevel) {
	const h = f32(halfLogSnr(t) - halfLogSnr(s0));
	const hPhi1 = f32(Math.expm1(-h));
	return { h, hPhi1, keep: f32(t.sigma / s0.sigma), take: f32(t.alpha * hPhi1) };
}

/** r_k: where the step before began, in lambda from the start of this one, over its length; negative. */
function ratio(sigmaBefore: number, sigma: number, h: number): number {
	return f32(f32(halfLogSnr(preserving(sigmaBefore)) - halfLogSnr(preserving(sigma))) / h);
}

/** Solves R rho = b of order 2: rho_1 + rho_2 = b_1 and r_k rho_1 + rho_2 = b_2, with b_k from h·phi_k(hh) over B(h). */
function correctorWeights(rk: number, hh: number, hPhi1: number): [number, number] {
	const hPhi2 = f32(f32(hPhi1 / hh) - 1);
	const hPhi3 = f32(f32(hPhi2 / hh) - 0.5);
	const [b1, b2] = [f32(hPhi2 / hPhi1), f32(f32(hPhi3 * 2) / hPhi1)];
	const rho1 = f32(f32(b1 - b2) / f32(1 - rk));
	return [rho1, f32(b1 - rho1)];
}

const f32 = Math.fround;
