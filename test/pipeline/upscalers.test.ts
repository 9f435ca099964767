import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { relativeError } from '../../scripts/parity/error.ts';
import type { FloatImage } from '../../src/images/pixels.ts';
import { encodeModel, type OnnxNode, onnxType } from '../../src/model/onnx.ts';
import { compileUpscalerFile, readUpscalerFile } from '../../src/model/upscaler-files.ts';
import { openSession } from '../../src/pipeline/session.ts';
import { upscale } from '../../src/pipeline/upscale.ts';
import { Upscalers } from '../../src/pipeline/upscalers.ts';
import { parent, recipeOf } from './recipes.ts';

const goldens = fileURLToPath(new URL('../golden/upscalers', import.meta.url));

/** A picture with edges and gradients: 0 to 1. */
function picture(width: number, height: number): FloatImage {
	const data = Float32Array.from({ length: 3 * width * height }, (_, i) => {
		const [x, y] = [i % width, Math.floor(i / width)];
		return (Math.sin(x / 5) * Math.cos(y / 7) + 1) / 4 + (((x >> 3) + (y >> 3)) % 2) / 2;
	});
	return { width, height, data };
}

/** A network that doubles each pixel, over an input of these sizes. */
function doubling(dims: (number | string)[], nodes?: OnnxNode[], type: 1 | 10 = onnxType.float): Uint8Array {
	const scales = Float32Array.of(1, 1, 2, 2);
	return encodeModel({
		name: 'doubling',
		nodes: nodes ?? [
			{
				op: 'Resize',
				inputs: ['in', '', 'scales'],
				outputs: ['out'],
				attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
			},
		],
		initializers: [{ name: 'scales', type: onnxType.float, dims: [4], data: { raw: new Uint8Array(scales.buffer) } }],
		inputs: [{ name: 'in', type, dims }],
		outputs: [{ name: 'out', type, dims: ['n', 'c', 'y', 'x'] }],
	});
}

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'atelier-upscalers-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('any network from pictures to pictures enlarges, of free and of fixed size, and others are refused with what they do', async () => {
	const networks: Record<string, Uint8Array> = {
		free: doubling(['n', 3, 'h', 'w']),
		fixed: doubling([1, 3, 128, 144]),
		half: doubling(['n', 3, 'h', 'w'], undefined, onnxType.float16),
		grey: doubling(['n', 1, 'h', 'w']),
		flat: doubling(['n', 3, 'h', 'w'], [{ op: 'ReduceMean', inputs: ['in'], outputs: ['out'] }]),
		torn: new Uint8Array(9),
	};
	const shelf = await mkdtemp(join(folder, 'onnx-'));
	for (const [name, bytes] of Object.entries(networks)) await writeFile(join(shelf, `${name}.onnx`), bytes);
	const said = vi.spyOn(console, 'error').mockImplementation(() => {});
	const upscalers = await Upscalers.load(shelf, 'cpu');
	const complaints = said.mock.calls.map(([line]) => String(line)).toSorted();
	said.mockRestore();
	expect(upscalers.facts.map(({ name, scale }) => `${name} ${scale}`)).toEqual(['fixed 2', 'free 2']);
	expect(complaints).toMatchObject([
		expect.stringMatching(/`flat.onnx`: expected a network from pictures to pictures.*got \[1, 1, 1, 1\] from/),
		expect.stringMatching(/`grey.onnx`.*got an input of \[n, 1, h, w\]/),
		expect.stringMatching(/`half.onnx`/),
		expect.stringMatching(/open `torn`/),
	]);
	// Sizes that no tile divides, larger and smaller than the fixed one.
	for (const image of [picture(301, 170), picture(50, 40)])
		for (const { name, sha256 } of upscalers.facts) {
			const size = { width: image.width * 2, height: image.height * 2 };
			const recipe = recipeOf({ ...size, parent, upscaler: name, upscalerSha256: sha256 });
			const large = await upscalers.enlarge(upscalers.find(recipe)!, recipe, { parentImage: image });
			expect({ width: large.width, height: large.height }).toEqual(size);
			const wanted = large.data.map((_, i) => {
				const [c, y, x] = [
					Math.floor(i / (size.width * size.height)),
					Math.floor(i / size.width) % size.height,
					i % size.width,
				];
				return image.data[(c * image.height + (y >> 1)) * image.width + (x >> 1)]!;
			});
			expect(relativeError(large.data, wanted)).toBeLessThan(1e-6);
		}
	await upscalers.release();
});

