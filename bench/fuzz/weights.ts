import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compileUnet } from '../../src/model/compile.ts';
import { ModelError } from '../../src/model/errors.ts';
import { type ModelFolder, openModelFolder } from '../../src/model/folder.ts';
import { readLora } from '../../src/model/lora.ts';
import { parseHeader, readHeader, type SafetensorsHeader } from '../../src/model/safetensors.ts';
import { readSingleFile } from '../../src/model/single-file.ts';
import { readWeights } from '../../src/model/weights.ts';
import { pick, type Random, seeded } from '../../test/moderation/random.ts';
import { Clock } from './clock.ts';

export interface WeightsOutcome {
	accepted: number;
	/** How often each kind of sentence was the answer. */
	refused: Map<string, number>;
	clock: Clock;
	files: number;
	wrong: string[];
}

/** A header to begin with, and the size of its data. */
interface Original {
	json: string;
	dataBytes: number;
}

/** Longer sentences are no sentences. */
const longestMessage = 1000;
/** Characters of an original from which on it counts as long: one in `longEvery` is made of those, as each takes ten times as long. */
const long = 5000;
const longEvery = 20;
/** Of so many headers one is also written to a file and given to everything that reads files. */
const fileEvery = 500;

/**
 * Mutates the headers of real weight files, and of files made to hurt, and gives them to the reader; now and then as a file to all
 * that reads one. What counts as wrong: anything thrown but a `ModelError`, a message that is no sentence, an accepted tensor that
 * leaves its file or overlaps another.
 *
 * @param options.folder For the files; there is one at a time.
 * @param options.onHeader Told how many headers are done, and what came of them, after each.
 */
export async function fuzzWeights(
	count: number,
	seed: number,
	{ folder, onHeader }: { folder: string; onHeader?: (done: number, outcome: WeightsOutcome) => void },
): Promise<WeightsOutcome> {
	const random = seeded(seed);
	const model = await openModelFolder('test/golden/tiny-random/model');
	const originals = [...(await originalsOf(model)), ...hostile()];
	const [longOnes, shortOnes] = [true, false].map((isLong) =>
		originals.filter((it) => it.json.length > long === isLong),
	);
	const outcome: WeightsOutcome = { accepted: 0, refused: new Map(), clock: new Clock(), files: 0, wrong: [] };
	for (let i = 0; i < count; i++) {
		const chosen = originals[i] ?? pick(random, random() < 1 / longEvery ? longOnes! : shortOnes!);
		const { json, dataBytes } = chosen;
		const mutated = i < originals.length ? Buffer.from(json) : mutate(random, json);
		const fileBytes = 8 + mutated.length + Math.max(0, dataBytes + (random() < 0.1 ? between(random, -9, 9) : 0));
		let header: SafetensorsHeader | undefined;
		outcome.clock.time(() => {
			header = attempt(outcome, mutated, () => parseHeader(mutated, fileBytes, 'w.safetensors'));
		});
		if (header) checkRanges(outcome, header, 8 + mutated.length, fileBytes);
		if (i % fileEvery === 0) await fuzzFile(outcome, random, model, mutated, fileBytes, folder);
		onHeader?.(i + 1, outcome);
	}
	return outcome;
}

async function originalsOf(model: ModelFolder): Promise<Original[]> {
	const root = model.path;
	const files = [
		join(root, 'text_encoder/model.safetensors'),
		join(root, 'vae/diffusion_pytorch_model.safetensors'),
		join(root, '../kohya_sgm.lora.safetensors'),
		join(root, '../peft.lora.safetensors'),
	];
	const small = { dtype: 'F16', shape: [2, 3], data_offsets: [0, 12] };
	const originals: Original[] = [{ json: JSON.stringify({ a: small, __metadata__: { format: 'pt' } }), dataBytes: 12 }];
	for (const file of files) {
		const { tensors, metadata } = await readHeader(file);
		const start = Math.min(...[...tensors.values()].map(({ offset }) => offset));
		const some = [...tensors].slice(0, 24);
		const entries = some.map(([name, { dtype, shape, offset, byteLength }]) => [
			name,
			{ dtype, shape, data_offsets: [offset - start, offset - start + byteLength] },
		]);
		const json = JSON.stringify({ ...Object.fromEntries(entries), __metadata__: metadata });
		const last = some.at(-1)![1];
		originals.push({ json, dataBytes: last.offset - start + last.byteLength });
	}
	return originals;
}

