import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { compileTextEncoder, compileUnet } from '../../src/model/compile.ts';
import { ModelError } from '../../src/model/errors.ts';
import { type ModelFolder, openModelFolder } from '../../src/model/folder.ts';
import type { CompiledGraph } from '../../src/model/graph.ts';
import { type AppliedLora, type LoraPart, readLora, withLoras } from '../../src/model/lora.ts';
import { readTensors } from '../../src/model/tensors.ts';
import { type Feed, openSession } from '../../src/pipeline/session.ts';
import {
	copyOfTinyModel,
	golden,
	rewriteSafetensors,
	safetensorsBytes,
	temporaryFolder,
	tinyModel,
	writeSafetensors,
} from './support.ts';

const f32 = { compute: 'f32' } as const;
const attention = 'down_blocks.1.attentions.0.transformer_blocks.0.attn1';

type RawTensor = Parameters<typeof writeSafetensors>[1][number];

/** Numbers of either sign that differ from each other. */
function wave(size: number, seed: number): Float32Array {
	return Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.7 + seed) * 0.3);
}

function tensor(name: string, shape: number[], seed = 0): RawTensor {
	const data = wave(
		shape.reduce((a, b) => a * b, 1),
		seed,
	);
	return { name, dtype: 'F32', shape, bytes: new Uint8Array(data.buffer) };
}

function scalar(name: string, value: number): RawTensor {
	return { name, dtype: 'F32', shape: [], bytes: new Uint8Array(Float32Array.of(value).buffer) };
}

async function loraOf(tensors: RawTensor[], folder?: ModelFolder) {
	const path = join(await temporaryFolder(), 'a.safetensors');
	await writeSafetensors(path, tensors);
	return readLora(path, 'loras/a.safetensors', folder ?? (await openModelFolder(tinyModel)));
}

async function run(graph: CompiledGraph, feeds: Record<string, Feed>): Promise<Record<string, number[]>> {
	const session = await openSession(graph, { device: 'cpu' });
	onTestFinished(() => session.release());
	const outputs = await session.run(feeds);
	return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, [...data]]));
}

const unetFeeds = (model: ModelFolder): Record<string, Feed> => {
	const feed = (dims: number[], seed: number) => ({
		data: wave(
			dims.reduce((a, b) => a * b, 1),
			seed,
		),
		dims,
	});
	const { cross_attention_dim: cross } = model.unetConfig;
	return {
		sample: feed([1, 4, 8, 12], 1),
		timestep: { data: Float32Array.of(300), dims: [1] },
		encoder_hidden_states: feed([1, 77, cross], 2),
		text_embeds: feed([1, model.textConfig2.projection_dim], 3),
		time_ids: feed([1, 6], 4),
	};
};

const ids = { input_ids: { data: BigInt64Array.of(0n, 5n, 9n, 7n, 1001n), dims: [1, 5] } };

/** Writes weights in which a change was merged by hand, in 64 bit. */
async function mergeByHand(path: string, weight: string, change: (i: number) => number): Promise<void> {
	const { tensors } = await readTensors(path);
	const old = tensors.get(weight)!.data as Float32Array;
	const bytes = new Uint8Array(Float32Array.from(old, (x, i) => x + change(i)).buffer);
	await rewriteSafetensors(path, (name) => (name === weight ? { dtype: 'F32', bytes } : {}));
}

/** up · down, row-major, as a function of the place. */
function productOf(up: Float32Array, down: Float32Array, rank: number): (i: number) => number {
	const width = down.length / rank;
	return (i) => {
		let sum = 0;
		for (let r = 0; r < rank; r++) sum += up[Math.floor(i / width) * rank + r]! * down[r * width + (i % width)]!;
		return sum;
	};
}

