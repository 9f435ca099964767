import type { SchedulerConfig } from '../../model/scheduler-config.ts';

/**
 * Which training timesteps a walk visits, descending. The three spacings are those of Lin et al. 2023, table 2.
 *
 * Source: `set_timesteps` in diffusers v0.42.1. Its classes differ: `euler` stands for Euler, Euler a, Heun and DPM++ SDE (fractions
 * stay), `ddim` rounds, `multistep` (DPM++ 2M and its SDE, UniPC) counts one step more and leaves the last out.
 */
export function spaceTimesteps(
	config: Pick<SchedulerConfig, 'numTrainTimesteps' | 'timestepSpacing' | 'stepsOffset'>,
	steps: number,
	rules: 'euler' | 'multistep' | 'ddim',
): Float32Array {
	const { numTrainTimesteps: n, stepsOffset } = config;
	const isMultistep = rules === 'multistep';
	const descending = (at: (i: number) => number) => Float32Array.from({ length: steps }, (_, i) => at(i));
	switch (config.timestepSpacing) {
		case 'leading': {
			const ratio = Math.floor(n / (isMultistep ? steps + 1 : steps));
			return descending((i) => (isMultistep ? steps - i : steps - 1 - i) * ratio + stepsOffset);
		}
		case 'trailing': {
			const stride = n - n / steps - n; // `numpy.arange` steps by the difference of its first two numbers
			return descending((i) => roundHalfEven(n + i * stride) - 1);
		}
		case 'linspace': {
			if (isMultistep) return sgmUniform(n, steps, roundHalfEven);
			const stride = steps === 1 ? 0 : (n - 1) / (steps - 1);
			return descending((i) => (rules === 'ddim' ? roundHalfEven : same)((steps - 1 - i) * stride));
		}
	}
}

/**
 * Visits steps + 1 timesteps from the last to 0, evenly, and leaves the last out: WebUI's "SGM Uniform", after Stability AI's
 * generative-models. They may be fractional.
 */
export function sgmUniform(
	numTrainTimesteps: number,
	steps: number,
	round: (x: number) => number = same,
): Float32Array {
	const stride = (numTrainTimesteps - 1) / steps;
	return Float32Array.from({ length: steps }, (_, i) => round((steps - i) * stride));
}

function same(x: number): number {
	return x;
}

/**
 * Visits a part of the timesteps that a latent consistency model was distilled on (Luo et al. 2023, section 4.3): diffusers'
 * `LCMScheduler.set_timesteps`.
 *
 * @throws {RangeError} if there are more steps than it was distilled on.
 */
export function lcmTimesteps(
	config: Pick<SchedulerConfig, 'numTrainTimesteps' | 'originalInferenceSteps'>,
	steps: number,
): Float32Array {
	const { numTrainTimesteps, originalInferenceSteps: originals } = config;
	if (steps > originals)
		throw new RangeError(`Expected \`steps\` to be at most ${originals} with the sampler \`lcm\`, got ${steps}`);
	const k = Math.floor(numTrainTimesteps / originals);
	return Float32Array.from({ length: steps }, (_, i) => (originals - Math.floor(i * (originals / steps))) * k - 1);
}

/** `numpy.round`. */
export function roundHalfEven(x: number): number {
	const floor = Math.floor(x);
	if (x - floor !== 0.5) return Math.round(x);
	return floor % 2 === 0 ? floor : floor + 1;
}
