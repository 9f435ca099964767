import { z } from 'zod';
import { BrownianTree } from '../../src/pipeline/brownian-tree.ts';
import { diffuse } from '../../src/pipeline/diffuse.ts';
import { keeping } from '../../src/pipeline/inpaint.ts';
import { TorchGenerator } from '../../src/pipeline/random.ts';
import { type SamplerName, samplers } from '../../src/pipeline/samplers/index.ts';
import { lastPart, makeSchedule, type Schedule, startLevel } from '../../src/pipeline/schedule/index.ts';
import { timestepOf } from '../../src/pipeline/schedule/sigmas.ts';
import { syntaxNames } from '../../src/prompt/syntax/index.ts';
import { type Case, CaseError, inputOf, parametersOf } from './case.ts';
import type { Checker } from './check.ts';
import { type Computed, floats, largestError } from './error.ts';
import { chooseSampler } from './scheduler-classes.ts';

const noiseSchema = z.object({ seed: z.int().min(0) });
const brownianSchema = z.object({ seed: z.int().min(0), range: z.tuple([z.number(), z.number()]) });
const promptSchema = z.object({ prompt: z.string(), negative: z.string().nullable() });
const readingSchema = promptSchema.extend({
	syntax: z.enum(syntaxNames).optional(),
	clipSkip: z.int().min(1).max(12).optional(),
});
/** What a walk down from noise is asked for. */
export const samplingSchema = promptSchema.extend({
	scheduler: z.string(),
	config: z.record(z.string(), z.unknown()),
	steps: z.int().min(1),
	guidance: z.number(),
	height: z.int().min(8),
	width: z.int().min(8),
});
const trajectorySchema = samplingSchema.extend({ strength: z.number().nullable().optional() });

/** Successive draws of one generator: outputs `0`, `1`, … */
const noise: Checker = async (item) => {
	const generator = new TorchGenerator(parametersOf(item, noiseSchema).seed);
	const draws = [...item.outputs.entries()]
		.sort(([a], [b]) => Number(a) - Number(b))
		.map(([name, { dims }]) => [name, { data: generator.randn(count(dims)), dims }] as const);
	return { covered: true, error: largestError(item, Object.fromEntries(draws)) };
};

/** What one Brownian path gives from each sigma to the next. */
const brownian: Checker = async (item) => {
	const { seed, range } = parametersOf(item, brownianSchema);
	const wanted = item.outputs.get('noise')?.dims ?? [];
	const sigmas = floats(inputOf(item, 'sigmas'));
	const size = count(wanted.slice(1));
	const makeGenerator = (own: number) => new TorchGenerator(own);
	const tree = new BrownianTree({ seed, size, from: range[0], to: range[1], makeGenerator });
	const data = new Float32Array((sigmas.length - 1) * size);
	for (let i = 0; i + 1 < sigmas.length; i++) data.set(tree.noise(sigmas[i]!, sigmas[i + 1]!), i * size);
	return {
		covered: true,
		error: largestError(item, { noise: { data, dims: [sigmas.length - 1, ...wanted.slice(1)] } }),
	};
};

const encodePrompt: Checker = async (item, { model, workshop }) => {
	const { prompts } = await workshop.sdxl(model);
	// any guidance above 1 asks for both prompts
	const asked = { ...parametersOf(item, readingSchema), guidanceScale: 2 };
	const { promptEmbeds, pooledPromptEmbeds, tokens } = await prompts.condition(asked, model.forceZerosForEmptyPrompt);
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

/** A walk with given noise, compared after every step; with a `mask` in latent cells, what that leaves out is put back. */
const trajectory: Checker = async (item, { model, workshop }) => {
	const asked = parametersOf(item, trajectorySchema);
	const chosen = chooseSampler(asked);
	if ('reason' in chosen) return { covered: false, reason: chosen.reason };
	const { networks, prompts } = await workshop.sdxl(model);
	const { strength } = asked;
	const { sample, rules } = samplers[chosen.sampler];
	const whole = makeSchedule(chosen.config, asked.steps, { rules });
	const isFromPicture = typeof strength === 'number';
	const schedule = isFromPicture ? lastPart(whole, strength) : whole;
	const start = inputOf(item, 'latents');
	const { alpha, sigma } = startLevel(schedule);
	const clean = isFromPicture ? floats(inputOf(item, 'init_latents')) : undefined;
	const mask = item.inputs.has('mask') && clean ? inputOf(item, 'mask') : undefined;
	// what is drawn anew at full strength begins as noise alone
	const isNoisedPicture = clean && !(mask && strength === 1);
	const amplitude = isNoisedPicture ? sigma : whole.initNoiseSigma;
	const latents = floats(start).map((x) => x * amplitude);
	if (isNoisedPicture) for (let i = 0; i < latents.length; i++) latents[i]! += Math.fround(alpha * clean[i]!);
	const kept = mask && clean && { clean, noise: floats(start), cells: Uint8Array.from(floats(mask)) };
	const request = { prompt: asked.prompt, negative: asked.negative, guidanceScale: asked.guidance };
	const walk = diffuse(networks.unet, {
		sampler: kept ? keeping(sample, kept) : sample,
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
		...asDiffusersTells(chosen.sampler, whole),
	};
	return { covered: true, error: largestError(item, outputs, ['latents']) };
};

/** The checkers of what lies around the networks: noise, prompts, samplers. */
export const pipelineCheckers: Readonly<Record<string, Checker>> = {
	noise,
	brownian,
	encode_prompt: encodePrompt,
	trajectory,
};

/**
 * The whole schedule as diffusers' classes hold it: those of two calls a step list each call, with the same sigma twice, and those
 * that go by alphaBar have no sigmas (the case says a single zero).
 */
function asDiffusersTells(sampler: SamplerName, schedule: Schedule): Record<'sigmas' | 'timesteps', Computed> {
	const { sigmas, timesteps, rules, training } = schedule;
	const isTwice = samplers[sampler].callsPerStep === 2;
	const calls = [...timesteps].flatMap((timestep, i) => {
		if (i === 0 || !isTwice) return [timestep];
		const between = timestepOf(training, Math.sqrt(sigmas[i - 1]! * sigmas[i]!));
		return [sampler === 'heun' ? timestep : between, timestep];
	});
	const levels = [...sigmas].flatMap((sigma, i) => (isTwice && i > 0 && sigma > 0 ? [sigma, sigma] : [sigma]));
	const tensor = (data: number[]) => ({ data: Float32Array.from(data), dims: [data.length] });
	return { sigmas: tensor(rules === 'ddim' || rules === 'lcm' ? [0] : levels), timesteps: tensor(calls) };
}

/** Hands out the draws of a case, one after another. */
function givenNoise(item: Case, size: number): () => Float32Array {
	const draws = item.inputs.has('noise') ? floats(inputOf(item, 'noise')) : new Float32Array();
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
