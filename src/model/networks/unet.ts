import { type CompiledGraph, GraphBuilder, type Target, type Value } from '../graph.ts';
import { add, conv, groupNorm, silu, upsample } from '../layers.ts';
import { onnxType } from '../onnx.ts';
import type { Weights } from '../weights.ts';
import { resnet } from './resnet.ts';
import { isOfText, type TextInput, textOf } from './text-of-unet.ts';
import { embeddingMlp, sinusoid } from './time-embedding.ts';
import { transformer } from './transformer.ts';
import type { UnetConfig } from './unet-config.ts';

/** Channels of a tensor travel with it: concatenation with a skip connection makes them irregular. */
interface Features {
	value: Value;
	channels: number;
}

/**
 * Compiles SDXL's UNet. Inputs, all float32: `sample` [n, in, h, w], `timestep` [n], `encoder_hidden_states` [n, t, cross],
 * `text_embeds` [n, pooled], `time_ids` [n, 6]. Output: `noise_pred` [n, out, h, w]. Height and width vary, in multiples of
 * 2 to the number of levels less one. With the input 'keys and values', those of `textOfUnet` stand for `encoder_hidden_states`.
 *
 * After `UNet2DConditionModel` in diffusers' `models/unets/unet_2d_condition.py`. Left out: attention masks, ControlNet and
 * adapter residuals, sizes that are no such multiple, and the architectures that `unetConfigSchema` refuses.
 */
export function unet(
	name: string,
	weights: Weights,
	config: UnetConfig,
	target: Target,
	input: TextInput = 'text',
): CompiledGraph {
	const g = new GraphBuilder(name, weights, target);
	const { block_out_channels: channels, norm_num_groups: groups, norm_eps: eps } = config;
	const levels = channels.length;
	const sample = g.input('sample', ['batch', config.in_channels, 'height', 'width']);
	const time = timeAndText(g, config);
	const text = textOf(g, config, input);
	const residual = (x: Features, prefix: string, to: number): Features => ({
		value: resnet(g, x.value, prefix, { from: x.channels, to, groups, eps, time }),
		channels: to,
	});
	const attend = (x: Features, prefix: string, level: number): Features => {
		const heads = config.attention_head_dim[level]!;
		const depth = config.transformer_layers_per_block[level]!;
		return { ...x, value: transformer(g, x.value, prefix, { channels: x.channels, heads, depth, groups, text }) };
	};

	const first = channels[0]!;
	let h: Features = {
		value: conv(g, sample, 'conv_in', { from: config.in_channels, to: first, kernel: 3 }),
		channels: first,
	};
	const skips = [h];
	for (let level = 0; level < levels; level++) {
		const prefix = `down_blocks.${level}`;
		for (let i = 0; i < config.layers_per_block[level]!; i++) {
			h = residual(h, `${prefix}.resnets.${i}`, channels[level]!);
			if (config.down_block_types[level] === 'CrossAttnDownBlock2D') h = attend(h, `${prefix}.attentions.${i}`, level);
			skips.push(h);
		}
		if (level === levels - 1) continue;
		const half = { from: h.channels, to: h.channels, kernel: 3, stride: 2 };
		h = { ...h, value: conv(g, h.value, `${prefix}.downsamplers.0.conv`, half) };
		skips.push(h);
	}

	h = residual(h, 'mid_block.resnets.0', h.channels);
	h = attend(h, 'mid_block.attentions.0', levels - 1);
	h = residual(h, 'mid_block.resnets.1', h.channels);

	for (let block = 0; block < levels; block++) {
		const prefix = `up_blocks.${block}`;
		const level = levels - 1 - block;
		for (let i = 0; i <= config.layers_per_block[level]!; i++) {
			const skip = skips.pop()!;
			// [n, a, h, w] + [n, b, h, w] → [n, a + b, h, w]
			const joined = g.op('Concat', [h.value, skip.value], { axis: 1 });
			h = residual({ value: joined, channels: h.channels + skip.channels }, `${prefix}.resnets.${i}`, channels[level]!);
			if (config.up_block_types[block] === 'CrossAttnUpBlock2D') h = attend(h, `${prefix}.attentions.${i}`, level);
		}
		if (level === 0) continue;
		const same = { from: h.channels, to: h.channels, kernel: 3 };
		h = { ...h, value: conv(g, upsample(g, h.value), `${prefix}.upsamplers.0.conv`, same) };
	}

	const normal = groupNorm(g, h.value, 'conv_norm_out', { channels: h.channels, groups, eps });
	const out = conv(g, silu(g, normal), 'conv_out', { from: h.channels, to: config.out_channels, kernel: 3 });
	g.output('noise_pred', out, ['batch', config.out_channels, 'height', 'width']);
	return g.finish((tensor) => input === 'keys and values' && isOfText(tensor));
}

/** What tells each residual block about time, sizes and text as a whole: [n, 4 · the first level's channels]. */
function timeAndText(g: GraphBuilder, config: UnetConfig): { embedding: Value; channels: number } {
	const { addition_time_embed_dim: idSize, projection_class_embeddings_input_dim: joinedSize } = config;
	const first = config.block_out_channels[0]!;
	const channels = first * 4;
	const wave = { flipSinToCos: config.flip_sin_to_cos, freqShift: config.freq_shift };
	const timestep = g.inputAs('timestep', onnxType.float, ['batch']);
	const pooledSize = joinedSize - 6 * idSize;
	const pooled = g.input('text_embeds', ['batch', pooledSize]);
	const ids = g.inputAs('time_ids', onnxType.float, ['batch', 6]);

	const steps = g.castToCompute(sinusoid(g, timestep, { size: first, ...wave }));
	// [6 n, idSize] → [n, 6 · idSize]
	const sizes = g.op('Reshape', [sinusoid(g, ids, { size: idSize, ...wave }), g.integers([-1, 6 * idSize])]);
	const added = g.op('Concat', [pooled, g.castToCompute(sizes)], { axis: 1 });
	const embedding = add(
		g,
		embeddingMlp(g, steps, 'time_embedding', first, channels),
		embeddingMlp(g, added, 'add_embedding', joinedSize, channels),
	);
	return { embedding, channels };
}
