import { ModelError } from '../../src/model/errors.ts';
import { parseSchedulerConfig, type SchedulerConfig } from '../../src/model/scheduler-config.ts';
import type { SamplerName } from '../../src/pipeline/samplers/index.ts';

/** Which of diffusers' classes is which of our samplers. Another one is not covered. */
const classes: Readonly<Record<string, SamplerName>> = {
	DDIMScheduler: 'ddim',
	DPMSolverMultistepScheduler: 'dpmpp-2m',
	DPMSolverSDEScheduler: 'dpmpp-sde',
	EulerAncestralDiscreteScheduler: 'euler-ancestral',
	EulerDiscreteScheduler: 'euler',
	HeunDiscreteScheduler: 'heun',
	LCMScheduler: 'lcm',
	UniPCMultistepScheduler: 'unipc',
};

/** Settings of those classes that `parseSchedulerConfig` knows; it passes over others, which here would be a wrong comparison. */
const knownSettings = new Set([
	'beta_end',
	'beta_schedule',
	'beta_start',
	'num_train_timesteps',
	'original_inference_steps',
	'prediction_type',
	'rescale_betas_zero_snr',
	'set_alpha_to_one',
	'steps_offset',
	'timestep_spacing',
	'trained_betas',
	'use_exponential_sigmas',
	'use_karras_sigmas',
]);

/** Settings that we have one value for. `algorithm_type` chooses between samplers. */
const fixedSettings: Readonly<Record<string, readonly unknown[]>> = {
	algorithm_type: ['dpmsolver++', 'sde-dpmsolver++'],
	clip_sample: [false],
	solver_order: [2],
};

/**
 * Finds the sampler and the settings that a scheduler of diffusers stands for.
 *
 * @param asked.seeds of a picture: DPM++ SDE takes its noise from those that the class was given.
 */
export function chooseSampler(asked: {
	scheduler: string;
	config: Record<string, unknown>;
	seeds?: readonly number[];
}): { sampler: SamplerName; config: SchedulerConfig } | { reason: string } {
	const { scheduler, config, seeds } = asked;
	const found = classes[scheduler];
	if (!found) return { reason: `scheduler \`${scheduler}\`` };
	const isKnown = ([key, value]: [string, unknown]) =>
		knownSettings.has(key) ||
		fixedSettings[key]?.includes(value) ||
		(key === 'noise_sampler_seed' && String(value) === String(seeds));
	const unknown = Object.entries(config).find((setting) => !isKnown(setting));
	if (unknown) return { reason: `\`${unknown[0]}\` of \`${scheduler}\`` };
	try {
		const sampler = found === 'dpmpp-2m' && config.algorithm_type === 'sde-dpmsolver++' ? 'dpmpp-2m-sde' : found;
		return { sampler, config: parseSchedulerConfig(config, scheduler) };
	} catch (error) {
		if (error instanceof ModelError) return { reason: error.message };
		throw error;
	}
}
