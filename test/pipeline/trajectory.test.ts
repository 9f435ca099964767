import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseSchedulerConfig } from '../../src/model/scheduler-config.ts';
import { diffuse } from '../../src/pipeline/diffuse.ts';
import { samplers } from '../../src/pipeline/samplers/index.ts';
import { lastPart, makeSchedule } from '../../src/pipeline/schedule.ts';
import { Sdxl } from '../../src/pipeline/sdxl.ts';
import { goldenFolders, modelOf, readGolden, relativeError } from './golden.ts';

// real diffusion, on cores that other tests use too
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

interface Case {
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

const cases = ['euler_a', 'euler_a_28', 'euler_a_trailing', 'euler_a_v', 'img2img_euler_a'];

describe.for(goldenFolders)('Euler a with the %s model', (folder) => {
	let sdxl: Sdxl;
	beforeAll(async () => {
		sdxl = await Sdxl.load(modelOf(folder), 'cpu');
	});
	afterAll(() => sdxl.networks.release());

	test.for(cases)('walks as diffusers walks, step by step: %s', async (name) => {
		const golden = readGolden<Case>(folder, `trajectory_${name}`);
		const { config, steps, guidance: guidanceScale, height, width, prompt, negative, strength } = golden.parameters;
		const scheduler = parseSchedulerConfig(config);
		const whole = makeSchedule(scheduler, steps);
		const schedule = strength === null ? whole : lastPart(whole, strength);

		const start = golden.tensor('in.latents');
		const amplitude = strength === null ? whole.initNoiseSigma : schedule.sigmas[0]!;
		const init = strength === null ? undefined : golden.tensor('in.init_latents').data;
		const noise = golden.tensor('in.noise').data;
		let drawn = 0;
		const walk = diffuse(sdxl.networks.unet, {
			sampler: samplers['euler-ancestral'].sample,
			latents: start.data.map((x, i) => (init?.[i] ?? 0) + Math.fround(x * amplitude)),
			latentDims: start.shape as [number, number, number, number],
			height,
			width,
			schedule,
			drawNoise: () => noise.subarray(drawn++ * start.data.length, drawn * start.data.length),
			conditioning: await sdxl.prompts.condition({ prompt, negative, guidanceScale }, true),
			guidanceScale,
			predictionType: scheduler.predictionType,
		});

		const expected = golden.tensor('out.latents');
		const size = start.data.length;
		let done = 0;
		for await (const { step, latents } of walk) {
			const error = relativeError(latents, expected.data.subarray(step * size, (step + 1) * size));
			expect(error, `step ${step}`).toBeLessThan(tolerance);
			done++;
		}
		expect(done).toBe(expected.shape[0]);
		expect(drawn, 'draws, one a step').toBe(noise.length / size);
	});
});
