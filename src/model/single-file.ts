import { basename, dirname } from 'node:path';
import { ModelError, printable } from './errors.ts';
import { type NameMap, unetNames, vaeNames } from './original-names.ts';
import type { Training } from './published.ts';
import { readHeader } from './safetensors.ts';
import { readWeights, type WeightInfo, type Weights } from './weights.ts';

/** A network's tensors in a checkpoint, under diffusers' names. */
export type Rename = (name: string, info: WeightInfo, label: string) => Iterable<[string, WeightInfo]>;

/** The beginnings of the names of a network's tensors. */
const prefixes = {
	unet: 'model.diffusion_model.',
	vae: 'first_stage_model.',
	textEncoder: 'conditioner.embedders.0.transformer.',
	textEncoder2: 'conditioner.embedders.1.model.',
} as const;

type Part = keyof typeof prefixes;

export interface SingleFileWeights extends Record<Exclude<Part, 'vae'>, Weights> {
	/** Some checkpoints leave the VAE out. */
	vae: Weights | undefined;
}

/**
 * Reads the header of a whole SDXL in one file, in the original layout, as the four networks in diffusers' names. Nothing is copied:
 * projections that the file fuses become ranges of its bytes, and a matrix that it stores transposed says so.
 *
 * After `convert_open_clip_checkpoint` and its neighbours in diffusers v0.42.1, `loaders/single_file_utils.py`. Tensors of no network
 * (noise levels, averages of training) are passed over.
 *
 * @param shape of the model, to name its blocks: `layers_per_block` of the UNet, and how many levels the VAE has.
 * @throws {ModelError} if it is no such checkpoint, or a network in it has parts that SDXL has not.
 */
export async function readSingleFile(
	path: string,
	shape: { layersPerBlock: readonly number[]; vaeLevels: number },
): Promise<SingleFileWeights> {
	const label = basename(path);
	const whole = await readWeights(dirname(path), label, [label]);
	const renames: Record<Part, Rename> = {
		unet: renamed(unetNames(shape.layersPerBlock)),
		vae: originalVae(vaeNames(shape.vaeLevels)),
		textEncoder: renamed((name) => name),
		textEncoder2: openClip,
	};
	const networks = Object.fromEntries(
		Object.entries(renames).map(([part, rename]) => [part, networkOf(whole, prefixes[part as Part], rename)]),
	) as Record<Part, Weights>;
	const missing = (['unet', 'textEncoder', 'textEncoder2'] as const).find((part) => networks[part].tensors.size === 0);
	if (missing) throw notWhole(whole, prefixes[missing]);
	return { ...networks, vae: networks.vae.tensors.size === 0 ? undefined : networks.vae };
}

/**
 * Reads how a checkpoint was trained, as those that are not like most mark it: by tensors named `v_pred` and `ztsnr`, or by
 * `modelspec.prediction_type`.
 */
export async function readTraining(path: string): Promise<Training> {
	const { tensors, metadata } = await readHeader(path, basename(path));
	const isV = tensors.has('v_pred') || /^v/i.test(metadata['modelspec.prediction_type'] ?? '');
	return { predictionType: isV ? 'v_prediction' : 'epsilon', zeroTerminalSnr: tensors.has('ztsnr') };
}

/** Takes the tensors whose names begin so, under diffusers' names. */
export function networkOf(whole: Weights, prefix: string, rename: Rename): Weights {
	const tensors = new Map<string, WeightInfo>();
	for (const [name, info] of whole.tensors) {
		if (!name.startsWith(prefix)) continue;
		for (const [own, part] of rename(name.slice(prefix.length), info, whole.label)) {
			if (tensors.has(own))
				throw new ModelError(
					`\`${whole.label}\`: expected one tensor for \`${printable(own)}\`, got a second, \`${printable(name)}\``,
				);
			tensors.set(own, part);
		}
	}
	return { ...whole, tensors };
}

function renamed(names: NameMap, change: (name: string, info: WeightInfo) => WeightInfo = (_, info) => info): Rename {
	return (name, info, label) => {
		const own = names(name);
		if (own === undefined) throw stranger(name, label);
		return [[own, change(own, info)]];
	};
}

