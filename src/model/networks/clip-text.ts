import { z } from 'zod';
import { type CompiledGraph, GraphBuilder, type Target, type Value } from '../graph.ts';
import { add, attention, gelu, layerNorm, linear, quickGelu } from '../layers.ts';
import { onnxType } from '../onnx.ts';
import type { Weights } from '../weights.ts';

/** `config.json` of a CLIP text encoder, as transformers writes it; defaults are those of `CLIPTextConfig`. */
export const clipTextConfigSchema = z.object({
	vocab_size: z.int().min(1),
	hidden_size: z.int().min(1),
	intermediate_size: z.int().min(1),
	num_hidden_layers: z.int().min(1),
	num_attention_heads: z.int().min(1),
	max_position_embeddings: z.int().min(1),
	hidden_act: z.enum(['quick_gelu', 'gelu'], { error: 'only "quick_gelu" or "gelu" is supported' }),
	layer_norm_eps: z.number().positive().default(1e-5),
	projection_dim: z.int().min(1).default(512),
	eos_token_id: z.int().min(0).default(49407),
});

export type ClipTextConfig = z.output<typeof clipTextConfigSchema>;

/** How far from the end hidden states are given out, as far as WebUI's setting "Clip skip" goes; the second is `penultimate`. */
const furthestHidden = 12;

/** How far from the end an encoder gives out its hidden states: the embedded tokens count as one. */
export function hiddenStates({ num_hidden_layers }: ClipTextConfig): number {
	return Math.min(furthestHidden, num_hidden_layers + 1);
}

/** Names the output that holds the hidden state `fromEnd` layers from the end: 1 is the last layer's, without the final norm. */
export function hiddenName(fromEnd: number): string {
	return fromEnd === 2 ? 'penultimate' : `hidden.${fromEnd}`;
}

/**
 * Compiles a CLIP text encoder. Input: `input_ids` [n, t] (int64, t at most `max_position_embeddings`). Outputs: `penultimate`
 * [n, t, hidden], the hidden state before the last layer, without the final norm; and `last` [n, t, hidden], with it, or for
 * an encoder with projection `text_embeds` [n, projection], from the position of the end of text.
 *
 * After `CLIPTextTransformer` and `CLIPTextModelWithProjection` in transformers' `models/clip/modeling_clip.py`. Left out: dropout.
 *
 * @param projection `text_encoder_2`'s form, with `text_projection.weight`.
 * @param steerable Adds what prompts can ask for: the input `attention_mask` [n, t], 0 where no token may look and 1 elsewhere; the
 * input `vectors` [n, t, hidden], which stand in place of the tokens whose id is −1 (textual inversion); and the outputs `hidden.1`,
 * `hidden.3`, … [n, t, hidden], hidden states counted from the end as `hiddenName` names them.
 */
export function clipText(
	name: string,
	weights: Weights,
	config: ClipTextConfig,
	projection: boolean,
	target: Target,
	steerable = false,
): CompiledGraph {
	const g = new GraphBuilder(name, weights, target);
	const { hidden_size: hidden, num_hidden_layers: layers, layer_norm_eps: eps } = config;
	// transformers 5 saves the first encoder without the prefix that all published files have
	const prefix = g.has('text_model.final_layer_norm.weight') ? 'text_model.' : '';
	const ids = g.inputAs('input_ids', onnxType.int64, ['batch', 'tokens']);
	const vectors = steerable ? g.input('vectors', ['batch', 'tokens', hidden]) : undefined;
	const mask = steerable
		? g.cast(g.inputAs('attention_mask', onnxType.float, ['batch', 'tokens']), onnxType.int32)
		: undefined;
	let x = embed(g, ids, vectors, `${prefix}embeddings`, config);
	const states = [x];
	for (let layer = 0; layer < layers; layer++) {
		x = encoderLayer(g, x, mask, `${prefix}encoder.layers.${layer}`, config);
		states.unshift(x);
	}
	const last = layerNorm(g, x, `${prefix}final_layer_norm`, hidden, eps);
	for (const [i, state] of states.slice(0, hiddenStates(config)).entries())
		if (steerable || i === 1) g.output(hiddenName(i + 1), state, ['batch', 'tokens', hidden]);
	if (projection) {
		const pooled = atEndOfText(g, last, ids, config.eos_token_id);
		const size = { from: hidden, to: config.projection_dim, bias: false };
		g.output('text_embeds', linear(g, pooled, 'text_projection', size), ['batch', config.projection_dim]);
	} else g.output('last', last, ['batch', 'tokens', hidden]);
	// older files also store 0, 1, …, 76
	return g.finish((tensor) => tensor === `${prefix}embeddings.position_ids`);
}

