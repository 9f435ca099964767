import { z } from 'zod';
import { type CompiledGraph, GraphBuilder, type Target, type Value } from '../graph.ts';
import { only } from '../json-file.ts';
import { add, conv, upsample } from '../layers.ts';
import type { Weights } from '../weights.ts';

/** `config.json` as diffusers' `AutoencoderTiny` writes it: of TAESD and its kin. */
export const tinyDecoderConfigSchema = z
	.object({
		_class_name: z.literal('AutoencoderTiny', { error: 'only "AutoencoderTiny" is supported' }),
		out_channels: z.literal(3).default(3),
		latent_channels: z.int().min(1).default(4),
		decoder_block_out_channels: z.array(z.int().min(1)).min(1).default([64, 64, 64, 64]),
		/** Residual blocks of each level. */
		num_decoder_blocks: z.array(z.int().min(0)).min(1).default([3, 3, 3, 1]),
		upsampling_scaling_factor: z.int().min(1).max(8).default(2),
		act_fn: only('relu'),
		upsample_fn: only('nearest'),
		/** What latents are divided by first; 1 for TAESD-XL, which takes them as the UNet sees them. */
		scaling_factor: z.number().positive().default(1),
	})
	.refine((config) => config.num_decoder_blocks.length === config.decoder_block_out_channels.length, {
		path: ['num_decoder_blocks'],
		error: 'expected as many levels as in `decoder_block_out_channels`',
	})
	.refine((config) => new Set(config.decoder_block_out_channels).size === 1, {
		path: ['decoder_block_out_channels'],
		error: 'only levels of equal width are supported',
	});

export type TinyDecoderConfig = z.output<typeof tinyDecoderConfigSchema>;

/**
 * Compiles the decoder. Input: `latents` [n, latent, h, w], already divided by the scaling factor. Output: `image` [n, 3, H, W],
 * around 0 to 1. After `DecoderTiny` in diffusers v0.42.1 `models/autoencoders/vae.py`, whose last step to −1 to 1 is left out. The
 * encoder's half of the file is ignored.
 */
export function tinyDecoder(name: string, weights: Weights, config: TinyDecoderConfig, target: Target): CompiledGraph {
	const g = new GraphBuilder(name, weights, target);
	const { latent_channels: latent, num_decoder_blocks: levels, upsampling_scaling_factor: factor } = config;
	const width = config.decoder_block_out_channels[0]!;
	const same = { from: width, to: width, kernel: 3 };
	const layer = (index: number) => `decoder.layers.${index}`;
	let h = squeeze(g, g.input('latents', ['batch', latent, 'height', 'width']));
	h = g.op('Relu', [conv(g, h, layer(0), { ...same, from: latent })]);
	let index = 2;
	for (const [level, blocks] of levels.entries()) {
		for (let i = 0; i < blocks; i++) h = block(g, h, `${layer(index++)}.conv`, same);
		if (level === levels.length - 1) break;
		index++; // the upsampling has no weights
		h = conv(g, upsample(g, h, factor), layer(index++), { ...same, bias: false });
	}
	h = conv(g, h, layer(index), { ...same, to: config.out_channels });
	g.output('image', h, ['batch', config.out_channels, 'image_height', 'image_width']);
	return g.finish((tensor) => tensor.startsWith('encoder.'));
}

/** Keeps latents within −3 to 3, softly. */
function squeeze(g: GraphBuilder, x: Value): Value {
	const three = g.floats([3], []);
	return g.op('Mul', [g.op('Tanh', [g.op('Div', [x, three])]), three]);
}

/** [n, width, h, w] → the same: three convolutions, to whose result the input is added. */
function block(g: GraphBuilder, x: Value, prefix: string, same: { from: number; to: number; kernel: number }): Value {
	const first = g.op('Relu', [conv(g, x, `${prefix}.0`, same)]);
	const second = g.op('Relu', [conv(g, first, `${prefix}.2`, same)]);
	return g.op('Relu', [add(g, conv(g, second, `${prefix}.4`, same), x)]);
}