/** Renames a VAE's tensors. */
export function originalVae(names: NameMap): Rename {
	return renamed(names, withoutKernel);
}

/** The original VAE attends by convolutions of one pixel: the same numbers as a linear layer's. */
function withoutKernel(name: string, info: WeightInfo): WeightInfo {
	const isProjection = /\.attentions\.0\.to_.*\.weight$/.test(name) && info.shape.length === 4;
	return isProjection ? { ...info, shape: info.shape.slice(0, 2) } : info;
}

const openClipParts: Readonly<Record<string, string>> = {
	ln_1: 'layer_norm1',
	ln_2: 'layer_norm2',
	'attn.out_proj': 'self_attn.out_proj',
	'mlp.c_fc': 'mlp.fc1',
	'mlp.c_proj': 'mlp.fc2',
};

const openClipOuter: Readonly<Record<string, string>> = {
	'token_embedding.weight': 'text_model.embeddings.token_embedding.weight',
	positional_embedding: 'text_model.embeddings.position_embedding.weight',
	'ln_final.weight': 'text_model.final_layer_norm.weight',
	'ln_final.bias': 'text_model.final_layer_norm.bias',
};

/** The second text encoder as OpenCLIP stores it. */
function* openClip(name: string, info: WeightInfo, label: string): Iterable<[string, WeightInfo]> {
	if (name === 'logit_scale' || name === 'attn_mask') return;
	const outer = openClipOuter[name];
	if (outer !== undefined) return yield [outer, info];
	// OpenCLIP multiplies by it from the other side
	if (name === 'text_projection' && info.shape.length === 2)
		return yield ['text_projection.weight', { ...info, shape: info.shape.toReversed(), transposed: true }];
	const [, layer, part = ''] = /^transformer\.resblocks\.(\d+)\.(.+)$/.exec(name) ?? [];
	const prefix = `text_model.encoder.layers.${layer}`;
	const [, fused] = /^attn\.in_proj_(weight|bias)$/.exec(part) ?? [];
	if (fused !== undefined) {
		for (const [i, third] of thirds(name, info, label).entries())
			yield [`${prefix}.self_attn.${['q', 'k', 'v'][i]}_proj.${fused}`, third];
		return;
	}
	const [, layerPart = '', kind] = /^(.+)\.(weight|bias)$/.exec(part) ?? [];
	const own = openClipParts[layerPart];
	if (layer === undefined || own === undefined) throw stranger(name, label);
	yield [`${prefix}.${own}.${kind}`, info];
}

/** Cuts a tensor into three along its first axis, which lie one after another in the file. */
function thirds(name: string, info: WeightInfo, label: string): WeightInfo[] {
	const [rows = 0, ...rest] = info.shape;
	if (rows % 3 !== 0)
		throw new ModelError(
			`\`${label}\`: expected \`${printable(name)}\` to have rows for queries, keys and values, got ${rows}`,
		);
	const byteLength = info.byteLength / 3;
	return [0, 1, 2].map((i) => ({
		...info,
		shape: [rows / 3, ...rest],
		offset: info.offset + i * byteLength,
		byteLength,
	}));
}

function stranger(name: string, label: string): ModelError {
	return new ModelError(`\`${label}\`: expected only parts of SDXL in the original layout, got \`${printable(name)}\``);
}

function notWhole(whole: Weights, prefix: string): ModelError {
	const names = [...whole.tensors.keys()];
	const lacks = `\`${whole.label}\`: expected a whole SDXL checkpoint in the original layout, got one without \`${prefix}…\``;
	if (names.some((name) => name.startsWith('cond_stage_model.')))
		return new ModelError(`${lacks}: it is a Stable Diffusion 1 or 2, which is another architecture`);
	if (names.some((name) => name.startsWith('conditioner.embedders.0.model.')))
		return new ModelError(`${lacks}: it is SDXL's refiner, which cannot draw by itself`);
	if (names.some((name) => /\.lora_(?:up|A)\./.test(name)))
		return new ModelError(`${lacks}: it is a LoRA, which belongs into the folder \`loras\``);
	return new ModelError(`${lacks} (its first tensor is \`${printable(names[0] ?? 'none')}\`)`);
}
