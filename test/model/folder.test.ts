import { execFile } from 'node:child_process';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ModelError } from '../../src/model/errors.ts';
import { hashModel, openModelFolder } from '../../src/model/folder.ts';
import { copyOfTinyModel, demoModel, editJson, rewriteSafetensors, tinyModel } from './support.ts';

const unetFile = 'unet/diffusion_pytorch_model.safetensors';

test('what a model recommends and carries is read, and is usual where it is silent', async () => {
	const [demo, tiny] = await Promise.all([openModelFolder(demoModel), openModelFolder(tinyModel)]);
	expect(demo.recommended).toEqual({ steps: 20, guidanceScale: 2, sampler: 'euler-ancestral' });
	expect(tiny.recommended).toEqual({ steps: 28, guidanceScale: 7, sampler: 'euler-ancestral' });
	expect(demo.upscaler).toMatchObject({ name: 'SRVGGNetCompact-x4', scale: 4 });
	expect(tiny.upscaler).toBeUndefined();
	expect(demo.tagger?.tags).toBe(join(demoModel, 'tagger/selected_tags.csv'));
	expect(tiny.tagger).toBeUndefined();
	expect(demo.preview.bias).toEqual([0.61376, 0.54673, 0.52561]);
	expect(tiny.preview.factors).toHaveLength(4);
	expect(demo.scalingFactor).toBe(0.42779);
	expect(tiny.scalingFactor).toBe(0.13025);
	expect(demo).toMatchObject({ name: 'demo', nativeSize: 128, sizeMultiple: 32, vaeScaleFactor: 8 });
	expect(demo.forceZerosForEmptyPrompt).toBe(true);
});

describe('a folder is refused, naming the file', () => {
	test('if there is none', async () => {
		await expect(openModelFolder('/nowhere/at/all')).rejects.toThrow(
			"`/nowhere/at/all`: expected a model folder in diffusers' layout, there is none",
		);
	});

	test.for([
		'model_index.json',
		'unet/config.json',
		'vae/config.json',
		'text_encoder/config.json',
		'text_encoder_2/config.json',
		'scheduler/scheduler_config.json',
		'tokenizer/vocab.json',
		'tokenizer_2/merges.txt',
		'tokenizer/tokenizer_config.json',
		unetFile,
		'vae/diffusion_pytorch_model.safetensors',
		'text_encoder_2/model.safetensors',
	])('if %s is missing', async (file) => {
		const model = await copyOfTinyModel();
		await rm(join(model, file));
		const opening = openModelFolder(model);
		await expect(opening).rejects.toThrow(ModelError);
		await expect(opening).rejects.toThrow(new RegExp(`^\`${file}\`: expected .*there is none`));
	});

	test('if weights are truncated, before anything is computed', async () => {
		const model = await copyOfTinyModel();
		const { length } = await readFile(join(model, unetFile));
		await truncate(join(model, unetFile), length - 1000);
		await expect(openModelFolder(model)).rejects.toThrow(
			`\`${unetFile}\`: expected ${length} bytes, as its header says, got ${length - 1000}: it is truncated; download it again`,
		);
	});

	test('if weights are a text that git left in their place', async () => {
		const model = await copyOfTinyModel();
		await writeFile(join(model, unetFile), 'version https://git-lfs.github.com/spec/v1\n');
		await expect(openModelFolder(model)).rejects.toThrow(/expected a header of at most 100000000 bytes/);
	});

	test('if JSON is broken', async () => {
		const model = await copyOfTinyModel();
		await writeFile(join(model, 'vae/config.json'), '{"scaling_factor": ');
		await expect(openModelFolder(model)).rejects.toThrow(/^`vae\/config\.json`: expected JSON, got /);
	});
});

