import { z } from 'zod';
import { fromZod } from './errors.ts';

/**
 * `scheduler/scheduler_config.json`: how the model was trained, whichever sampler walks it later. Defaults are those of diffusers'
 * `EulerAncestralDiscreteScheduler`; keys of other schedulers are passed over.
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
		trained_betas: z.null({ error: 'only null is supported' }).optional(),
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
	}));

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