test('several LoRAs add up, each by its weight and by alpha over rank', async () => {
	const model = await openModelFolder(tinyModel);
	const [up, down, up2, down2] = [wave(32 * 2, 1), wave(2 * 32, 2), wave(32 * 4, 3), wave(4 * 32, 4)];
	const layer = `lora_unet_${attention.replaceAll('.', '_')}_to_q`;
	const raw = (name: string, shape: number[], data: Float32Array): RawTensor => ({
		name,
		dtype: 'F32',
		shape,
		bytes: new Uint8Array(data.buffer),
	});
	const one = await loraOf([
		raw(`${layer}.lora_up.weight`, [32, 2], up),
		raw(`${layer}.lora_down.weight`, [2, 32], down),
		scalar(`${layer}.alpha`, 8),
	]);
	const two = await loraOf([
		raw(`unet.${attention}.to_q.lora_B.weight`, [32, 4], up2),
		raw(`unet.${attention}.to_q.lora_A.weight`, [4, 32], down2),
	]);
	const applied: AppliedLora[] = [
		{ lora: one, weight: 0.5 },
		{ lora: two, weight: -0.25 },
	];
	const merged = await copyOfTinyModel();
	const [first, second] = [productOf(up, down, 2), productOf(up2, down2, 4)];
	await mergeByHand(
		join(merged, 'unet/diffusion_pytorch_model.safetensors'),
		`${attention}.to_q.weight`,
		(i) => 0.5 * (8 / 2) * first(i) - 0.25 * second(i),
	);
	const feeds = unetFeeds(model);
	const [got, wanted, plain] = await Promise.all([
		run(compileUnet(model, f32, applied), feeds),
		run(compileUnet(await openModelFolder(merged), f32), feeds),
		run(compileUnet(model, f32), feeds),
	]);
	const distance = (a: number[], b: number[]) => Math.hypot(...a.map((x, i) => x - b[i]!)) / Math.hypot(...b);
	expect(distance(got.noise_pred!, wanted.noise_pred!)).toBeLessThan(1e-5);
	expect(distance(plain.noise_pred!, wanted.noise_pred!)).toBeGreaterThan(1e-3);
});

test.for([
	[1, 'text_encoder', 'textEncoder', 32, 'lora_te1_text_model_encoder_layers_0_mlp_fc1', 64, 'penultimate'],
	[1, 'text_encoder', 'textEncoder', 32, 'text_encoder.text_model.encoder.layers.0.mlp.fc1', 64, 'penultimate'],
	[2, 'text_encoder_2', 'textEncoder2', 48, 'lora_te2_text_model_encoder_layers_0_mlp_fc1', 96, 'text_embeds'],
] as const)('text encoder %i is changed by %s', async ([which, file, part, from, layer, to, output]) => {
	const model = await openModelFolder(tinyModel);
	const lora = await loraOf([
		tensor(`${layer}.lora_up.weight`, [to, 3], 5),
		tensor(`${layer}.lora_down.weight`, [3, from], 6),
	]);
	const merged = await copyOfTinyModel();
	const weight = 'text_model.encoder.layers.0.mlp.fc1.weight';
	await mergeByHand(join(merged, file, 'model.safetensors'), weight, productOf(wave(to * 3, 5), wave(3 * from, 6), 3));
	const compile = (folder: ModelFolder, loras: AppliedLora[]) => compileTextEncoder(folder, which, f32, false, loras);
	const got = await run(compile(model, [{ lora, weight: 1 }]), ids);
	const wanted = await run(compile(await openModelFolder(merged), []), ids);
	for (const [i, x] of got[output]!.entries()) expect(x).toBeCloseTo(wanted[output]![i]!, 4);
	expect(lora.changes.unet.size).toBe(0);
	expect(withLoras(model.weights.unet, 'unet', [{ lora, weight: 1 }])).toBe(model.weights.unet);
	expect(withLoras(model.weights[part], part, [{ lora, weight: 0 }])).toBe(model.weights[part]);
});

test('a graph in 16 bit is merged too', async () => {
	const model = await openModelFolder(tinyModel);
	const lora = await readLora(join(golden, 'tiny-random/kohya.lora.safetensors'), 'kohya', model);
	const graph = compileUnet(model, { compute: 'f16' }, [{ lora, weight: 0.8 }]);
	const { noise_pred: got } = await run(graph, unetFeeds(model));
	const { noise_pred: wanted } = await run(compileUnet(model, f32, [{ lora, weight: 0.8 }]), unetFeeds(model));
	expect(Math.hypot(...got!.map((x, i) => x - wanted![i]!)) / Math.hypot(...wanted!)).toBeLessThan(5e-3);
});

