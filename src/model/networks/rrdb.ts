import { type CompiledGraph, GraphBuilder, type Target, type Value } from '../graph.ts';
import { add, conv, upsample } from '../layers.ts';
import type { Weights } from '../weights.ts';

/** The sizes of an RRDBNet: nothing but its tensors says them. */
export interface RrdbConfig {
	/** Pixels of a side that are packed into channels before the first layer: 1, or 2 and 4 where scale 2 and 1 were trained so. */
	unshuffle: number;
	features: number;
	/** What each dense layer adds. */
	growth: number;
	blocks: number;
	/** How often the sides are doubled. */
	doublings: number;
	/** How many times longer each side becomes. */
	scale: number;
}

/**
 * Compiles ESRGAN's generator. Input: `image` [n, 3, h, w], 0 to 1, both sides multiples of `unshuffle`. Output: `upscaled`
 * [n, 3, h · scale, w · scale], around 0 to 1. Tensors are named as in Real-ESRGAN; `upscaler-files.ts` renames older ones. After
 * `RRDBNet` in https://github.com/XPixelGroup/BasicSR/blob/v1.4.2/basicsr/archs/rrdbnet_arch.py.
 */
export function rrdb(name: string, weights: Weights, config: RrdbConfig, target: Target): CompiledGraph {
	const g = new GraphBuilder(name, weights, target);
	const { unshuffle, features, blocks, doublings } = config;
	const same = { from: features, to: features, kernel: 3 };
	const image = g.input('image', ['batch', 3, 'height', 'width']);
	const first = conv(g, pixelUnshuffle(g, image, 3, unshuffle), 'conv_first', { ...same, from: 3 * unshuffle ** 2 });
	let body = first;
	for (let block = 0; block < blocks; block++) body = rrdbBlock(g, body, `body.${block}`, config);
	let h = add(g, first, conv(g, body, 'conv_body', same));
	for (let i = 1; i <= doublings; i++) h = leaky(g, conv(g, upsample(g, h), `conv_up${i}`, same));
	h = leaky(g, conv(g, h, 'conv_hr', same));
	const upscaled = conv(g, h, 'conv_last', { ...same, to: 3 });
	g.output('upscaled', upscaled, ['batch', 3, 'image_height', 'image_width']);
	return g.finish();
}

/** Three dense blocks, of whose sum a fifth is added to what came in. */
function rrdbBlock(g: GraphBuilder, x: Value, prefix: string, config: RrdbConfig): Value {
	let h = x;
	for (const part of [1, 2, 3]) h = denseBlock(g, h, `${prefix}.rdb${part}`, config);
	return add(g, fifth(g, h), x);
}

/** Each layer sees what came in and all that the layers before it added. */
function denseBlock(g: GraphBuilder, x: Value, prefix: string, { features, growth }: RrdbConfig): Value {
	const seen = [x];
	for (let layer = 1; layer <= 4; layer++) {
		const from = features + (layer - 1) * growth;
		const all = seen.length === 1 ? x : g.op('Concat', [...seen], { axis: 1 });
		seen.push(leaky(g, conv(g, all, `${prefix}.conv${layer}`, { from, to: growth, kernel: 3 })));
	}
	const all = g.op('Concat', [...seen], { axis: 1 });
	const last = conv(g, all, `${prefix}.conv5`, { from: features + 4 * growth, to: features, kernel: 3 });
	return add(g, fifth(g, last), x);
}

const leaky = (g: GraphBuilder, x: Value) => g.op('LeakyRelu', [x], { alpha: { float: 0.2 } });
const fifth = (g: GraphBuilder, x: Value) => g.op('Mul', [x, g.floats([0.2], [])]);

/** torch's pixel_unshuffle: [n, c, h·r, w·r] → [n, c·r², h, w]; ONNX's own operator puts the channels in another order. */
function pixelUnshuffle(g: GraphBuilder, x: Value, channels: number, r: number): Value {
	if (r === 1) return x;
	const packed = g.op('SpaceToDepth', [x], { blocksize: r });
	const order = Array.from({ length: channels * r * r }, (_, i) => (i % (r * r)) * channels + Math.floor(i / (r * r)));
	return g.op('Gather', [packed, g.integers(order)], { axis: 1 });
}
