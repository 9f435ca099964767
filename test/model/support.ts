import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Dtype, TensorInfo } from '../../src/model/safetensors.ts';
import { readHeader } from '../../src/model/safetensors.ts';
import { readTensors, type Tensor } from '../../src/model/tensors.ts';
import type { Weights } from '../../src/model/weights.ts';
import { readWeights } from '../../src/model/weights.ts';

export const golden = fileURLToPath(new URL('../golden', import.meta.url));
export const demoModel = fileURLToPath(new URL('../../models/demo', import.meta.url));
export const tinyModel = join(golden, 'tiny-random/model');

/** Agreement asked of everything that is compared with a golden; see test/golden/README.md. */
export const goldenTolerance = 1e-4;

/** A folder that is deleted when the test ends. */
export async function temporaryFolder(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'atelier-model-'));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	return folder;
}

/** A copy of the small model of full structure, to break. */
export async function copyOfTinyModel(): Promise<string> {
	const folder = join(await temporaryFolder(), 'tiny');
	await cp(tinyModel, folder, { recursive: true });
	return folder;
}

/** Changes a JSON file in place. */
export async function editJson(path: string, change: Record<string, unknown>): Promise<void> {
	const data = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
	await writeFile(path, JSON.stringify({ ...data, ...change }));
}

export interface Entry {
	dtype: string;
	shape: number[];
	data_offsets: [number, number];
}

/** The bytes of a .safetensors file with any header, right or wrong. */
export function safetensorsBytes(header: Record<string, unknown> | string, data: Uint8Array): Buffer {
	const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
	const length = Buffer.alloc(8);
	length.writeBigUInt64LE(BigInt(json.length));
	return Buffer.concat([length, json, data]);
}

/** Writes a valid .safetensors file of raw tensors. */
export async function writeSafetensors(
	path: string,
	tensors: readonly { name: string; dtype: Dtype; shape: readonly number[]; bytes: Uint8Array }[],
): Promise<void> {
	let end = 0;
	const header = Object.fromEntries(
		tensors.map(({ name, dtype, shape, bytes }) => {
			const from = end;
			end += bytes.length;
			return [name, { dtype, shape, data_offsets: [from, end] }];
		}),
	);
	await writeFile(path, safetensorsBytes(header, Buffer.concat(tensors.map(({ bytes }) => bytes))));
}

/** Writes a .safetensors file anew, with other names or types; a tensor that `change` gives nothing for is dropped. */
export async function rewriteSafetensors(
	path: string,
	change: (
		name: string,
		info: TensorInfo,
		bytes: Uint8Array,
	) => { name?: string; dtype?: Dtype; bytes?: Uint8Array } | undefined,
	extra: Parameters<typeof writeSafetensors>[1] = [],
): Promise<void> {
	const { tensors } = await readHeader(path);
	const file = await readFile(path);
	const kept = [...tensors].flatMap(([name, info]) => {
		const bytes = file.subarray(info.offset, info.offset + info.byteLength);
		const changed = change(name, info, bytes);
		return changed ? [{ name, dtype: info.dtype, shape: info.shape, bytes, ...changed }] : [];
	});
	await writeSafetensors(path, [...kept, ...extra]);
}

/** Widens float16 bytes to float32 bytes. */
export function widened(bytes: Uint8Array): Uint8Array {
	const halves = new Float16Array(new Uint8Array(bytes).buffer);
	return new Uint8Array(Float32Array.from(halves).buffer);
}

/** Weights of one file made of float32 tensors that hold 0, 1, 2, … */
export async function countingWeights(shapes: Record<string, number[]>): Promise<Weights> {
	const folder = await temporaryFolder();
	const tensors = Object.entries(shapes).map(([name, shape]) => {
		const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i);
		return { name, dtype: 'F32' as const, shape, bytes: new Uint8Array(data.buffer) };
	});
	await writeSafetensors(join(folder, 'w.safetensors'), tensors);
	return readWeights(folder, 'w.safetensors', ['w.safetensors']);
}

/** A golden case: its tensors without the prefixes `in.` and `out.`. */
export async function readGolden(
	path: string,
): Promise<{ inputs: Map<string, Tensor>; outputs: Map<string, Tensor>; folder: string }> {
	const { tensors } = await readTensors(join(golden, path));
	const part = (prefix: string) =>
		new Map(
			[...tensors].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]),
		);
	return { inputs: part('in.'), outputs: part('out.'), folder: dirname(join(golden, path)) };
}
