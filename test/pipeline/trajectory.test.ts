import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { chooseSampler } from '../../scripts/parity/scheduler-classes.ts';
import { diffuse } from '../../src/pipeline/diffuse.ts';
import { keeping } from '../../src/pipeline/inpaint.ts';
import { callsOf, samplers } from '../../src/pipeline/samplers/index.ts';
import { lastPart, makeSchedule, startLevel } from '../../src/pipeline/schedule/index.ts';
import { Sdxl } from '../../src/pipeline/sdxl.ts';
import { goldenNames, modelOf, readGolden, relativeError } from './golden.ts';

// real diffusion, on cores that other tests use too
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

interface Case {
	scheduler: string;
	config: Record<string, unknown>;
	steps: number;
	guidance: number;
	height: number;
	width: number;
	prompt: string;
	negative: string;
	strength: number | null;
}

/** As test/golden/README.md asks, of every step: what float32 sums in another order grow to along a walk, with room. */
const tolerance = 1e-4;

// `npm run parity` walks those of tiny-random
describe.for(['demo', 'samplers', 'inpaint'])('samplers walk as diffusers walks, step by step: %s', (folder) => {
	let sdxl: Sdxl;
	beforeAll(async () => {
		sdxl = await Sdxl.load(modelOf(folder), 'cpu');
	});
	afterAll(() => sdxl.networks.release());

	test.for(goldenNames(folder, 'trajectory_'))('%s', async (name) => {
		const golden = readGolden<Case>(folder, name);
		const { steps, guidance: guidanceScale, height, width, prompt, negative, strength } = golden.parameters;
		const chosen = chooseSampler(golden.parameters);
		if ('reason' in chosen) throw new Error(chosen.reason);
		const { sample, rules } = samplers[chosen.sampler];
		const whole = makeSchedule(chosen.config, steps, { rules });
		const schedule = strength === null ? whole : lastPart(whole, strength);

		const start = golden.tensor('in.latents');
		const size = start.data.length;
		const { alpha, sigma } = startLevel(schedule);
		const clean = strength === null ? undefined : golden.tensor('in.init_latents').data;
		const cells = golden.names.includes('in.mask') ? Uint8Array.from(golden.tensor('in.mask').data) : undefined;
		const init = cells && strength === 1 ? undefined : clean;
		const amplitude = init ? sigma : whole.initNoiseSigma;
		const noise = golden.names.includes('in.noise') ? golden.tensor('in.noise').data : new Float32Array();
		let drawn = 0;
		const walk = diffuse(sdxl.networks.unet, {
			sampler: cells && clean ? keeping(sample, { clean, noise: start.data, cells }) : sample,
			latents: start.data.map((x, i) => Math.fround(alpha * (init?.[i] ?? 0)) + Math.fround(x * amplitude)),
			latentDims: start.shape as [number, number, number, number],
			height,
			width,
			schedule,
			drawNoise: () => noise.subarray(drawn++ * size, drawn * size),
			conditioning: await sdxl.prompts.condition({ prompt, negative, guidanceScale }, true),
			guidanceScale,
			predictionType: chosen.config.predictionType,
		});

		const expected = golden.tensor('out.latents');
		const walked = schedule.timesteps.length;
		let calls = 0;
		let stepsDone = 0;
		for await (const { done, latents } of walk) {
			const error = relativeError(latents, expected.data.subarray(calls * size, (calls + 1) * size));
			expect(error, `call ${calls}`).toBeLessThan(tolerance);
			calls++;
			stepsDone = done;
		}
		expect(calls).toBe(expected.shape[0]);
		expect(callsOf(chosen.sampler, walked)).toBe(calls);
		expect(stepsDone, 'steps').toBe(walked);
		expect(drawn, 'draws').toBe(noise.length / size);
	});
});