test('the upscaler of a recipe is found by its hash, and by its name alone none is', async () => {
	const shelf = await mkdtemp(join(folder, 'rrdb-'));
	await cp(join(goldens, 'x2.upscaler.safetensors'), join(shelf, 'esrgan.safetensors'));
	const upscalers = await Upscalers.load(shelf, 'cpu');
	const { sha256 } = upscalers.facts[0]!;
	const asked = { parent, upscaler: 'esrgan' };
	expect(upscalers.find(recipeOf({ ...asked, upscalerSha256: sha256 }))).toMatchObject({ name: 'esrgan', scale: 2 });
	expect(upscalers.find(recipeOf({ ...asked, upscalerSha256: '0'.repeat(64) }))).toBeUndefined();
	expect(upscalers.find(recipeOf(asked))).toBeUndefined();
	const odd = recipeOf({ ...asked, upscalerSha256: sha256, width: 100, height: 100 });
	await expect(upscalers.enlarge(upscalers.facts[0]!, odd, { parentImage: picture(40, 30) })).rejects.toThrow(
		/Expected 80 × 60, 2 times the parent, got 100 × 100/,
	);
	const seen: string[] = [];
	const recipe = recipeOf({ ...asked, upscalerSha256: sha256, width: 800, height: 60 });
	const onStep = ({ step, steps }: { step: number; steps: number }) => seen.push(`${step}/${steps}`);
	const large = await upscalers.enlarge(upscalers.facts[0]!, recipe, { parentImage: picture(400, 30), onStep });
	expect([large.width, large.height]).toEqual([800, 60]);
	expect(seen).toEqual(['1/2', '2/2']);
	await upscalers.release();
});

/** As laid in `Upscalers`, with smaller tiles. Measured with these weights: 2e-8; random weights look less far than 16 pixels. */
const seamTolerance = 1e-6;

test.for(['x4', 'x2', 'x1'])('tiles that fade into each other come to what one piece is: %s', async (name) => {
	const known = await readUpscalerFile(join(goldens, `${name}.upscaler.safetensors`));
	const session = await openSession(compileUpscalerFile(name, known, { compute: 'f32' }), { device: 'cpu' });
	const multiple = known.architecture === 'rrdb' ? known.config.unshuffle : 1;
	const image = picture(230, 94);
	const run = (reach: number, feather: number, tile: number) => {
		const tiling = { reach: reach * multiple, feather: feather * multiple, tile: tile * multiple };
		return upscale(session, image, { scale: known.scale, multiple, ...tiling });
	};
	const whole = await run(0, 0, 240);
	const worst = (it: FloatImage) =>
		it.data.reduce((most, value, i) => Math.max(most, Math.abs(value - whole.data[i]!)), 0);
	expect(worst(await run(32, 16, 48))).toBeLessThan(seamTolerance);
	// The test can tell: where tiles fade up to what their borders spoil, it is far more.
	expect(worst(await run(4, 4, 48))).toBeGreaterThan(1e3 * seamTolerance);
	await session.release();
});

test('where a network sees the whole tile, there is no step at a seam but a slope', async () => {
	// What it sees on average is added to each pixel, so that tiles differ by a constant.
	const onnx = doubling(
		['n', 3, 'h', 'w'],
		[
			{ op: 'GlobalAveragePool', inputs: ['in'], outputs: ['mean'] },
			{ op: 'Add', inputs: ['in', 'mean'], outputs: ['out'] },
		],
	);
	const path = join(folder, 'far.onnx');
	await writeFile(path, onnx);
	const session = await openSession({ name: 'far', path }, { device: 'cpu' });
	const width = 200;
	const slope = 0.4 / width;
	const image = { width, height: 8, data: Float32Array.from({ length: 3 * 8 * width }, (_, i) => (i % width) * slope) };
	const steepest = async (feather: number) => {
		const { data } = await upscale(session, image, { scale: 1, reach: 16, feather, tile: 50 });
		return Math.max(...Array.from({ length: width - 1 }, (_, x) => data[x + 1]! - data[x]!));
	};
	const step = (await steepest(0)) - slope;
	expect(step).toBeGreaterThan(20 * slope);
	expect((await steepest(16)) - slope).toBeLessThan((step / 32) * 1.01);
	await session.release();
});
