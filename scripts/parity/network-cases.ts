import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { openAestheticFolder } from '../../src/model/aesthetic-folder.ts';
import {
	compileAesthetic,
	compileTextEncoder,
	compileUnet,
	compileUpscaler,
	compileVaeDecoder,
	compileVaeEncoder,
} from '../../src/model/compile.ts';
import type { ModelFolder } from '../../src/model/folder.ts';
import type { CompiledGraph, Target } from '../../src/model/graph.ts';
import { readLora } from '../../src/model/lora.ts';
import { compileUpscalerFile, readUpscalerFile } from '../../src/model/upscaler-files.ts';
import { type Feed, openSession } from '../../src/pipeline/session.ts';
import { type Case, folderOf, inputOf, parametersOf } from './case.ts';
import type { Checker } from './check.ts';
import { floats, largestError } from './error.ts';

const target: Target = { compute: 'f32' };

/** Compares the ids of both tokenizers, padded, and of the first one in full; the error is the number of texts that differ. */
const tokens: Checker = async (item, { model }) => {
	const same = (a: readonly number[], b: readonly number[]) => a.join() === b.join();
	const wrong = (item.texts ?? []).filter(
		(want) =>
			!same(model.tokenizer.encodePadded(want.text), want.tokenizer) ||
			!same(model.tokenizer2.encodePadded(want.text), want.tokenizer_2) ||
			!same(model.tokenizer.encode(want.text), want.full),
	);
	const first = wrong[0];
	return {
		covered: true,
		error: wrong.length,
		...(first ? { remark: `texts that differ, first ${JSON.stringify(first.text.slice(0, 40))}` } : {}),
	};
};

/** Makes the checker of one network: its inputs are named as the case names them. */
function network(
	part: string,
	compile: (model: ModelFolder) => CompiledGraph,
	rename: Record<string, string> = {},
): Checker {
	return async (item, { model, workshop }) => {
		const session = await workshop.session(model, part, () => compile(model));
		const results = await session.run(Object.fromEntries(session.inputNames.map((name) => [name, feed(item, name)])));
		const named = Object.entries(results).map(([name, value]) => [rename[name] ?? name, value] as const);
		return { covered: true, error: largestError(item, Object.fromEntries(named)) };
	};
}

/** Ids go in as integers; all other numbers, timesteps too, as float32. */
function feed(item: Case, name: string): Feed {
	const tensor = inputOf(item, name);
	return name === 'input_ids' ? { data: tensor.data, dims: tensor.dims } : { data: floats(tensor), dims: tensor.dims };
}

/** The tagger is an ONNX file of its own; its input and output may have any name. */
const tagger: Checker = async (item, { model, workshop }) => {
	const { tagger: files } = model;
	if (!files) return { covered: false, reason: 'the model has no tagger' };
	const session = await workshop.session(model, 'tagger', () => ({ name: 'tagger', path: files.model }));
	const image = inputOf(item, 'image');
	const results = await session.run({ [session.inputNames[0]!]: { data: floats(image), dims: image.dims } });
	return { covered: true, error: largestError(item, { probabilities: results[session.outputNames[0]!]! }) };
};

const upscale = network('upscaler', (model) => compileUpscaler(model, target), { upscaled: 'image' });
const upscaler: Checker = async (item, bench) =>
	bench.model.upscaler ? upscale(item, bench) : { covered: false, reason: 'the model has no upscaler' };

const fileSchema = z.object({ file: z.string().min(1) });

/** An upscaler in a file of its own, which lies beside the case. */
const upscalerFile: Checker = async (item) => {
	const path = resolve(folderOf(item), parametersOf(item, fileSchema).file);
	const graph = compileUpscalerFile('upscaler', await readUpscalerFile(path), target);
	const session = await openSession(graph, { device: 'cpu' });
	try {
		const { upscaled } = await session.run({ image: feed(item, 'image') });
		return { covered: true, error: largestError(item, { image: upscaled! }) };
	} finally {
		await session.release();
	}
};

/** The aesthetic scorer in the model's folder. */
const aesthetic: Checker = async (item, bench) => {
	const path = join(bench.model.path, 'aesthetic');
	const isThere = await stat(path).then(
		() => true,
		() => false,
	);
	if (!isThere) return { covered: false, reason: 'the model has no aesthetic scorer' };
	const folder = await openAestheticFolder(path);
	return network('aesthetic', () => compileAesthetic(folder, target))(item, bench);
};

const loraSchema = z.object({ lora: z.string().min(1), scale: z.number() });

/** The UNet with a LoRA merged into it; the file lies beside the case. */
const lora: Checker = async (item, bench) => {
	const { lora: file, scale } = parametersOf(item, loraSchema);
	const path = resolve(folderOf(item), file);
	const applied = [{ lora: await readLora(path, file, bench.model), weight: scale }];
	return network(`unet ${path} ${scale}`, (model) => compileUnet(model, target, applied))(item, bench);
};

/** The checkers of tokenizers and single networks. */
export const networkCheckers: Readonly<Record<string, Checker>> = {
	tokens,
	tagger,
	upscaler,
	upscaler_file: upscalerFile,
	text_encoder: network('text_encoder', (model) => compileTextEncoder(model, 1, target)),
	text_encoder_2: network('text_encoder_2', (model) => compileTextEncoder(model, 2, target)),
	aesthetic,
	lora,
	unet: network('unet', (model) => compileUnet(model, target)),
	vae_decode: network('vae_decoder', (model) => compileVaeDecoder(model, target)),
	vae_encode: network('vae_encoder', (model) => compileVaeEncoder(model, target)),
};
