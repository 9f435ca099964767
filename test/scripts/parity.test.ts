import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { findCases, readCase } from '../../scripts/parity/case.ts';
import { checkers, checkFolder } from '../../scripts/parity/check.ts';
import { relativeError } from '../../scripts/parity/error.ts';

const golden = fileURLToPath(new URL('../golden', import.meta.url));
const script = fileURLToPath(new URL('../../scripts/parity.ts', import.meta.url));
const tiny = join(golden, 'tiny-random/model');

async function folderOf(...files: string[]): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'atelier-parity-'));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	for (const file of files) await copyFile(join(golden, 'tiny-random', file), join(folder, file));
	return folder;
}

/** Changes the JSON of a case, keeping its length, so that the rest of the file stays as it is. */
async function editCase(path: string, from: string, to: string): Promise<void> {
	expect(to).toHaveLength(from.length);
	const bytes = await readFile(path);
	const at = bytes.indexOf(from);
	expect(at).toBeGreaterThan(0);
	bytes.write(to, at);
	await writeFile(path, bytes);
}

function parity(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
	return new Promise((done) => {
		execFile(process.execPath, [script, ...args], (error, stdout, stderr) =>
			done({ code: error ? Number(error.code) : 0, stdout, stderr }),
		);
	});
}

test('cases that agree are listed with their errors, and what is not covered fails only if asked to', async () => {
	const folder = await folderOf('text_encoder.safetensors', 'tokens.json', 'noise_0.safetensors');
	await copyFile(join(golden, 'demo/aesthetic.safetensors'), join(folder, 'aesthetic.safetensors'));
	const { code, stdout } = await parity(folder, '--model', tiny);
	expect(stdout).toMatch(/ok {3}text_encoder .* of 0\.0001/);
	expect(stdout).toMatch(/ok {3}tokens .* 0 of 0/);
	expect(stdout).toMatch(/-- {3}aesthetic .*not covered: the model has no aesthetic scorer/);
	expect(stdout).toContain('4 cases: 3 agree, 0 do not, 1 are not covered yet');
	expect(code).toBe(0);
	expect((await parity(folder, '--model', tiny, '--strict')).code).toBe(1);
});

test('every golden of this repository is of a kind that is checked', async () => {
	const cases = await Promise.all((await findCases(golden)).map((path) => readCase(path, golden)));
	expect(cases.filter(({ kind }) => checkers[kind] === undefined)).toEqual([]);
});

test('an upscaler in a file of its own needs no model', async () => {
	const folder = await folderOf();
	for (const file of ['first_x2.safetensors', 'first_x2.upscaler.safetensors'])
		await copyFile(join(golden, 'upscalers', file), join(folder, file));
	expect(await checkFolder(folder)).toMatchObject([{ name: 'first_x2', kind: 'upscaler_file', agrees: true }]);
});

test('a case beyond its tolerance fails', async () => {
	const folder = await folderOf('text_encoder.safetensors');
	const path = join(folder, 'text_encoder.safetensors');
	const bytes = await readFile(path);
	// the last number of the last output
	bytes.writeFloatLE(100, bytes.length - 4);
	await writeFile(path, bytes);
	const { code, stdout } = await parity(folder, '--model', tiny);
	expect(stdout).toMatch(/BAD {2}text_encoder/);
	expect(code).toBe(1);
});

test('a wanted NaN never agrees', () => {
	expect(relativeError(Float32Array.of(1), [Number.NaN])).toBeNaN();
	expect(relativeError(Float32Array.of(Number.NaN), [1])).toBeNaN();
	expect(relativeError(Float32Array.of(0, 0), [0, 0])).toBe(0);
	expect(relativeError(Float32Array.of(3, 4), [0, 0])).toBe(Number.POSITIVE_INFINITY);
	expect(relativeError(Float32Array.of(3, 5), [3, 4])).toBeCloseTo(0.2);
});

test('the demo model stands in where the model of a case is not in this repository, and that is said', async () => {
	const folder = await folderOf();
	await copyFile(join(golden, 'demo/vae_decode_2x8x20.safetensors'), join(folder, 'vae_decode.safetensors'));
	const said: string[] = [];
	const rows = await checkFolder(folder, { say: (line) => said.push(line) });
	expect(rows).toMatchObject([{ name: 'vae_decode', kind: 'vae_decode', agrees: true }]);
	expect(said).toHaveLength(1);
	expect(said[0]).toMatch(/does not exist: using `.*models\/demo` in its place/);
});

