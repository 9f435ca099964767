import { z } from 'zod';
import { ModelError } from '../../src/model/errors.ts';
import { parseSchedulerConfig, type SchedulerConfig } from '../../src/model/scheduler-config.ts';
import { diffuse } from '../../src/pipeline/diffuse.ts';
import { TorchGenerator } from '../../src/pipeline/random.ts';
import { type SamplerName, samplers } from '../../src/pipeline/samplers/index.ts';
import { lastPart, makeSchedule } from '../../src/pipeline/schedule.ts';
import { type Case, CaseError, inputOf, parametersOf } from './case.ts';
import type { Checker } from './check.ts';
import { type Computed, floats, largestError } from './error.ts';

/** Which of diffusers' classes is which of our samplers. Another one is not covered. */
const classes: Readonly<Record<string, SamplerName>> = { EulerAncestralDiscreteScheduler: 'euler-ancestral' };

/** Settings of those classes that `parseSchedulerConfig` knows; it passes over others, which here would be a wrong comparison. */
const knownSettings = new Set([
	'beta_end',
	'beta_schedule',
	'beta_start',
	'num_train_timesteps',
	'prediction_type',
	'rescale_betas_zero_snr',
	'steps_offset',
	'timestep_spacing',
	'trained_betas',
]);

const noiseSchema = z.object({ seed: z.int().min(0) });
const promptSchema = z.object({ prompt: z.string(), negative: z.string().nullable() });
const samplingSchema = promptSchema.extend({
	scheduler: z.string(),
	config: z.record(z.string(), z.unknown()),
	steps: z.int().min(1),
	guidance: z.number(),
	height: z.int().min(8),
	width: z.int().min(8),
});
const trajectorySchema = samplingSchema.extend({ strength: z.number().nullable().optional() });
const pictureSchema = samplingSchema.extend({ seeds: z.array(z.int().min(0)).min(1) });

/** Successive draws of one generator: outputs `0`, `1`, … */
const noise: Checker = async (item) => {
	const generator = new TorchGenerator(parametersOf(item, noiseSchema).seed);
	const draws = [...item.outputs.entries()]
		.sort(([a], [b]) => Number(a) - Number(b))
		.map(([name, { dims }]) => [name, { data: generator.randn(count(dims)), dims }] as const);
	return { covered: true, error: largestError(item, Object.fromEntries(draws)) };
};

const encodePrompt: Checker = async (item, { model, workshop }) => {
	const { prompts } = await workshop.sdxl(model);
	// any guidance above 1 asks for both prompts
	const asked = { ...parametersOf(item, promptSchema), guidanceScale: 2 };
	const { promptEmbeds, pooledPromptEmbeds } = await prompts.condition(asked, model.forceZerosForEmptyPrompt);
	const tokens = model.tokenizer.maxLength;
	const embeds = (half: number): Computed => {
		const length = promptEmbeds.length / 2;
		return { data: promptEmbeds.subarray(half * length, (half + 1) * length), dims: [1, tokens, length / tokens] };
	};
	const pooled = (half: number): Computed => {
		const length = pooledPromptEmbeds.length / 2;
		return { data: pooledPromptEmbeds.subarray(half * length, (half + 1) * length), dims: [1, length] };
	};
	const outputs = {
		negative_prompt_embeds: embeds(0),
		prompt_embeds: embeds(1),
		negative_pooled_prompt_embeds: pooled(0),
		pooled_prompt_embeds: pooled(1),
	};
	return { covered: true, error: largestError(item, outputs) };
};