/** Small headers that ask for much: time, memory, or a way out of the file. */
function hostile(): Original[] {
	const entry = (shape: string, offsets = '[0,4]', dtype = 'F32') =>
		`{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;
	const texts = [
		'',
		'null',
		'[]',
		'{}',
		`{"a":${entry('[9007199254740991,9007199254740991]')}}`,
		`{"a":${entry('[4294967296,4294967296]', '[0,0]')}}`,
		`{"a":${entry('[0,9007199254740991]', '[0,0]')}}`,
		`{"a":${entry('[1e999]')}}`,
		`{"a":${entry('[-1,-1]')}}`,
		`{"a":${entry('[1]', '[4,0]')}}`,
		`{"a":${entry('[1]', '[9007199254740988,9007199254740992]')}}`,
		`{"a":${entry(`[${'1,'.repeat(20_000)}1]`)}}`,
		`{"a":${entry(`${'['.repeat(20_000)}${']'.repeat(20_000)}`)}}`,
		`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
		`{"${'n'.repeat(100_000)}":${entry('[2]')}}`,
		`{"${'\\u0000'.repeat(10_000)}":1}`,
		`{"${'\\"'.repeat(50_000)}":1}`,
		`{"a":${entry('[1]', '[0,4]', 'x'.repeat(100_000))}}`,
		`{"__proto__":${entry('[1]')},"constructor":${entry('[1]', '[4,8]')}}`,
		`{"__metadata__":{"__proto__":"x","a":${JSON.stringify('m'.repeat(100_000))}}}`,
		`{"__metadata__":[1,2]}`,
		`{"a":${entry('[1]')},"a":${entry('[1]', '[4,8]')}}`,
		`{${Array.from({ length: 3000 }, (_, i) => `"t${i}":${entry('[1]', `[${4 * i},${4 * i + 4}]`)}`).join()}}`,
		`{${Array.from({ length: 3000 }, (_, i) => `"t${i}":${entry('[0]', '[0,0]')}`).join()}}`,
		`{"a":${entry('[1]')}}${' '.repeat(100_000)}`,
		'\ufeff{}',
	];
	return texts.map((json) => ({ json, dataBytes: 12_000 }));
}

const numbers = [
	'-1',
	'0',
	'1',
	'0.5',
	'1e3',
	'1e308',
	'1e999',
	'4294967296',
	'9007199254740991',
	'9007199254740993',
	'null',
	'"7"',
	'[]',
	'{}',
	'true',
];
const words = [
	'F16',
	'F32',
	'F64',
	'BF16',
	'U8',
	'BOOL',
	'F8_E4M3',
	'I4',
	'f32',
	'',
	'__metadata__',
	'__proto__',
	'dtype',
	'shape',
	'data_offsets',
	'\\u0000',
	'../../etc/passwd',
];

function mutate(random: Random, json: string): Buffer {
	let text = json;
	const times = 1 + Math.floor(random() * 4);
	// most stay JSON, so that what comes behind its parser is reached too
	const isGentle = random() < 0.8;
	for (let i = 0; i < times; i++) text = pick(random, isGentle ? gentle : mutations)(random, text);
	const bytes = Buffer.from(text);
	if (!isGentle && random() < 0.5)
		for (let i = 0; i < 1 + random() * 4 && bytes.length > 0; i++)
			bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
	return bytes;
}

type Mutation = (random: Random, text: string) => string;

/** Of values and names. */
const gentle: readonly Mutation[] = [
	(random, text) => replaceOne(random, text, /-?\d+(?:\.\d+)?/g, pick(random, numbers)),
	(random, text) => replaceOne(random, text, /\d+/g, String(between(random, 0, 100_000))),
	(random, text) => replaceOne(random, text, /"[^"]*"/g, `"${pick(random, words)}"`),
];

