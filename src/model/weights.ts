import { realpath, stat } from 'node:fs/promises';
import { dirname, join, parse, relative, sep } from 'node:path';
import { z } from 'zod';
import { ModelError, printable } from './errors.ts';
import { readJson } from './json-file.ts';
import { readHeader, type SafetensorsHeader, type TensorInfo } from './safetensors.ts';

/** A tensor and the file that it lies in: `location` is that file relative to the weights' folder, with forward slashes. */
export interface WeightInfo extends TensorInfo {
	location: string;
	/** A matrix that lies in the file with rows and columns exchanged; `shape` is the one after exchanging them back. */
	transposed?: true;
}

/** What a LoRA adds to a tensor: `scale` · `up` · `down`. */
export interface Addition {
	/** [out, rank], or [out, rank, 1, 1] of a convolution */
	up: WeightInfo;
	/** [rank, in], or [rank, in, height, width] of a convolution */
	down: WeightInfo;
	scale: number;
}

/** The weights of one component, in one file or several (shards). Only headers have been read. */
export interface Weights {
	/** Its name in error messages, e.g. `unet/diffusion_pytorch_model.safetensors`. */
	label: string;
	/** The files as the model folder names them, relative to `root`, sorted. */
	files: readonly string[];
	/** The model folder. */
	root: string;
	/**
	 * The real folder that all `location`s are relative to. ONNX Runtime refuses external data that leaves the folder, through
	 * symbolic links too, and a Hugging Face cache is made of those; so links are resolved here.
	 */
	folder: string;
	tensors: ReadonlyMap<string, WeightInfo>;
	/** What is added to the tensors of these names, in this order. */
	additions?: ReadonlyMap<string, readonly Addition[]>;
}

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/**
 * Finds and reads the headers of a component's weights: `<stem>.safetensors`, else its shards, else the `.fp16` variant of either.
 *
 * @param model The model folder.
 * @param component The folder within it, e.g. `unet`.
 * @param stem File name without ending, e.g. `diffusion_pytorch_model`.
 * @throws {ModelError} if there are none, or a file is broken.
 */
export async function findWeights(model: string, component: string, stem: string): Promise<Weights> {
	for (const variant of ['', '.fp16']) {
		const single = `${component}/${stem}${variant}.safetensors`;
		if (await exists(join(model, single))) return readWeights(model, single, [single]);
		for (const index of [`${stem}.safetensors.index${variant}.json`, `${stem}${variant}.safetensors.index.json`]) {
			const label = `${component}/${index}`;
			if (!(await exists(join(model, label)))) continue;
			const { weight_map } = await readJson(join(model, label), label, indexSchema);
			const shards = [...new Set(Object.values(weight_map))].sort().map((file) => `${component}/${file}`);
			if (shards.length === 0) throw new ModelError(`\`${label}\`: expected \`weight_map\` to name files, got none`);
			return readWeights(model, label, shards);
		}
	}
	throw new ModelError(
		`\`${component}/${stem}.safetensors\`: expected the weights of \`${component}\` in this file (or its .fp16 variant, or shards with an index), there is none`,
	);
}

/**
 * Reads the headers of known weight files.
 *
 * @param files Relative to `model`.
 * @throws {ModelError} if a file is broken or two hold a tensor of the same name.
 */
export async function readWeights(model: string, label: string, files: readonly string[]): Promise<Weights> {
	const parts: { file: string; header: SafetensorsHeader; real: string }[] = [];
	for (const file of files) {
		const header = await readHeader(join(model, file), file);
		parts.push({ file, header, real: await realpath(join(model, file)) });
	}
	const folder = commonFolder(parts.map(({ real }) => dirname(real)));
	const tensors = new Map<string, WeightInfo>();
	for (const { file, header, real } of parts) {
		const location = relative(folder, real).split(sep).join('/');
		for (const [name, info] of header.tensors) {
			if (tensors.has(name))
				throw new ModelError(`\`${file}\`: expected tensor \`${printable(name)}\` in one shard, got it in two`);
			tensors.set(name, { ...info, location });
		}
	}
	return { label, files, root: model, folder, tensors };
}

async function exists(path: string): Promise<boolean> {
	return stat(path).then(
		() => true,
		() => false,
	);
}

/** Names a tensor's file relative to another folder, one above. */
export function seenFrom(folder: string, weights: Weights, info: WeightInfo): WeightInfo {
	const location = relative(folder, join(weights.folder, info.location)).split(sep).join('/');
	return { ...info, location };
}

/**
 * The deepest folder that holds all of `folders`, which are absolute.
 *
 * @throws {ModelError} if they lie on different drives.
 */
export function commonFolder(folders: readonly string[]): string {
	let [common = ''] = folders;
	const holds = (folder: string) =>
		!relative(common, folder).startsWith('..') && parse(folder).root === parse(common).root;
	while (!folders.every(holds)) {
		const parent = dirname(common);
		if (parent === common) throw new ModelError(`expected all weights on one drive, got ${folders.join(' and ')}`);
		common = parent;
	}
	return common;
}
