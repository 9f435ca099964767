import { z } from 'zod';
import { type CompiledGraph, GraphBuilder, type Target, type Value } from '../graph.ts';
import { only } from '../json-file.ts';
import { add, attention, conv, fromTokens, groupNorm, linear, silu, toTokens, upsample } from '../layers.ts';
import type { Weights } from '../weights.ts';
import { resnet } from './resnet.ts';

/** `vae/config.json` as diffusers' `AutoencoderKL` writes it. */
export const vaeConfigSchema = z.object({
	_class_name: only('AutoencoderKL'),
	in_channels: z.int().min(1).default(3),
	out_channels: z.int().min(1).default(3),
	latent_channels: z.int().min(1),
	block_out_channels: z.array(z.int().min(1)).min(1),
	down_block_types: z.array(z.literal('DownEncoderBlock2D', { error: 'only "DownEncoderBlock2D" is supported' })),
	up_block_types: z.array(z.literal('UpDecoderBlock2D', { error: 'only "UpDecoderBlock2D" is supported' })),
	layers_per_block: z.int().min(1).default(1),
	norm_num_groups: z.int().min(1).default(32),
	/** Amplitude of the latents. No default: diffusers' is that of another model, and wrong colours are all one would see of it. */
	scaling_factor: z.number({ error: 'expected a number: it is never guessed' }).positive(),
	use_quant_conv: z.boolean().default(true),
	use_post_quant_conv: z.boolean().default(true),
	mid_block_add_attention: z.boolean().default(true),
	act_fn: only('silu'),
	latents_mean: only(null),
	latents_std: only(null),
	shift_factor: only(null),
});

export type VaeConfig = z.output<typeof vaeConfigSchema>;

/** diffusers fixes it, for all norms of the VAE. */
export const eps = 1e-6;

/**
 * Compiles the decoder. Input: `latents` [n, latent, h, w], already divided by the scaling factor. Output: `image`
 * [n, out, H, W], around −1 to 1. After `Decoder` in diffusers' `models/autoencoders/vae.py`. The encoder's half of the file is
 * ignored.
 */
export function vaeDecoder(name: string, weights: Weights, config: VaeConfig, target: Target): CompiledGraph {
	const g = new GraphBuilder(name, weights, target);
	const { latent_channels: latent, norm_num_groups: groups } = config;
	const channels = config.block_out_channels.toReversed();
	const top = channels[0]!;
	let h = g.input('latents', ['batch', latent, 'height', 'width']);
	if (config.use_post_quant_conv) h = conv(g, h, 'post_quant_conv', { from: latent, to: latent, kernel: 1 });
	h = conv(g, h, 'decoder.conv_in', { from: latent, to: top, kernel: 3 });
	h = middle(g, h, 'decoder.mid_block', top, config);
	channels.forEach((_, level) => {
		h = upBlock(g, h, level, config);
	});
	const from = channels.at(-1)!;
	h = silu(g, groupNorm(g, h, 'decoder.conv_norm_out', { channels: from, groups, eps }));
	const image = conv(g, h, 'decoder.conv_out', { from, to: config.out_channels, kernel: 3 });
	g.output('image', image, ['batch', config.out_channels, 'image_height', 'image_width']);
	return g.finish((tensor) => tensor.startsWith('encoder.') || tensor.startsWith('quant_conv.'));
}

/**
 * Compiles the encoder. Input: `image` [n, in, H, W], −1 to 1. Outputs: `mean` and `logvar` [n, latent, h, w] of the distribution
 * of latents, not yet multiplied by the scaling factor; `logvar` is kept within −30 to 20, as `DiagonalGaussianDistribution` does.
 * After `Encoder` in diffusers' `models/autoencoders/vae.py`. The decoder's half of the file is ignored.
 */
