import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { relativeError } from '../../../scripts/parity/error.ts';
import { openAestheticFolder } from '../../../src/model/aesthetic-folder.ts';
import {
	compileAesthetic,
	compileTextEncoder,
	compileUnet,
	compileUpscaler,
	compileVaeDecoder,
	compileVaeEncoder,
} from '../../../src/model/compile.ts';
import { type ModelFolder, openModelFolder } from '../../../src/model/folder.ts';
import type { CompiledGraph, Target } from '../../../src/model/graph.ts';
import { readLora } from '../../../src/model/lora.ts';
import { openSession, type Session } from '../../../src/pipeline/session.ts';
import { demoModel, golden, goldenTolerance, readGolden, tinyModel } from '../support.ts';

/** float16 has eleven bits; this is what they come to over a network's depth, with room. Measured: at most 6e-4. */
const halfTolerance = 3e-3;

type Compile = (folder: ModelFolder, target: Target) => CompiledGraph;

const networks: Record<string, { compile: Compile; cases: string[] }> = {
	text_encoder: { compile: (folder, target) => compileTextEncoder(folder, 1, target), cases: ['text_encoder'] },
	text_encoder_2: { compile: (folder, target) => compileTextEncoder(folder, 2, target), cases: ['text_encoder_2'] },
	// batches of 1, 2 and 3, wide and high
	unet: { compile: compileUnet, cases: ['unet_1x12x20', 'unet_2x16x16', 'unet_3x24x8'] },
	vae_decoder: { compile: compileVaeDecoder, cases: ['vae_decode_1x16x16', 'vae_decode_2x8x20'] },
	vae_encoder: { compile: compileVaeEncoder, cases: ['vae_encode_1x16x16', 'vae_encode_2x8x20'] },
};

const sessions: Session[] = [];
afterAll(async () => {
	for (const session of sessions) await session.release();
});

async function open(graph: CompiledGraph): Promise<Session> {
	const session = await openSession(graph, { device: 'cpu' });
	sessions.push(session);
	return session;
}

async function errors(session: Session, file: string): Promise<Record<string, number>> {
	const { inputs, outputs } = await readGolden(file);
	const feeds = [...inputs].map(([name, { data, dims }]) => [
		name,
		{ data: name === 'timestep' ? Float32Array.from(data, Number) : data, dims },
	]);
	const got = await session.run(Object.fromEntries(feeds));
	const compared = [...outputs].map(([name, wanted]) => {
		const ours = got[name] ?? got.upscaled!;
		expect(ours.dims).toEqual(wanted.dims);
		return [name, relativeError(ours.data, Float32Array.from(wanted.data, Number))];
	});
	return Object.fromEntries(compared) as Record<string, number>;
}

describe.for([
	['demo', demoModel],
	['tiny-random', tinyModel],
] as const)('on %s', ([name, path]) => {
	test.for(Object.keys(networks))('%s agrees with diffusers in float32', async (network) => {
		const { compile, cases } = networks[network]!;
		const session = await open(compile(await openModelFolder(path), { compute: 'f32' }));
		for (const file of cases)
			for (const [output, error] of Object.entries(await errors(session, join(name, `${file}.safetensors`))))
				expect(error, `${file} ${output}`).toBeLessThan(goldenTolerance);
	});
});

test.for(Object.keys(networks))('%s compiled for float16 stays near diffusers', async (network) => {
	const { compile, cases } = networks[network]!;
	const session = await open(compile(await openModelFolder(tinyModel), { compute: 'f16' }));
	for (const [output, error] of Object.entries(await errors(session, `tiny-random/${cases[0]}.safetensors`)))
		expect(error, output).toBeLessThan(halfTolerance);
});

test.for([
	['demo', demoModel, 'kohya'],
	['demo', demoModel, 'peft'],
	['tiny-random', tinyModel, 'kohya'],
	['tiny-random', tinyModel, 'peft'],
	['tiny-random', tinyModel, 'kohya_sgm'],
] as const)('the UNet of %s with the LoRA %s agrees with diffusers', async ([name, path, style]) => {
	const folder = await openModelFolder(path);
	const lora = await readLora(join(golden, name, `${style}.lora.safetensors`), style, folder);
	const session = await open(compileUnet(folder, { compute: 'f32' }, [{ lora, weight: 0.8 }]));
	const { noise_pred: error } = await errors(session, `${name}/lora_${style}.safetensors`);
	expect(error).toBeLessThan(goldenTolerance);
});

test('upscaler agrees with torch', async () => {
	const session = await open(compileUpscaler(await openModelFolder(demoModel), { compute: 'f32' }));
	expect((await errors(session, 'demo/upscaler.safetensors')).image).toBeLessThan(goldenTolerance);
});

test('the aesthetic scorer agrees with transformers', async () => {
	const folder = await openAestheticFolder(join(demoModel, 'aesthetic'));
	const session = await open(compileAesthetic(folder, { compute: 'f32' }));
	expect((await errors(session, 'demo/aesthetic.safetensors')).logits).toBeLessThan(goldenTolerance);
});

test('the tagger, an ONNX file of its own, opens by its path', async () => {
	const { tagger } = await openModelFolder(demoModel);
	const session = await openSession({ name: 'tagger', path: tagger!.model }, { device: 'cpu' });
	sessions.push(session);
	const { inputs, outputs } = await readGolden('demo/tagger.safetensors');
	const image = inputs.get('image')!;
	const got = await session.run({ [session.inputNames[0]!]: { data: image.data, dims: image.dims } });
	const probabilities = outputs.get('probabilities')!.data as Float32Array;
	expect(relativeError(got[session.outputNames[0]!]!.data, probabilities)).toBeLessThan(goldenTolerance);
});