test('a LoRA behind a link into another folder is found', async () => {
	const folder = await temporaryFolder();
	await mkdir(join(folder, 'blobs'));
	await copyFile(join(golden, 'tiny-random/peft.lora.safetensors'), join(folder, 'blobs/1'));
	await symlink('blobs/1', join(folder, 'a.safetensors'));
	const model = await openModelFolder(tinyModel);
	const lora = await readLora(join(folder, 'a.safetensors'), 'a', model);
	const outputs = await run(compileUnet(model, f32, [{ lora, weight: 1 }]), unetFeeds(model));
	expect(outputs.noise_pred!.every(Number.isFinite)).toBe(true);
});

describe('layers are found under every name that is common', () => {
	test.for<[name: string, part: LoraPart, tensor: string, up?: number[], down?: number[]]>([
		['lora_unet_down_blocks_1_attentions_0_proj_in', 'unet', 'down_blocks.1.attentions.0.proj_in.weight'],
		['lora_unet_input_blocks_4_1_proj_in', 'unet', 'down_blocks.1.attentions.0.proj_in.weight'],
		['unet.down_blocks.1.attentions.0.proj_in', 'unet', 'down_blocks.1.attentions.0.proj_in.weight'],
		['diffusion_model.input_blocks.4.1.proj_in', 'unet', 'down_blocks.1.attentions.0.proj_in.weight'],
		['base_model.model.down_blocks.1.attentions.0.proj_in', 'unet', 'down_blocks.1.attentions.0.proj_in.weight'],
		[`unet.${attention}.processor.to_out`, 'unet', `${attention}.to_out.0.weight`],
		[
			'lora_unet_input_blocks_4_0_emb_layers_1',
			'unet',
			'down_blocks.1.resnets.0.time_emb_proj.weight',
			[32, 2],
			[2, 128],
		],
		['lora_unet_input_blocks_6_0_op', 'unet', 'down_blocks.1.downsamplers.0.conv.weight', [32, 2, 1, 1], [2, 32, 3, 3]],
		['lora_unet_output_blocks_2_2_conv', 'unet', 'up_blocks.0.upsamplers.0.conv.weight', [64, 2, 1, 1], [2, 64, 3, 3]],
		['lora_unet_middle_block_2_in_layers_2', 'unet', 'mid_block.resnets.1.conv1.weight', [64, 2, 1, 1], [2, 64, 3, 3]],
		['lora_unet_time_embed_0', 'unet', 'time_embedding.linear_1.weight', [128, 2], [2, 32]],
		['lora_unet_label_emb_0_2', 'unet', 'add_embedding.linear_2.weight', [128, 2], [2, 128]],
		['text_encoder_2.text_projection', 'textEncoder2', 'text_projection.weight', [40, 2], [2, 48]],
	])('%s', async ([name, part, weight, up = [32, 2], down = [2, 32]]) => {
		const lora = await loraOf([tensor(`${name}.lora_up.weight`, up), tensor(`${name}.lora_down.weight`, down)]);
		expect([...lora.changes[part]]).toMatchObject([[weight, { scale: 1 }]]);
	});

	test.for([
		['.lora_A.weight', '.lora_B.weight'],
		['.lora_A.default.weight', '.lora_B.default.weight'],
		['.lora.down.weight', '.lora.up.weight'],
		['.lora_linear_layer.down.weight', '.lora_linear_layer.up.weight'],
		['_lora.down.weight', '_lora.up.weight'],
	])('with the endings %s', async ([down, up]) => {
		const lora = await loraOf([
			tensor(`unet.${attention}.to_k${down}`, [2, 32]),
			tensor(`unet.${attention}.to_k${up}`, [32, 2]),
		]);
		expect([...lora.changes.unet.keys()]).toEqual([`${attention}.to_k.weight`]);
	});
});

