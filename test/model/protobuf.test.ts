import { BinaryReader } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeModel, onnxType } from '../../src/model/onnx.ts';
import { ProtobufWriter } from '../../src/model/protobuf.ts';

/** Reads one level of a message: field number → values, by wire type. */
function fields(bytes: Uint8Array): Map<number, (bigint | number | Uint8Array)[]> {
	const reader = new BinaryReader(bytes);
	const found = new Map<number, (bigint | number | Uint8Array)[]>();
	while (reader.pos < reader.len) {
		const [field, wireType] = reader.tag();
		const value = wireType === 0 ? BigInt(reader.int64()) : wireType === 5 ? reader.float() : reader.bytes();
		found.set(field, [...(found.get(field) ?? []), value]);
	}
	return found;
}

test('integers of any size are read back by another implementation', () => {
	fc.assert(
		fc.property(
			fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
			fc.integer({ min: 1, max: 2 ** 29 - 1 }),
			(value, field) => {
				const bytes = new ProtobufWriter().integer(field, value).finish();
				expect(fields(bytes)).toEqual(new Map([[field, [value]]]));
			},
		),
		{ numRuns: 200 },
	);
});

test('floats, texts and messages are read back by another implementation', () => {
	fc.assert(
		fc.property(
			fc.float({ noNaN: true }),
			fc.string({ unit: 'grapheme' }),
			fc.uint8Array({ maxLength: 600 }),
			(float, text, data) => {
				const inner = new ProtobufWriter().float(1, float).bytes(200, data);
				const outer = fields(new ProtobufWriter().string(2, text).message(3, inner).finish());
				expect(new TextDecoder().decode(outer.get(2)![0] as Uint8Array)).toBe(text);
				const read = fields(outer.get(3)![0] as Uint8Array);
				expect(read.get(1)![0]).toBe(float);
				expect(read.get(200)![0]).toEqual(data);
			},
		),
		{ numRuns: 100 },
	);
});

test('a model says where its external data lies', () => {
	const bytes = encodeModel({
		name: 'g',
		nodes: [],
		inputs: [],
		outputs: [],
		initializers: [
			{
				name: 'w',
				type: onnxType.float16,
				dims: [3, 5],
				data: { location: 'a/b.safetensors', offset: 7_000_000_001, length: 30 },
			},
		],
	});
	const graph = fields(fields(bytes).get(7)![0] as Uint8Array);
	const tensor = fields(graph.get(5)![0] as Uint8Array);
	expect(tensor.get(1)).toEqual([3n, 5n]);
	expect(tensor.get(2)).toEqual([10n]);
	expect(tensor.get(14)).toEqual([1n]);
	const text = (value: unknown) => new TextDecoder().decode(value as Uint8Array);
	const data = tensor
		.get(13)!
		.map((pair) => fields(pair as Uint8Array))
		.map((pair) => [text(pair.get(1)![0]), text(pair.get(2)![0])]);
	expect(Object.fromEntries(data)).toEqual({ location: 'a/b.safetensors', offset: '7000000001', length: '30' });
});
