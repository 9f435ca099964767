import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTensors } from '../../src/model/tensors.ts';
import { temporaryFolder, writeSafetensors } from './support.ts';

test('numbers of every stored type come out as they went in', async () => {
	const path = join(await temporaryFolder(), 'w.safetensors');
	const bytes = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
	const numbers = [0, -1.5, 3, 0.25];
	// the upper half of each float32
	const bf16 = Uint16Array.from(new Uint32Array(Float32Array.from(numbers).buffer), (word) => word >>> 16);
	await writeSafetensors(path, [
		{ name: 'odd', dtype: 'BF16', shape: [1], bytes: new Uint8Array([0x80, 0x3f]) },
		{ name: 'f32', dtype: 'F32', shape: [4], bytes: bytes(Float32Array.from(numbers)) },
		{ name: 'f16', dtype: 'F16', shape: [2, 2], bytes: bytes(Float16Array.from(numbers)) },
		{ name: 'bf16', dtype: 'BF16', shape: [4], bytes: bytes(bf16) },
		{ name: 'f64', dtype: 'F64', shape: [4], bytes: bytes(Float64Array.from(numbers)) },
		{ name: 'i64', dtype: 'I64', shape: [2], bytes: bytes(BigInt64Array.of(-1n, 2n ** 60n)) },
		{ name: 'i32', dtype: 'I32', shape: [1], bytes: bytes(Int32Array.of(-7)) },
	]);
	const { tensors } = await readTensors(path);
	for (const name of ['f32', 'f16', 'bf16', 'f64']) expect([...tensors.get(name)!.data]).toEqual(numbers);
	expect([...tensors.get('odd')!.data]).toEqual([1]);
	expect(tensors.get('f16')!.dims).toEqual([2, 2]);
	expect([...tensors.get('i64')!.data]).toEqual([-1n, 2n ** 60n]);
	expect([...tensors.get('i32')!.data]).toEqual([-7n]);
});

test('a type that no case needs is refused by name', async () => {
	const path = join(await temporaryFolder(), 'w.safetensors');
	await writeSafetensors(path, [{ name: 'flags', dtype: 'BOOL', shape: [1], bytes: new Uint8Array(1) }]);
	await expect(readTensors(path, 'w')).rejects.toThrow(
		'`w`: tensor `flags`: expected F16, BF16, F32, F64, I32 or I64, got BOOL',
	);
});