test('folders within are searched, models within are not, and what is no case is passed over', async () => {
	const folder = await folderOf('noise_0.safetensors', 'kohya.lora.safetensors');
	for (const within of ['within', 'some-model']) {
		await mkdir(join(folder, within));
		await copyFile(join(golden, 'tiny-random/noise_1.safetensors'), join(folder, within, 'noise_1.safetensors'));
	}
	await writeFile(join(folder, 'some-model/model_index.json'), '{}');
	const rows = await checkFolder(folder, { model: tiny });
	expect(rows.map(({ name }) => name)).toEqual(['noise_0', 'within/noise_1']);
});

test('a trajectory is checked in every step, and a scheduler or a setting that we lack is said', async () => {
	const folder = await folderOf(
		'trajectory_ddim.safetensors',
		'trajectory_dpmpp_2m.safetensors',
		'trajectory_euler_a_v.safetensors',
	);
	await editCase(join(folder, 'trajectory_ddim.safetensors'), '\\"clip_sample\\": false', '\\"clip_sample\\": true ');
	await editCase(join(folder, 'trajectory_dpmpp_2m.safetensors'), 'DPMSolverMultistep', 'DEISolverMultistep');
	const [ddim, other, euler] = await checkFolder(folder, { model: tiny });
	expect(ddim?.outcome).toEqual({ covered: false, reason: '`clip_sample` of `DDIMScheduler`' });
	expect(other?.outcome).toEqual({ covered: false, reason: 'scheduler `DEISolverMultistepScheduler`' });
	expect(euler?.agrees).toBe(true);
	const path = join(folder, 'trajectory_euler_a_v.safetensors');
	const bytes = await readFile(path);
	const length = Number(bytes.readBigUInt64LE());
	const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<
		string,
		{ data_offsets: [number, number] }
	>;
	// the first number of the first step: of all steps together it would be less than one in a thousand
	bytes.writeFloatLE(2, 8 + length + header['out.latents']!.data_offsets[0]);
	await writeFile(path, bytes);
	expect((await checkFolder(folder, { model: tiny }))[2]).toMatchObject({
		name: 'trajectory_euler_a_v',
		agrees: false,
	});
});

test.for<[string, (folder: string) => Promise<string[]>, RegExp]>([
	['no folder', async () => [], /^usage: /],
	['an unknown option', async (folder) => [folder, '--quick'], /--quick/],
	[
		'a folder that does not exist',
		async (folder) => [join(folder, 'none')],
		/expected a folder of cases, there is none/,
	],
	['a folder without cases', async (folder) => [folder], /expected at least one case, got none/],
	[
		'a case without its inputs',
		async (folder) => {
			await copyFile(join(golden, 'tiny-random/text_encoder.safetensors'), join(folder, 'a.safetensors'));
			await editCase(join(folder, 'a.safetensors'), 'in.input_ids', 'in.inputtids');
			return [folder, '--model', tiny];
		},
		/expected a tensor `in\.input_ids`, there is none/,
	],
	[
		'a case that does not say its model',
		async (folder) => {
			await copyFile(join(golden, 'tiny-random/text_encoder.safetensors'), join(folder, 'a.safetensors'));
			await editCase(join(folder, 'a.safetensors'), '\\"model\\"', '\\"modem\\"');
			return [folder];
		},
		/`model`: expected the folder or file of a model/,
	],
	[
		'a case that is no JSON',
		async (folder) => {
			await copyFile(join(golden, 'tiny-random/text_encoder.safetensors'), join(folder, 'a.safetensors'));
			await editCase(join(folder, 'a.safetensors'), '"kind', '"kin}'.replace('}', ':'));
			return [folder, '--model', tiny];
		},
		/a\.safetensors`: expected a case/,
	],
	[
		'a truncated case',
		async (folder) => {
			await writeFile(join(folder, 'a.safetensors'), 'short');
			return [folder];
		},
		/a\.safetensors`: expected at least the 8 bytes/,
	],
	[
		'broken tokens',
		async (folder) => {
			await writeFile(join(folder, 'tokens.json'), '[{"text": "a"}]');
			return [folder, '--model', tiny];
		},
		/tokens\.json`: expected a case, got: `0\.tokenizer`/,
	],
	[
		'a model that does not exist',
		async (folder) => {
			await copyFile(join(golden, 'tiny-random/text_encoder.safetensors'), join(folder, 'a.safetensors'));
			return [folder, '--model', join(folder, 'none')];
		},
		/expected its model .*there is none \(see --model\)/,
	],
])('%s is a wrong question: one line, exit 2', async ([, make, message]) => {
	const { code, stderr } = await parity(...(await make(await folderOf())));
	expect(stderr).toMatch(message);
	expect(stderr).not.toContain('    at ');
	expect(code).toBe(2);
});
