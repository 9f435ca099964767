import { expect, test } from 'vitest';
import { SetupError } from '../../src/errors.ts';
import type { CompiledGraph } from '../../src/model/graph.ts';
import { encodeModel, onnxType } from '../../src/model/onnx.ts';
import { openSession, resolveDevice } from '../../src/pipeline/session.ts';

/** y = x + x, of any length. */
function doubling(op = 'Add'): CompiledGraph {
	const value = { type: onnxType.float, dims: ['n'] };
	const inputs = [{ name: 'x', ...value }];
	const outputs = [{ name: 'y', ...value }];
	const nodes = [{ op, inputs: ['x', 'x'], outputs: ['y'] }];
	const onnx = encodeModel({ name: 'doubling', nodes, initializers: [], inputs, outputs });
	return { name: 'doubling', onnx, weightsFolder: '/', ignored: [], parameters: 0, inputs, outputs };
}

const three = { data: Float32Array.of(1, 2, 3), dims: [3] };

test('a session runs, counts its time, and cannot run once released', async () => {
	const session = await openSession(doubling(), { device: 'cpu', threads: 1 });
	expect(session.runMs).toBe(0);
	expect(await session.run({ x: three })).toEqual({ y: { data: Float32Array.of(2, 4, 6), dims: [3] } });
	const once = session.runMs;
	expect(once).toBeGreaterThan(0);
	await session.run({ x: three });
	expect(session.runMs).toBeGreaterThan(once);
	await session.release();
	await session.release();
	await expect(session.run({ x: three })).rejects.toThrow(
		'Expected the session of `doubling` to be open, it was released',
	);
});

test('a graph that ONNX Runtime does not know is a set-up error with its name', async () => {
	const opening = openSession(doubling('NoSuchOperator'), { device: 'cpu' });
	await expect(opening).rejects.toThrow(SetupError);
	await expect(opening).rejects.toThrow(/^expected ONNX Runtime to open `doubling` on cpu, got: .*NoSuchOperator/);
});

test('a missing file is a set-up error', async () => {
	await expect(openSession({ name: 'tagger', path: '/nowhere/model.onnx' }, { device: 'cpu' })).rejects.toThrow(
		SetupError,
	);
});

test('choosing a device by itself never fails, and says what it chose', async () => {
	const { device, note } = await resolveDevice('auto');
	expect(['cpu', 'cuda', 'dml']).toContain(device);
	expect(note).toMatch(/^running on /);
	expect(note).not.toContain('\n');
});

test('the CPU is always there', async () => {
	expect(await resolveDevice('cpu')).toEqual({ device: 'cpu', note: 'running on the CPU, as configured' });
});

// DirectML exists on Windows only
test.skipIf(process.platform === 'win32')(
	'a device that is asked for by name and is not there is a set-up error',
	async () => {
		await expect(resolveDevice('dml')).rejects.toThrow(SetupError);
	},
);
