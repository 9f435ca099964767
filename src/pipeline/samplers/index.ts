import type { Schedule, ScheduleRules } from '../schedule/index.ts';
import type { NoiseLevel } from '../schedule/levels.ts';
import type { ScheduleName } from '../schedule/names.ts';
import { sampleDdim } from './ddim.ts';
import { sampleDpmpp2m } from './dpmpp-2m.ts';
import { sampleDpmpp2mSde } from './dpmpp-2m-sde.ts';
import { sampleDpmppSde } from './dpmpp-sde.ts';
import { sampleEuler } from './euler.ts';
import { sampleEulerAncestral } from './euler-ancestral.ts';
import { sampleHeun } from './heun.ts';
import { sampleLcm } from './lcm.ts';
import { sampleUnipc } from './unipc.ts';

/**
 * Says what clean latents the model sees in noisy ones: `latents` and the result are `[n, 4, height/8, width/8]`, `level` is how much
 * of what is in them and `timestep` the same on the training scale. The result is valid until the next call.
 */
export type Denoise = (latents: Float32Array, level: NoiseLevel, timestep: number) => Promise<Float32Array>;

export interface SamplerInput {
	denoise: Denoise;
	/** `[n, 4, height/8, width/8]`, already at the noise level of the schedule's start; the sampler writes into it. */
	latents: Float32Array;
	schedule: Schedule;
	/**
	 * Fresh standard normals for the way from one sigma down to the next, as many as there are latents; valid until the next call.
	 * Independent draws, or for a sampler whose `noise` is `path` the increment of one Brownian path, brought to variance 1.
	 */
	drawNoise: (sigma: number, sigmaNext: number) => Float32Array;
}

/** After each model call: the latents as they are now and the clean ones that it showed. Both are overwritten later. */
export interface SamplerStep {
	/** Whole steps done, from 0: a sampler of two calls a step tells of the first one too. */
	done: number;
	latents: Float32Array;
	denoised: Float32Array;
}

/**
 * Walks latents down a schedule, yielding after each model call. It knows no progress, preview or cancellation: those belong to
 * whoever iterates. It works element by element, so that an image does not depend on the others of its batch.
 */
export type Sampler = (input: SamplerInput) => AsyncGenerator<SamplerStep, void, void>;

interface SamplerEntry {
	/** As members and other tools know it. */
	label: string;
	sample: Sampler;
	rules: ScheduleRules;
	/** What a recipe may ask for; without a choice it is always the model's own. */
	schedules: readonly ScheduleName[];
	/** Model calls in each step but the last, which always takes one. */
	callsPerStep: 1 | 2;
	/** Where its noise comes from: see `SamplerInput.drawNoise`. */
	noise: 'none' | 'draws' | 'path';
}

const everySchedule: readonly ScheduleName[] = [
	'normal',
	'karras',
	'exponential',
	'sgm-uniform',
	'trailing',
	'leading',
];
const plainSpacings: readonly ScheduleName[] = ['normal', 'trailing', 'leading'];
const euler = { rules: 'euler', schedules: everySchedule, callsPerStep: 1, noise: 'none' } as const;
const multistep = { rules: 'multistep', schedules: everySchedule, callsPerStep: 1, noise: 'none' } as const;

/** Every sampler, under the name that recipes carry. The table feeds the type, the schema, the choices and the docs. */
export const samplers = {
	'euler-ancestral': { ...euler, label: 'Euler a', sample: sampleEulerAncestral, noise: 'draws' },
	euler: { ...euler, label: 'Euler', sample: sampleEuler },
	ddim: { ...euler, label: 'DDIM', sample: sampleDdim, rules: 'ddim', schedules: plainSpacings },
	'dpmpp-2m': { ...multistep, label: 'DPM++ 2M', sample: sampleDpmpp2m },
	'dpmpp-2m-sde': { ...multistep, label: 'DPM++ 2M SDE', sample: sampleDpmpp2mSde, noise: 'draws' },
	'dpmpp-sde': { ...euler, label: 'DPM++ SDE', sample: sampleDpmppSde, callsPerStep: 2, noise: 'path' },
	heun: { ...euler, label: 'Heun', sample: sampleHeun, callsPerStep: 2 },
	unipc: { ...multistep, label: 'UniPC', sample: sampleUnipc },
	lcm: { ...euler, label: 'LCM', sample: sampleLcm, rules: 'lcm', schedules: [], noise: 'draws' },
} as const satisfies Record<string, SamplerEntry>;

export type SamplerName = keyof typeof samplers;
export const samplerNames = Object.keys(samplers) as [SamplerName, ...SamplerName[]];

/** Steps that LCM models are distilled on, and so the most that it takes. */
export const lcmSteps = 50;

/** How often the UNet is asked for one picture in `steps` steps. */
export function callsOf(sampler: SamplerName, steps: number): number {
	return (steps - 1) * samplers[sampler].callsPerStep + 1;
}

/** Whether a sampler takes a schedule; without one it takes the model's own. */
export function takesSchedule(sampler: SamplerName, schedule: ScheduleName | undefined): boolean {
	const { schedules }: SamplerEntry = samplers[sampler];
	return schedule === undefined || schedules.includes(schedule);
}
