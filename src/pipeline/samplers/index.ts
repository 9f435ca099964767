import type { Schedule } from '../schedule.ts';
import { sampleEulerAncestral } from './euler-ancestral.ts';

/**
 * Says what clean latents the model sees in noisy ones: `latents` and the result are `[n, 4, height/8, width/8]`, `sigma` is their
 * noise level and `timestep` the same on the training scale. The result is valid until the next call.
 */
export type Denoise = (latents: Float32Array, sigma: number, timestep: number) => Promise<Float32Array>;

export interface SamplerInput {
	denoise: Denoise;
	/** `[n, 4, height/8, width/8]`, already at the noise level `schedule.sigmas[0]`; the sampler writes into it. */
	latents: Float32Array;
	schedule: Pick<Schedule, 'sigmas' | 'timesteps'>;
	/** Fresh standard normals, as many as there are latents; valid until the next call. */
	drawNoise: () => Float32Array;
}

/** After each step: the latents as they are now and the clean ones that this step predicted. Both are overwritten later. */
export interface SamplerStep {
	/** Steps done before this one, from 0. */
	step: number;
	latents: Float32Array;
	denoised: Float32Array;
}

/**
 * Walks latents down a schedule, yielding after each step. It knows no progress, preview or cancellation: those belong to
 * whoever iterates. It works element by element, so that an image does not depend on the others of its batch.
 */
export type Sampler = (input: SamplerInput) => AsyncGenerator<SamplerStep, void, void>;

/** Every sampler, under the name that recipes carry. The table feeds the type, the schema, the choices and the docs. */
export const samplers = {
	'euler-ancestral': { label: 'Euler a', sample: sampleEulerAncestral },
} as const satisfies Record<string, { label: string; sample: Sampler }>;

export type SamplerName = keyof typeof samplers;
export const samplerNames = Object.keys(samplers) as [SamplerName, ...SamplerName[]];
