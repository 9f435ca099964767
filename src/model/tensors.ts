import { open, readFile } from 'node:fs/promises';
import { ModelError, readFailure } from './errors.ts';
import { type Dtype, readHeader, type TensorInfo } from './safetensors.ts';

/** A tensor in memory, row-major: floating point numbers widened to 32 bit, integers kept exact. */
export type Tensor =
	| { kind: 'float'; dtype: Dtype; dims: readonly number[]; data: Float32Array }
	| { kind: 'int'; dtype: Dtype; dims: readonly number[]; data: BigInt64Array };

export interface TensorFile {
	tensors: Map<string, Tensor>;
	metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a whole .safetensors file into memory. For goldens and small files; weights of a network are never read this way.
 *
 * @throws {ModelError} as `readHeader`, and for a type other than F16, BF16, F32, F64, I32 and I64.
 */
export async function readTensors(path: string, label = path): Promise<TensorFile> {
	const { tensors, metadata } = await readHeader(path, label);
	let bytes: Buffer;
	try {
		bytes = await readFile(path);
	} catch (error) {
		throw new ModelError(`\`${label}\`: expected this file, ${readFailure(error)}`, { cause: error });
	}
	return {
		tensors: new Map(
			[...tensors].map(([name, info]) => [name, decode(bytes, info, `\`${label}\`: tensor \`${name}\``)]),
		),
		metadata,
	};
}

/**
 * Reads tensors of one number each.
 *
 * @param infos Tensors of that file, as its header describes them.
 * @throws {ModelError} if one holds more, or no finite number.
 */
export async function readScalars(path: string, infos: readonly TensorInfo[], label: string): Promise<number[]> {
	const file = await open(path, 'r');
	try {
		const values: number[] = [];
		for (const info of infos) {
			const bytes = Buffer.alloc(Math.min(info.byteLength, 8));
			await file.read(bytes, 0, bytes.length, info.offset);
			const tensor = decode(bytes, { ...info, offset: 0, byteLength: bytes.length }, `\`${label}\``);
			const value = Number(tensor.data[0]);
			if (info.shape.some((size) => size !== 1) || !Number.isFinite(value))
				throw new ModelError(
					`\`${label}\`: expected each alpha to be one number, got ${info.dtype} [${info.shape.join(', ')}]`,
				);
			values.push(value);
		}
		return values;
	} finally {
		await file.close();
	}
}

/** Copies one tensor out of a file's bytes; `slice` also aligns it, which the format does not promise. */
function decode(file: Buffer, { dtype, shape, offset, byteLength }: TensorInfo, subject: string): Tensor {
	const bytes = Uint8Array.prototype.slice.call(file, offset, offset + byteLength).buffer as ArrayBuffer;
	switch (dtype) {
		case 'F32':
			return { kind: 'float', dtype, dims: shape, data: new Float32Array(bytes) };
		case 'F16':
			return { kind: 'float', dtype, dims: shape, data: Float32Array.from(new Float16Array(bytes)) };
		case 'BF16': {
			// bfloat16 is the upper half of a float32
			const wide = Uint32Array.from(new Uint16Array(bytes), (half) => half << 16);
			return { kind: 'float', dtype, dims: shape, data: new Float32Array(wide.buffer) };
		}
		case 'F64':
			return { kind: 'float', dtype, dims: shape, data: Float32Array.from(new Float64Array(bytes)) };
		case 'I64':
			return { kind: 'int', dtype, dims: shape, data: new BigInt64Array(bytes) };
		case 'I32':
			return { kind: 'int', dtype, dims: shape, data: BigInt64Array.from(new Int32Array(bytes), BigInt) };
		default:
			throw new ModelError(`${subject}: expected F16, BF16, F32, F64, I32 or I64, got ${dtype}`);
	}
}
