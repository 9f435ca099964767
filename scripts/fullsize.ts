import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readJson } from '../src/model/json-file.ts';
import { unet } from '../src/model/networks/unet.ts';
import { type UnetConfig, unetConfigSchema } from '../src/model/networks/unet-config.ts';
import { findWeights } from '../src/model/weights.ts';
import { openSession } from '../src/pipeline/session.ts';

/*
 * Shows that a UNet of SDXL's full size passes through the compiler without a copy of its weights in JavaScript: writes a file
 * with the published names and shapes (a hole of 5.1 GB that takes no disk), compiles it, opens it on the CPU, and reports time
 * and memory. Opening takes about 11 GB of memory. `--compile-only` leaves that out.
 */

/** `unet/config.json` of stable-diffusion-xl-base-1.0 and Animagine XL 3.1, what matters of it. */
const publishedConfig = {
	_class_name: 'UNet2DConditionModel',
	act_fn: 'silu',
	addition_embed_type: 'text_time',
	addition_time_embed_dim: 256,
	attention_head_dim: [5, 10, 20],
	block_out_channels: [320, 640, 1280],
	cross_attention_dim: 2048,
	down_block_types: ['DownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D'],
	flip_sin_to_cos: true,
	freq_shift: 0,
	in_channels: 4,
	layers_per_block: 2,
	mid_block_type: 'UNetMidBlock2DCrossAttn',
	norm_eps: 1e-5,
	norm_num_groups: 32,
	out_channels: 4,
	projection_class_embeddings_input_dim: 2816,
	sample_size: 128,
	transformer_layers_per_block: [1, 2, 10],
	up_block_types: ['CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'UpBlock2D'],
	use_linear_projection: true,
};
const publishedParameters = 2_567_463_684;

type Shapes = Map<string, number[]>;

await main(process.argv.includes('--compile-only'));

async function main(compileOnly: boolean): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), 'atelier-fullsize-'));
	try {
		await mkdir(join(folder, 'unet'));
		await writeFile(join(folder, 'unet/config.json'), JSON.stringify(publishedConfig));
		const config = await readJson(join(folder, 'unet/config.json'), 'unet/config.json', unetConfigSchema);
		const bytes = await writeHollow(join(folder, 'unet/diffusion_pytorch_model.safetensors'), tensorsOf(config));
		console.log(`weights: ${gigabytes(bytes)} in one file`);

		const before = inJavaScript();
		const start = performance.now();
		const weights = await findWeights(folder, 'unet', 'diffusion_pytorch_model');
		const graph = unet('unet', weights, config, { compute: 'f32' });
		const compileMs = performance.now() - start;
		const grown = inJavaScript() - before;
		collectGarbage();
		const kept = inJavaScript() - before;
		console.log(
			`compiled: ${graph.parameters} parameters in ${weights.tensors.size} tensors, in ${compileMs.toFixed(0)} ms`,
		);
		if (graph.parameters !== publishedParameters)
			throw new Error(`Expected ${publishedParameters} parameters, got ${graph.parameters}`);
		console.log(`graph: ${graph.onnx.length} bytes`);
		console.log(`JavaScript (heap and buffers): grew by ${megabytes(grown)}, holds ${megabytes(kept)}`);
		console.log(`peak memory of the process after compiling: ${megabytes(await peakBytes())}`);
		if (compileOnly) return;

		const opening = performance.now();
		const session = await openSession(graph, { device: 'cpu', prepack: false });
		console.log(`opened: in ${((performance.now() - opening) / 1000).toFixed(1)} s`);
		collectGarbage();
		console.log(`JavaScript (heap and buffers): ${megabytes(inJavaScript() - before)} more than before compiling`);
		console.log(`peak memory of the process after opening: ${megabytes(await peakBytes())}`);
		await session.release();
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** Writes a .safetensors file of float16 zeros that are a hole in the file. Returns its size. */
async function writeHollow(path: string, shapes: Shapes): Promise<number> {
	let end = 0;
	const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
	for (const [name, shape] of [...shapes].sort(([a], [b]) => (a < b ? -1 : 1))) {
		const from = end;
		end += shape.reduce((a, b) => a * b, 2);
		header[name] = { dtype: 'F16', shape, data_offsets: [from, end] };
	}
	const json = Buffer.from(JSON.stringify(header));
	const length = Buffer.alloc(8);
	length.writeBigUInt64LE(BigInt(json.length));
	const file = await open(path, 'w');
	try {
		await file.write(Buffer.concat([length, json]));
		await file.truncate(8 + json.length + end);
	} finally {
		await file.close();
	}
	return 8 + json.length + end;
}

/**
 * Lists names and shapes of the UNet's tensors, from diffusers' modules and not from our compiler, so that the two check each other.
 */
function tensorsOf(config: UnetConfig): Shapes {
	const shapes: Shapes = new Map();
	const plain = (name: string, ...weight: number[]) => shapes.set(`${name}.weight`, weight);
	const layer = (name: string, ...weight: number[]) => plain(name, ...weight).set(`${name}.bias`, weight.slice(0, 1));
	const channels = config.block_out_channels;
	const [first, top] = [channels[0]!, channels.at(-1)!];
	const time = first * 4;

	const resnet = (name: string, from: number, to: number) => {
		layer(`${name}.norm1`, from);
		layer(`${name}.conv1`, to, from, 3, 3);
		layer(`${name}.time_emb_proj`, to, time);
		layer(`${name}.norm2`, to);
		layer(`${name}.conv2`, to, to, 3, 3);
		if (from !== to) layer(`${name}.conv_shortcut`, to, from, 1, 1);
	};
	const attention = (name: string, size: number, source: number) => {
		plain(`${name}.to_q`, size, size);
		plain(`${name}.to_k`, size, source);
		plain(`${name}.to_v`, size, source);
		layer(`${name}.to_out.0`, size, size);
	};
	const transformer = (name: string, size: number, depth: number) => {
		layer(`${name}.norm`, size);
		layer(`${name}.proj_in`, size, size);
		layer(`${name}.proj_out`, size, size);
		for (let i = 0; i < depth; i++) {
			const block = `${name}.transformer_blocks.${i}`;
			for (const norm of ['norm1', 'norm2', 'norm3']) layer(`${block}.${norm}`, size);
			attention(`${block}.attn1`, size, size);
			attention(`${block}.attn2`, size, config.cross_attention_dim);
			layer(`${block}.ff.net.0.proj`, size * 8, size);
			layer(`${block}.ff.net.2`, size, size * 4);
		}
	};

	layer('conv_in', first, config.in_channels, 3, 3);
	layer('time_embedding.linear_1', time, first);
	layer('time_embedding.linear_2', time, time);
	layer('add_embedding.linear_1', time, config.projection_class_embeddings_input_dim);
	layer('add_embedding.linear_2', time, time);
	const skips = [first];
	let now = first;
	channels.forEach((size, level) => {
		for (let i = 0; i < config.layers_per_block[level]!; i++) {
			resnet(`down_blocks.${level}.resnets.${i}`, now, size);
			now = size;
			if (config.down_block_types[level] === 'CrossAttnDownBlock2D')
				transformer(`down_blocks.${level}.attentions.${i}`, size, config.transformer_layers_per_block[level]!);
			skips.push(size);
		}
		if (level === channels.length - 1) return;
		layer(`down_blocks.${level}.downsamplers.0.conv`, size, size, 3, 3);
		skips.push(size);
	});
	resnet('mid_block.resnets.0', top, top);
	transformer('mid_block.attentions.0', top, config.transformer_layers_per_block.at(-1)!);
	resnet('mid_block.resnets.1', top, top);
	channels.toReversed().forEach((size, block) => {
		const level = channels.length - 1 - block;
		for (let i = 0; i <= config.layers_per_block[level]!; i++) {
			resnet(`up_blocks.${block}.resnets.${i}`, now + skips.pop()!, size);
			now = size;
			if (config.up_block_types[block] === 'CrossAttnUpBlock2D')
				transformer(`up_blocks.${block}.attentions.${i}`, size, config.transformer_layers_per_block[level]!);
		}
		if (level > 0) layer(`up_blocks.${block}.upsamplers.0.conv`, size, size, 3, 3);
	});
	layer('conv_norm_out', first);
	layer('conv_out', config.out_channels, first, 3, 3);
	return shapes;
}

/** Bytes that JavaScript holds, buffers outside of its heap included. */
function inJavaScript(): number {
	const { heapUsed, external } = process.memoryUsage();
	return heapUsed + external;
}

function collectGarbage(): void {
	setFlagsFromString('--expose-gc');
	(runInNewContext('gc') as () => void)();
}

/** The most memory that this process has had resident. */
async function peakBytes(): Promise<number> {
	const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
	const kilobytes = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
	// elsewhere than on Linux; there this one counts what the parent had before the program began
	return 1024 * (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes));
}

function megabytes(bytes: number): string {
	return `${(bytes / 1e6).toFixed(1)} MB`;
}

function gigabytes(bytes: number): string {
	return `${(bytes / 1e9).toFixed(3)} GB`;
}
