import type { SchedulerConfig } from '../model/scheduler-config.ts';

/**
 * The noise schedule as diffusers' `EulerAncestralDiscreteScheduler` makes it from a folder's `scheduler_config.json`.
 *
 * Source: diffusers v0.35.1, `src/diffusers/schedulers/scheduling_euler_ancestral_discrete.py`, `__init__` and
 * `set_timesteps`; the betas are those of DDPM (Ho et al. 2020) and of latent diffusion (`scaled_linear`), sigma is the noise
 * over the signal, sqrt((1 - alphaBar) / alphaBar), as in Karras et al. 2022; zero terminal SNR is Lin et al. 2023,
 * algorithm 1. Numbers are float32 where torch and numpy hold float32.
 *
 * Left out: `trained_betas`, `squaredcos_cap_v2`, the prediction type `sample`, Karras and exponential sigmas.
 */

/** A walk from noise to picture. */
export interface Schedule {
	/** Noise levels, descending, one more than there are steps; the last is 0. */
	sigmas: Float32Array;
	/** What the UNet is told at each step, on the training scale; may be fractional with `linspace`. */
	timesteps: Float32Array;
	/** What unit noise is multiplied with to become the first latents of a picture from nothing. */
	initNoiseSigma: number;
}

/** Makes the schedule of `steps` steps (1 to `numTrainTimesteps`). */
export function makeSchedule(config: SchedulerConfig, steps: number): Schedule {
	const { numTrainTimesteps, timestepSpacing } = config;
	if (!Number.isInteger(steps) || steps < 1 || steps > numTrainTimesteps)
		throw new RangeError(`Expected \`steps\` to be an integer from 1 to ${numTrainTimesteps}, got ${steps}`);
	const training = trainingSigmas(config);
	const timesteps = spaceTimesteps(config, steps);
	const sigmas = new Float32Array(steps + 1);
	for (let i = 0; i < steps; i++) sigmas[i] = interpolate(training, timesteps[i]!);
	const largest = sigmas[0]!;
	const initNoiseSigma = timestepSpacing === 'leading' ? f32(Math.sqrt(f32(f32(largest * largest) + 1))) : largest;
	return { sigmas, timesteps, initNoiseSigma };
}

/**
 * Keeps the part of a schedule that image-to-image walks: its last ⌊steps × strength⌋ steps (diffusers' `get_timesteps`), and at
 * least one, where diffusers refuses. The first sigma left is the amplitude of the noise that is added to the picture's latents.
 *
 * @param strength above 0, up to 1.
 */
export function lastPart(schedule: Schedule, strength: number): Schedule {
	const steps = schedule.timesteps.length;
	const walked = Math.max(1, Math.min(Math.floor(steps * strength), steps));
	const from = steps - walked;
	return { ...schedule, sigmas: schedule.sigmas.subarray(from), timesteps: schedule.timesteps.subarray(from) };
}

/** Noise levels of all training steps, ascending: `[numTrainTimesteps]`, rounded to float32 after each operation. */
function trainingSigmas(config: SchedulerConfig): Float32Array {
	const alphasCumprod = cumulativeProduct(trainingBetas(config).map((beta) => 1 - beta));
	if (config.rescaleBetasZeroSnr) alphasCumprod[alphasCumprod.length - 1] = 2 ** -24; // diffusers: so that no sigma is infinite
	return alphasCumprod.map((a) => Math.sqrt(f32(f32(1 - a) / a)));
}

function trainingBetas(config: SchedulerConfig): Float32Array {
	const { numTrainTimesteps: n, betaStart, betaEnd } = config;
	const betas =
		config.betaSchedule === 'linear'
			? torchLinspace(betaStart, betaEnd, n)
			: torchLinspace(Math.sqrt(betaStart), Math.sqrt(betaEnd), n).map((x) => x * x);
	return config.rescaleBetasZeroSnr ? rescaleZeroTerminalSnr(betas) : betas;
}

/** Shifts and stretches sqrt(alphaBar) so that it ends at 0 and starts where it did. */
function rescaleZeroTerminalSnr(betas: Float32Array): Float32Array {
	const root = cumulativeProduct(betas.map((beta) => 1 - beta)).map(Math.sqrt);
	const [first, last] = [root[0]!, root[root.length - 1]!];
	const scale = f32(first / f32(first - last));
	const alphaBar = root.map((x) => f32(f32(x - last) * scale) ** 2);
	return alphaBar.map((a, i) => 1 - (i === 0 ? a : f32(a / alphaBar[i - 1]!)));
}

/** `torch.linspace` in float32: both halves are counted from their own end. */
function torchLinspace(start: number, end: number, n: number): Float32Array {
	const [from, to] = [f32(start), f32(end)];
	const step = f32(f32(to - from) / (n - 1));
	return Float32Array.from({ length: n }, (_, i) => (i < n / 2 ? from + f32(step * i) : to - f32(step * (n - i - 1))));
}

/** `torch.cumprod` of float32 on a CPU: the running product is kept in double precision. */
function cumulativeProduct(values: Float32Array): Float32Array {
	let product = 1;
	return values.map((x) => (product *= x));
}

function spaceTimesteps(config: SchedulerConfig, steps: number): Float32Array {
	const n = config.numTrainTimesteps;
	const descending = (at: (i: number) => number) => Float32Array.from({ length: steps }, (_, i) => at(i));
	switch (config.timestepSpacing) {
		case 'leading': {
			const ratio = Math.floor(n / steps);
			return descending((i) => (steps - 1 - i) * ratio + config.stepsOffset);
		}
		case 'trailing':
			return descending((i) => roundHalfEven(n - i * (n / steps)) - 1);
		case 'linspace':
			return descending((i) => (steps === 1 ? 0 : (steps - 1 - i) * ((n - 1) / (steps - 1))));
	}
}

/** `numpy.round`. */
function roundHalfEven(x: number): number {
	const floor = Math.floor(x);
	if (x - floor !== 0.5) return Math.round(x);
	return floor % 2 === 0 ? floor : floor + 1;
}

/** `numpy.interp` over the indices of `values`; beyond either end the end's value. */
function interpolate(values: Float32Array, at: number): number {
	const below = Math.floor(at);
	if (at >= values.length - 1) return values[values.length - 1]!;
	const low = values[below]!;
	return low + (values[below + 1]! - low) * (at - below);
}

const f32 = Math.fround;
