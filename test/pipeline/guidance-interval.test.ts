import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { diffuse } from '../../src/pipeline/diffuse.ts';
import { type GuidanceInterval, guidedTimesteps, isGuidedStep } from '../../src/pipeline/guidance.ts';
import { samplers } from '../../src/pipeline/samplers/index.ts';
import { lastPart, makeSchedule } from '../../src/pipeline/schedule/index.ts';
import { Sdxl } from '../../src/pipeline/sdxl.ts';
import { modelOf, relativeError } from './golden.ts';
import { recipeOf } from './recipes.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const guidedOf = (steps: number, interval: GuidanceInterval) =>
	Array.from({ length: steps }, (_, step) => isGuidedStep(step, steps, interval));

describe('which steps are guided', () => {
	test.for([
		[[0, 1], 5, [true, true, true, true, true]],
		[[0, 0.8], 5, [true, true, true, true, false]],
		// WebUI: `step / total_steps <= skip_early_cond` is skipped
		[[0.2, 1], 5, [false, false, true, true, true]],
		[[0.2, 0.6], 5, [false, false, true, false, false]],
		[[0, 0.01], 5, [true, false, false, false, false]],
		[[0.5, 0.51], 4, [false, false, false, false]],
	] as const)('%j of %i', ([interval, steps, expected]) => {
		expect(guidedOf(steps, interval)).toEqual(expected);
	});

	test('a walk is guided at the timesteps of its guided steps and between them, whatever part of it is walked', () => {
		const share = fc.double({ min: 0, max: 1, noNaN: true });
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 40 }), share, share, (steps, a, b) => {
				const interval = [Math.min(a, b), Math.max(a, b)] as const;
				const timesteps = Float32Array.from({ length: steps }, (_, i) => 999 - (i * 999) / steps);
				const isGuided = guidedTimesteps(timesteps, interval);
				const expected = guidedOf(steps, interval);
				expect([...timesteps].map(isGuided)).toEqual(expected);
				for (let i = 1; i < steps; i++)
					expect(isGuided((timesteps[i - 1]! + timesteps[i]!) / 2)).toBe(expected[i - 1]! && expected[i]!);
			}),
		);
		expect(guidedTimesteps(Float32Array.of(999, 0), undefined)(500)).toBe(true);
	});
});

describe('a picture with guidance in an interval', () => {
	let sdxl: Sdxl;
	beforeAll(async () => {
		sdxl = await Sdxl.load(modelOf('tiny-random'), 'cpu');
	});
	afterAll(() => sdxl.networks.release());

	/** Euler by hand: x += eps × (sigma' − sigma), with the two predictions each from a run of its own. */
	async function plainWalk(start: Float32Array, dims: number[], isGuided: (step: number) => boolean, scale: number) {
		const { timesteps, sigmas } = makeSchedule(sdxl.folder.scheduler, 5, { rules: 'euler' });
		const asked = { prompt: '1girl', negative: 'lowres', guidanceScale: 1 };
		const positive = await sdxl.prompts.condition(asked, true);
		const negative = await sdxl.prompts.condition({ ...asked, prompt: 'lowres' }, true);
		let latents = start;
		for (const [step, timestep] of timesteps.entries()) {
			const [sigma, next] = [sigmas[step]!, sigmas[step + 1]!];
			const predict = async ({ promptEmbeds, pooledPromptEmbeds, tokens }: typeof positive) => {
				const output = await sdxl.networks.unet.run({
					sample: { data: latents.map((x) => x / Math.sqrt(sigma * sigma + 1)), dims },
					timestep: { data: Float32Array.of(timestep), dims: [1] },
					encoder_hidden_states: { data: promptEmbeds, dims: [1, tokens, promptEmbeds.length / tokens] },
					text_embeds: { data: pooledPromptEmbeds, dims: [1, pooledPromptEmbeds.length] },
					time_ids: { data: Float32Array.of(64, 96, 0, 0, 64, 96), dims: [1, 6] },
				});
				return output.noise_pred!.data;
			};
			const wanted = await predict(positive);
			const unwanted = isGuided(step) ? await predict(negative) : wanted;
			latents = latents.map((x, i) => x + (unwanted[i]! + scale * (wanted[i]! - unwanted[i]!)) * (next - sigma));
		}
		return latents;
	}

	test('walks as one that leaves the negative out by hand', async () => {
		const interval = [0.2, 0.8] as const;
		const schedule = makeSchedule(sdxl.folder.scheduler, 5, { rules: 'euler' });
		const dims = [1, 4, 8, 12];
		const start = Float32Array.from({ length: 4 * 8 * 12 }, (_, i) => Math.sin(i * 12.9898) * schedule.initNoiseSigma);
		const expected = await plainWalk(start.slice(), dims, (step) => step === 2 || step === 3, 4);
		const full = await plainWalk(start.slice(), dims, () => true, 4);
		const latents = start.slice();
		const batches: number[] = [];
		const { unet } = sdxl.networks;
		const run = vi.spyOn(unet, 'run');
		const walk = diffuse(unet, {
			sampler: samplers.euler.sample,
			latents,
			latentDims: dims as [number, number, number, number],
			height: 64,
			width: 96,
			schedule,
			drawNoise: () => new Float32Array(),
			conditioning: await sdxl.prompts.condition({ prompt: '1girl', negative: 'lowres', guidanceScale: 4 }, true),
			guidanceScale: 4,
			isGuided: guidedTimesteps(schedule.timesteps, interval),
			predictionType: 'epsilon',
		});
		for await (const _ of walk) batches.push(run.mock.lastCall![0].sample!.dims[0]!);
		run.mockRestore();
		expect(batches).toEqual([1, 1, 2, 2, 1]);
		expect(relativeError(latents, expected)).toBeLessThan(1e-5);
		expect(relativeError(latents, full)).toBeGreaterThan(1e-3);
	});

	test('is another one than with full guidance, and the same where the interval holds all of what is walked', async () => {
		const paint = async (guidanceInterval?: [number, number]) =>
			(await sdxl.paint(recipeOf({ ...(guidanceInterval && { guidanceInterval }) })))[0]!.data;
		const full = await paint();
		expect(await paint([0, 1])).toEqual(full);
		expect(await paint([0, 0.5])).not.toEqual(full);
	});

	test('a variation is guided where the same steps of a whole picture are', () => {
		const whole = makeSchedule(sdxl.folder.scheduler, 20, { rules: 'euler' });
		const isGuided = guidedTimesteps(whole.timesteps, [0, 0.8]);
		expect([...lastPart(whole, 0.5).timesteps].map(isGuided)).toEqual(guidedOf(20, [0, 0.8]).slice(10));
	});
});