test.for<[Record<string, unknown>, number]>([
	[{ 'unet.r': 2, 'unet.lora_alpha': 6 }, 3],
	[{ 'unet.lora_alpha': 6, 'unet.alpha_pattern': { 'attn1.to_k': 1 } }, 0.5],
	[{ 'unet.lora_alpha': 4, 'unet.use_rslora': true }, 4 / Math.sqrt(2)],
	[{ 'text_encoder.lora_alpha': 6 }, 1],
])("peft's own settings %j give the scale %d", async ([settings, scale]) => {
	const path = join(await temporaryFolder(), 'a.safetensors');
	const header = {
		__metadata__: { lora_adapter_metadata: JSON.stringify(settings) },
		[`unet.${attention}.to_k.lora_A.weight`]: { dtype: 'F32', shape: [2, 32], data_offsets: [0, 256] },
		[`unet.${attention}.to_k.lora_B.weight`]: { dtype: 'F32', shape: [32, 2], data_offsets: [256, 512] },
	};
	await writeFile(path, safetensorsBytes(header, new Uint8Array(512)));
	const lora = await readLora(path, 'a', await openModelFolder(tinyModel));
	expect(lora.changes.unet.get(`${attention}.to_k.weight`)!.scale).toBeCloseTo(scale, 12);
});

describe('a file is refused in a sentence', () => {
	const key = 'lora_unet_mid_block_attentions_0_proj_in';
	const whole = [tensor(`${key}.lora_up.weight`, [64, 2]), tensor(`${key}.lora_down.weight`, [2, 64])];
	test.for<[string, RawTensor[], string | RegExp]>([
		['that holds nothing', [], '`loras/a.safetensors`: expected a LoRA, got no tensors'],
		[
			'for Stable Diffusion 1',
			[tensor('lora_te_text_model_encoder_layers_0_mlp_fc1.lora_up.weight', [8, 2])],
			/expected a LoRA for this model, got one for another kind of model: it has no layer `lora_te_text_model/,
		],
		[
			'with a layer that the model lacks',
			[...whole, tensor('lora_unet_down_blocks_9_proj.lora_up.weight', [1, 1])],
			/got 1 of 2 that it has not, first `lora_unet_down_blocks_9_proj`/,
		],
		[
			'of another kind',
			[tensor(`${key}.hada_w1_a`, [2, 2])],
			/got `.*hada_w1_a`; LoHa, LoKr, DoRA .* are not supported/,
		],
		['of half a layer', [whole[0]!], /expected the layer `.*` to have two matrices, got only `up`/],
		[
			'of other sizes',
			[whole[0]!, tensor(`${key}.lora_down.weight`, [2, 63])],
			/to have shapes \[64, rank\] and \[rank, 64\], got \[64, 2\] and \[2, 63\]/,
		],
		[
			'that changes a layer twice',
			[
				...whole,
				tensor('lora_unet_middle_block_1_proj_in.lora_up.weight', [64, 2]),
				tensor('lora_unet_middle_block_1_proj_in.lora_down.weight', [2, 64]),
			],
			/expected the layer `lora_unet_middle_block_1_proj_in` once, got it twice/,
		],
		['whose alpha is a list', [...whole, tensor(`${key}.alpha`, [2])], /expected each alpha to be one number/],
		[
			'whose alpha is no number',
			[...whole, scalar(`${key}.alpha`, Number.NaN)],
			/expected each alpha to be one number/,
		],
	])('%s', async ([, tensors, message]) => {
		const reading = loraOf(tensors);
		await expect(reading).rejects.toThrow(ModelError);
		await expect(reading).rejects.toThrow(message);
	});

	test('trained with DoRA, as its settings say', async () => {
		const path = join(await temporaryFolder(), 'a.safetensors');
		await writeFile(
			path,
			safetensorsBytes({ __metadata__: { lora_adapter_metadata: '{"unet.use_dora": true}' } }, new Uint8Array()),
		);
		await expect(readLora(path, 'a', await openModelFolder(tinyModel))).rejects.toThrow(
			/`use_dora`: DoRA is not supported/,
		);
	});
});