/** Of the text as well. */
const mutations: readonly Mutation[] = [
	...gentle,
	(random, text) =>
		replaceOne(random, text, /[{}[\],:"]/g, pick(random, ['{', '}', '[', ']', ',', ':', '"', '\\', ''])),
	(random, text) => {
		const [from, to] = [at(random, text), at(random, text)].sort((a, b) => a - b) as [number, number];
		return text.slice(0, from) + text.slice(Math.min(to, from + 200));
	},
	(random, text) => {
		const from = at(random, text);
		const piece = text.slice(from, from + Math.floor(random() * 300));
		const to = at(random, text);
		return text.slice(0, to) + piece + text.slice(to);
	},
	(random, text) => text.slice(0, at(random, text)),
];

function replaceOne(random: Random, text: string, pattern: RegExp, by: string): string {
	const found = [...text.slice(0, 5000).matchAll(pattern)];
	if (found.length === 0) return text;
	const one = pick(random, found);
	return text.slice(0, one.index) + by + text.slice(one.index + one[0].length);
}

function at(random: Random, text: string): number {
	return Math.floor(random() * (text.length + 1));
}

function between(random: Random, from: number, to: number): number {
	return from + Math.floor(random() * (to - from + 1));
}

/** @returns what it gives; `undefined` where it refused, as it may. */
function attempt<T>(outcome: WeightsOutcome, header: Uint8Array, read: () => T): T | undefined {
	try {
		const result = read();
		outcome.accepted++;
		return result;
	} catch (error) {
		judge(outcome, header, error);
		return undefined;
	}
}

function judge(outcome: WeightsOutcome, header: Uint8Array, error: unknown): void {
	const shown = JSON.stringify(Buffer.from(header.subarray(0, 120)).toString('latin1'));
	const message = error instanceof Error ? error.message : String(error);
	if (!(error instanceof ModelError)) outcome.wrong.push(`${shown}: ${error instanceof Error ? error.stack : message}`);
	else if (message.length > longestMessage || message.length < 20)
		outcome.wrong.push(`${shown}: a message of ${message.length} characters, ${message.slice(0, 80)}`);
	const kind = message
		.replace(/`[^`]*`/g, '`…`')
		.replace(/, got .*|\(.*?\)|\d+|".*?"/gs, '')
		.slice(0, 60);
	outcome.refused.set(kind, (outcome.refused.get(kind) ?? 0) + 1);
}

function checkRanges(outcome: WeightsOutcome, { tensors }: SafetensorsHeader, start: number, fileBytes: number): void {
	let end = start;
	for (const [name, { offset, byteLength, shape }] of tensors) {
		const isCount = Number.isSafeInteger(shape.reduce((a, b) => a * b, 1));
		if (offset !== end || !isCount || offset + byteLength > fileBytes)
			outcome.wrong.push(`accepted ${name.slice(0, 80)} at ${offset}, ${byteLength} bytes of ${fileBytes}`);
		end = offset + byteLength;
	}
	if (end !== fileBytes) outcome.wrong.push(`accepted ${fileBytes - end} bytes of no tensor`);
}

/** Gives the header as a file, sometimes with a length that lies, to all that reads such files. */
async function fuzzFile(
	outcome: WeightsOutcome,
	random: Random,
	model: ModelFolder,
	header: Buffer,
	fileBytes: number,
	folder: string,
): Promise<void> {
	const path = join(folder, 'w.safetensors');
	const length = Buffer.alloc(8);
	const claims = [
		BigInt(header.length),
		BigInt(header.length),
		0n,
		1n,
		2n ** 63n,
		2n ** 64n - 1n,
		BigInt(between(random, 0, 1e8)),
	];
	length.writeBigUInt64LE(pick(random, claims));
	await writeFile(path, Buffer.concat([length, header]));
	await truncate(path, fileBytes); // a hole
	const readers: (() => Promise<unknown>)[] = [
		() => readHeader(path, 'w.safetensors'),
		() => readLora(path, 'w.safetensors', model),
		() => readSingleFile(path, { layersPerBlock: [2, 2, 2], vaeLevels: 4 }),
		async () => {
			const unet = await readWeights(folder, 'w.safetensors', ['w.safetensors']);
			return compileUnet({ ...model, weights: { ...model.weights, unet } }, { compute: 'f32' });
		},
	];
	for (const read of readers)
		await read().then(
			() => outcome.accepted++,
			(error: unknown) => judge(outcome, header, error),
		);
	outcome.files++;
}
