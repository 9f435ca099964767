import type { NoiseLevel } from './schedule/levels.ts';

/**
 * Classifier-free guidance and the model's two ways of predicting, in float32 and in diffusers' order of operations.
 *
 * Sources: Ho and Salimans 2022, equation 6, as written in diffusers v0.42.1 `pipeline_stable_diffusion_xl.py` (`__call__`);
 * `scale_model_input` and the prediction types in `scheduling_euler_discrete.py` (exploding latents) and
 * `scheduling_dpmsolver_multistep.py` (preserving ones, see `schedule/levels.ts`); v is Salimans and Ho 2022, appendix D.
 *
 * Left out: `guidance_rescale`, guidance only between two timesteps, distilled guidance (`time_cond_proj_dim`).
 */

/** Guidance of 1 and below is none at all: the negative prompt is not even encoded, as in diffusers. */
export function usesGuidance(guidanceScale: number): boolean {
	return guidanceScale > 1;
}

/** Writes what the UNet takes at `level` into `out`: exploding latents over sqrt(sigma² + 1), preserving ones as they are. */
export function scaleModelInput(latents: Float32Array, { alpha, sigma }: NoiseLevel, out: Float32Array): void {
	if (alpha !== 1) {
		out.set(latents);
		return;
	}
	const scale = f32(Math.sqrt(f32(f32(sigma * sigma) + 1)));
	for (let i = 0; i < out.length; i++) out[i] = latents[i]! / scale;
}

/**
 * Joins the two predictions of a batch `[negative, positive]` into one in `out`: negative + guidanceScale × (positive − negative).
 *
 * @param prediction `[2, …]`, twice as long as `out`.
 */
export function guide(prediction: Float32Array, guidanceScale: number, out: Float32Array): void {
	const scale = f32(guidanceScale);
	const positiveAt = out.length;
	for (let i = 0; i < out.length; i++) {
		const negative = prediction[i]!;
		out[i] = negative + f32(scale * f32(prediction[positiveAt + i]! - negative));
	}
}

export type PredictionType = 'epsilon' | 'v_prediction';

/**
 * Turns what the UNet predicted at `level` into clean latents, in place: `prediction` becomes `denoised`.
 *
 * @param latents before `scaleModelInput`.
 */
export function denoisedFrom(
	type: PredictionType,
	prediction: Float32Array,
	latents: Float32Array,
	{ alpha, sigma }: NoiseLevel,
): void {
	if (type === 'epsilon') {
		for (let i = 0; i < prediction.length; i++) prediction[i] = f32(latents[i]! - f32(sigma * prediction[i]!)) / alpha;
	} else if (alpha !== 1) {
		for (let i = 0; i < prediction.length; i++) prediction[i] = f32(alpha * latents[i]!) - f32(sigma * prediction[i]!);
	} else {
		const variance = f32(f32(sigma * sigma) + 1);
		const out = f32(-sigma / f32(Math.sqrt(variance)));
		for (let i = 0; i < prediction.length; i++) prediction[i] = f32(prediction[i]! * out) + f32(latents[i]! / variance);
	}
}

const f32 = Math.fround;