/** A walk with given noise, compared after every step. */
const trajectory: Checker = async (item, { model, workshop }) => {
	const asked = parametersOf(item, trajectorySchema);
	const chosen = chooseSampler(asked);
	if ('reason' in chosen) return { covered: false, reason: chosen.reason };
	const { networks, prompts } = await workshop.sdxl(model);
	const whole = makeSchedule(chosen.config, asked.steps);
	const { strength } = asked;
	const schedule = typeof strength === 'number' ? lastPart(whole, strength) : whole;
	const start = inputOf(item, 'latents');
	const latents = floats(start).map(
		(x) => x * (typeof strength === 'number' ? schedule.sigmas[0]! : whole.initNoiseSigma),
	);
	if (typeof strength === 'number') {
		const parent = floats(inputOf(item, 'init_latents'));
		for (let i = 0; i < latents.length; i++) latents[i]! += parent[i]!;
	}
	const request = { prompt: asked.prompt, negative: asked.negative, guidanceScale: asked.guidance };
	const walk = diffuse(networks.unet, {
		sampler: samplers[chosen.sampler].sample,
		height: asked.height,
		width: asked.width,
		latents,
		latentDims: fourDims(item, start.dims),
		schedule,
		drawNoise: givenNoise(item, latents.length),
		conditioning: await prompts.condition(request, model.forceZerosForEmptyPrompt),
		guidanceScale: asked.guidance,
		predictionType: chosen.config.predictionType,
	});
	const seen: number[][] = [];
	for await (const step of walk) seen.push([...step.latents]);
	const outputs = {
		latents: { data: Float32Array.from(seen.flat()), dims: [seen.length, ...start.dims] },
		sigmas: { data: whole.sigmas, dims: [whole.sigmas.length] },
		timesteps: { data: whole.timesteps, dims: [whole.timesteps.length] },
	};
	return { covered: true, error: largestError(item, outputs, ['latents']) };
};

/** Everything from nothing, as a member would ask for it. */
const picture: Checker = async (item, { model, workshop }) => {
	const asked = parametersOf(item, pictureSchema);
	const chosen = chooseSampler(asked);
	if ('reason' in chosen) return { covered: false, reason: chosen.reason };
	const sdxl = await workshop.sdxl({ ...model, scheduler: chosen.config });
	const { prompt, negative, height, width, steps, guidance: guidanceScale, seeds } = asked;
	const { sampler } = chosen;
	const recipe = {
		version: 1,
		syntax: 'plain',
		prompt,
		negative,
		width,
		height,
		steps,
		guidanceScale,
		sampler,
		seeds,
	} as const;
	const images = await sdxl.paint({ ...recipe, model: model.path });
	const data = new Float32Array(images.length * 3 * height * width);
	for (const [i, image] of images.entries()) data.set(image.data, i * image.data.length);
	return { covered: true, error: largestError(item, { image: { data, dims: [images.length, 3, height, width] } }) };
};

/** The checkers of what lies around the networks: noise, prompts, samplers, whole pictures. */
export const pipelineCheckers: Readonly<Record<string, Checker>> = {
	noise,
	encode_prompt: encodePrompt,
	trajectory,
	picture,
};

function chooseSampler(asked: {
	scheduler: string;
	config: Record<string, unknown>;
}): { sampler: SamplerName; config: SchedulerConfig } | { reason: string } {
	const sampler = classes[asked.scheduler];
	if (!sampler) return { reason: `scheduler \`${asked.scheduler}\`` };
	const unknown = Object.keys(asked.config).find((key) => !knownSettings.has(key));
	if (unknown !== undefined) return { reason: `\`${unknown}\` of \`${asked.scheduler}\`` };
	try {
		return { sampler, config: parseSchedulerConfig(asked.config, asked.scheduler) };
	} catch (error) {
		if (error instanceof ModelError) return { reason: error.message };
		throw error;
	}
}

/** Hands out the draws of a case, one after another. */
function givenNoise(item: Case, size: number): () => Float32Array {
	const draws = floats(inputOf(item, 'noise'));
	let at = 0;
	return () => {
		if (at + size > draws.length)
			throw new CaseError(
				`\`${item.path}\`: expected a draw of \`in.noise\` for each step, got ${draws.length / size}`,
			);
		at += size;
		return draws.subarray(at - size, at);
	};
}

function fourDims(item: Case, dims: readonly number[]): readonly [number, number, number, number] {
	const [n, channels, height, width] = dims;
	if (dims.length !== 4 || !n || !channels || !height || !width)
		throw new CaseError(`\`${item.path}\`: expected \`in.latents\` to have four dimensions, got [${dims.join(', ')}]`);
	return [n, channels, height, width];
}

function count(dims: readonly number[]): number {
	return dims.reduce((a, b) => a * b, 1);
}
