import type { SchedulerConfig } from '../../model/scheduler-config.ts';
import { exploding, fromAlphaBar, type NoiseLevel, preserving } from './levels.ts';
import type { ScheduleName } from './names.ts';
import { exponentialSigmas, karrasSigmas, type SigmaRange, sigmaAt, sigmaAtByLog, timestepOf } from './sigmas.ts';
import { lcmTimesteps, roundHalfEven, sgmUniform, spaceTimesteps } from './spacing.ts';
import { type Training, trainingNoise } from './training.ts';

/**
 * Whose rules a schedule follows, by diffusers' classes: `euler` (Euler, Euler a, Heun, DPM++ SDE) walks exploding latents;
 * `multistep` (DPM++ 2M and its SDE, UniPC), `ddim` and `lcm` walk preserving ones.
 */
export type ScheduleRules = 'euler' | 'multistep' | 'ddim' | 'lcm';

/** A walk from noise to picture. */
export interface Schedule {
	rules: ScheduleRules;
	/** Noise over signal, descending, one more than there are steps; the last is 0. DDIM and LCM go by alphaBar instead. */
	sigmas: Float32Array;
	/** What the UNet is told at each step, on the training scale; may be fractional. */
	timesteps: Float32Array;
	/** Smallest (above 0) and largest sigma of the whole walk, also where only its last part is walked. */
	range: SigmaRange;
	/** What unit noise is multiplied with to become the first latents of a picture from nothing. */
	initNoiseSigma: number;
	training: Training;
	/** DDIM: how many timesteps lie between two steps, and alphaBar below timestep 0. */
	stride: number;
	finalAlphaBar: number;
}

/**
 * Makes the schedule of `steps` steps (1 to `numTrainTimesteps`) as diffusers v0.42.1 makes it in `set_timesteps`.
 *
 * @param options.schedule By default the model's own. DDIM takes the plain spacings only, LCM its own only.
 * @throws {RangeError} for steps or a schedule that the rules do not allow.
 */
export function makeSchedule(
	config: SchedulerConfig,
	steps: number,
	{ rules, schedule }: { rules: ScheduleRules; schedule?: ScheduleName | undefined },
): Schedule {
	const n = config.numTrainTimesteps;
	if (!Number.isInteger(steps) || steps < 1 || steps > n)
		throw new RangeError(`Expected \`steps\` to be an integer from 1 to ${n}, got ${steps}`);
	const asked = schedule === undefined ? config : withSchedule(config, schedule);
	const isByAlphaBar = rules === 'ddim' || rules === 'lcm';
	// alphaBar 0 is nothing that a prediction of the noise could be divided by
	const training = trainingNoise(config, { keepZeroSnr: isByAlphaBar && config.predictionType === 'v_prediction' });
	const { sigmas, timesteps } =
		schedule === 'sgm-uniform' ? sgmWalk(config, steps, training, rules) : spacedWalk(asked, steps, training, rules);
	if (timesteps[0]! > n - 1)
		throw new RangeError(
			`Expected fewer than ${steps} steps with the spacing \`leading\` of a model of ${n} timesteps`,
		);
	const largest = sigmas[0]!;
	return {
		rules,
		sigmas,
		timesteps,
		range: { min: sigmas[steps - 1]!, max: largest },
		initNoiseSigma: rules === 'euler' ? startAmplitude(asked, largest) : 1,
		training,
		stride: Math.floor(n / steps),
		finalAlphaBar: config.setAlphaToOne ? 1 : training.alphasCumprod[0]!,
	};
}

/**
 * Keeps the part of a schedule that image-to-image walks: its last ⌊steps × strength⌋ steps (diffusers' `get_timesteps`), and at
 * least one, where diffusers refuses.
 *
 * @param strength above 0, up to 1.
 */
export function lastPart(schedule: Schedule, strength: number): Schedule {
	const steps = schedule.timesteps.length;
	return lastSteps(schedule, steps - Math.max(1, Math.min(Math.floor(steps * strength), steps)));
}

/** What is left of a schedule after its first steps. */
export function lastSteps(schedule: Schedule, from: number): Schedule {
	return { ...schedule, sigmas: schedule.sigmas.subarray(from), timesteps: schedule.timesteps.subarray(from) };
}

/** The level of the latents before the first step: how noise is added to those of a picture (diffusers' `add_noise`). */
export function startLevel({ rules, sigmas, timesteps, training }: Schedule): NoiseLevel {
	if (rules === 'euler') return exploding(sigmas[0]!);
	if (rules === 'multistep') return preserving(sigmas[0]!);
	return fromAlphaBar(training.alphasCumprod[timesteps[0]!]!);
}

/** The settings of a model with another spacing of timesteps or sigmas. */
function withSchedule(config: SchedulerConfig, schedule: ScheduleName): SchedulerConfig {
	switch (schedule) {
		case 'karras':
		case 'exponential':
			return { ...config, sigmaSpacing: schedule };
		case 'normal':
			return { ...config, timestepSpacing: 'linspace', sigmaSpacing: undefined };
		case 'leading':
		case 'trailing':
			return { ...config, timestepSpacing: schedule, sigmaSpacing: undefined };
		case 'sgm-uniform':
			return { ...config, timestepSpacing: 'trailing', sigmaSpacing: undefined }; // it starts at the last timestep, too
	}
}

interface Walked {
	sigmas: Float32Array;
	timesteps: Float32Array;
}

function sgmWalk(config: SchedulerConfig, steps: number, training: Training, rules: ScheduleRules): Walked {
	if (rules === 'ddim' || rules === 'lcm')
		throw new RangeError(`Expected no schedule \`sgm-uniform\` with \`${rules}\``);
	const timesteps = sgmUniform(config.numTrainTimesteps, steps);
	return { timesteps, sigmas: endingInZero([...timesteps].map((t) => sigmaAtByLog(training, t))) };
}

function spacedWalk(config: SchedulerConfig, steps: number, training: Training, rules: ScheduleRules): Walked {
	const timesteps = rules === 'lcm' ? lcmTimesteps(config, steps) : spaceTimesteps(config, steps, rules);
	const spaced = [...timesteps].map((t) => sigmaAt(training, t));
	const { sigmaSpacing } = config;
	// diffusers' DDIM and LCM pass over these settings
	if (!sigmaSpacing || rules === 'ddim' || rules === 'lcm') return { timesteps, sigmas: endingInZero(spaced) };
	const all = training.sigmas;
	const range =
		rules === 'multistep' ? { min: all[0]!, max: all[all.length - 1]! } : { min: spaced[steps - 1]!, max: spaced[0]! };
	const sigmas = sigmaSpacing === 'karras' ? karrasSigmas(range, steps) : exponentialSigmas(range, steps);
	return {
		timesteps: Float32Array.from(sigmas, (sigma) => {
			const timestep = timestepOf(training, sigma);
			if (rules === 'euler') return timestep;
			return sigmaSpacing === 'karras' ? roundHalfEven(timestep) : Math.trunc(timestep);
		}),
		sigmas: endingInZero(sigmas),
	};
}

function endingInZero(sigmas: readonly number[]): Float32Array {
	return Float32Array.of(...sigmas, 0);
}

/** Exploding latents start at unit noise times this: with `leading` spacing there is still a picture in the first timestep. */
function startAmplitude({ timestepSpacing }: SchedulerConfig, largest: number): number {
	return timestepSpacing === 'leading' ? f32(Math.sqrt(f32(f32(largest * largest) + 1))) : largest;
}

const f32 = Math.fround;
