import { z } from 'zod';
import { type CompiledGraph, GraphBuilder, type Target } from '../graph.ts';
import { add, conv, upsample } from '../layers.ts';
import type { Weights } from '../weights.ts';

/** `upscaler/config.json`: the arguments of Real-ESRGAN's class, and a name to show. */
export const srvggConfigSchema = z.object({
	architecture: z.literal('SRVGGNetCompact', { error: 'only "SRVGGNetCompact" is supported' }),
	name: z.string().min(1).optional(),
	num_in_ch: z.int().min(1),
	num_out_ch: z.int().min(1),
	num_feat: z.int().min(1),
	num_conv: z.int().min(0),
	upscale: z.int().min(1).max(8),
	act_type: z.literal('prelu', { error: 'only "prelu" is supported' }),
});

export type SrvggConfig = z.output<typeof srvggConfigSchema>;

/**
 * Compiles the upscaler. Input: `image` [n, in, h, w], 0 to 1. Output: `upscaled` [n, out, h · scale, w · scale], around 0 to 1.
 * After `SRVGGNetCompact` in https://github.com/xinntao/Real-ESRGAN/blob/v0.3.0/realesrgan/archs/srvgg_arch.py, with PReLU only.
 */
export function srvgg(name: string, weights: Weights, config: SrvggConfig, target: Target): CompiledGraph {
	const g = new GraphBuilder(name, weights, target);
	const { num_in_ch: from, num_feat: features, upscale: scale } = config;
	const image = g.input('image', ['batch', from, 'height', 'width']);
	let h = image;
	let index = 0;
	for (let layer = 0; layer <= config.num_conv; layer++) {
		h = conv(g, h, `body.${index++}`, { from: layer === 0 ? from : features, to: features, kernel: 3 });
		h = g.op('PRelu', [h, g.weight(`body.${index++}.weight`, [features], [features, 1, 1])]);
	}
	const packed = config.num_out_ch * scale * scale;
	h = conv(g, h, `body.${index}`, { from: features, to: packed, kernel: 3 });
	// torch's pixel_shuffle
	h = g.op('DepthToSpace', [h], { blocksize: scale, mode: 'CRD' });
	g.output('upscaled', add(g, h, upsample(g, image, scale)), [
		'batch',
		config.num_out_ch,
		'image_height',
		'image_width',
	]);
	return g.finish();
}
