import { type CompiledGraph, GraphBuilder, type Target, type Value } from '../graph.ts';
import { add, conv, groupNorm, silu } from '../layers.ts';
import { onnxType } from '../onnx.ts';
import type { Weights } from '../weights.ts';
import { downBlock, eps, middle, upBlock, type VaeConfig } from './vae.ts';

/*
 * The VAE in two parts each way, so that a large picture needs no more memory than a small one: the part at low resolution, with the
 * attention of all to all, runs over the whole picture; that at high resolution, which sees only its neighbourhood, runs over tiles.
 * Between them lie `features`. What a tile cannot see of the whole are the statistics of the group norms: those are measured first,
 * then given to all tiles, so that none has a tint of its own.
 */

/** How often sides are halved between the picture and the features. Of SDXL's four levels: twice, so that a cell is 4 pixels wide. */
const halvings = ({ block_out_channels: channels }: VaeConfig): number => Math.min(2, channels.length - 1);

/** Of the attention: at 2048 × 2048 pixels the scores of each take half a gigabyte, together they would take 17. */
const pieces = 32;

/** Levels of the decoder that run over the whole. */
const wholeLevels = (config: VaeConfig): number => config.block_out_channels.length - 1 - halvings(config);

/** Pixels of the picture along a side of a feature cell. */
export const cellSize = (config: VaeConfig): number => 2 ** halvings(config);

/** Channels of the decoder's features. */
export const decoderFeatures = (config: VaeConfig): number =>
	config.block_out_channels.toReversed()[Math.max(0, wholeLevels(config) - 1)]!;

/** Channels of the encoder's features. */
export const encoderFeatures = (config: VaeConfig): number =>
	config.block_out_channels[Math.max(0, halvings(config) - 1)]!;

/** How many cells around itself a pixel of the decoder's tiles sees: one for each 3 × 3 convolution, at its resolution. */
export function decoderReach(config: VaeConfig): number {
	let reach = 0;
	for (let i = 0; i <= halvings(config); i++) {
		const ends = (i > 0 ? 1 : 0) + (i === halvings(config) ? 1 : 0);
		reach += (2 * (config.layers_per_block + 1) + ends) / 2 ** i;
	}
	return Math.ceil(reach);
}

/** The same of the encoder's. */
export function encoderReach(config: VaeConfig): number {
	let pixels = 1;
	for (let i = 0; i < halvings(config); i++) pixels += (2 * config.layers_per_block + 1) * 2 ** i;
	return Math.ceil(pixels / cellSize(config));
}

/** Where the statistics come from by which group norms go: the tile itself, or what is given. */
export type Statistics = 'own' | 'given';

/** Latents → `features`: the decoder up to where tiles begin. */
export function decoderHead(name: string, weights: Weights, config: VaeConfig, target: Target): CompiledGraph {
	const g = new GraphBuilder(name, weights, target);
	const { latent_channels: latent } = config;
	const channels = config.block_out_channels.toReversed();
	let h = g.input('latents', ['batch', latent, 'height', 'width']);
	if (config.use_post_quant_conv) h = conv(g, h, 'post_quant_conv', { from: latent, to: latent, kernel: 1 });
	h = conv(g, h, 'decoder.conv_in', { from: latent, to: channels[0]!, kernel: 3 });
	h = middle(g, h, 'decoder.mid_block', channels[0]!, config, pieces);
	for (let level = 0; level < wholeLevels(config); level++) h = upBlock(g, h, level, config);
	g.output('features', h, ['batch', decoderFeatures(config), 'cells_high', 'cells_wide']);
	return g.finish(() => true);
}

/** `features` → image: the rest of it, for one tile. */
export function decoderTail(
	name: string,
	weights: Weights,
	config: VaeConfig,
	target: Target,
	statistics: Statistics,
): CompiledGraph {
	const g = new GraphBuilder(name, weights, target);
	const channels = config.block_out_channels.toReversed();
	const norms = new Norms(g, config, statistics);
	let h = g.input('features', ['batch', decoderFeatures(config), 'cells_high', 'cells_wide']);
	for (let level = wholeLevels(config); level < channels.length; level++) h = upBlock(g, h, level, config, norms.add);
	const from = channels.at(-1)!;
	h = silu(g, norms.add(g, h, 'decoder.conv_norm_out', { channels: from, groups: config.norm_num_groups, eps }));
	const image = conv(g, h, 'decoder.conv_out', { from, to: config.out_channels, kernel: 3 });
	g.output('image', image, ['batch', config.out_channels, 'image_height', 'image_width']);
	norms.finish();
	return g.finish(() => true);
}

/** Image → `features`: the encoder's high levels, for one tile. */
export function encoderFront(
	name: string,
	weights: Weights,
	config: VaeConfig,
	target: Target,
	statistics: Statistics,
): CompiledGraph {
	const g = new GraphBuilder(name, weights, target);
	const { block_out_channels: channels } = config;
	const norms = new Norms(g, config, statistics);
	const image = g.input('image', ['batch', config.in_channels, 'image_height', 'image_width']);
	let h = conv(g, image, 'encoder.conv_in', { from: config.in_channels, to: channels[0]!, kernel: 3 });
	for (let level = 0; level < halvings(config); level++) h = downBlock(g, h, level, config, norms.add);
	g.output('features', h, ['batch', encoderFeatures(config), 'cells_high', 'cells_wide']);
	norms.finish();
	return g.finish(() => true);
}

