import { ProtobufWriter } from './protobuf.ts';

/** TensorProto.DataType, the numbers that we use. */
export const onnxType = { float: 1, int32: 6, int64: 7, float16: 10, bfloat16: 16 } as const;
export type OnnxType = (typeof onnxType)[keyof typeof onnxType];

/** Attributes: a plain number is an integer; a float must say so, since both look alike in JavaScript. */
export type Attribute = number | string | readonly number[] | { float: number };

export interface OnnxNode {
	op: string;
	/** Empty for the standard operators. */
	domain?: string;
	inputs: readonly string[];
	outputs: readonly string[];
	attributes?: Readonly<Record<string, Attribute>>;
}

/** A constant: its bytes (`raw`), or where they lie in a file; `location` is relative to the folder that the session is told. */
export interface OnnxInitializer {
	name: string;
	type: OnnxType;
	dims: readonly number[];
	data: { raw: Uint8Array } | { location: string; offset: number; length: number };
}

/** An input or output; a dimension that varies has a name instead of a number. */
export interface OnnxValue {
	name: string;
	type: OnnxType;
	dims: readonly (number | string)[];
}

export interface OnnxGraph {
	name: string;
	nodes: readonly OnnxNode[];
	initializers: readonly OnnxInitializer[];
	inputs: readonly OnnxValue[];
	outputs: readonly OnnxValue[];
}

/** ONNX Runtime's own operators, such as its fused attention. */
export const microsoftDomain = 'com.microsoft';

/** 21 is the first with bfloat16 Cast everywhere and well within what ONNX Runtime 1.30 knows; 10 is the format that goes with it. */
const opset = 21;
const irVersion = 10;

/** AttributeProto.AttributeType */
const attributeType = { float: 1, int: 2, string: 3, ints: 7 } as const;
/** TensorProto.DataLocation */
const external = 1;

/**
 * Encodes a graph as a ModelProto. Field numbers are those of `onnx.proto`,
 * https://github.com/onnx/onnx/blob/v1.17.0/onnx/onnx.proto.
 */
export function encodeModel(graph: OnnxGraph): Uint8Array {
	const body = new ProtobufWriter();
	for (const node of graph.nodes) body.message(1, encodeNode(node));
	body.string(2, graph.name);
	for (const initializer of graph.initializers) body.message(5, encodeTensor(initializer));
	for (const input of graph.inputs) body.message(11, encodeValue(input));
	for (const output of graph.outputs) body.message(12, encodeValue(output));
	return new ProtobufWriter()
		.integer(1, irVersion)
		.string(2, 'atelier')
		.message(7, body)
		.message(8, new ProtobufWriter().string(1, '').integer(2, opset))
		.message(8, new ProtobufWriter().string(1, microsoftDomain).integer(2, 1))
		.finish();
}

function encodeNode(node: OnnxNode): ProtobufWriter {
	const writer = new ProtobufWriter();
	for (const input of node.inputs) writer.string(1, input);
	for (const output of node.outputs) writer.string(2, output);
	// the first output is unique, and ONNX Runtime's messages quote the name
	writer.string(3, node.outputs[0] ?? '').string(4, node.op);
	for (const [name, value] of Object.entries(node.attributes ?? {})) writer.message(5, encodeAttribute(name, value));
	if (node.domain) writer.string(7, node.domain);
	return writer;
}

function encodeAttribute(name: string, value: Attribute): ProtobufWriter {
	const writer = new ProtobufWriter().string(1, name);
	if (typeof value === 'number') return writer.integer(3, value).integer(20, attributeType.int);
	if (typeof value === 'string') return writer.string(4, value).integer(20, attributeType.string);
	if ('float' in value) return writer.float(2, value.float).integer(20, attributeType.float);
	for (const item of value) writer.integer(8, item);
	return writer.integer(20, attributeType.ints);
}

function encodeTensor({ name, type, dims, data }: OnnxInitializer): ProtobufWriter {
	const writer = new ProtobufWriter();
	for (const dim of dims) writer.integer(1, dim);
	writer.integer(2, type).string(8, name);
	if ('raw' in data) return writer.bytes(9, data.raw);
	for (const [key, value] of Object.entries(data))
		writer.message(13, new ProtobufWriter().string(1, key).string(2, String(value)));
	return writer.integer(14, external);
}

function encodeValue({ name, type, dims }: OnnxValue): ProtobufWriter {
	const shape = new ProtobufWriter();
	for (const dim of dims)
		shape.message(
			1,
			typeof dim === 'number' ? new ProtobufWriter().integer(1, dim) : new ProtobufWriter().string(2, dim),
		);
	const tensorType = new ProtobufWriter().integer(1, type).message(2, shape);
	return new ProtobufWriter().string(1, name).message(2, new ProtobufWriter().message(1, tensorType));
}
