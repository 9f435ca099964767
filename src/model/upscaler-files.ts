import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ModelError, readFailure } from './errors.ts';
import type { CompiledGraph, Target } from './graph.ts';
import { type RrdbConfig, rrdb } from './networks/rrdb.ts';
import { type SrvggConfig, srvgg } from './networks/srvgg.ts';
import { readWeights, type Weights } from './weights.ts';

/** A file that enlarges pictures; nothing of it has been read. */
export interface UpscalerFile {
	/** The file's, without its ending. */
	name: string;
	path: string;
}

/** An upscaler of one of the architectures that we know, with its weights' header read. */
export type KnownUpscaler = { weights: Weights; scale: number } & (
	| { architecture: 'srvgg'; config: SrvggConfig }
	| { architecture: 'rrdb'; config: RrdbConfig }
);

/**
 * Lists the upscalers of a folder: every `.safetensors` and `.onnx` file in it, sorted by name. Of two of one name the first ending
 * counts. A folder that is not there holds none.
 *
 * @throws {ModelError} if it is there and cannot be read.
 */
export async function findUpscalers(folder: string): Promise<UpscalerFile[]> {
	const files = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
		if (error.code === 'ENOENT') return [];
		throw new ModelError(`\`${folder}\`: expected a folder, ${readFailure(error)}`, { cause: error });
	});
	const found = new Map<string, UpscalerFile>();
	for (const ending of ['.onnx', '.safetensors'])
		for (const file of files)
			if (file.endsWith(ending)) {
				const name = file.slice(0, -ending.length);
				found.set(name, { name, path: resolve(folder, file) });
			}
	return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Recognises an upscaler by the tensors of its file: Real-ESRGAN's compact network, or ESRGAN's in the three layouts that it is
 * published in. A prefix that all names share (`params_ema.`) is taken off.
 *
 * @throws {ModelError} if it is of no architecture that we know.
 */
export async function readUpscalerFile(path: string): Promise<KnownUpscaler> {
	const file = basename(path);
	const stored = await readWeights(join(path, '..'), file, [file]);
	const weights = renamed(stored, (name) => name.replace(/^(?:params_ema|params|state_dict|module)\./, ''));
	if (weights.tensors.has('body.0.weight')) return asSrvgg(weights);
	const rrdbWeights = withRrdbNames(weights);
	if (rrdbWeights) return asRrdb(rrdbWeights);
	throw new ModelError(
		`\`${file}\`: expected an upscaler of the architecture SRVGGNetCompact or RRDBNet (ESRGAN), got tensors of another one`,
	);
}

/** Compiles one that was recognised; input `image`, output `upscaled`. */
export function compileUpscalerFile(name: string, upscaler: KnownUpscaler, target: Target): CompiledGraph {
	return upscaler.architecture === 'srvgg'
		? srvgg(name, upscaler.weights, upscaler.config, target)
		: rrdb(name, upscaler.weights, upscaler.config, target);
}

function asSrvgg(weights: Weights): KnownUpscaler {
	const layers = [...weights.tensors.keys()].flatMap((name) => /^body\.(\d+)\.weight$/.exec(name)?.[1] ?? []);
	const last = Math.max(...layers.map(Number));
	const [features = 0, from = 0] = shapeOf(weights, 'body.0.weight');
	const [packed = 0] = shapeOf(weights, `body.${last}.weight`);
	const scale = Math.sqrt(packed / 3);
	if (from !== 3 || !Number.isInteger(scale) || scale < 1 || scale > 8 || last % 2 !== 0)
		throw new ModelError(
			`\`${weights.label}\`: expected a compact upscaler from 3 channels to 3, by a whole number up to 8, got \`body.0.weight\` [${shapeOf(weights, 'body.0.weight').join(', ')}] and \`body.${last}.weight\` [${shapeOf(weights, `body.${last}.weight`).join(', ')}]`,
		);
	const config: SrvggConfig = {
		architecture: 'SRVGGNetCompact',
		num_in_ch: 3,
		num_out_ch: 3,
		num_feat: features,
		num_conv: last / 2 - 1,
		upscale: scale,
		act_type: 'prelu',
	};
	return { architecture: 'srvgg', weights, scale, config };
}

