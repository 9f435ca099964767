/**
 * How much of the clean latents and how much unit noise is in noisy ones: x = alpha · clean + sigma · noise.
 *
 * Samplers keep latents in one of two ways. *Exploding*: alpha is 1 and sigma grows to 14.6 (SDXL), and the UNet is shown
 * x / sqrt(sigma² + 1). *Preserving*: alpha² + sigma² is 1 and the UNet is shown x. An alpha of 1 with noise says which it is.
 */
export interface NoiseLevel {
	alpha: number;
	sigma: number;
}

/** The level of exploding latents at `sigma`. */
export function exploding(sigma: number): NoiseLevel {
	return { alpha: 1, sigma };
}

/** The level of preserving latents whose noise over signal is `sigma`: diffusers' `_sigma_to_alpha_sigma_t`. */
export function preserving(sigma: number): NoiseLevel {
	const alpha = f32(1 / f32(Math.sqrt(f32(f32(sigma * sigma) + 1))));
	return { alpha, sigma: f32(sigma * alpha) };
}

/** The level of preserving latents at `alphaBar`, the signal's share of the variance. */
export function fromAlphaBar(alphaBar: number): NoiseLevel {
	return { alpha: f32(Math.sqrt(alphaBar)), sigma: f32(Math.sqrt(f32(1 - alphaBar))) };
}

/** lambda = log(alpha / sigma), half the logarithm of the signal-to-noise ratio; infinite without noise. */
export function halfLogSnr({ alpha, sigma }: NoiseLevel): number {
	return f32(f32(Math.log(alpha)) - f32(Math.log(sigma)));
}

const f32 = Math.fround;
