import { open } from 'node:fs/promises';
import { z } from 'zod';
import { fromZod, ModelError, printable, readFailure } from './errors.ts';

/** Bytes of one element. The list is that of the format, https://github.com/huggingface/safetensors, README "Format". */
const dtypeBytes = {
	BOOL: 1,
	U8: 1,
	I8: 1,
	F8_E5M2: 1,
	F8_E4M3: 1,
	I16: 2,
	U16: 2,
	F16: 2,
	BF16: 2,
	I32: 4,
	U32: 4,
	F32: 4,
	F64: 8,
	I64: 8,
	U64: 8,
} as const;

export type Dtype = keyof typeof dtypeBytes;

/** Where a tensor lies: `offset` and `byteLength` are bytes from the beginning of the file. */
export interface TensorInfo {
	dtype: Dtype;
	shape: readonly number[];
	offset: number;
	byteLength: number;
}

export interface SafetensorsHeader {
	/** In the order of the data. */
	tensors: ReadonlyMap<string, TensorInfo>;
	metadata: Readonly<Record<string, string>>;
}

/** The same limit as the reference implementation's: a larger header is an attack or a mistake. */
const maxHeaderBytes = 100_000_000;

const entrySchema = z.object({
	dtype: z.enum(Object.keys(dtypeBytes) as [Dtype, ...Dtype[]]),
	// none has more than a handful of dimensions
	shape: z.array(z.int().min(0)).max(16),
	data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const metadataSchema = z.record(z.string(), z.string());
const headerSchema = z.record(z.string(), z.unknown());

/**
 * Reads the header of a .safetensors file and checks it against the file; no tensor is read.
 *
 * @param label The file's name in error messages.
 * @throws {ModelError} unless the tensors have known types, fill their byte ranges, and cover the file without gap or overlap.
 */
export async function readHeader(path: string, label = path): Promise<SafetensorsHeader> {
	let file: Awaited<ReturnType<typeof open>>;
	try {
		file = await open(path, 'r');
	} catch (error) {
		throw new ModelError(`\`${label}\`: expected this file, ${readFailure(error)}`, { cause: error });
	}
	try {
		const { size } = await file.stat();
		const lengthBytes = Buffer.alloc(8);
		if (size < 8) throw new ModelError(`\`${label}\`: expected at least the 8 bytes of a length, got ${size} bytes`);
		await file.read(lengthBytes, 0, 8, 0);
		const length = lengthBytes.readBigUInt64LE();
		checkHeaderLength(length, size, label);
		const bytes = Buffer.alloc(Number(length));
		const { bytesRead } = await file.read(bytes, 0, bytes.length, 8);
		return parseHeader(bytes.subarray(0, bytesRead), size, label);
	} finally {
		await file.close();
	}
}

/**
 * Checks and parses the bytes of a header.
 *
 * @param bytes The JSON alone, without its length.
 * @param fileBytes Size of the whole file, to check the byte ranges against.
 * @throws {ModelError} as `readHeader`.
 */
export function parseHeader(bytes: Uint8Array, fileBytes: number, label: string): SafetensorsHeader {
	const { entries, metadata } = parseJson(bytes, label);
	const dataStart = 8 + bytes.length;
	const sorted = entries.sort(
		([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
	);
	const tensors = new Map<string, TensorInfo>();
	let end = 0;
	for (const [name, { dtype, shape, data_offsets }] of sorted) {
		const [from, to] = data_offsets;
		const byteLength = shape.reduce((product, size) => product * size, dtypeBytes[dtype]);
		if (to - from !== byteLength)
			throw new ModelError(
				`\`${label}\`: expected tensor \`${printable(name)}\` (${dtype} [${shape.join(', ')}]) to take ${byteLength} bytes, got the range ${from} to ${to}`,
			);
		if (from !== end)
			throw new ModelError(
				`\`${label}\`: expected tensor \`${printable(name)}\` to begin where the one before it ends, at ${end}, got ${from} (${from < end ? 'they overlap' : 'a hole'})`,
			);
		end = to;
		tensors.set(name, { dtype, shape, offset: dataStart + from, byteLength });
	}
	if (dataStart + end !== fileBytes)
		throw new ModelError(
			`\`${label}\`: expected ${dataStart + end} bytes, as its header says, got ${fileBytes}${fileBytes < dataStart + end ? ': it is truncated; download it again' : ''}`,
		);
	return { tensors, metadata };
}

/** Checks the length that a file of `fileBytes` claims for its header. */
function checkHeaderLength(length: bigint, fileBytes: number, label: string): void {
	if (length > BigInt(maxHeaderBytes))
		throw new ModelError(
			`\`${label}\`: expected a header of at most ${maxHeaderBytes} bytes, got ${length}: no .safetensors file`,
		);
	if (length > BigInt(fileBytes - 8))
		throw new ModelError(
			`\`${label}\`: expected a header of ${length} bytes, got a file of ${fileBytes}: it is truncated`,
		);
}

function parseJson(bytes: Uint8Array, label: string) {
	let text: string;
	let data: unknown;
	try {
		text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
		data = JSON.parse(text);
	} catch (error) {
		throw new ModelError(
			`\`${label}\`: expected a header in JSON, got ${printable(error instanceof Error ? error.message : String(error))}`,
			{
				cause: error,
			},
		);
	}
	const header = headerSchema.safeParse(data);
	if (!header.success) throw fromZod(label, header.error, data);
	const twice = repeatedKey(text);
	if (twice !== undefined)
		throw new ModelError(`\`${label}\`: expected tensor \`${printable(twice)}\` once, got it twice`);
	const { __metadata__: rawMetadata = {}, ...rest } = header.data;
	const metadata = metadataSchema.safeParse(rawMetadata);
	if (!metadata.success) throw fromZod(label, metadata.error, rawMetadata);
	const entries = Object.entries(rest).map(([name, value]): [string, z.output<typeof entrySchema>] => {
		const entry = entrySchema.safeParse(value);
		if (!entry.success) throw fromZod(`${label}, tensor ${printable(name)}`, entry.error, value);
		return [name, entry.data];
	});
	return { entries, metadata: metadata.data };
}

/** Finds a key that a valid JSON object holds twice at its top: `JSON.parse` keeps the last one in silence. */
function repeatedKey(json: string): string | undefined {
	const seen = new Set<string>();
	let depth = 0;
	let isKey = false; // whether the next string is a key at the top
	for (let i = 0; i < json.length; i++) {
		const sign = json[i];
		if (sign === '"') {
			const end = endOfString(json, i);
			if (isKey) {
				const name = JSON.parse(json.slice(i, end + 1)) as string;
				if (seen.has(name)) return name;
				seen.add(name);
				isKey = false;
			}
			i = end;
		} else if (sign === '{' || sign === '[') isKey = ++depth === 1;
		else if (sign === '}' || sign === ']') depth--;
		else if (sign === ',' && depth === 1) isKey = true;
	}
	return undefined;
}

/** Where the string ends that begins at `start`: at a quote behind an even number of backslashes. */
function endOfString(json: string, start: number): number {
	for (let end = json.indexOf('"', start + 1); ; end = json.indexOf('"', end + 1)) {
		let slashes = 0;
		while (json[end - 1 - slashes] === '\\') slashes++;
		if (slashes % 2 === 0) return end;
	}
}