/** [n, t] → [n, t, hidden] */
function embed(g: GraphBuilder, ids: Value, vectors: Value | undefined, prefix: string, config: ClipTextConfig): Value {
	const { vocab_size, hidden_size, max_position_embeddings: positions } = config;
	const table = g.weight(`${prefix}.token_embedding.weight`, [vocab_size, hidden_size]);
	const all = g.weight(`${prefix}.position_embedding.weight`, [positions, hidden_size]);
	const length = g.op('Shape', [ids], { start: 1, end: 2 });
	const places = g.op('Slice', [all, g.integers([0]), length, g.integers([0])]);
	let tokens = g.op('Gather', [table, ids], { axis: 0 });
	if (vectors !== undefined) {
		// an id of −1 gathers the last row, which is then passed over; as float, since not every device has Less over integers
		const isVector = g.op('Less', [g.cast(ids, onnxType.float), g.floats32([0])]);
		tokens = g.op('Where', [g.op('Unsqueeze', [isVector, g.integers([2])]), vectors, tokens]);
	}
	return add(g, tokens, places);
}

function encoderLayer(
	g: GraphBuilder,
	x: Value,
	mask: Value | undefined,
	prefix: string,
	config: ClipTextConfig,
): Value {
	const { hidden_size: hidden, intermediate_size: inner, layer_norm_eps: eps } = config;
	const project = (from: Value, part: string) =>
		linear(g, from, `${prefix}.self_attn.${part}`, { from: hidden, to: hidden });
	const n1 = layerNorm(g, x, `${prefix}.layer_norm1`, hidden, eps);
	const [q, k, v] = [project(n1, 'q_proj'), project(n1, 'k_proj'), project(n1, 'v_proj')];
	const seen = add(
		g,
		x,
		project(attention(g, q, k, v, config.num_attention_heads, { causal: true, mask }), 'out_proj'),
	);
	const n2 = layerNorm(g, seen, `${prefix}.layer_norm2`, hidden, eps);
	const wide = linear(g, n2, `${prefix}.mlp.fc1`, { from: hidden, to: inner });
	const active = config.hidden_act === 'gelu' ? gelu(g, wide) : quickGelu(g, wide);
	return add(g, seen, linear(g, active, `${prefix}.mlp.fc2`, { from: inner, to: hidden }));
}

/**
 * Picks the state at the end of each text: [n, t, hidden] → [n, hidden]. That is where the first `eos_token_id` stands, except
 * that 2, which published configs carry by mistake, means the highest id (the branch in transformers for configs before #24773).
 */
function atEndOfText(g: GraphBuilder, states: Value, ids: Value, eosTokenId: number): Value {
	const legacy = eosTokenId === 2;
	const mark = legacy ? ids : g.op('Equal', [ids, g.integers([eosTokenId])]);
	// as float, since not every device has ArgMax over integers; ids are far below 2^24
	const position = g.op('ArgMax', [g.cast(mark, onnxType.float)], { axis: 1, keepdims: 1 });
	const index = g.op('Unsqueeze', [position, g.integers([2])]);
	const full = g.op('Concat', [g.integers([1, 1]), g.op('Shape', [states], { start: 2, end: 3 })], { axis: 0 });
	// [n, 1, 1] → [n, 1, hidden]
	const picked = g.op('GatherElements', [states, g.op('Expand', [index, full])], { axis: 1 });
	return g.op('Squeeze', [picked, g.integers([1])]);
}
