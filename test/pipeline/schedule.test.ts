import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSchedulerConfig } from '../../src/model/scheduler-config.ts';
import { samplerNames, samplers } from '../../src/pipeline/samplers/index.ts';
import { lastPart, makeSchedule, type ScheduleRules, startLevel } from '../../src/pipeline/schedule/index.ts';
import { relativeError } from './golden.ts';

interface Golden {
	scheduler: string;
	config: Record<string, unknown>;
	steps: number;
	timesteps: number[];
	sigmas: number[] | null;
	initNoiseSigma: number;
}

/** What torch rounds to float32 at every operation, and the file to seven digits, and we here and there not. */
const tolerance = 1e-6;

const rulesOf: Record<string, ScheduleRules> = {
	EulerDiscreteScheduler: 'euler',
	DPMSolverMultistepScheduler: 'multistep',
	UniPCMultistepScheduler: 'multistep',
	DDIMScheduler: 'ddim',
	LCMScheduler: 'lcm',
};
// test/golden/samplers.py: each class with each spacing, Karras and exponential sigmas and zero terminal SNR, for 1 to 50 steps
const goldens = JSON.parse(
	readFileSync(new URL('../golden/samplers/schedules.json', import.meta.url), 'utf8'),
) as Golden[];
const settings = { beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear' };
const leading = parseSchedulerConfig({ ...settings, timestep_spacing: 'leading', steps_offset: 1 });

test.for(Object.keys(rulesOf))('has the sigmas and timesteps of diffusers: %s', (scheduler) => {
	const cases = goldens.filter((golden) => golden.scheduler === scheduler);
	expect(cases.length).toBeGreaterThan(3);
	for (const { config, steps, timesteps, sigmas, initNoiseSigma } of cases) {
		const what = JSON.stringify({ config, steps });
		const schedule = makeSchedule(parseSchedulerConfig(config), steps, { rules: rulesOf[scheduler]! });
		// a timestep of 0 has no relative error
		const shifted = schedule.timesteps.map((t) => t + 1);
		expect(
			relativeError(
				shifted,
				Float32Array.from(timesteps, (t) => t + 1),
			),
			what,
		).toBeLessThan(tolerance);
		if (sigmas) expect(relativeError(schedule.sigmas, Float32Array.from(sigmas)), what).toBeLessThan(tolerance);
		expect(schedule.initNoiseSigma / initNoiseSigma, what).toBeCloseTo(1, 6);
	}
});

describe('a schedule that a recipe asks for', () => {
	test.for([
		['karras', { timestep_spacing: 'leading', steps_offset: 1, use_karras_sigmas: true }],
		['exponential', { timestep_spacing: 'leading', steps_offset: 1, use_exponential_sigmas: true }],
		['normal', { timestep_spacing: 'linspace' }],
		['trailing', { timestep_spacing: 'trailing' }],
		['leading', { timestep_spacing: 'leading', steps_offset: 1 }],
	] as const)('%s is what those settings in the model’s file would give', ([schedule, config]) => {
		const own = parseSchedulerConfig({ ...settings, ...config });
		for (const rules of ['euler', 'multistep'] as const) {
			const { sigmas, timesteps, initNoiseSigma } = makeSchedule(own, 7, { rules });
			const asked = { ...leading, sigmaSpacing: schedule === 'karras' ? 'exponential' : 'karras' } as const;
			expect(makeSchedule(asked, 7, { rules, schedule })).toMatchObject({ sigmas, timesteps, initNoiseSigma });
		}
	});

	test('sgm-uniform goes evenly from the last timestep to one step above 0', () => {
		// torch.linspace(999, 0, 4 + 1)[:-1], and k-diffusion's DiscreteSchedule.t_to_sigma of them with SDXL's betas
		const { timesteps, sigmas, initNoiseSigma } = makeSchedule(leading, 4, { rules: 'euler', schedule: 'sgm-uniform' });
		expect([...timesteps]).toEqual([999, 749.25, 499.5, 249.75]);
		const all = makeSchedule(leading, 1000, { rules: 'euler', schedule: 'trailing' }).sigmas;
		const between = (t: number, w: number) => all[999 - t]! ** (1 - w) * all[999 - t - 1]! ** w;
		expect(
			relativeError(sigmas, Float32Array.of(all[0]!, between(749, 0.25), between(499, 0.5), between(249, 0.75), 0)),
		).toBeLessThan(tolerance);
		expect(initNoiseSigma).toBe(sigmas[0]);
	});

	test.for(samplerNames.flatMap((sampler) => samplers[sampler].schedules.map((schedule) => ({ sampler, schedule }))))(
		'descends to 0 for any number of steps: $sampler, $schedule',
		({ sampler, schedule }) => {
			const { rules } = samplers[sampler];
			fc.assert(
				fc.property(fc.integer({ min: 1, max: 100 }), fc.boolean(), (steps, rescaleBetasZeroSnr) => {
					const { sigmas, timesteps } = makeSchedule({ ...leading, rescaleBetasZeroSnr }, steps, { rules, schedule });
					expect([sigmas.length, timesteps.length]).toEqual([steps + 1, steps]);
					expect(sigmas.at(-1)).toBe(0);
					for (let i = 0; i < steps; i++) expect(sigmas[i]).toBeGreaterThan(sigmas[i + 1]!);
					for (const t of timesteps) expect(t >= 0 && t <= 999).toBe(true);
				}),
				{ numRuns: 20 },
			);
		},
	);

	test.for(['ddim', 'lcm'] as const)('is refused where the sampler goes by alphaBar: sgm-uniform with %s', (rules) => {
		expect(() => makeSchedule(leading, 4, { rules, schedule: 'sgm-uniform' })).toThrow(RangeError);
	});
});

test.for([
	{ steps: 12, strength: 0.55, walked: 6 },
	{ steps: 20, strength: 1, walked: 20 },
	{ steps: 3, strength: 0.1, walked: 1 },
])('walks $walked of $steps steps at strength $strength', ({ steps, strength, walked }) => {
	const schedule = makeSchedule(leading, steps, { rules: 'euler' });
	const part = lastPart(schedule, strength);
	expect(part.timesteps).toEqual(schedule.timesteps.subarray(steps - walked));
	expect(part.sigmas).toEqual(schedule.sigmas.subarray(steps - walked));
	expect(part.range).toEqual(schedule.range);
});

test('a walk from a picture starts at the noise of its first step, whichever way latents are kept', () => {
	const levels = (['euler', 'multistep', 'ddim', 'lcm'] as const).map((rules) => {
		const schedule = lastPart(makeSchedule(leading, 10, { rules }), 0.5);
		const { alpha, sigma } = startLevel(schedule);
		expect(sigma / alpha, rules).toBeCloseTo(schedule.sigmas[0]!, 5);
		return alpha ** 2 + (rules === 'euler' ? 0 : sigma ** 2);
	});
	for (const variance of levels) expect(variance).toBeCloseTo(1, 6);
});

test.for([
	[0, 'euler'],
	[1001, 'euler'],
	[1.5, 'ddim'],
	[51, 'lcm'],
	[1000, 'ddim'], // with an offset of 1 the first timestep would be 1000
] as const)('refuses %s steps: %s', ([steps, rules]) => {
	expect(() => makeSchedule(leading, steps, { rules })).toThrow(RangeError);
});

test('names the file and the key of a scheduler that it does not know', () => {
	expect(() => parseSchedulerConfig({ beta_schedule: 'cosine' }, 'scheduler/scheduler_config.json')).toThrow(
		/^`?scheduler\/scheduler_config\.json`?: `beta_schedule`/,
	);
	expect(() => parseSchedulerConfig({ use_karras_sigmas: true, use_exponential_sigmas: true })).toThrow(
		/`use_exponential_sigmas`/,
	);
});
