import type { NoiseLevel } from './schedule/levels.ts';

/**
 * Classifier-free guidance and the model's two ways of predicting, in float32 and in diffusers' order of operations.
 *
 * Sources: Ho and Salimans 2022, equation 6, as written in diffusers v0.42.1 `pipeline_stable_diffusion_xl.py` (`__call__`);
 * `scale_model_input` and the prediction types in `scheduling_euler_discrete.py` (exploding latents) and
 * `scheduling_dpmsolver_multistep.py` (preserving ones, see `schedule/levels.ts`); v is Salimans and Ho 2022, appendix D.
 *
 * Guidance in a limited interval: Kynkäänniemi et al. 2024 (arXiv 2404.07724), equation 3, its bounds as shares of the schedule.
 *
 * Left out: `guidance_rescale`, distilled guidance (`time_cond_proj_dim`).
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

/** The part of the schedule that is guided, in shares of its steps: 0 to 1 is all of it. */
export type GuidanceInterval = readonly [from: number, to: number];

/**
 * Says whether a step of a whole schedule is guided: those at shares above `from` and below `to`, and with 0 the first one too. So
 * `from` is WebUI's `Skip Early CFG` (`modules/sd_samplers_cfg_denoiser.py`), and `to` nearly diffusers' `SDXLCFGCutoffCallback`,
 * which guides one step more.
 *
 * @param step from 0.
 */
export function isGuidedStep(step: number, steps: number, [from, to]: GuidanceInterval): boolean {
	const share = step / steps;
	return (from === 0 || share > from) && share < to;
}

/**
 * Says at which timesteps the model is guided. It goes by how much noise there is, as the paper does: a second look within a step, the
 * part of a schedule that a variation walks and a second walk are guided where the steps of the whole schedule are.
 *
 * @param timesteps of the whole schedule, descending.
 */
export function guidedTimesteps(
	timesteps: Float32Array,
	interval: GuidanceInterval | undefined,
): (timestep: number) => boolean {
	if (!interval) return () => true;
	const guided = timesteps.filter((_, step) => isGuidedStep(step, timesteps.length, interval));
	const [first, last] = [guided[0], guided.at(-1)];
	if (first === undefined || last === undefined) return () => false;
	return (timestep) => timestep <= first && timestep >= last;
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
