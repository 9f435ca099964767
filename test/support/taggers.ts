import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeModel, type OnnxInitializer, type OnnxNode, onnxType } from '../../src/model/onnx.ts';

/** What a made-up tagger knows, in this order. */
const tags = [
	['general', 9],
	['sensitive', 9],
	['questionable', 9],
	['explicit', 9],
	['1girl', 0],
	['child', 0],
] as const;
type TagName = (typeof tags)[number][0];

/** A share of one that is not named goes to `general`. */
export type Answer = Partial<Record<Exclude<TagName, 'general'>, number>>;

/**
 * Writes a tagger in the published layout that gives the same answer to every picture: real ONNX, and so it runs in a real painter.
 *
 * @param trouble with every picture but a black one, which the painter tries at its start: `fails` makes ONNX Runtime refuse it,
 *   `hangs` multiplies large matrices for minutes
 */
export async function writeTagger(folder: string, answer: Answer = {}, trouble?: 'fails' | 'hangs'): Promise<string> {
	const rated = (answer.sensitive ?? 0) + (answer.questionable ?? 0) + (answer.explicit ?? 0);
	const probabilities = tags.map(([name]) => (name === 'general' ? Math.max(0, 1 - rated) : (answer[name] ?? 0)));
	const floats = (name: string, dims: number[], values: number[]): OnnxInitializer => ({
		name,
		type: onnxType.float,
		dims,
		data: { raw: new Uint8Array(Float32Array.from(values).buffer) },
	});
	const node = (op: string, inputs: string[], output: string, attributes: OnnxNode['attributes'] = {}): OnnxNode => {
		return { op, inputs, outputs: [output], attributes };
	};
	const products = Array.from({ length: 60 }, (_, i) => node('MatMul', [`m${i}`, 'm0'], `m${i + 1}`));
	const middle: Record<string, OnnxNode[]> = {
		// There are two rows, so that only a brightness of 0 or 1 has one.
		fails: [node('Cast', ['max'], 'row', { to: onnxType.int64 }), node('Gather', ['two', 'row'], 'number')],
		hangs: [
			node('Mul', ['max', 'sixteen'], 'scaled'),
			node('Add', ['scaled', 'one'], 'length'),
			node('Cast', ['length'], 'side', { to: onnxType.int64 }),
			node('Concat', ['side', 'side'], 'shape', { axis: 0 }),
			node('Expand', ['one', 'shape'], 'm0'),
			...products,
			node('ReduceMax', ['m60'], 'number', { keepdims: 0 }),
		],
		none: [node('Identity', ['max'], 'number')],
	};
	const onnx = encodeModel({
		name: 'tagger',
		nodes: [
			node('ReduceMax', ['image'], 'brightest', { keepdims: 0 }),
			node('Mul', ['brightest', 'one'], 'max'),
			...middle[trouble ?? 'none']!,
			node('Mul', ['number', 'zero'], 'nothing'),
			node('Add', ['nothing', 'answer'], 'probabilities'),
		],
		initializers: [
			floats('answer', [1, tags.length], probabilities),
			floats('zero', [1], [0]),
			floats('one', [1], [1]),
			floats('sixteen', [1], [16]),
			floats('two', [2], [0, 0]),
		],
		inputs: [{ name: 'image', type: onnxType.float, dims: ['batch', 32, 32, 3] }],
		outputs: [{ name: 'probabilities', type: onnxType.float, dims: ['batch', tags.length] }],
	});
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'model.onnx'), onnx);
	const rows = tags.map(([name, category], i) => `${i},${name},${category},0`);
	await writeFile(join(folder, 'selected_tags.csv'), `tag_id,name,category,count\n${rows.join('\n')}\n`);
	return folder;
}