function asRrdb(weights: Weights): KnownUpscaler {
	const names = [...weights.tensors.keys()];
	const count = (pattern: RegExp) => new Set(names.flatMap((name) => pattern.exec(name)?.[1] ?? [])).size;
	const [features = 0, from = 0] = shapeOf(weights, 'conv_first.weight');
	const [growth = 0] = shapeOf(weights, 'body.0.rdb1.conv1.weight');
	const unshuffle = Math.sqrt(from / 3);
	const doublings = count(/^conv_up(\d+)\.weight$/);
	const scale = 2 ** doublings / unshuffle;
	if (![1, 2, 4].includes(unshuffle) || ![1, 2, 4, 8].includes(scale))
		throw new ModelError(
			`\`${weights.label}\`: expected an ESRGAN of scale 1, 2, 4 or 8 for pictures of 3 channels, got ${from} channels going in and ${doublings} doublings`,
		);
	const config = { unshuffle, features, growth, blocks: count(/^body\.(\d+)\./), doublings, scale };
	return { architecture: 'rrdb', weights, scale, config };
}

/** Brings the tensors of an ESRGAN to Real-ESRGAN's names; `undefined` where it is none. */
function withRrdbNames(weights: Weights): Weights | undefined {
	const { tensors } = weights;
	if (tensors.has('conv_first.weight') && tensors.has('body.0.rdb1.conv1.weight')) return weights;
	if (tensors.has('RRDB_trunk.0.RDB1.conv1.weight'))
		return renamed(weights, (name) =>
			name
				.replace(/^RRDB_trunk\.(\d+)\.RDB(\d)\./, 'body.$1.rdb$2.')
				.replace(/^trunk_conv\./, 'conv_body.')
				.replace(/^upconv(\d)\./, 'conv_up$1.')
				.replace(/^HRconv\./, 'conv_hr.'),
		);
	if (!tensors.has('model.1.sub.0.RDB1.conv1.0.weight')) return undefined;
	// The first ESRGAN is one list of layers, numbered with those that have no weights: the two last are after all doublings.
	const numbers = [...tensors.keys()].flatMap((name) => /^model\.(\d+)\.weight$/.exec(name)?.[1] ?? []).map(Number);
	const [first, ...rest] = numbers.sort((a, b) => a - b);
	const [hr, last] = rest.splice(-2);
	const outer = new Map<number | undefined, string>([
		[first, 'conv_first'],
		...rest.map((number, i): [number, string] => [number, `conv_up${i + 1}`]),
		[hr, 'conv_hr'],
		[last, 'conv_last'],
	]);
	return renamed(weights, (name) =>
		name
			.replace(/^model\.1\.sub\.(\d+)\.RDB(\d)\.conv(\d)\.0\./, 'body.$1.rdb$2.conv$3.')
			.replace(/^model\.1\.sub\.\d+\.(?=weight|bias)/, 'conv_body.')
			.replace(/^model\.(\d+)\./, (whole, number) =>
				outer.has(Number(number)) ? `${outer.get(Number(number))}.` : whole,
			),
	);
}

function shapeOf(weights: Weights, tensor: string): readonly number[] {
	return weights.tensors.get(tensor)?.shape ?? [];
}

/** @throws {ModelError} if two tensors come to one name. */
function renamed(weights: Weights, rename: (name: string) => string): Weights {
	const tensors = new Map([...weights.tensors].map(([name, info]) => [rename(name), info]));
	if (tensors.size !== weights.tensors.size)
		throw new ModelError(`\`${weights.label}\`: expected each tensor once, got the same under two names`);
	return { ...weights, tensors };
}
