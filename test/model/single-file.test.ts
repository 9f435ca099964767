import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { compileTextEncoder, compileUnet, compileVaeDecoder, compileVaeEncoder } from '../../src/model/compile.ts';
import { ModelError } from '../../src/model/errors.ts';
import { hashModel, type ModelFolder, openModelFolder } from '../../src/model/folder.ts';
import type { CompiledGraph } from '../../src/model/graph.ts';
import { readLora } from '../../src/model/lora.ts';
import { publishedSettings } from '../../src/model/published.ts';
import { readTraining } from '../../src/model/single-file.ts';
import type { Weights } from '../../src/model/weights.ts';
import { openSession } from '../../src/pipeline/session.ts';
import { writeOriginalLayout } from './original-layout.ts';
import { copyOfTinyModel, editJson, golden, temporaryFolder, tinyModel } from './support.ts';

type Options = Parameters<typeof writeOriginalLayout>[2];

/** The small model as one file, beside nothing. */
async function singleFile(options: Options = {}): Promise<string> {
	const path = join(await temporaryFolder(), 'tiny.safetensors');
	await writeOriginalLayout(tinyModel, path, options);
	return path;
}

const openSingle = async (options: Options = {}) => openModelFolder(await singleFile(options), { settings: tinyModel });

/** What a network's tensors are: shapes, and hashes of their bytes in the order in which they are read. */
async function contents({ tensors, folder }: Weights): Promise<Record<string, string>> {
	const files = new Map<string, Buffer>();
	const entries: [string, string][] = [];
	for (const [name, { location, offset, byteLength, shape, transposed }] of tensors) {
		const file = files.get(location) ?? (await readFile(join(folder, location)));
		files.set(location, file);
		let bytes: Uint8Array = file.subarray(offset, offset + byteLength);
		if (transposed) {
			const halves = new Uint16Array(new Uint8Array(bytes).buffer);
			const [rows = 0, columns = 0] = shape;
			bytes = new Uint8Array(
				Uint16Array.from(halves, (_, i) => halves[(i % columns) * rows + Math.floor(i / columns)]!).buffer,
			);
		}
		entries.push([name, `${shape.join('x')} ${createHash('sha256').update(bytes).digest('hex')}`]);
	}
	return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const networks: Record<string, (folder: ModelFolder) => CompiledGraph> = {
	textEncoder: (folder) => compileTextEncoder(folder, 1, { compute: 'f32' }),
	textEncoder2: (folder) => compileTextEncoder(folder, 2, { compute: 'f32' }),
	unet: (folder) => compileUnet(folder, { compute: 'f32' }),
	vae: (folder) => compileVaeDecoder(folder, { compute: 'f32' }),
	'vae, encoding': (folder) => compileVaeEncoder(folder, { compute: 'f32' }),
};

test('one file in the original layout holds the same four networks as the folder, tensor for tensor', async () => {
	const [single, folder] = await Promise.all([openSingle(), openModelFolder(tinyModel)]);
	for (const part of ['textEncoder', 'textEncoder2', 'unet', 'vae'] as const)
		expect(await contents(single.weights[part]), part).toEqual(await contents(folder.weights[part]));
	expect(single).toMatchObject({ name: 'tiny', nativeSize: folder.nativeSize, sizeMultiple: folder.sizeMultiple });
});

test.for(Object.keys(networks))('%s compiles, and computes the same numbers', async (part) => {
	const feeds: Record<string, { data: Float32Array | BigInt64Array; dims: number[] }> = {};
	const results = [];
	for (const folder of [await openSingle(), await openModelFolder(tinyModel)]) {
		const graph = networks[part]!(folder);
		const session = await openSession(graph, { device: 'cpu' });
		onTestFinished(() => session.release());
		for (const { name, dims } of graph.inputs) {
			const sizes = dims.map((dim) => (typeof dim === 'number' ? dim : ({ batch: 1, tokens: 77 }[dim] ?? 16)));
			const length = sizes.reduce((a, b) => a * b, 1);
			feeds[name] ??= {
				data:
					name === 'input_ids'
						? BigInt64Array.from({ length }, (_, i) => BigInt(i))
						: Float32Array.from({ length }, (_, i) => Math.sin(i)),
				dims: sizes,
			};
		}
		results.push(await session.run(feeds));
	}
	expect(results[0]).toEqual(results[1]);
});

test('it is identified by the SHA-256 of the file, as on the sites that publish such files', async () => {
	const model = await openSingle();
	const sha256 = createHash('sha256')
		.update(await readFile(model.path))
		.digest('hex');
	expect(await hashModel(model)).toBe(sha256);
});

test('the folder of the same name beside it holds what else belongs to it', async () => {
	const path = await singleFile();
	const beside = path.replace('.safetensors', '');
	await cp(tinyModel, beside, { recursive: true, filter: (file) => !file.endsWith('.safetensors') });
	await mkdir(join(beside, 'loras'));
	await cp(join(golden, 'tiny-random/kohya_sgm.lora.safetensors'), join(beside, 'loras/ink.safetensors'));
	await writeFile(join(beside, 'recommended.json'), '{"steps": 9, "guidanceScale": 3, "sampler": "euler"}');
	const model = await openModelFolder(path);
	expect(model.recommended.steps).toBe(9);
	const [ink] = model.loras;
	const lora = await readLora(ink!.path, ink!.label, model);
	const graph = compileUnet(model, { compute: 'f32' }, [{ lora, weight: 1 }]);
	expect(graph.parameters).toBe(compileUnet(model, { compute: 'f32' }).parameters);
});

describe('what is no whole SDXL is refused, saying what it is', () => {
	const raw = (name: string) => ({ name, dtype: 'F16' as const, shape: [1], bytes: new Uint8Array(2) });
	test.for<[string, Options, RegExp]>([
		['nothing', { keep: () => false }, /without `model\.diffusion_model\.…` \(its first tensor is `none`\)/],
		[
			'Stable Diffusion 1',
			{ keep: (name) => !name.startsWith('conditioner'), extra: [raw('cond_stage_model.transformer.x')] },
			/it is a Stable Diffusion 1 or 2, which is another architecture/,
		],
		[
			"SDXL's refiner",
			{
				keep: (name) => !name.startsWith('conditioner'),
				extra: [raw('conditioner.embedders.0.model.ln_final.weight')],
			},
			/it is SDXL's refiner/,
		],
		[
			'a LoRA',
			{ keep: () => false, extra: [raw('lora_unet_mid_block_attentions_0_proj_in.lora_up.weight')] },
			/it is a LoRA, which belongs into the folder `loras`/,
		],
		[
			'a UNet with parts that SDXL has not',
			{ extra: [raw('model.diffusion_model.input_blocks.99.0.op.weight')] },
			/expected only parts of SDXL in the original layout, got `input_blocks\.99\.0\.op\.weight`/,
		],
		[
			'a text encoder with parts that it has not',
			{ extra: [raw('conditioner.embedders.1.model.transformer.resblocks.0.ln_9.weight')] },
			/got `transformer\.resblocks\.0\.ln_9\.weight`/,
		],
		[
			'without a VAE',
			{ keep: (name) => !name.startsWith('first_stage') },
			/expected a VAE in it .*: choose one with the setting VAE/,
		],
	])('%s', async ([, options, message]) => {
		const opening = openSingle(options);
		await expect(opening).rejects.toThrow(ModelError);
		await expect(opening).rejects.toThrow(message);
	});

	test('a file that is not there', async () => {
		await expect(openModelFolder('/nowhere/a.safetensors')).rejects.toThrow(
			'`a.safetensors`: expected this file, there is none',
		);
	});
});

describe('a file without settings is an SDXL as they are published', () => {
	test('with sizes, tokens and schedule of its kind', async () => {
		const settings = await publishedSettings({ predictionType: 'epsilon', zeroTerminalSnr: false });
		expect(settings.tokenizer.encode('a photo of a cat')).toEqual([49406, 320, 1125, 539, 320, 2368, 49407]);
		expect(settings.tokenizer.encode('Hello world!')).toEqual([49406, 3306, 1002, 256, 49407]);
		expect(settings.tokenizer.encodePadded('a').slice(1, 5)).toEqual([320, 49407, 49407, 49407]);
		expect(settings.tokenizer2.encodePadded('a').slice(1, 5)).toEqual([320, 49407, 0, 0]);
		expect(settings.scheduler).toMatchObject({ predictionType: 'epsilon', timestepSpacing: 'leading', stepsOffset: 1 });
		expect(settings.unetConfig.transformer_layers_per_block).toEqual([1, 2, 10]);
	});

	test('so a file of other sizes is refused, naming a tensor and both shapes', async () => {
		const model = await openModelFolder(await singleFile());
		expect(() => compileUnet(model, { compute: 'f32' })).toThrow(
			/expected tensor `.*` to have shape \[.*\], got \[.*\]/,
		);
	});

	test('but for how it was trained, which it marks', async () => {
		const mark = (name: string) => ({ name, dtype: 'F32' as const, shape: [], bytes: new Uint8Array(4) });
		const training = async (extra: ReturnType<typeof mark>[]) =>
			readTraining(await singleFile({ keep: () => false, extra }));
		expect(await training([])).toEqual({ predictionType: 'epsilon', zeroTerminalSnr: false });
		expect(await training([mark('v_pred')])).toEqual({ predictionType: 'v_prediction', zeroTerminalSnr: false });
		const both = await training([mark('v_pred'), mark('ztsnr')]);
		expect(both).toEqual({ predictionType: 'v_prediction', zeroTerminalSnr: true });
		expect((await publishedSettings(both)).scheduler).toMatchObject({
			predictionType: 'v_prediction',
			rescaleBetasZeroSnr: true,
			timestepSpacing: 'trailing',
		});
	});
});

describe("a VAE takes the place of the model's own", () => {
	const isVae = (name: string) => name.startsWith('first_stage_model.');

	test.for<[string, () => Promise<string>]>([
		['a folder of its own', async () => join(await copyOfTinyModel(), 'vae')],
		['a model folder that holds one', copyOfTinyModel],
		[
			"a file in diffusers' names",
			async () => join(await copyOfTinyModel(), 'vae/diffusion_pytorch_model.safetensors'),
		],
		['a file in the original names', () => singleFile({ keep: isVae })],
	])('%s', async ([, make]) => {
		const vae = await make();
		const own = await openModelFolder(tinyModel);
		const path = await singleFile({ keep: (name) => !isVae(name) });
		const model = await openModelFolder(path, { settings: tinyModel, vae });
		expect(await contents(model.weights.vae)).toEqual(await contents(own.weights.vae));
		expect(compileVaeDecoder(model, { compute: 'f32' }).parameters).toBeGreaterThan(0);
		const replaced = await openModelFolder(tinyModel, { vae });
		expect(await contents(replaced.weights.vae)).toEqual(await contents(own.weights.vae));
	});

	test('with its own amplitude, and another hash', async () => {
		const other = await copyOfTinyModel();
		await editJson(join(other, 'vae/config.json'), { scaling_factor: 0.5 });
		const model = await openModelFolder(tinyModel, { vae: other });
		expect(model.scalingFactor).toBe(0.5);
		const file = await singleFile({ keep: isVae });
		const hash = async (vae?: string) => hashModel(await openModelFolder(tinyModel, { vae }));
		expect(await hash(file)).not.toBe(await hash());
	});

	test.for<[string, (model: string) => Promise<unknown>, RegExp]>([
		[
			'of other latents',
			(model) => editJson(join(model, 'vae/config.json'), { latent_channels: 16 }),
			/expected a VAE for this model \(4 latent channels, 4 levels\), got 16/,
		],
		[
			'of other levels',
			(model) => editJson(join(model, 'vae/config.json'), { block_out_channels: [16, 32] }),
			/got 4 channels and 2 levels/,
		],
	])('not one %s', async ([, change, message]) => {
		const other = await copyOfTinyModel();
		await change(other);
		await expect(openModelFolder(tinyModel, { vae: other })).rejects.toThrow(message);
	});

	test('not one that is not there', async () => {
		await expect(openModelFolder(tinyModel, { vae: '/nowhere/vae' })).rejects.toThrow('expected a VAE, there is none');
	});
});