/** `features` → `mean` and `logvar`: the rest of it. */
export function encoderBack(name: string, weights: Weights, config: VaeConfig, target: Target): CompiledGraph {
	const g = new GraphBuilder(name, weights, target);
	const { latent_channels: latent, norm_num_groups: groups, block_out_channels: channels } = config;
	let h = g.input('features', ['batch', encoderFeatures(config), 'cells_high', 'cells_wide']);
	for (let level = halvings(config); level < channels.length; level++) h = downBlock(g, h, level, config);
	const from = channels.at(-1)!;
	h = middle(g, h, 'encoder.mid_block', from, config, pieces);
	h = silu(g, groupNorm(g, h, 'encoder.conv_norm_out', { channels: from, groups, eps }));
	h = conv(g, h, 'encoder.conv_out', { from, to: latent * 2, kernel: 3 });
	if (config.use_quant_conv) h = conv(g, h, 'quant_conv', { from: latent * 2, to: latent * 2, kernel: 1 });
	const [mean, logvar] = g.split(h, 1, 2) as [Value, Value];
	const dims = ['batch', latent, 'height', 'width'];
	g.output('mean', mean, dims);
	g.output('logvar', g.op('Clip', [logvar, g.floats([-30], []), g.floats([20], [])]), dims);
	return g.finish(() => true);
}

/**
 * Group norms that go by the statistics of the whole picture. By `own`: those of the tile, which are told as the outputs `means` and
 * `squares` [norms, groups], the means of the values and of their squares. `given`: the inputs `mean` and `scale` [norms, groups] say
 * what is taken away, and what the rest is multiplied by.
 */
class Norms {
	readonly #g: GraphBuilder;
	readonly #groups: number;
	readonly #given: { mean: Value; scale: Value } | undefined;
	readonly #means: Value[] = [];
	readonly #squares: Value[] = [];
	#count = 0;

	constructor(g: GraphBuilder, { norm_num_groups: groups }: VaeConfig, statistics: Statistics) {
		this.#g = g;
		this.#groups = groups;
		if (statistics === 'given')
			this.#given = { mean: g.input('mean', ['norms', groups]), scale: g.input('scale', ['norms', groups]) };
	}

	readonly add: typeof groupNorm = (g, x, prefix, { channels, groups, eps }) => {
		// [1, c, h, w] → [1, groups, c / groups · h · w]
		const grouped = g.op('Reshape', [x, g.integers([0, groups, -1])]);
		const normal = this.#given ? this.#byGiven(g, grouped, this.#given) : this.#byOwn(g, grouped, eps);
		const restored = g.op('Reshape', [normal, g.op('Shape', [x])]);
		const scaled = g.op('Mul', [restored, g.weight(`${prefix}.weight`, [channels], [channels, 1, 1])]);
		return add(g, scaled, g.weight(`${prefix}.bias`, [channels], [channels, 1, 1]));
	};

	/**
	 * What goes on depends on the statistics that are told. Were they taken beside it, ONNX Runtime would take them last, and keep the
	 * values of every norm until then.
	 */
	#byOwn(g: GraphBuilder, grouped: Value, eps: number): Value {
		const over = g.integers([2]);
		const mean = g.op('ReduceMean', [grouped, over]); // [1, groups, 1]
		const centred = g.op('Sub', [grouped, mean]);
		const count = g.cast(g.op('Gather', [g.op('Shape', [grouped]), over], { axis: 0 }), onnxType.float); // [1]
		const variance = g.op('Div', [g.op('ReduceSumSquare', [centred, over]), count]);
		const square = g.op('Add', [variance, g.op('Mul', [mean, mean])]);
		this.#means.push(g.op('Squeeze', [mean, over]));
		this.#squares.push(g.op('Squeeze', [square, over]));
		return g.op('Div', [centred, g.op('Sqrt', [g.op('Add', [variance, g.floats([eps])])])]);
	}

	#byGiven(g: GraphBuilder, grouped: Value, { mean, scale }: { mean: Value; scale: Value }): Value {
		const number = g.integers([this.#count++]);
		// [norms, groups] → [1, groups, 1]
		const one = (all: Value) => g.op('Unsqueeze', [g.op('Gather', [all, number], { axis: 0 }), g.integers([2])]);
		return g.op('Mul', [g.op('Sub', [grouped, one(mean)]), one(scale)]);
	}

	finish(): void {
		if (this.#given) return;
		for (const [name, values] of Object.entries({ means: this.#means, squares: this.#squares }))
			this.#g.output(name, this.#g.op('Concat', values, { axis: 0 }), ['norms', this.#groups]);
	}
}