describe('a setting is refused, naming its key', () => {
	test.for<[string, Record<string, unknown>, string]>([
		[
			'model_index.json',
			{ _class_name: 'StableDiffusionPipeline' },
			'`_class_name`: only "StableDiffusionXLPipeline" is supported, got "StableDiffusionPipeline"',
		],
		[
			'unet/config.json',
			{ class_embed_type: 'timestep' },
			'`class_embed_type`: only null is supported, got "timestep"',
		],
		[
			'unet/config.json',
			{ down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D'] },
			'`down_block_types.1`: only "DownBlock2D" or "CrossAttnDownBlock2D" is supported, got "AttnDownBlock2D"',
		],
		[
			'unet/config.json',
			{ addition_embed_type: null },
			'`addition_embed_type`: only "text_time" (SDXL) is supported, got null',
		],
		['unet/config.json', { norm_num_groups: '32' }, '`norm_num_groups`: expected number, got "32"'],
		[
			'unet/config.json',
			{ attention_head_dim: [1, 2] },
			'`attention_head_dim`: expected as many entries as `block_out_channels` has, 3',
		],
		[
			'unet/config.json',
			{ cross_attention_dim: 81 },
			'expected `cross_attention_dim` to be 80 (the `hidden_size` of both text encoders), got 81',
		],
		[
			'vae/config.json',
			{ scaling_factor: undefined },
			'`scaling_factor`: expected a number: it is never guessed, got nothing',
		],
		['vae/config.json', { latents_mean: [0, 0, 0, 0] }, '`latents_mean`: only null is supported, got [0,0,0,0]'],
		[
			'text_encoder/config.json',
			{ hidden_act: 'relu' },
			'`hidden_act`: only "quick_gelu" or "gelu" is supported, got "relu"',
		],
		['scheduler/scheduler_config.json', { prediction_type: 'sample' }, '`prediction_type`: '],
	])('%s %o', async ([file, change, message]) => {
		const model = await copyOfTinyModel();
		await editJson(join(model, file), change);
		const opening = openModelFolder(model);
		await expect(opening).rejects.toThrow(ModelError);
		await expect(opening).rejects.toThrow(`\`${file}\`: `);
		await expect(opening).rejects.toThrow(message);
	});
});

describe('the hash of a model', () => {
	test('is the same wherever the model lies, and knows nothing of its settings', async () => {
		const model = await copyOfTinyModel();
		await editJson(join(model, 'scheduler/scheduler_config.json'), { steps_offset: 0 });
		const hash = await hashModel(await openModelFolder(model));
		expect(hash).toBe(await hashModel(await openModelFolder(tinyModel)));
		expect(hash).toMatch(/^[0-9a-f]{64}$/);
	});

	test('changes with one bit of one weight', async () => {
		const model = await copyOfTinyModel();
		let done = false;
		await rewriteSafetensors(join(model, 'vae/diffusion_pytorch_model.safetensors'), (_name, _info, bytes) => {
			if (done) return {};
			done = true;
			const changed = new Uint8Array(bytes);
			changed[0] = changed[0]! ^ 1;
			return { bytes: changed };
		});
		const hash = await hashModel(await openModelFolder(model));
		expect(hash).not.toBe(await hashModel(await openModelFolder(tinyModel)));
	});
});

test('a preview for another number of latent channels is refused', async () => {
	const model = await copyOfTinyModel();
	await writeFile(join(model, 'preview.json'), JSON.stringify({ factors: [[1, 1, 1]], bias: [0, 0, 0] }));
	await expect(openModelFolder(model)).rejects.toThrow(
		'`preview.json`: expected `factors` to have a row for each latent channel, 4, got 1',
	);
});

test('opening, hashing and compiling a model loads nothing native', async () => {
	const source = fileURLToPath(new URL('../../src/model', import.meta.url));
	const program = `
		const { openModelFolder, hashModel } = await import(${JSON.stringify(join(source, 'folder.ts'))});
		const { compileUnet } = await import(${JSON.stringify(join(source, 'compile.ts'))});
		const folder = await openModelFolder(${JSON.stringify(tinyModel)});
		await hashModel(folder);
		compileUnet(folder, { compute: 'f32' });
		console.log(process.report.getReport().sharedObjects.filter((name) => /onnxruntime|\\.node$/.test(name)).length);
	`;
	const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
	expect(stdout.trim()).toBe('0');
});
