import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openModelFolder } from '../../../src/model/folder.ts';
import { Hub, HubError } from '../../../src/model/hub/client.ts';
import { type PullOptions, pull } from '../../../src/model/hub/pull.ts';
import { readRecord } from '../../../src/model/hub/record.ts';
import { temporaryFolder, tinyModel } from '../support.ts';
import { commit, FakeHub, filesIn, repo } from './fake-hub.ts';

async function setUp(files: Map<string, Buffer> | Record<string, string>, token?: string) {
	const fake = await FakeHub.start(files);
	const models = join(await temporaryFolder(), 'models');
	const plans: { files: number; bytes: number; bytesThere: number }[] = [];
	const progress: number[] = [];
	const get = (changes: Partial<PullOptions> = {}) =>
		pull(new Hub({ endpoint: fake.endpoint, token, silenceMs: 5000 }), {
			models,
			repo,
			revision: 'main',
			attempts: 2,
			retryMs: 1,
			silenceMs: 5000,
			onStart: (plan) => plans.push(plan),
			onProgress: (bytes) => progress.push(bytes),
			...changes,
		});
	return { fake, models, plans, progress, get };
}

/** The small model as authors publish theirs: in two precisions, as pickles too, with things for other programs. */
async function published(): Promise<Map<string, Buffer>> {
	const files = await filesIn(tinyModel);
	for (const [path, body] of [...files]) {
		if (!path.endsWith('.safetensors')) continue;
		files.set(path.replace('.safetensors', '.fp16.safetensors'), body);
		files.set(path.replace('.safetensors', '.bin'), Buffer.from('a pickle'));
		files.set(path.replace(/[^/]+$/, 'model.onnx'), Buffer.from('another format'));
	}
	files.set('LICENSE.md', Buffer.from('Be kind.'));
	files.set('whole-model.safetensors', Buffer.alloc(5000));
	files.set('unet/../../../evil', Buffer.from('x'));
	return files;
}

test('a model in folders arrives ready for use, without anything that is not needed', async () => {
	const { fake, models, plans, progress, get } = await setUp(await published());
	fake.pageSize = 7;
	const { name, record } = await get();
	expect(name).toBe('tiny-xl');
	const there = [...(await filesIn(join(models, name))).keys()].sort();
	const weights = there.filter((path) => path.endsWith('.safetensors'));
	expect(weights).toHaveLength(4);
	expect(weights.every((path) => path.endsWith('.fp16.safetensors'))).toBe(true);
	expect(there.filter((path) => !/\.(?:json|txt|safetensors)$/.test(path))).toEqual(['LICENSE.md']);
	expect(await readdir(join(models, '..'))).toEqual(['models']);
	expect((await openModelFolder(join(models, name))).name).toBe('tiny-xl');
	expect(record).toMatchObject({ repo, commit, kind: 'model', use: 'tiny-xl' });
	expect(plans).toEqual([expect.objectContaining({ files: there.length - 1, bytesThere: 0 })]); // but for the record
	expect(progress.at(-1)).toBe(plans[0]!.bytes);
});

test('a second pull fetches only what is missing or damaged', async () => {
	const { fake, models, plans, get } = await setUp(await published());
	await get();
	const lost = 'vae/diffusion_pytorch_model.fp16.safetensors';
	await rm(join(models, 'tiny-xl', lost));
	fake.asked.length = 0;
	await get();
	expect(fake.asked.filter(({ path }) => path.includes('/resolve/')).map(({ path }) => path)).toEqual([
		`/${repo}/resolve/${commit}/${lost}`,
	]);
	expect(plans[1]!.bytes - plans[1]!.bytesThere).toBe((await readFile(join(models, 'tiny-xl', lost))).length);
});

