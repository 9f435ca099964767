import type { GraphBuilder, Value } from '../graph.ts';
import { add, attention, fromTokens, gelu, groupNorm, layerNorm, linear, toTokens } from '../layers.ts';

interface TransformerShape {
	channels: number;
	heads: number;
	/** Blocks in it. */
	depth: number;
	groups: number;
	/** What it attends to, [n, t, channels]. */
	context: { value: Value; channels: number };
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

/** Self-attention, attention to the context, feed-forward: [n, h·w, c] → [n, h·w, c]. */
function block(g: GraphBuilder, x: Value, prefix: string, { channels, heads, context }: TransformerShape): Value {
	const norm = (value: Value, i: number) => layerNorm(g, value, `${prefix}.norm${i}`, channels, 1e-5);
	const attend = (name: string, value: Value, source: Value, sourceChannels: number) => {
		const project = (part: string, from: Value, fromChannels: number) =>
			linear(g, from, `${prefix}.${name}.${part}`, { from: fromChannels, to: channels, bias: false });
		const q = project('to_q', value, channels);
		const k = project('to_k', source, sourceChannels);
		const v = project('to_v', source, sourceChannels);
		return linear(g, attention(g, q, k, v, heads), `${prefix}.${name}.to_out.0`, { from: channels, to: channels });
	};
	const n1 = norm(x, 1);
	const self = add(g, attend('attn1', n1, n1, channels), x);
	const cross = add(g, attend('attn2', norm(self, 2), context.value, context.channels), self);
	return add(g, feedForward(g, norm(cross, 3), `${prefix}.ff`, channels), cross);
}

/** GEGLU: one linear layer makes values and gates, a second brings values · gelu(gates) back. */
function feedForward(g: GraphBuilder, x: Value, prefix: string, channels: number): Value {
	const inner = channels * 4;
	const both = linear(g, x, `${prefix}.net.0.proj`, { from: channels, to: inner * 2 });
	const [values, gates] = g.split(both, -1, 2) as [Value, Value];
	return linear(g, g.op('Mul', [values, gelu(g, gates)]), `${prefix}.net.2`, { from: inner, to: channels });
}
