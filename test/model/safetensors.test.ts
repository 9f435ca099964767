import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ModelError } from '../../src/model/errors.ts';
import { parseHeader, readHeader } from '../../src/model/safetensors.ts';
import { safetensorsBytes, temporaryFolder, writeSafetensors } from './support.ts';

const entry = (from: number, to: number, shape = [(to - from) / 4], dtype = 'F32') => ({
	dtype,
	shape,
	data_offsets: [from, to],
});

async function fileOf(bytes: Uint8Array): Promise<string> {
	const path = join(await temporaryFolder(), 'w.safetensors');
	await writeFile(path, bytes);
	return path;
}

describe('a header', () => {
	test('gives each tensor its type, its shape and its place in the file', async () => {
		const path = join(await temporaryFolder(), 'w.safetensors');
		await writeSafetensors(path, [
			{ name: 'a', dtype: 'F16', shape: [3, 1], bytes: new Uint8Array(6) },
			{ name: 'empty', dtype: 'F32', shape: [0, 5], bytes: new Uint8Array(0) },
			{ name: 'b', dtype: 'I64', shape: [], bytes: new Uint8Array(8) },
		]);
		const { tensors } = await readHeader(path);
		const start = tensors.get('a')!.offset;
		expect([...tensors]).toEqual([
			['a', { dtype: 'F16', shape: [3, 1], offset: start, byteLength: 6 }],
			['empty', { dtype: 'F32', shape: [0, 5], offset: start + 6, byteLength: 0 }],
			['b', { dtype: 'I64', shape: [], offset: start + 6, byteLength: 8 }],
		]);
	});

	test('may list tensors in another order than their data', async () => {
		const path = await fileOf(safetensorsBytes({ b: entry(4, 8), a: entry(0, 4) }, new Uint8Array(8)));
		expect([...(await readHeader(path)).tensors.keys()]).toEqual(['a', 'b']);
	});

	test('may have names that look like JSON', async () => {
		const names = ['"', '\\', '\\"', '{', '}"', '],"a":', '":{"a":1,'];
		const entries = Object.fromEntries(names.map((name, i) => [name, entry(4 * i, 4 * i + 4)]));
		const path = await fileOf(safetensorsBytes(entries, new Uint8Array(4 * names.length)));
		expect([...(await readHeader(path)).tensors.keys()]).toEqual(names);
	});

	test('is any that follows the format', () => {
		const tensor = fc.record({
			name: fc.string({ minLength: 1 }).filter((name) => name !== '__metadata__' && name !== '__proto__'),
			dtype: fc.constantFrom(['F32', 4], ['BF16', 2], ['U8', 1], ['F64', 8]),
			shape: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 4 }),
		});
		const files = fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 8 });
		fc.assert(
			fc.property(files, (tensors) => {
				let end = 0;
				const header: Record<string, unknown> = { __metadata__: { made: 'by a test' } };
				for (const { name, dtype, shape } of tensors) {
					const bytes = shape.reduce((a, b) => a * b, Number(dtype[1]));
					header[name] = { dtype: dtype[0], shape, data_offsets: [end, end + bytes] };
					end += bytes;
				}
				const json = Buffer.from(JSON.stringify(header));
				const parsed = parseHeader(json, 8 + json.length + end, 'f');
				expect(new Set(parsed.tensors.keys())).toEqual(new Set(tensors.map(({ name }) => name)));
				expect(parsed.metadata).toEqual({ made: 'by a test' });
			}),
			{ numRuns: 50 },
		);
	});

	test('of any bytes is either read or refused with an error that names the file', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(100), (bytes, size) => {
				try {
					parseHeader(bytes, size, 'some.safetensors');
				} catch (error) {
					expect(error).toBeInstanceOf(ModelError);
					expect((error as Error).message).toContain('some.safetensors');
				}
			}),
			{ numRuns: 200 },
		);
	});
});

describe('a file is refused', () => {
	const four = new Uint8Array(4);
	const eight = new Uint8Array(8);
	const lengthOnly = (length: bigint) => {
		const bytes = Buffer.alloc(64);
		bytes.writeBigUInt64LE(length);
		return bytes;
	};
	test.for<[string, Uint8Array, RegExp]>([
		['if it is empty', new Uint8Array(0), /at least the 8 bytes of a length, got 0/],
		['if it ends in the length', four, /at least the 8 bytes of a length, got 4/],
		['if its header is longer than the file', lengthOnly(57n), /header of 57 bytes, got a file of 64/],
		['if its header is absurdly long', lengthOnly(1n << 60n), /at most 100000000 bytes, got 1152921504606846976/],
		['if its header is no JSON', safetensorsBytes('{"a":', four), /header in JSON/],
		['if its header is no object', safetensorsBytes('[]', four), /expected record/],
		['if a type is unknown', safetensorsBytes({ a: entry(0, 4, [1], 'F31') }, four), /tensor a.*dtype/],
		['if a shape is negative', safetensorsBytes({ a: entry(0, 4, [-1]) }, four), /tensor a.*shape/],
		[
			'if a tensor does not fill its range',
			safetensorsBytes({ a: entry(0, 4, [2]) }, four),
			/`a` .* 8 bytes, got the range 0 to 4/,
		],
		[
			'if tensors overlap',
			safetensorsBytes({ a: entry(0, 8), b: entry(4, 8) }, eight),
			/`b` .* at 8, got 4 \(they overlap/,
		],
		['if tensors leave a hole', safetensorsBytes({ a: entry(4, 8) }, eight), /`a` .* at 0, got 4 \(a hole/],
		[
			'if a name stands there twice',
			safetensorsBytes(`{"a":${JSON.stringify(entry(0, 4))}, "\\u0061" : ${JSON.stringify(entry(0, 4))}}`, four),
			/`a` once, got it twice/,
		],
		[
			'if a name with a quote in it stands there twice',
			safetensorsBytes(`{"\\\\\\"":${JSON.stringify(entry(0, 4))},"\\u005c\\"":${JSON.stringify(entry(0, 4))}}`, four),
			/once, got it twice/,
		],
		['if data follows the last tensor', safetensorsBytes({ a: entry(0, 4) }, eight), /expected \d+ bytes/],
		['if its metadata is no text', safetensorsBytes({ __metadata__: { n: 1 }, a: entry(0, 4) }, four), /n/],
	])('%s', async ([, bytes, message]) => {
		const path = await fileOf(bytes);
		await expect(readHeader(path, 'unet/w.safetensors')).rejects.toThrow(ModelError);
		await expect(readHeader(path, 'unet/w.safetensors')).rejects.toThrow(/^`unet\/w\.safetensors/);
		await expect(readHeader(path)).rejects.toThrow(message);
	});

	test('wherever it is cut off', async () => {
		const whole = safetensorsBytes({ a: entry(0, 4), b: entry(4, 8) }, eight);
		const path = await fileOf(whole);
		for (let size = whole.length - 1; size >= 0; size -= 7) {
			await truncate(path, size);
			await expect(readHeader(path)).rejects.toThrow(ModelError);
		}
	});

	test('if there is none', async () => {
		await expect(readHeader('/nowhere/w.safetensors', 'vae/w.safetensors')).rejects.toThrow(
			'`vae/w.safetensors`: expected this file, there is none',
		);
	});
});