test('without a 16-bit variant the plain one is taken, and shards with their index', async () => {
	const files = await filesIn(tinyModel);
	const unet = 'unet/diffusion_pytorch_model';
	files.delete(`${unet}.safetensors`);
	files.set(`${unet}.safetensors.index.json`, Buffer.from('{"weight_map": {}}'));
	for (const i of [1, 2]) files.set(`${unet}-0000${i}-of-00002.safetensors`, Buffer.from(`shard ${i}`));
	const { models, get } = await setUp(files);
	await get();
	const there = [...(await filesIn(join(models, 'tiny-xl'))).keys()];
	expect(there.filter((path) => path.startsWith('unet/')).sort()).toEqual([
		'unet/config.json',
		`${unet}-00001-of-00002.safetensors`,
		`${unet}-00002-of-00002.safetensors`,
		`${unet}.safetensors.index.json`,
	]);
	expect(there).toContain('vae/diffusion_pytorch_model.safetensors');
});

test.for<[string, Record<string, string>, Partial<PullOptions>, string, string[]]>([
	['a checkpoint', { 'x.safetensors': 'w', 'x.ckpt': 'p' }, {}, 'checkpoint', ['x.safetensors', 'x/pulled.json']],
	[
		'one of several',
		{ 'a.safetensors': '1', 'b.safetensors': '2' },
		{ file: 'b.safetensors' },
		'checkpoint',
		['b.safetensors', 'b/pulled.json'],
	],
	['a LoRA', { 'ink.safetensors': '1' }, { lora: true }, 'lora', ['loras/ink.safetensors', 'loras/ink/pulled.json']],
	[
		'a tagger',
		{ 'model.onnx': '1', 'selected_tags.csv': '2', 'model.safetensors': '3', 'config.json': '4' },
		{},
		'tagger',
		['tiny-xl/model.onnx', 'tiny-xl/pulled.json', 'tiny-xl/selected_tags.csv'],
	],
	[
		'an aesthetic scorer',
		{ 'config.json': '1', 'preprocessor_config.json': '2', 'model.safetensors': '3', 'pytorch_model.bin': '4' },
		{},
		'scorer',
		['config.json', 'model.safetensors', 'preprocessor_config.json', 'pulled.json'].map((file) => `tiny-xl/${file}`),
	],
])('%s is known by its files', async ([, files, changes, kind, there]) => {
	const { models, get } = await setUp(files);
	expect((await get(changes)).record.kind).toBe(kind);
	expect([...(await filesIn(models)).keys()].sort()).toEqual(there);
});