export function vaeEncoder(name: string, weights: Weights, config: VaeConfig, target: Target): CompiledGraph {
	const g = new GraphBuilder(name, weights, target);
	const { latent_channels: latent, norm_num_groups: groups, block_out_channels: channels } = config;
	const image = g.input('image', ['batch', config.in_channels, 'image_height', 'image_width']);
	let h = conv(g, image, 'encoder.conv_in', { from: config.in_channels, to: channels[0]!, kernel: 3 });
	channels.forEach((_, level) => {
		h = downBlock(g, h, level, config);
	});
	const from = channels.at(-1)!;
	h = middle(g, h, 'encoder.mid_block', from, config);
	h = silu(g, groupNorm(g, h, 'encoder.conv_norm_out', { channels: from, groups, eps }));
	h = conv(g, h, 'encoder.conv_out', { from, to: latent * 2, kernel: 3 });
	if (config.use_quant_conv) h = conv(g, h, 'quant_conv', { from: latent * 2, to: latent * 2, kernel: 1 });
	const [mean, logvar] = g.split(h, 1, 2) as [Value, Value];
	const dims = ['batch', latent, 'height', 'width'];
	g.output('mean', mean, dims);
	g.output('logvar', g.op('Clip', [logvar, g.floats([-30], []), g.floats([20], [])]), dims);
	return g.finish((tensor) => tensor.startsWith('decoder.') || tensor.startsWith('post_quant_conv.'));
}

/** One level of the decoder, from the smallest picture up; all but the last double it at their end. */
export function upBlock(g: GraphBuilder, x: Value, level: number, config: VaeConfig, norm = groupNorm): Value {
	const channels = config.block_out_channels.toReversed();
	const [to, groups] = [channels[level]!, config.norm_num_groups];
	const prefix = `decoder.up_blocks.${level}`;
	let h = x;
	for (let i = 0; i <= config.layers_per_block; i++) {
		const from = i === 0 ? channels[Math.max(0, level - 1)]! : to;
		h = resnet(g, h, `${prefix}.resnets.${i}`, { from, to, groups, eps, norm });
	}
	if (level === channels.length - 1) return h;
	return conv(g, upsample(g, h), `${prefix}.upsamplers.0.conv`, { from: to, to, kernel: 3 });
}

/** One level of the encoder, from the whole picture down; all but the last halve it at their end. */
export function downBlock(g: GraphBuilder, x: Value, level: number, config: VaeConfig, norm = groupNorm): Value {
	const { block_out_channels: channels, norm_num_groups: groups } = config;
	const to = channels[level]!;
	const prefix = `encoder.down_blocks.${level}`;
	let h = x;
	for (let i = 0; i < config.layers_per_block; i++) {
		const from = i === 0 ? channels[Math.max(0, level - 1)]! : to;
		h = resnet(g, h, `${prefix}.resnets.${i}`, { from, to, groups, eps, norm });
	}
	if (level === channels.length - 1) return h;
	// one pixel of padding at bottom and right only, unlike the UNet's
	const half = { from: to, to, kernel: 3, stride: 2, pads: [0, 0, 1, 1] as const };
	return conv(g, h, `${prefix}.downsamplers.0.conv`, half);
}

/** The lowest level, with attention of all pixels to all; in `pieces` that look one after another, for pictures of many pixels. */
export function middle(
	g: GraphBuilder,
	x: Value,
	prefix: string,
	channels: number,
	config: VaeConfig,
	pieces = 1,
): Value {
	const shape = { from: channels, to: channels, groups: config.norm_num_groups, eps };
	let h = resnet(g, x, `${prefix}.resnets.0`, shape);
	if (config.mid_block_add_attention)
		h = pixelAttention(g, h, `${prefix}.attentions.0`, channels, config.norm_num_groups, pieces);
	return resnet(g, h, `${prefix}.resnets.1`, shape);
}

/** Attention of all pixels to all, with one head: [n, c, h, w] → [n, c, h, w]. */
function pixelAttention(
	g: GraphBuilder,
	x: Value,
	prefix: string,
	channels: number,
	groups: number,
	pieces: number,
): Value {
	// files from before diffusers 0.18 name the projections differently
	const old = g.has(`${prefix}.query.weight`);
	const [q, k, v, out] = old ? ['query', 'key', 'value', 'proj_attn'] : ['to_q', 'to_k', 'to_v', 'to_out.0'];
	const project = (value: Value, part: string | undefined) =>
		linear(g, value, `${prefix}.${part}`, { from: channels, to: channels });
	const normal = groupNorm(g, x, `${prefix}.group_norm`, { channels, groups, eps });
	const tokens = toTokens(g, normal, channels);
	const [query, key, value] = [q, k, v].map((part) => project(tokens, part)) as [Value, Value, Value];
	// With one wide head the kernel holds all scores of a piece: the square of the pixels over their number.
	const looking = pieces === 1 ? [query] : g.split(query, 1, pieces);
	const parts = looking.map((piece) => attention(g, piece, key, value, 1));
	const seen = pieces === 1 ? parts[0]! : g.op('Concat', parts, { axis: 1 });
	return add(g, fromTokens(g, project(seen, out), x), x);
}
