import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { relativeError } from '../../scripts/parity/error.ts';
import { compileUpscalerFile, findUpscalers, readUpscalerFile } from '../../src/model/upscaler-files.ts';
import { openSession } from '../../src/pipeline/session.ts';
import { demoModel, goldenTolerance, readGolden, rewriteSafetensors } from './support.ts';

const goldens = fileURLToPath(new URL('../golden/upscalers', import.meta.url));
const fileOf = (name: string) => join(goldens, `${name}.upscaler.safetensors`);

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'atelier-upscalers-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('an ESRGAN is known by its tensors and computes what torch does', () => {
	test.for([
		['x4', 4],
		['x2', 2],
		['x1', 1],
		['first_x4', 4],
		['first_x2', 2],
		['first_x1', 1],
		['trunk_x4', 4],
	] as const)('%s', async ([name, scale]) => {
		const upscaler = await readUpscalerFile(fileOf(name));
		expect(upscaler).toMatchObject({ architecture: 'rrdb', scale, config: { features: 4, growth: 3, blocks: 2 } });
		const session = await openSession(compileUpscalerFile('upscaler', upscaler, { compute: 'f32' }), { device: 'cpu' });
		const { inputs, outputs } = await readGolden(`upscalers/${name}.safetensors`);
		const { data, dims } = inputs.get('image')!;
		const got = (await session.run({ image: { data: data as Float32Array, dims } })).upscaled!;
		const wanted = outputs.get('image')!;
		expect(got.dims).toEqual(wanted.dims);
		expect(relativeError(got.data, wanted.data as Float32Array)).toBeLessThan(goldenTolerance);
		await session.release();
	});
});

test('a compact upscaler is known by its tensors alone', async () => {
	const path = join(folder, 'compact.safetensors');
	await cp(join(demoModel, 'upscaler/model.safetensors'), path);
	const { config, scale, architecture } = await readUpscalerFile(path);
	expect({ architecture, scale }).toEqual({ architecture: 'srvgg', scale: 4 });
	expect(config).toMatchObject({ num_in_ch: 3, num_out_ch: 3, upscale: 4 });
});

test.for([
	['of another architecture', (name: string) => `layers.${name}`, /expected an upscaler of the architecture SRVGG/],
	['without a layer', (name: string) => (name === 'conv_hr.bias' ? undefined : name), /expected tensor `conv_hr.bias`/],
	['with one more', (name: string) => (name === 'conv_last.bias' ? 'surplus.bias' : name), /conv_last.bias/],
] as const)('a file %s is refused', async ([what, rename, says]) => {
	const path = join(folder, `${what.replaceAll(' ', '-')}.safetensors`);
	await cp(fileOf('x4'), path);
	await rewriteSafetensors(path, (name) => {
		const to = rename(name);
		return to === undefined ? undefined : { name: to };
	});
	const compiled = readUpscalerFile(path).then((it) => compileUpscalerFile('upscaler', it, { compute: 'f32' }));
	await expect(compiled).rejects.toThrow(says);
});

test('upscalers are the files of a folder, by name, and a folder that is not there holds none', async () => {
	expect(await findUpscalers(join(folder, 'nowhere'))).toEqual([]);
	const shelf = await mkdtemp(join(folder, 'shelf-'));
	for (const file of ['b.onnx', 'a.safetensors', 'notes.txt']) await writeFile(join(shelf, file), '');
	expect(await findUpscalers(shelf)).toEqual([
		{ name: 'a', path: join(shelf, 'a.safetensors') },
		{ name: 'b', path: join(shelf, 'b.onnx') },
	]);
});
