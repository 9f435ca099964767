import type { Training } from './training.ts';

/**
 * Noise levels between two ends and between training timesteps. Source: `_convert_to_karras`, `_convert_to_exponential` and
 * `_sigma_to_t` in diffusers v0.42.1, `t_to_sigma` in k-diffusion's `external.py`. In double precision, as numpy computes them.
 */

/** Karras et al. 2022, equation 5, with rho 7: `steps` sigmas from `max` down to `min`. */
export function karrasSigmas({ min, max }: SigmaRange, steps: number): number[] {
	const rho = 7;
	const [minInvRho, maxInvRho] = [min ** (1 / rho), max ** (1 / rho)];
	return spread(steps, (ramp) => (maxInvRho + ramp * (minInvRho - maxInvRho)) ** rho);
}

/** `steps` sigmas from `max` down to `min`, each the same fraction of the one before. */
export function exponentialSigmas({ min, max }: SigmaRange, steps: number): number[] {
	const [from, to] = [Math.log(max), Math.log(min)];
	return spread(steps, (ramp) => Math.exp(from + ramp * (to - from)));
}

export interface SigmaRange {
	min: number;
	max: number;
}

/** Finds where a sigma lies among the training timesteps, by the logarithm, within both ends; may be fractional. */
export function timestepOf({ logSigmas }: Training, sigma: number): number {
	const logSigma = Math.log(Math.max(sigma, 1e-10));
	let low = 0;
	while (low < logSigmas.length - 2 && logSigmas[low + 1]! <= logSigma) low++;
	const [below, above] = [logSigmas[low]!, logSigmas[low + 1]!];
	const w = Math.min(1, Math.max(0, (below - logSigma) / (below - above)));
	return (1 - w) * low + w * (low + 1);
}

/** The sigma at a timestep, interpolated as it is (diffusers, `numpy.interp`). */
export function sigmaAt({ sigmas }: Training, timestep: number): number {
	return interpolate(sigmas, timestep);
}

/** The sigma at a timestep, interpolated by the logarithm (k-diffusion). */
export function sigmaAtByLog({ logSigmas }: Training, timestep: number): number {
	return Math.exp(interpolate(logSigmas, timestep));
}

/** `numpy.interp` over the indices of `values`; beyond the end the end's value. */
function interpolate(values: Float32Array, at: number): number {
	const below = Math.floor(at);
	if (at >= values.length - 1) return values[values.length - 1]!;
	const low = values[below]!;
	return low + (values[below + 1]! - low) * (at - below);
}

/** Calls `at` for `steps` numbers from 0 to 1; a single one is 0, as in `numpy.linspace`. */
function spread(steps: number, at: (ramp: number) => number): number[] {
	return Array.from({ length: steps }, (_, i) => at(steps === 1 ? 0 : i / (steps - 1)));
}
