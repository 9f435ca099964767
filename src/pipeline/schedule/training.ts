import type { SchedulerConfig } from '../../model/scheduler-config.ts';

/**
 * The noise that a model was trained with, from its `scheduler_config.json`.
 *
 * Source: diffusers v0.42.1, `__init__` of every class in `src/diffusers/schedulers/`; the betas are those of DDPM (Ho et al. 2020)
 * and of latent diffusion (`scaled_linear`), sigma is the noise over the signal, sqrt((1 - alphaBar) / alphaBar), as in Karras
 * et al. 2022; zero terminal SNR is Lin et al. 2023, algorithm 1. Numbers are float32 where torch and numpy hold float32.
 *
 * Left out: `trained_betas`, `squaredcos_cap_v2`.
 */
export interface Training {
	/** alphaBar of each training timestep, descending: `[numTrainTimesteps]`. */
	alphasCumprod: Float32Array;
	/** sqrt((1 - alphaBar) / alphaBar), ascending. */
	sigmas: Float32Array;
	/** Their natural logarithms, rounded to float32 as numpy rounds them. */
	logSigmas: Float32Array;
}

/**
 * Computes them, rounded to float32 after each operation.
 *
 * @param config.keepZeroSnr With zero terminal SNR alphaBar ends at 0 and sigma at infinity; unless this is asked for, it ends at
 *   2^-24, as in all of diffusers' classes that walk sigmas.
 */
export function trainingNoise(config: SchedulerConfig, { keepZeroSnr = false } = {}): Training {
	const alphasCumprod = cumulativeProduct(trainingBetas(config).map((beta) => 1 - beta));
	if (config.rescaleBetasZeroSnr && !keepZeroSnr) alphasCumprod[alphasCumprod.length - 1] = 2 ** -24;
	const sigmas = alphasCumprod.map((a) => Math.sqrt(f32(f32(1 - a) / a)));
	return { alphasCumprod, sigmas, logSigmas: sigmas.map(Math.log) };
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

const f32 = Math.fround;
