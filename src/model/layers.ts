import type { GraphBuilder, Value } from './graph.ts';

/*
 * The layers that all networks are made of. Tensor names follow torch: `<prefix>.weight`, `<prefix>.bias`. The operators were
 * chosen for having kernels on the CPU, CUDA and DirectML alike.
 */

interface Convolution {
	from: number;
	to: number;
	/** Side of the square kernel. */
	kernel: number;
	stride?: number;
	/** True unless said otherwise. */
	bias?: boolean;
	/** Pixels at top, left, bottom, right; by default those that keep the size. */
	pads?: readonly [number, number, number, number];
}

/** Adds a 2-D convolution: [n, from, h, w] → [n, to, h', w']. */
export function conv(
	g: GraphBuilder,
	x: Value,
	prefix: string,
	{ from, to, kernel, stride = 1, bias = true, pads }: Convolution,
): Value {
	const around = (kernel - 1) / 2;
	const weight = g.weight(`${prefix}.weight`, [to, from, kernel, kernel]);
	return g.op('Conv', [x, weight, ...(bias ? [g.weight(`${prefix}.bias`, [to])] : [])], {
		kernel_shape: [kernel, kernel],
		strides: [stride, stride],
		pads: pads ?? [around, around, around, around],
	});
}

/**
 * Adds a linear layer on the last axis: [..., from] → [..., to]. torch stores the weight as [to, from]; `FusedMatMul` reads it
 * like that, where a Transpose would be folded into a second copy of the weights when the session opens.
 */
export function linear(
	g: GraphBuilder,
	x: Value,
	prefix: string,
	{ from, to, bias = true }: { from: number; to: number; bias?: boolean },
): Value {
	const product = g.microsoftOp('FusedMatMul', [x, g.weight(`${prefix}.weight`, [to, from])], { transB: 1 });
	return bias ? add(g, product, g.weight(`${prefix}.bias`, [to])) : product;
}

/**
 * Adds a group norm over [n, channels, h, w]. ONNX's own operator has no CPU kernel, so the groups become the channels of an
 * InstanceNormalization, with the affine part after it.
 */
export function groupNorm(
	g: GraphBuilder,
	x: Value,
	prefix: string,
	{ channels, groups, eps }: { channels: number; groups: number; eps: number },
): Value {
	const grouped = g.op('Reshape', [x, g.integers([0, groups, -1])]);
	const ones = g.floats(new Array<number>(groups).fill(1));
	const zeros = g.floats(new Array<number>(groups).fill(0));
	const normal = g.op('InstanceNormalization', [grouped, ones, zeros], { epsilon: { float: eps } });
	const restored = g.op('Reshape', [normal, g.op('Shape', [x])]);
	const scaled = g.op('Mul', [restored, g.weight(`${prefix}.weight`, [channels], [channels, 1, 1])]);
	return add(g, scaled, g.weight(`${prefix}.bias`, [channels], [channels, 1, 1]));
}

/** Adds a layer norm over the last axis. */
export function layerNorm(g: GraphBuilder, x: Value, prefix: string, channels: number, eps: number): Value {
	const weight = g.weight(`${prefix}.weight`, [channels]);
	return g.op('LayerNormalization', [x, weight, g.weight(`${prefix}.bias`, [channels])], {
		axis: -1,
		epsilon: { float: eps },
	});
}

/**
 * Adds multi-head attention: q [n, t, c], k and v [n, s, c] → [n, t, c], scaled by 1/√(c / heads). The fused kernel keeps the
 * scores and their softmax in float32 also when the graph computes in float16.
 *
 * @param causal Lets a token see only itself and those before it.
 * @param mask [n, s], int32: 0 where no token may look.
 */
export function attention(
	g: GraphBuilder,
	q: Value,
	k: Value,
	v: Value,
	heads: number,
	{ causal = false, mask }: { causal?: boolean; mask?: Value | undefined } = {},
): Value {
	const inputs = mask === undefined ? [q, k, v] : [q, k, v, '', mask];
	return g.microsoftOp('MultiHeadAttention', inputs, { num_heads: heads, ...(causal ? { unidirectional: 1 } : {}) });
}

/** Adds x · sigmoid(x). */
export function silu(g: GraphBuilder, x: Value): Value {
	return g.microsoftOp('QuickGelu', [x], { alpha: { float: 1 } });
}

/** Adds the exact GELU, by the error function, as torch's default. */
export function gelu(g: GraphBuilder, x: Value): Value {
	return g.op('Gelu', [x]);
}

/** Adds x · sigmoid(1.702 x), which OpenAI's CLIP was trained with. */
export function quickGelu(g: GraphBuilder, x: Value): Value {
	return g.microsoftOp('QuickGelu', [x], { alpha: { float: 1.702 } });
}

export function add(g: GraphBuilder, a: Value, b: Value): Value {
	return g.op('Add', [a, b]);
}

/** Doubles height and width, each pixel becoming four. */
export function upsample(g: GraphBuilder, x: Value, factor = 2): Value {
	return g.op('Resize', [x, '', g.floats32([1, 1, factor, factor])], {
		mode: 'nearest',
		coordinate_transformation_mode: 'asymmetric',
		nearest_mode: 'floor',
	});
}

/** Lays pixels out as tokens: [n, c, h, w] → [n, h·w, c]. */
export function toTokens(g: GraphBuilder, x: Value, channels: number): Value {
	return g.op('Reshape', [g.op('Transpose', [x], { perm: [0, 2, 3, 1] }), g.integers([0, -1, channels])]);
}

/** Undoes `toTokens`: [n, h·w, c] → [n, c, h, w], the shape of `like`. */
export function fromTokens(g: GraphBuilder, tokens: Value, like: Value): Value {
	return g.op('Reshape', [g.op('Transpose', [tokens], { perm: [0, 2, 1] }), g.op('Shape', [like])]);
}
