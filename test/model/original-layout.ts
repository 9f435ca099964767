import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dtype } from '../../src/model/safetensors.ts';
import { readHeader } from '../../src/model/safetensors.ts';
import { writeSafetensors } from './support.ts';

/*
 * Writes a model folder's weights as one checkpoint in the original layout: `single_file.py` beside the goldens, in TypeScript. It goes
 * the other way than the code under test and shares none of it.
 */

interface Raw {
	name: string;
	dtype: Dtype;
	shape: readonly number[];
	bytes: Uint8Array;
}

async function read(path: string): Promise<Raw[]> {
	const { tensors } = await readHeader(path);
	const file = await readFile(path);
	return [...tensors].map(([name, { dtype, shape, offset, byteLength }]) => ({
		name,
		dtype,
		shape,
		bytes: file.subarray(offset, offset + byteLength),
	}));
}

const layers = 2;
const resnet: Record<string, string> = {
	norm1: 'in_layers.0',
	conv1: 'in_layers.2',
	norm2: 'out_layers.0',
	conv2: 'out_layers.3',
	time_emb_proj: 'emb_layers.1',
	conv_shortcut: 'skip_connection',
};
const outer: Record<string, string> = {
	'time_embedding.linear_1': 'time_embed.0',
	'time_embedding.linear_2': 'time_embed.2',
	'add_embedding.linear_1': 'label_emb.0.0',
	'add_embedding.linear_2': 'label_emb.0.2',
	conv_in: 'input_blocks.0.0',
	conv_norm_out: 'out.0',
	conv_out: 'out.2',
};

function unetName(name: string, attends: ReadonlySet<string>): string {
	const [block = '', number, kind, index, ...rest] = name.split('.');
	const [i, j] = [Number(number), Number(index)];
	if (block === 'mid_block')
		return kind === 'attentions' || number === 'attentions'
			? ['middle_block', 1, ...name.split('.').slice(3)].join('.')
			: ['middle_block', 2 * Number(kind), resnet[name.split('.')[3]!], ...name.split('.').slice(4)].join('.');
	if (block !== 'down_blocks' && block !== 'up_blocks') {
		const parts = name.split('.');
		return `${outer[parts.slice(0, -1).join('.')]}.${parts.at(-1)}`;
	}
	const down = block === 'down_blocks';
	const blocks = down ? 'input_blocks' : 'output_blocks';
	const at = i * (layers + 1) + j + (down ? 1 : 0);
	if (kind === 'resnets') return [blocks, at, 0, resnet[rest[0]!], ...rest.slice(1)].join('.');
	if (kind === 'attentions') return [blocks, at, 1, ...rest].join('.');
	if (kind === 'downsamplers') return [blocks, (i + 1) * (layers + 1), 0, 'op', ...rest.slice(1)].join('.');
	return [blocks, i * (layers + 1) + layers, attends.has(number!) ? 2 : 1, ...rest].join('.');
}

const vaeAttention: Record<string, string> = {
	group_norm: 'norm',
	to_q: 'q',
	to_k: 'k',
	to_v: 'v',
	to_out: 'proj_out',
};

function vaeTensor(tensor: Raw): Raw {
	const parts = tensor.name.split('.');
	const [half, block, number, kind, index, part, ...rest] = parts;
	const named = (name: (string | number | undefined)[], shape = tensor.shape): Raw => ({
		...tensor,
		name: name.join('.'),
		shape,
	});
	if (block === 'down_blocks' || block === 'up_blocks') {
		const way = block === 'down_blocks' ? 'down' : 'up';
		const level = way === 'down' ? Number(number) : 3 - Number(number);
		if (kind !== 'resnets') return named([half, way, level, `${way}sample`, ...parts.slice(5)]);
		return named([half, way, level, 'block', index, part === 'conv_shortcut' ? 'nin_shortcut' : part, ...rest]);
	}
	if (block === 'mid_block') {
		if (number === 'resnets') return named([half, 'mid', `block_${Number(kind) + 1}`, ...parts.slice(4)]);
		const own = vaeAttention[index!]!;
		const isMatrix = own !== 'norm' && parts.at(-1) === 'weight';
		return named([half, 'mid', 'attn_1', own, parts.at(-1)], isMatrix ? [...tensor.shape, 1, 1] : tensor.shape);
	}
	return named(parts.map((one) => one.replace('conv_norm_out', 'norm_out')));
}

