import { z } from 'zod';
import { type CompiledGraph, GraphBuilder, type Target, type Value } from '../graph.ts';
import { only } from '../json-file.ts';
import { add, attention, conv, gelu, layerNorm, linear, toTokens } from '../layers.ts';
import type { Weights } from '../weights.ts';

/** `config.json` of a vision transformer that sorts pictures, as transformers writes it; defaults are those of `ViTConfig`. */
export const vitConfigSchema = z
	.object({
		model_type: z.literal('vit', { error: 'only "vit" is supported' }),
		hidden_size: z.int().min(1).default(768),
		intermediate_size: z.int().min(1).default(3072),
		num_hidden_layers: z.int().min(1).default(12),
		num_attention_heads: z.int().min(1).default(12),
		image_size: z.int().min(1).default(224),
		patch_size: z.int().min(1).default(16),
		num_channels: z.literal(3, { error: 'only 3 is supported' }).default(3),
		layer_norm_eps: z.number().positive().default(1e-12),
		qkv_bias: z.boolean().default(true),
		hidden_act: only('gelu'),
		/** What the outputs stand for, by their number. */
		id2label: z.record(z.string().regex(/^\d+$/), z.string()),
	})
	.refine((config) => config.image_size % config.patch_size === 0, {
		path: ['image_size'],
		error: 'expected a multiple of `patch_size`',
	})
	.refine((config) => config.hidden_size % config.num_attention_heads === 0, {
		path: ['num_attention_heads'],
		error: 'expected a number that divides `hidden_size`',
	})
	.transform(({ id2label, ...config }) => ({
		...config,
		labels: Object.entries(id2label)
			.sort(([a], [b]) => Number(a) - Number(b))
			.map(([, label]) => label),
	}));

export type VitConfig = z.output<typeof vitConfigSchema>;

/**
 * Compiles a vision transformer with a classifier. Input: `image` [n, 3, side, side], −1 to 1 where the model was trained so. Output:
 * `logits` [n, labels].
 *
 * After `ViTForImageClassification` in transformers' `models/vit/modeling_vit.py`. Left out: dropout, masked patches, other sizes of
 * picture than the model's own.
 */
export function vit(name: string, weights: Weights, config: VitConfig, target: Target): CompiledGraph {
	const g = new GraphBuilder(name, weights, target);
	const { hidden_size: hidden, image_size: side, layer_norm_eps: eps, labels } = config;
	let x = embed(g, g.input('image', ['batch', config.num_channels, side, side]), config);
	for (let layer = 0; layer < config.num_hidden_layers; layer++)
		x = encoderLayer(g, x, `vit.encoder.layer.${layer}`, config);
	const normal = layerNorm(g, x, 'vit.layernorm', hidden, eps);
	// [n, t, hidden] → [n, hidden], of the first token
	const first = g.op('Squeeze', [
		g.op('Slice', [normal, g.integers([0]), g.integers([1]), g.integers([1])]),
		g.integers([1]),
	]);
	g.output('logits', linear(g, first, 'classifier', { from: hidden, to: labels.length }), ['batch', labels.length]);
	// the pooler of a model that was trained for something else before
	return g.finish((tensor) => tensor.startsWith('vit.pooler.'));
}

/** Cuts the picture into patches, one token each behind a token of their own for the whole: [n, 3, side, side] → [n, 1 + patches, hidden]. */
function embed(g: GraphBuilder, image: Value, config: VitConfig): Value {
	const { hidden_size: hidden, patch_size: patch, image_size: side } = config;
	const tokens = 1 + (side / patch) ** 2;
	const cells = conv(g, image, 'vit.embeddings.patch_embeddings.projection', {
		from: config.num_channels,
		to: hidden,
		kernel: patch,
		stride: patch,
		pads: [0, 0, 0, 0],
	});
	const patches = toTokens(g, cells, hidden);
	const batch = g.op('Shape', [patches], { start: 0, end: 1 });
	const dims = g.op('Concat', [batch, g.integers([1, hidden])], { axis: 0 });
	const whole = g.op('Expand', [g.weight('vit.embeddings.cls_token', [1, 1, hidden]), dims]);
	const places = g.weight('vit.embeddings.position_embeddings', [1, tokens, hidden]);
	return add(g, g.op('Concat', [whole, patches], { axis: 1 }), places);
}

function encoderLayer(g: GraphBuilder, x: Value, prefix: string, config: VitConfig): Value {
	const { hidden_size: hidden, intermediate_size: inner, layer_norm_eps: eps } = config;
	const same = { from: hidden, to: hidden };
	const before = layerNorm(g, x, `${prefix}.layernorm_before`, hidden, eps);
	const project = (part: string) =>
		linear(g, before, `${prefix}.attention.attention.${part}`, { ...same, bias: config.qkv_bias });
	const seen = attention(g, project('query'), project('key'), project('value'), config.num_attention_heads);
	const attended = add(g, linear(g, seen, `${prefix}.attention.output.dense`, same), x);
	const after = layerNorm(g, attended, `${prefix}.layernorm_after`, hidden, eps);
	const wide = gelu(g, linear(g, after, `${prefix}.intermediate.dense`, { from: hidden, to: inner }));
	return add(g, attended, linear(g, wide, `${prefix}.output.dense`, { from: inner, to: hidden }));
}
