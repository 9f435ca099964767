import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ModelError } from '../../src/model/errors.ts';
import { GraphBuilder } from '../../src/model/graph.ts';
import { linear } from '../../src/model/layers.ts';
import { readWeights } from '../../src/model/weights.ts';
import { openSession } from '../../src/pipeline/session.ts';
import { countingWeights, temporaryFolder, writeSafetensors } from './support.ts';

const f32 = { compute: 'f32' } as const;

describe('every tensor is accounted for', () => {
	test('one that is missing is named, with the shape that the network needs', async () => {
		const g = new GraphBuilder('net', await countingWeights({ 'a.weight': [2, 3] }), f32);
		expect(() => g.weight('b.weight', [5])).toThrow(ModelError);
		expect(() => g.weight('b.weight', [5])).toThrow(
			'`w.safetensors`: expected tensor `b.weight` of shape [5], there is none',
		);
	});

	test('one of another shape is named, with both shapes', async () => {
		const g = new GraphBuilder('net', await countingWeights({ 'a.weight': [2, 3] }), f32);
		expect(() => g.weight('a.weight', [3, 2])).toThrow(
			'`w.safetensors`: expected tensor `a.weight` to have shape [3, 2], got [2, 3]',
		);
	});

	test('one that no layer asked for is named', async () => {
		const g = new GraphBuilder('net', await countingWeights({ a: [2], b: [1], c: [1] }), f32);
		g.output('y', g.weight('a', [2]), [2]);
		expect(() => g.finish()).toThrow('`w.safetensors`: expected no tensor but those of `net`, got 2 more, first `b`');
		expect(() => g.finish((tensor) => tensor === 'b')).toThrow('got 1 more, first `c`');
	});

	test('one that may be ignored is listed, and does not count as a parameter', async () => {
		const g = new GraphBuilder('net', await countingWeights({ a: [2], b: [7] }), f32);
		g.output('y', g.weight('a', [2]), [2]);
		expect(g.finish((tensor) => tensor === 'b')).toMatchObject({ ignored: ['b'], parameters: 2 });
	});

	test('one of integers is refused', async () => {
		const folder = await temporaryFolder();
		await writeSafetensors(join(folder, 'w'), [{ name: 'a', dtype: 'I64', shape: [1], bytes: new Uint8Array(8) }]);
		const g = new GraphBuilder('net', await readWeights(folder, 'w', ['w']), f32);
		expect(() => g.weight('a', [1])).toThrow('`w`: expected tensor `a` to be F16, BF16 or F32, got I64');
	});
});

test.for(['f32', 'f16'] as const)('a graph in %s takes and gives float32', async (compute) => {
	const g = new GraphBuilder('net', await countingWeights({ 'l.weight': [2, 3], 'l.bias': [2] }), { compute });
	g.output('y', linear(g, g.input('x', ['n', 3]), 'l', { from: 3, to: 2 }), ['n', 2]);
	const session = await openSession(g.finish(), { device: 'cpu' });
	const { y } = await session.run({ x: { data: Float32Array.of(1, 0, 2, 0, 1, 0), dims: [2, 3] } });
	await session.release();
	// weight rows 0 1 2 and 3 4 5, bias 0 1
	expect(y).toEqual({ data: Float32Array.of(4, 14, 1, 5), dims: [2, 2] });
});
