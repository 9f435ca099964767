import { z } from 'zod';
import { fromZod } from './errors.ts';

/**
 * `scheduler/scheduler_config.json`: how the model was trained, whichever sampler walks it later. Defaults are those of diffusers'
 * `EulerAncestralDiscreteScheduler`, of the others where it has none; keys that are not here are passed over, `clip_sample` and
 * `thresholding` among them: latents are never clipped.
 */
const schedulerConfigSchema = z
	.object({
		num_train_timesteps: z.int().min(2).max(100_000).default(1000),
		beta_start: z.number().positive().default(0.0001),
		beta_end: z.number().positive().default(0.02),
		beta_schedule: z
			.enum(['linear', 'scaled_linear'], { error: 'only "linear" or "scaled_linear" is supported' })
			.default('linear'),
		prediction_type: z
			.enum(['epsilon', 'v_prediction'], { error: 'only "epsilon" or "v_prediction" is supported' })
			.default('epsilon'),
		timestep_spacing: z.enum(['leading', 'trailing', 'linspace']).default('linspace'),
		steps_offset: z.int().min(0).default(0),
		rescale_betas_zero_snr: z.boolean().default(false),
		use_karras_sigmas: z.boolean().nullish(),
		use_exponential_sigmas: z.boolean().nullish(),
		set_alpha_to_one: z.boolean().default(true),
		original_inference_steps: z.int().min(1).max(1000).default(50),
		trained_betas: z.null({ error: 'only null is supported' }).optional(),
	})
	.refine((config) => !(config.use_karras_sigmas && config.use_exponential_sigmas), {
		path: ['use_exponential_sigmas'],
		error: 'only one of "use_karras_sigmas" and "use_exponential_sigmas" can be true',
	})
	.transform((config) => ({
		numTrainTimesteps: config.num_train_timesteps,
		betaStart: config.beta_start,
		betaEnd: config.beta_end,
		betaSchedule: config.beta_schedule,
		predictionType: config.prediction_type,
		timestepSpacing: config.timestep_spacing,
		stepsOffset: config.steps_offset,
		rescaleBetasZeroSnr: config.rescale_betas_zero_snr,
		/** How sigmas are spaced; `undefined`: as the timesteps are. */
		sigmaSpacing: sigmaSpacingOf(config),
		/** DDIM: where the last step goes, to alphaBar 1 or to that of timestep 0. */
		setAlphaToOne: config.set_alpha_to_one,
		/** LCM: how many steps it was distilled on. */
		originalInferenceSteps: config.original_inference_steps,
	}));

function sigmaSpacingOf(config: {
	use_karras_sigmas?: boolean | null | undefined;
	use_exponential_sigmas?: boolean | null | undefined;
}): 'karras' | 'exponential' | undefined {
	if (config.use_karras_sigmas) return 'karras';
	return config.use_exponential_sigmas ? 'exponential' : undefined;
}

/** What a `scheduler_config.json` says about the noise; names as there, in our spelling. */
export type SchedulerConfig = z.output<typeof schedulerConfigSchema>;

/**
 * Reads the content of a `scheduler_config.json`.
 *
 * @param file Its name in error messages.
 * @throws {ModelError} naming the key that is wrong or not supported.
 */
export function parseSchedulerConfig(data: unknown, file = 'scheduler/scheduler_config.json'): SchedulerConfig {
	const parsed = schedulerConfigSchema.safeParse(data);
	if (!parsed.success) throw fromZod(file, parsed.error, data);
	return parsed.data;
}
