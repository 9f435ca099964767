import { expect, test } from 'vitest';
import { parseSchedulerConfig } from '../../src/model/scheduler-config.ts';
import { lastPart, makeSchedule } from '../../src/pipeline/schedule.ts';
import { readGolden, relativeError } from './golden.ts';

interface Case {
	config: Record<string, unknown>;
	steps: number;
	strength: number | null;
}

/** One unit in the last place of a float32, here and there. */
const tolerance = 1e-7;

// euler_v_zsnr is another sampler's, but zero terminal SNR makes the same noise levels for both
test.for(['euler_a', 'euler_a_28', 'euler_a_trailing', 'euler_a_v', 'img2img_euler_a', 'euler_v_zsnr'])(
	'has the sigmas and timesteps of diffusers: %s',
	(name) => {
		const golden = readGolden<Case>('demo', `trajectory_${name}`);
		const schedule = makeSchedule(parseSchedulerConfig(golden.parameters.config), golden.parameters.steps);
		expect(relativeError(schedule.sigmas, golden.tensor('out.sigmas').data)).toBeLessThan(tolerance);
		expect(schedule.timesteps).toEqual(golden.tensor('out.timesteps').data);
	},
);

test('spaces timesteps evenly over the whole scale with `linspace`', () => {
	// numpy.linspace(0, 999, 4)[::-1]
	expect([...makeSchedule(parseSchedulerConfig({}), 4).timesteps]).toEqual([999, 666, 333, 0]);
});

test.for([
	{ steps: 12, strength: 0.55, walked: 6 },
	{ steps: 20, strength: 1, walked: 20 },
	{ steps: 3, strength: 0.1, walked: 1 },
])('walks $walked of $steps steps at strength $strength', ({ steps, strength, walked }) => {
	const schedule = makeSchedule(parseSchedulerConfig({}), steps);
	const part = lastPart(schedule, strength);
	expect(part.timesteps).toEqual(schedule.timesteps.subarray(steps - walked));
	expect(part.sigmas).toEqual(schedule.sigmas.subarray(steps - walked));
});

test('names the file and the key of a scheduler that it does not know', () => {
	expect(() => parseSchedulerConfig({ beta_schedule: 'cosine' }, 'scheduler/scheduler_config.json')).toThrow(
		/^`?scheduler\/scheduler_config\.json`?: `beta_schedule`/,
	);
});
