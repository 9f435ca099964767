import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { readEnvKey, writeEnvKey } from '../../scripts/model/env-file.ts';
import { FakeHub, filesIn, repo } from '../model/hub/fake-hub.ts';
import { golden, tinyModel } from '../model/support.ts';

vi.setConfig({ testTimeout: 60_000 });

const script = fileURLToPath(new URL('../../scripts/model.ts', import.meta.url));

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'atelier-shelf-'));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

function model(args: string[], env: Record<string, string> = {}) {
	return new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
		const { PATH = '' } = process.env;
		execFile(process.execPath, [script, ...args], { cwd: folder, env: { PATH, ...env } }, (error, stdout, stderr) =>
			done({ code: error ? Number(error.code) : 0, stdout, stderr }),
		);
	});
}

test('a model is fetched, listed, used, verified, found damaged, mended and removed', async () => {
	const hub = await FakeHub.start(await filesIn(tinyModel));
	const env = { HF_ENDPOINT: `${hub.endpoint}/` };
	await writeFile(join(folder, '.env'), '# mine\nDISCORD_TOKEN=secret\nMODEL_DIR=models/demo\nPORT=1\n');

	const pulled = await model(['pull', repo, '--use'], env);
	expect(pulled.stderr).toMatch(/^100 %/m);
	expect(pulled).toMatchObject({
		code: 0,
		stdout: expect.stringMatching(/18 files, 7\.1 MB\nmodels\/tiny-xl is ready\./),
	});
	expect(await readFile(join(folder, '.env'), 'utf8')).toBe(
		'# mine\nDISCORD_TOKEN=secret\nMODEL_DIR=models/tiny-xl\nPORT=1\n',
	);

	const own = join(folder, 'models/tiny-xl/loras');
	await mkdir(own);
	await writeFile(join(own, 'mine.txt'), 'not fetched');
	expect((await model(['list'])).stdout).toMatch(/^\* tiny-xl +model +7\.1 MB owner\/tiny-xl@c0ffee1$/m);
	expect(await model(['verify', 'tiny-xl'])).toMatchObject({
		code: 0,
		stdout: expect.stringMatching(/^ok {2}tiny-xl [0-9a-f]{64}$/m),
	});

	await truncate(join(folder, 'models/tiny-xl/vae/diffusion_pytorch_model.safetensors'), 5000);
	const damaged = await model(['verify']);
	expect(damaged.code).toBe(1);
	expect(damaged.stdout).toMatch(
		/^BAD tiny-xl: .*vae.diffusion_pytorch_model\.safetensors is damaged or was changed\.$/m,
	);
	expect(damaged.stdout).toMatch(/^BAD tiny-xl: .*it is truncated$/m);
	expect((await model(['pull', repo], env)).code).toBe(0);
	expect((await model(['verify'])).code).toBe(0);

	expect(await model(['remove', 'tiny-xl', '--yes'])).toMatchObject({
		code: 2,
		stderr: expect.stringMatching(/the one that \.env names/),
	});
	await writeEnvKey(join(folder, '.env'), 'MODEL_DIR', 'models/demo');
	expect(await model(['remove', 'tiny-xl'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/add --yes/) });
	const removed = await model(['remove', 'tiny-xl', '--yes']);
	expect(removed.stdout).toMatch(/is deleted\. What else lies in .*tiny-xl was left there\./);
	expect([...(await filesIn(join(folder, 'models'))).keys()]).toEqual(['tiny-xl/loras/mine.txt']);
});

test('a model is offered beside the one in use, listed so, and not removed before it is withdrawn', async () => {
	const hub = await FakeHub.start(await filesIn(tinyModel));
	const env = { HF_ENDPOINT: hub.endpoint };
	await writeFile(join(folder, '.env'), 'MODELS=/data/other.safetensors\n');
	expect((await model(['pull', repo], env)).stdout).toMatch(/beside the model in use: npm run model -- offer tiny-xl/);
	expect((await model(['offer', 'tiny-xl'])).stdout).toMatch(/MODELS=\/data\/other\.safetensors, tiny-xl now/);
	expect(await model(['offer', 'tiny-xl'])).toMatchObject({ code: 0 });
	expect(await readEnvKey(join(folder, '.env'), 'MODELS')).toBe('/data/other.safetensors, tiny-xl');
	expect((await model(['list'])).stdout).toMatch(/^\+ tiny-xl +model/m);
	expect(await model(['remove', 'tiny-xl', '--yes'])).toMatchObject({
		code: 2,
		stderr: expect.stringMatching(/npm run model -- withdraw tiny-xl/),
	});
	expect((await model(['withdraw', 'tiny-xl'])).code).toBe(0);
	expect(await readEnvKey(join(folder, '.env'), 'MODELS')).toBe('/data/other.safetensors');
	expect((await model(['remove', 'tiny-xl', '--yes'])).code).toBe(0);
});

