import type { GraphBuilder, Value } from '../graph.ts';
import { add, attention, fromTokens, gelu, groupNorm, layerNorm, linear, toTokens } from '../layers.ts';
import type { TextOf } from './text-of-unet.ts';

interface TransformerShape {
	channels: number;
	heads: number;
	/** Blocks in it. */
	depth: number;
	groups: number;
	/** What it attends to. */
	text: TextOf;
}

/**
 * Adds a spatial transformer: [n, c, h, w] → [n, c, h, w]. After `Transformer2DModel` and `BasicTransformerBlock` in diffusers'
 * `models/transformers/transformer_2d.py` and `models/attention.py`, with linear projections and GEGLU.
 */
export function transformer(g: GraphBuilder, x: Value, prefix: string, shape: TransformerShape): Value {
	const { channels, groups } = shape;
	const same = { from: channels, to: channels };
	// the epsilon is fixed there, whatever `norm_eps` says
	const normal = groupNorm(g, x, `${prefix}.norm`, { channels, groups, eps: 1e-6 });
	let tokens = linear(g, toTokens(g, normal, channels), `${prefix}.proj_in`, same);
	for (let i = 0; i < shape.depth; i++) tokens = block(g, tokens, `${prefix}.transformer_blocks.${i}`, shape);
	return add(g, fromTokens(g, linear(g, tokens, `${prefix}.proj_out`, same), x), x);
}

/** Self-attention, attention to the text, feed-forward: [n, h·w, c] → [n, h·w, c]. */
function block(g: GraphBuilder, x: Value, prefix: string, { channels, heads, text }: TransformerShape): Value {
	const same = { from: channels, to: channels };
	const norm = (value: Value, i: number) => layerNorm(g, value, `${prefix}.norm${i}`, channels, 1e-5);
	const project = (value: Value, layer: string) => linear(g, value, `${prefix}.${layer}`, { ...same, bias: false });
	const out = (value: Value, layer: string) => linear(g, value, `${prefix}.${layer}.to_out.0`, same);

	const n1 = norm(x, 1);
	const [q, k, v] = [project(n1, 'attn1.to_q'), project(n1, 'attn1.to_k'), project(n1, 'attn1.to_v')];
	const self = add(g, out(attention(g, q, k, v, heads), 'attn1'), x);
	const [keys, values] = text(`${prefix}.attn2`, channels);
	const asked = project(norm(self, 2), 'attn2.to_q');
	const cross = add(g, out(attention(g, asked, keys, values, heads), 'attn2'), self);
	return add(g, feedForward(g, norm(cross, 3), `${prefix}.ff`, channels), cross);
}

/** GEGLU: one linear layer makes values and gates, a second brings values · gelu(gates) back. */
function feedForward(g: GraphBuilder, x: Value, prefix: string, channels: number): Value {
	const inner = channels * 4;
	const both = linear(g, x, `${prefix}.net.0.proj`, { from: channels, to: inner * 2 });
	const [values, gates] = g.split(both, -1, 2) as [Value, Value];
	return linear(g, g.op('Mul', [values, gelu(g, gates)]), `${prefix}.net.2`, { from: inner, to: channels });
}
