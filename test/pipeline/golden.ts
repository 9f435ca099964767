import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The goldens' tensors are float32 throughout, so a few lines read them; the reader under test has tests of its own. */
export interface Golden<Parameters> {
	/** The folder of the model that computed it. */
	model: string;
	parameters: Parameters;
	tensor: (name: string) => { shape: number[]; data: Float32Array };
	names: string[];
}

const root = fileURLToPath(new URL('../golden/', import.meta.url));
const models: Record<string, string> = {
	demo: fileURLToPath(new URL('../../models/demo', import.meta.url)),
	'tiny-random': fileURLToPath(new URL('../golden/tiny-random/model', import.meta.url)),
};

export const goldenFolders = Object.keys(models);

/** `samplers` and `inpaint` hold more cases of the demo model. */
export function modelOf(folder: string): string {
	return models[folder] ?? models.demo!;
}

export function goldenNames(folder: string, prefix: string): string[] {
	return readdirSync(root + folder)
		.filter((name) => name.startsWith(prefix) && name.endsWith('.safetensors'))
		.map((name) => name.slice(0, -'.safetensors'.length));
}

/** Reads a case that a script in `test/golden` made. */
export function readGolden<Parameters>(folder: string, name: string): Golden<Parameters> {
	const file = readFileSync(`${root}${folder}/${name}.safetensors`);
	const length = Number(file.readBigUInt64LE(0));
	const header = JSON.parse(file.toString('utf8', 8, 8 + length)) as Record<string, Entry> & {
		__metadata__: { case: string };
	};
	return {
		model: modelOf(folder),
		parameters: JSON.parse(header.__metadata__.case) as Parameters,
		names: Object.keys(header).filter((key) => key !== '__metadata__'),
		tensor: (key) => {
			const entry = header[key];
			if (entry?.dtype !== 'F32') throw new Error(`${folder}/${name}: expected \`${key}\` in F32, got ${entry?.dtype}`);
			const [from, to] = entry.data_offsets.map((offset) => file.byteOffset + 8 + length + offset) as [number, number];
			return { shape: entry.shape, data: new Float32Array(file.buffer.slice(from, to)) };
		},
	};
}

/** |got − expected| / |expected|. */
export function relativeError(got: Float32Array, expected: Float32Array): number {
	if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
	let difference = 0;
	let norm = 0;
	for (let i = 0; i < got.length; i++) {
		difference += (got[i]! - expected[i]!) ** 2;
		norm += expected[i]! ** 2;
	}
	return Math.sqrt(difference / norm);
}

interface Entry {
	dtype: string;
	shape: number[];
	data_offsets: number[];
}