describe('is refused in words that say what to do', () => {
	const refuse = async (status: number, headers: Record<string, string>, token?: string) => {
		const { fake, get } = await setUp({ 'x.safetensors': 'w' }, token);
		fake.before = (_, response) => {
			response.writeHead(status, headers).end();
			return true;
		};
		return get().then(
			() => 'it worked',
			(error: unknown) => {
				expect(error).toBeInstanceOf(HubError);
				return (error as Error).message;
			},
		);
	};

	test.for<[string, number, string, string | undefined, RegExp]>([
		[
			'a licence to accept',
			401,
			'GatedRepo',
			undefined,
			/only to those who accept its licence\. Accept it at .*owner\/tiny-xl, then set HF_TOKEN/,
		],
		['an account that is not let in', 403, 'GatedRepo', 'hf_x', /account of HF_TOKEN has not been let in/],
		['no such repository', 404, 'RepoNotFound', undefined, /There is no model owner\/tiny-xl at .*, or it is private/],
		['the same, as the hub words it to strangers', 401, 'RepoNotFound', undefined, /There is no model owner\/tiny-xl/],
		['no such revision', 404, 'RevisionNotFound', undefined, /no such revision/],
		['a token that is void', 401, '', 'hf_old', /does not accept HF_TOKEN/],
		['a hub that is overloaded', 429, '', undefined, /overloaded or broken/],
		['anything else', 418, '', undefined, /answers with status 418/],
	])('%s', async ([, status, code, token, message]) => {
		expect(await refuse(status, code === '' ? {} : { 'x-error-code': code }, token)).toMatch(message);
	});

	test('a hub that is away', async () => {
		const hub = new Hub({ endpoint: 'http://127.0.0.1:9', token: undefined, silenceMs: 1000 });
		await expect(hub.list(repo, 'main')).rejects.toThrow(
			/^127\.0\.0\.1:9 cannot be reached \(.+\)\. Check the connection, or name a mirror in HF_ENDPOINT\.$/,
		);
	});

	test('something that is no hub', async () => {
		const { fake, get } = await setUp({});
		fake.before = (_, response) => {
			response.end('<html>Welcome to the hotel</html>');
			return true;
		};
		await expect(get()).rejects.toThrow(/cannot be read: is it a Hugging Face hub\?/);
	});

	test('a list without end', async () => {
		const { fake, get } = await setUp({});
		fake.before = (request, response, path) => {
			if (!path.includes('/tree/')) return false;
			response.setHeader('link', `<${fake.endpoint}${request.url}>; rel="next"`).end('[]');
			return true;
		};
		await expect(get()).rejects.toThrow(/has no end/);
	});

	test('a disk without room, before anything is written', async () => {
		const { models, fake, get } = await setUp({ 'x.safetensors': 'w' });
		fake.lies['x.safetensors'] = { size: 7e9 };
		fake.largeFrom = 0;
		await expect(get({ freeBytes: async () => 3e9 })).rejects.toThrow(
			new RegExp(`^owner/tiny-xl needs 7\\.0 GB more, and 3\\.0 GB are free at ${RegExp.escape(models)}\\. Make room`),
		);
		expect(await readdir(models)).toEqual([]);
	});

	test.for<[string, Record<string, string>, RegExp]>([
		['nothing of use', { 'README.md': 'x' }, /holds no model that can be used/],
		['pickles only', { 'pytorch_model.bin': 'x' }, /only as pickles \(pytorch_model\.bin\), which can run code/],
		[
			'a choice',
			{ 'a.safetensors': '1', 'b.safetensors': '2' },
			/several files: a\.safetensors, b\.safetensors\. Choose one with --file/,
		],
		['half a model', { 'model_index.json': '{}' }, /lacks scheduler\/scheduler_config\.json, so it is no whole SDXL/],
		[
			'a hidden or odd path',
			{ '.x.safetensors': '1', 'a/b.safetensors': '2', 'c\\d.safetensors': '3' },
			/holds no model that can be used/,
		],
	])('%s', async ([, files, message]) => {
		const { get } = await setUp(files);
		await expect(get()).rejects.toThrow(message);
	});

	test('a network of which only pickles are there', async () => {
		const files = await filesIn(tinyModel);
		files.delete('unet/diffusion_pytorch_model.safetensors');
		files.set('unet/diffusion_pytorch_model.bin', Buffer.from('x'));
		const { get } = await setUp(files);
		await expect(get()).rejects.toThrow(/only as pickles \(unet\/diffusion_pytorch_model\.bin\)/);
	});

	test('another repository whose folder would be the same', async () => {
		const { fake, models, get } = await setUp({ 'x.safetensors': 'w' });
		await get();
		const path = join(models, 'x/pulled.json');
		await writeFile(path, (await readFile(path, 'utf8')).replace(repo, 'other/tiny-xl'));
		await expect(get()).rejects.toThrow(/x is other\/tiny-xl already\. Remove it first/);
		expect(fake.contentRequests('x.safetensors')).toHaveLength(1);
	});

	test('a record that leads out of the folder', async () => {
		const { models, get } = await setUp({ 'x.safetensors': 'w' });
		await get();
		const path = join(models, 'x/pulled.json');
		for (const evil of ['../x', '/etc/passwd', 'a/../../b', 'C:\\\\x']) {
			const text = (await readFile(path, 'utf8')).replace(/"path": ".*"/, `"path": "${evil}"`);
			await writeFile(path, text);
			await expect(readRecord(models, 'x')).rejects.toThrow(/expected a path within the folder/);
		}
	});

	test.for(['tiny-xl', 'a/b/c', '../x', 'a/..', 'https://huggingface.co/a/b', 'a b/c'])(
		'the name %s',
		async (wrong) => {
			const { fake, get } = await setUp({});
			await expect(get({ repo: wrong })).rejects.toThrow(HubError);
			expect(fake.asked.length).toBeLessThan(2);
		},
	);
});