test('a VAE is fetched and chosen; a decoder of previews is used from where it lies', async () => {
	const vae = await FakeHub.start(await filesIn(join(tinyModel, 'vae')));
	const pulled = await model(['pull', repo, '--use'], { HF_ENDPOINT: vae.endpoint });
	expect(pulled).toMatchObject({ code: 0, stdout: expect.stringMatching(/\.env says VAE=models\/tiny-xl now/) });
	const tiny = await FakeHub.start(await filesIn(join(golden, 'preview-decoder')));
	const decoder = await model(['pull', repo, '--to', 'more'], { HF_ENDPOINT: tiny.endpoint });
	expect(decoder.stdout).toMatch(/Previews are made with it/);
	expect([...(await filesIn(join(folder, 'more/tiny-xl'))).keys()]).not.toContain('decode.safetensors');
	expect((await model(['verify'])).stdout).toBe('ok  tiny-xl\n');
	expect((await model(['verify', '--to', 'more'])).stdout).toBe('ok  tiny-xl\n');
	expect(await model(['use', 'tiny-xl', '--to', 'more'])).toMatchObject({
		code: 2,
		stderr: expect.stringMatching(/used from where it lies/),
	});
});

test('what was not fetched is never deleted', async () => {
	await cp(tinyModel, join(folder, 'models/own'), { recursive: true });
	const { code, stderr } = await model(['remove', 'own', '--yes']);
	expect(stderr).toMatch(/was not fetched by npm run model\. Delete it by hand\./);
	expect(code).toBe(2);
	expect(await readdir(join(folder, 'models/own'))).toContain('unet');
});

test('a pull that ended in the middle can be taken up, and removed', async () => {
	const hub = await FakeHub.start(await filesIn(tinyModel));
	hub.before = (_, response, path) => {
		if (!path.includes('/resolve/') || !path.includes('unet/diff')) return false;
		response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
		return true;
	};
	const env = { HF_ENDPOINT: hub.endpoint };
	expect(await model(['pull', repo], env)).toMatchObject({
		code: 2,
		stderr: expect.stringMatching(/lost a file while it was fetched/),
	});
	expect((await model(['verify'])).code).toBe(1);
	expect((await model(['remove', 'tiny-xl', '--yes'])).code).toBe(0);
	expect([...(await filesIn(join(folder, 'models'))).keys()]).toEqual([]);
});

describe('a wrong question is one line and exit 2', () => {
	test.for<[string[], Record<string, string>, RegExp]>([
		[[], {}, /^usage: /],
		[['pull'], {}, /^usage: /],
		[['fetch', 'a/b'], {}, /^usage: /],
		[['list', '--fast'], {}, /--fast/],
		[['verify', 'x'], {}, /^There is no "x" in models\. There is nothing\.$/m],
		[['pull', 'x', '--to', 'm'], {}, /"x" is no model/],
		[['pull', 'a/b'], { HF_ENDPOINT: 'huggingface.co' }, /^HF_ENDPOINT = "huggingface\.co"/],
		[['pull', 'a/b'], { HF_ENDPOINT: 'http://127.0.0.1:9' }, /^127\.0\.0\.1:9 cannot be reached/],
	])('%j', async ([args, env, message]) => {
		const { code, stderr } = await model(args, env);
		expect(stderr).toMatch(message);
		expect(stderr).not.toContain('    at ');
		expect(code).toBe(2);
	});
});

test('a key of .env is set in its place, and everything else stays', async () => {
	const path = join(folder, '.env');
	await writeEnvKey(path, 'A', 'one');
	expect(await readFile(path, 'utf8')).toBe('A=one\n');
	await writeFile(path, '#A=0\nA="old one"\nAB=2\nB=3');
	expect(await readEnvKey(path, 'A')).toBe('old one');
	await writeEnvKey(path, 'A', 'with blank');
	await writeEnvKey(path, 'C', '4');
	expect(await readFile(path, 'utf8')).toBe('#A=0\nA="with blank"\nAB=2\nB=3\nC=4\n');
	expect(await readEnvKey(path, 'A')).toBe('with blank');
	expect(await readEnvKey(path, 'Z')).toBeUndefined();
});
