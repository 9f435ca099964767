import { type CompiledGraph, GraphBuilder, type Target, type Value } from '../graph.ts';
import { linear } from '../layers.ts';
import type { Weights } from '../weights.ts';
import type { UnetConfig } from './unet-config.ts';

/*
 * What cross-attention asks of the text, keys and values, is the same in every step of a picture. A UNet may compute it itself, or be
 * given it by a network of its own that runs once: a tenth of a small picture's time (docs/speed.md). The numbers are the same.
 */

/** Gives keys and values, each [n, tokens, channels], of the attention whose tensors begin with `prefix`. */
export type TextOf = (prefix: string, channels: number) => readonly [keys: Value, values: Value];

/** Whether a UNet makes keys and values of `encoder_hidden_states`, or has them as inputs, `<prefix>.keys` and `<prefix>.values`. */
export type TextInput = 'text' | 'keys and values';

const dims = (channels: number) => ['batch', 'tokens', channels] as const;

/** Declares `encoder_hidden_states` [n, tokens, cross], and makes keys and values of it. */
function projected(g: GraphBuilder, { cross_attention_dim: from }: UnetConfig): TextOf {
	const text = g.input('encoder_hidden_states', dims(from));
	return (prefix, to) => [
		linear(g, text, `${prefix}.to_k`, { from, to, bias: false }),
		linear(g, text, `${prefix}.to_v`, { from, to, bias: false }),
	];
}

/** Declares keys and values as inputs when they are asked for. */
function given(g: GraphBuilder): TextOf {
	return (prefix, channels) => [g.input(`${prefix}.keys`, dims(channels)), g.input(`${prefix}.values`, dims(channels))];
}

/** Declares what a UNet is told of the text, and gives keys and values of each attention to it. */
export function textOf(g: GraphBuilder, config: UnetConfig, input: TextInput): TextOf {
	return input === 'text' ? projected(g, config) : given(g);
}

/** Whether a tensor of a UNet makes keys or values of the text. */
export function isOfText(tensor: string): boolean {
	return /\.attn2\.to_[kv]\.weight$/.test(tensor);
}

/** Compiles what makes keys and values of `encoder_hidden_states`: the outputs are named as the inputs of the UNet that is given them. */
export function textOfUnet(name: string, weights: Weights, config: UnetConfig, target: Target): CompiledGraph {
	const g = new GraphBuilder(name, weights, target);
	const text = projected(g, config);
	for (const { prefix, channels } of crossAttentions(config)) {
		const [keys, values] = text(prefix, channels);
		g.output(`${prefix}.keys`, keys, dims(channels));
		g.output(`${prefix}.values`, values, dims(channels));
	}
	return g.finish((tensor) => !isOfText(tensor));
}

/** All places where a UNet looks at the text. */
function crossAttentions(config: UnetConfig): { prefix: string; channels: number }[] {
	const { block_out_channels: channels, layers_per_block: layers } = config;
	const last = channels.length - 1;
	const transformers = [
		...config.down_block_types.flatMap((type, level) =>
			type === 'CrossAttnDownBlock2D' ? places(`down_blocks.${level}`, layers[level]!, level) : [],
		),
		...places('mid_block', 1, last),
		...config.up_block_types.flatMap((type, block) =>
			type === 'CrossAttnUpBlock2D' ? places(`up_blocks.${block}`, layers[last - block]! + 1, last - block) : [],
		),
	];
	return transformers.flatMap(({ prefix, level }) =>
		Array.from({ length: config.transformer_layers_per_block[level]! }, (_, i) => ({
			prefix: `${prefix}.transformer_blocks.${i}.attn2`,
			channels: channels[level]!,
		})),
	);
}

function places(block: string, count: number, level: number): { prefix: string; level: number }[] {
	return Array.from({ length: count }, (_, i) => ({ prefix: `${block}.attentions.${i}`, level }));
}