const clipG: Record<string, string> = {
	'text_model.embeddings.token_embedding.weight': 'token_embedding.weight',
	'text_model.embeddings.position_embedding.weight': 'positional_embedding',
	'text_model.final_layer_norm.weight': 'ln_final.weight',
	'text_model.final_layer_norm.bias': 'ln_final.bias',
};
const clipGLayer: Record<string, string> = {
	layer_norm1: 'ln_1',
	layer_norm2: 'ln_2',
	'mlp.fc1': 'mlp.c_fc',
	'mlp.fc2': 'mlp.c_proj',
	'self_attn.out_proj': 'attn.out_proj',
};

function* clipGTensors(tensors: readonly Raw[]): Iterable<Raw> {
	const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
	for (const tensor of tensors) {
		const { name } = tensor;
		if (name === 'text_projection.weight') yield transposed(tensor, 'text_projection');
		else if (clipG[name] !== undefined) yield { ...tensor, name: clipG[name] };
		else {
			const [, layer, part, kind] = /layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name)!;
			const block = `transformer.resblocks.${layer}`;
			if (/self_attn\.[kv]_proj/.test(part!)) continue;
			if (part !== 'self_attn.q_proj') yield { ...tensor, name: `${block}.${clipGLayer[part!]}.${kind}` };
			else {
				const three = ['q', 'k', 'v'].map((one) => byName.get(name.replace('q_proj', `${one}_proj`))!);
				yield {
					...tensor,
					name: `${block}.attn.in_proj_${kind}`,
					shape: [tensor.shape[0]! * 3, ...tensor.shape.slice(1)],
					bytes: Buffer.concat(three.map(({ bytes }) => bytes)),
				};
			}
		}
	}
	yield { name: 'logit_scale', dtype: 'F16', shape: [], bytes: new Uint8Array(2) };
}

function transposed(tensor: Raw, name: string): Raw {
	const [rows, columns] = tensor.shape as [number, number];
	const from = new Uint16Array(new Uint8Array(tensor.bytes).buffer);
	const to = Uint16Array.from(from, (_, i) => from[(i % rows) * columns + Math.floor(i / rows)]!);
	return { ...tensor, name, shape: [columns, rows], bytes: new Uint8Array(to.buffer) };
}

/**
 * Writes the checkpoint, of float16 weights.
 *
 * @param keep Which tensors it holds, by their original names; by default all.
 * @param extra What else it holds.
 */
export async function writeOriginalLayout(
	model: string,
	path: string,
	{ keep = () => true, extra = [] }: { keep?: (name: string) => boolean; extra?: Raw[] } = {},
): Promise<void> {
	const unet = await read(join(model, 'unet/diffusion_pytorch_model.safetensors'));
	const attends = new Set(
		unet.map(({ name }) => /^up_blocks\.(\d+)\.attentions/.exec(name)?.[1]).filter((n) => n !== undefined),
	);
	const within = (prefix: string, tensors: Iterable<Raw>) =>
		[...tensors].map((tensor) => ({ ...tensor, name: prefix + tensor.name }));
	const all = [
		...within(
			'model.diffusion_model.',
			unet.map((tensor) => ({ ...tensor, name: unetName(tensor.name, attends) })),
		),
		...within(
			'first_stage_model.',
			(await read(join(model, 'vae/diffusion_pytorch_model.safetensors'))).map(vaeTensor),
		),
		...within('conditioner.embedders.0.transformer.', await read(join(model, 'text_encoder/model.safetensors'))),
		...within(
			'conditioner.embedders.1.model.',
			clipGTensors(await read(join(model, 'text_encoder_2/model.safetensors'))),
		),
	];
	await writeSafetensors(path, [...all.filter(({ name }) => keep(name)), ...extra]);
}
