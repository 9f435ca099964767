import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { readCarried, readPasted } from '../../src/images/carried/index.ts';
import { readTexts, textLimits } from '../../src/images/carried/texts.ts';
import { readParametersText } from '../../src/images/carried/webui.ts';
import { addBlocksToWebp, buildExif } from '../../src/images/exif.ts';
import { embedRecipe, parametersText } from '../../src/images/metadata.ts';
import { addPngTexts } from '../../src/images/png.ts';
import { samplerNames, samplers } from '../../src/pipeline/samplers/index.ts';
import { type Recipe, recipeSchema } from '../../src/recipe.ts';
import { gradient, originOf } from './support.ts';

const size = { width: 16, height: 24 };
const plain = sharp(gradient(size.width, size.height).data, { raw: { ...size, channels: 3 } });
const [png, webp, jpeg] = await Promise.all([
	plain.clone().png().toBuffer(),
	plain.clone().webp().toBuffer(),
	plain.clone().jpeg().toBuffer(),
]);
const withText = (keyword: string, text: string) => addPngTexts(png, [{ keyword, text }]);

const oneLine = fc
	.string({ unit: 'grapheme', minLength: 1, maxLength: 80 })
	.map((text) => text.replace(/[\s<>]+/g, ' ').trim())
	.filter((text) => text !== '' && !text.startsWith('Negative prompt:'));
const sha256 = fc.stringMatching(/^[0-9a-f]{64}$/);
const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,12}$/);
const recipes: fc.Arbitrary<Recipe> = fc
	.record(
		{
			prompt: oneLine,
			negative: fc.option(oneLine),
			syntax: fc.constantFrom('plain', 'webui', 'compel'),
			clipSkip: fc.integer({ min: 3, max: 12 }),
			loras: fc.uniqueArray(fc.record({ name, sha256, weight: fc.constantFrom(0.8, 1, -0.5) }), {
				minLength: 1,
				maxLength: 3,
				selector: (lora) => lora.name,
			}),
			embeddings: fc.uniqueArray(fc.record({ name, sha256 }), { minLength: 1, maxLength: 2, selector: (e) => e.name }),
			width: fc.integer({ min: 8, max: 4096 }),
			height: fc.integer({ min: 8, max: 4096 }),
			steps: fc.integer({ min: 1, max: 50 }),
			guidanceScale: fc.constantFrom(1, 2.5, 7),
			sampler: fc.constantFrom(...samplerNames),
			schedule: fc.nat(20),
			random: fc.constant('philox' as const),
			seeds: fc.tuple(fc.maxSafeNat()),
			model: sha256,
		},
		{
			requiredKeys: [
				'prompt',
				'negative',
				'syntax',
				'width',
				'height',
				'steps',
				'guidanceScale',
				'sampler',
				'seeds',
				'model',
			],
		},
	)
	.map(({ schedule, ...rest }) => {
		const { schedules } = samplers[rest.sampler];
		const chosen = schedule === undefined ? undefined : schedules[schedule % Math.max(1, schedules.length)];
		return recipeSchema.parse({ version: 1, ...rest, ...(chosen && { schedule: chosen }) });
	});

describe('what we write', () => {
	test('reads back as the same recipe, from every format', () => {
		fc.assert(
			fc.property(recipes, fc.constantFrom('png', 'webp', 'jpeg'), (recipe, format) => {
				const file = embedRecipe({ png, webp, jpeg }[format], format, size, { recipe, modelName: 'demo' });
				expect(readCarried(file)).toEqual({ tool: 'atelier', recipe, unknown: {} });
			}),
			{ numRuns: 150 },
		);
	});

	test('says the same in the text that other tools read, but for full hashes', () => {
		fc.assert(
			fc.property(recipes, (recipe) => {
				const { version: _, loras, embeddings, model, ...same } = recipe;
				const short = (files: readonly { name: string; sha256: string }[]) =>
					files.map(({ sha256: hash, ...rest }) => ({ ...rest, hash: hash.slice(0, 10) }));
				expect(readParametersText(parametersText({ recipe, modelName: 'demo: ×4, "x"' }))).toEqual({
					tool: 'atelier',
					recipe: {
						...same,
						model: model.slice(0, 10),
						modelName: 'demo: ×4, "x"',
						...(loras && { loras: short(loras) }),
						...(embeddings && { embeddings: short(embeddings) }),
					},
					unknown: {},
				});
			}),
			{ numRuns: 300 },
		);
	});

	test('keeps the second pass', () => {
		const hires = { scale: 1.5, strength: 0.55 };
		const origin = originOf({ width: 1248, height: 1824, hires });
		expect(parametersText(origin)).toContain('Size: 832x1216,');
		expect(readParametersText(parametersText(origin))?.recipe).toMatchObject({ width: 1248, height: 1824, hires });
	});
});

const webuiText = [
	'1girl, (blue hair:1.2), <lora:ink_v2:0.7>',
	'second line: with a colon',
	'Negative prompt: lowres, (bad)',
	'[abstract]',
	'Steps: 28, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 1234, Size: 832x1216, Model hash: e3c47aedb0, Model: animagine-xl-3.1, VAE hash: 63aeecb90f, Denoising strength: 0.55, Clip skip: 2, Hires upscale: 1.5, Hires upscaler: Latent (nearest-exact), Lora hashes: "ink_v2: 1234567890ab, old: ffffffffffff", TI hashes: "easynegative: c74b4e810b03", Extra: "a, \\"b\\": c", Version: v1.10.1',
].join('\n');
const webuiRecipe = {
	prompt: '1girl, (blue hair:1.2),\nsecond line: with a colon',
	negative: 'lowres, (bad)\n[abstract]',
	syntax: 'webui',
	loras: [{ name: 'ink_v2', hash: '1234567890ab', weight: 0.7 }],
	embeddings: [{ name: 'easynegative', hash: 'c74b4e810b03' }],
	steps: 28,
	sampler: 'dpmpp-2m',
	schedule: 'karras',
	guidanceScale: 7,
	seeds: [1234],
	width: 1248,
	height: 1824,
	hires: { scale: 1.5, strength: 0.55 },
	model: 'e3c47aedb0',
	modelName: 'animagine-xl-3.1',
	random: 'philox',
};
const webuiUnknown = {
	Version: 'v1.10.1',
	'VAE hash': '63aeecb90f',
	'Lora hashes': { old: 'ffffffffffff' },
	Extra: 'a, "b": c',
};

describe('WebUI', () => {
	test('is mapped whole: what has no place in a recipe is listed', () => {
		const { prompt, ...rest } = webuiRecipe;
		const read = readCarried(withText('parameters', webuiText))!;
		expect(read).toMatchObject({ tool: 'webui', recipe: rest, unknown: webuiUnknown });
		expect(read.recipe.prompt!.replace(/\s+/g, ' ')).toBe(prompt.replace(/\s+/g, ' '));
		expect(Object.keys(read.unknown).toSorted()).toEqual(Object.keys(webuiUnknown).toSorted());
	});

	test.for<[string, () => Uint8Array]>([
		['zTXt', () => withChunk('zTXt', Buffer.concat([Buffer.from('parameters\0\0'), deflateSync(webuiText)]))],
		['iTXt', () => withChunk('iTXt', Buffer.from(`parameters\0\0\0\0\0${webuiText}`))],
		[
			'packed iTXt',
			() => withChunk('iTXt', Buffer.concat([Buffer.from('parameters\0\x01\0de\0Werte\0'), deflateSync(webuiText)])),
		],
		[
			'EXIF in WebP',
			() => addBlocksToWebp(webp, { exif: buildExif({ description: '', comment: webuiText }), xmp }, size),
		],
		['EXIF in PNG', () => withChunk('eXIf', buildExif({ description: '', comment: webuiText }))],
		['EXIF of the other byte order', () => withChunk('eXIf', littleComment(webuiText))],
		['behind the pixels', () => withChunk('tEXt', Buffer.from(`parameters\0${webuiText}`), true)],
	])('is found in %s', ([, file]) => {
		expect(readCarried(file())).toEqual(readCarried(withText('parameters', webuiText)));
	});

	test.for([
		['Sampler: Euler a, ', 'euler-ancestral', 'normal'],
		['Sampler: DPM++ 2M SDE Karras, ', 'dpmpp-2m-sde', 'karras'],
		['Sampler: DPM++ 2M, Schedule type: Automatic, ', 'dpmpp-2m', 'karras'],
		['Sampler: DPM++ 2M SDE, Schedule type: Automatic, ', 'dpmpp-2m-sde', 'exponential'],
		['Sampler: DDIM, ', 'ddim', 'leading'],
		['Sampler: Euler, Schedule type: SGM Uniform, ', 'euler', 'sgm-uniform'],
	] as const)('%s→ %s, %s', ([said, sampler, schedule]) => {
		const read = readParametersText(`a\nSteps: 20, ${said}CFG scale: 7, Seed: 1`);
		expect(read?.recipe).toMatchObject({ sampler, schedule, negative: '' });
		expect(read?.unknown).toEqual({});
	});

	test('what our samplers and second pass are not stays unknown, and a strength alone is that of a redrawing', () => {
		const other = readParametersText(
			'a\nSteps: 20, Sampler: DPM adaptive, Schedule type: Beta, CFG scale: 7, Seed: -5, Size: big, Denoising strength: 0.4, Hires upscale: 2, Hires upscaler: R-ESRGAN 4x+',
		)!;
		expect(other.recipe).toEqual({
			prompt: 'a',
			negative: '',
			syntax: 'webui',
			steps: 20,
			guidanceScale: 7,
			random: 'philox',
		});
		expect(other.unknown).toEqual({
			Sampler: 'DPM adaptive',
			'Schedule type': 'Beta',
			Seed: [-5],
			Size: 'big',
			'Hires upscale': 2,
			'Denoising strength': 0.4,
			'Hires upscaler': 'R-ESRGAN 4x+',
		});
		expect(readParametersText('a\nSteps: 20, CFG scale: 7, Denoising strength: 0.4')?.recipe).toMatchObject({
			strength: 0.4,
		});
	});

	test('a LoRA with two weights keeps the first, and says so', () => {
		const read = readParametersText('a <lora:ink:0.5:0.9>\nSteps: 20, CFG scale: 7, Seed: 1');
		expect(read?.recipe).toMatchObject({ prompt: 'a', loras: [{ name: 'ink', weight: 0.5 }] });
		expect(read?.unknown).toEqual({ 'Lora ink': '<lora:ink:0.5:0.9>' });
	});

	test('a text without settings is no recipe', () => {
		for (const text of ['', 'hello', 'a\nNegative prompt: b', 'Steps: 1, Seed: 2'])
			expect(readParametersText(text)).toBeUndefined();
	});
});

test("ComfyUI's graph is walked from the saved picture to sampler, texts, LoRAs, checkpoint and size", () => {
	const read = readCarried(withText('prompt', JSON.stringify(comfy).replace('"off"', 'NaN')));
	expect(read).toEqual({
		tool: 'comfyui',
		recipe: {
			prompt: 'masterpiece, 1girl',
			negative: 'lowres',
			syntax: 'webui',
			loras: [
				{ name: 'ink', weight: 0.8 },
				{ name: 'line', weight: 0.5 },
			],
			modelName: 'animagine-xl-3.1',
			seeds: [77],
			steps: 28,
			guidanceScale: 7,
			sampler: 'euler-ancestral',
			schedule: 'karras',
			width: 1248,
			height: 1824,
			hires: { scale: 1.5, strength: 0.55 },
		},
		unknown: { 'strength_clip of sub/line.safetensors': 0.4, nodes: ['ControlNetLoader'] },
	});
	const inWebp = buildExif({ description: '', comment: '' });
	expect(
		readCarried(addBlocksToWebp(webp, { exif: renamed(inWebp, JSON.stringify(comfy)), xmp }, size))?.recipe,
	).toEqual(read?.recipe);
});

test('ComfyUI: of a graph that saved both passes, the size of the picture says which one it is', () => {
	const both = {
		...comfy,
		50: { class_type: 'SaveImage', inputs: { images: ['51', 0] } },
		51: { class_type: 'VAEDecode', inputs: { samples: ['3', 0] } },
	};
	const hires = { scale: 1.5, strength: 0.55 };
	expect(readCarried(withText('prompt', JSON.stringify(both)))?.recipe).toMatchObject({ width: 1248, hires });
	const small = { ...both, 5: { class_type: 'EmptyLatentImage', inputs: { ...size, batch_size: 1 } } };
	const first = readCarried(withText('prompt', JSON.stringify(small)))?.recipe;
	expect(first).toMatchObject(size);
	expect(first).not.toHaveProperty('hires');
});

test('ComfyUI: samplers put together from parts, and a graph in a circle', () => {
	const parts = {
		1: {
			class_type: 'SamplerCustomAdvanced',
			inputs: { noise: ['2', 0], guider: ['3', 0], sampler: ['4', 0], sigmas: ['5', 0], latent_image: ['1', 0] },
		},
		2: { class_type: 'RandomNoise', inputs: { noise_seed: ['6', 0] } },
		3: { class_type: 'CFGGuider', inputs: { cfg: 5, positive: ['7', 0], negative: ['7', 0], model: ['3', 0] } },
		4: { class_type: 'KSamplerSelect', inputs: { sampler_name: 'dpmpp_2m_sde_gpu' } },
		5: { class_type: 'BasicScheduler', inputs: { scheduler: 'sgm_uniform', steps: 12 } },
		6: { class_type: 'PrimitiveInt', inputs: { value: 9 } },
		7: { class_type: 'CLIPTextEncode', inputs: { text: 'a cat', clip: ['7', 0] } },
	};
	expect(readCarried(withText('prompt', JSON.stringify(parts)))?.recipe).toMatchObject({
		prompt: 'a cat',
		seeds: [9],
		steps: 12,
		guidanceScale: 5,
		sampler: 'dpmpp-2m-sde',
		schedule: 'sgm-uniform',
	});
});

test.for<[string, string, object, object]>([
	[
		'novelai',
		'Comment',
		{
			prompt: '{1girl}, solo',
			steps: 28,
			height: 1216,
			width: 832,
			scale: 5,
			uncond_scale: 1,
			seed: 5,
			uc: 'lowres',
			sampler: 'k_euler_ancestral',
			noise_schedule: 'karras',
			sm: false,
			cfg_rescale: 0.2,
		},
		{
			recipe: {
				prompt: '{1girl}, solo',
				negative: 'lowres',
				syntax: 'plain',
				steps: 28,
				guidanceScale: 5,
				seeds: [5],
				width: 832,
				height: 1216,
				sampler: 'euler-ancestral',
				schedule: 'karras',
			},
			unknown: { uncond_scale: 1, cfg_rescale: 0.2 },
		},
	],
	[
		'invokeai',
		'invokeai_metadata',
		{
			app_version: '5.0',
			positive_prompt: 'a cat++',
			negative_prompt: '',
			width: 1024,
			height: 768,
			seed: 3,
			rand_device: 'cpu',
			cfg_scale: 7.5,
			steps: 30,
			scheduler: 'dpmpp_2m_sde_k',
			model: { hash: 'blake3:0123abcd', name: 'sdxl' },
			loras: [{ model: { name: 'ink', hash: 'blake3:ffff' }, weight: 0.6 }],
			controlnets: null,
		},
		{
			recipe: {
				prompt: 'a cat++',
				negative: '',
				syntax: 'compel',
				steps: 30,
				guidanceScale: 7.5,
				seeds: [3],
				width: 1024,
				height: 768,
				sampler: 'dpmpp-2m-sde',
				schedule: 'karras',
				model: 'blake3:0123abcd',
				modelName: 'sdxl',
				loras: [{ name: 'ink', hash: 'blake3:ffff', weight: 0.6 }],
			},
			unknown: { app_version: '5.0' },
		},
	],
	[
		'space',
		'metadata',
		{
			prompt: '1girl, newest',
			negative_prompt: 'nsfw',
			resolution: '832 x 1216',
			guidance_scale: 7,
			num_inference_steps: 28,
			seed: 0,
			sampler: 'Euler a',
			sdxl_style: 'Anime',
			add_quality_tags: true,
			quality_tags: 'Light v3.1',
			use_upscaler: {
				upscale_method: 'nearest-exact',
				upscaler_strength: 0.55,
				upscale_by: 1.5,
				new_resolution: '1248 x 1824',
			},
			Model: { Model: 'Animagine XL 3.1', 'Model hash': 'e3c47aedb0' },
		},
		{
			recipe: {
				prompt: '1girl, newest',
				negative: 'nsfw',
				syntax: 'webui',
				width: 1248,
				height: 1824,
				guidanceScale: 7,
				steps: 28,
				seeds: [0],
				sampler: 'euler-ancestral',
				hires: { scale: 1.5, strength: 0.55 },
				model: 'e3c47aedb0',
				modelName: 'Animagine XL 3.1',
			},
			unknown: { sdxl_style: 'Anime', add_quality_tags: true, quality_tags: 'Light v3.1' },
		},
	],
	[
		'fooocus',
		'parameters',
		{
			prompt: 'a cat',
			negative_prompt: '',
			steps: 30,
			resolution: '(896, 1152)',
			guidance_scale: 4,
			base_model: 'xl.safetensors',
			base_model_hash: 'aeb7e9e689',
			sampler: 'dpmpp_2m_sde_gpu',
			scheduler: 'karras',
			seed: '12',
			loras: [['ink.safetensors', 0.1, '4852686128']],
			sharpness: 2,
		},
		{
			recipe: {
				prompt: 'a cat',
				negative: '',
				syntax: 'webui',
				steps: 30,
				guidanceScale: 4,
				seeds: [12],
				width: 896,
				height: 1152,
				sampler: 'dpmpp-2m-sde',
				schedule: 'karras',
				modelName: 'xl',
				model: 'aeb7e9e689',
				loras: [{ name: 'ink', weight: 0.1, hash: '4852686128' }],
			},
			unknown: { sharpness: 2 },
		},
	],
	[
		'swarmui',
		'parameters',
		{
			sui_image_params: {
				prompt: 'a cat',
				negativeprompt: 'b',
				model: 'SDXL/xl.safetensors',
				seed: 4,
				steps: 20,
				cfgscale: 6,
				width: 640,
				height: 1536,
				sampler: 'euler',
				scheduler: 'normal',
				loras: ['ink'],
				loraweights: ['0.5'],
				swarm_version: '0.9',
			},
		},
		{
			recipe: {
				prompt: 'a cat',
				negative: 'b',
				syntax: 'webui',
				modelName: 'xl',
				seeds: [4],
				steps: 20,
				guidanceScale: 6,
				width: 640,
				height: 1536,
				sampler: 'euler',
				schedule: 'normal',
				loras: [{ name: 'ink', weight: 0.5 }],
			},
			unknown: { swarm_version: '0.9' },
		},
	],
])('%s is mapped from `%s`, and from the same text pasted', ([tool, keyword, json, expected]) => {
	expect(readCarried(withText(keyword, JSON.stringify(json)))).toEqual({ tool, ...expected });
	expect(readPasted(JSON.stringify(json))).toEqual({ tool, ...expected });
});

describe('hostile files', () => {
	test('a text that unpacks to more than the limit is as if it were not there', () => {
		const bomb = Buffer.concat([Buffer.from('parameters\0\0'), deflateSync(Buffer.alloc(30 * 2 ** 20, 'a'))]);
		const start = performance.now();
		expect(readTexts(withChunk('zTXt', bomb)).size).toBe(0);
		expect(performance.now() - start).toBeLessThan(1000);
	});

	test('many texts, and one of 30 MB, cost no more than the limits', () => {
		const big = Buffer.concat([Buffer.from('parameters\0'), Buffer.alloc(30 * 2 ** 20, 'a')]);
		expect(readCarried(withChunk('tEXt', big))).toBeUndefined();
		const many = addPngTexts(
			png,
			Array.from({ length: 200 }, (_, i) => ({ keyword: `k${i}`, text: 'x'.repeat(50_000) })),
		);
		const texts = readTexts(many);
		expect([...texts.values()].join('').length).toBeLessThanOrEqual(textLimits.all);
		expect(texts.size).toBeLessThanOrEqual(textLimits.count);
	});

	test.for<[string, string]>([
		['brackets in brackets', `{"prompt":${'['.repeat(250_000)}`],
		['objects in objects', `${'{"inputs":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
		['a line of words without a colon', 'word '.repeat(190_000)],
		['a line of colons', 'a:'.repeat(450_000)],
		['open quotes', `a\n${'Seed: "'.repeat(7000)}`],
		['an open LoRA', `<lora:a${' '.repeat(5900)}b>\nSteps: 1, Seed: 2, Size: 8x8`],
		['backslashes', `{"a":"${'\\\\'.repeat(450_000)}`],
		['NaN upon NaN', `{"a":[${'NaN,'.repeat(250_000)}}`],
		[
			'a graph of 1 MB',
			JSON.stringify(
				Object.fromEntries(
					Array.from({ length: 15_000 }, (_, i) => [
						i,
						{ class_type: 'KSampler', inputs: { model: [String(i + 1), 0] } },
					]),
				),
			).slice(0, 1e6),
		],
		['a prototype', '{"__proto__":{"class_type":"KSampler"},"base_model":1,"prompt":{"a":1},"constructor":2}'],
	])('%s: read or refused within a second', ([, text]) => {
		const keywords = ['parameters', 'prompt', 'recipe', 'Comment', 'metadata'];
		const file = addPngTexts(
			png,
			keywords.map((keyword) => ({ keyword, text })),
		);
		const start = performance.now();
		readCarried(file);
		readPasted(text);
		expect(performance.now() - start).toBeLessThan(2000);
		expect(({} as { class_type?: string }).class_type).toBeUndefined();
	});

	test('any bytes in any place: nothing throws', () => {
		const files = [
			withText('parameters', webuiText),
			withText('prompt', JSON.stringify(comfy)),
			embedRecipe(webp, 'webp', size, originOf()),
			embedRecipe(jpeg, 'jpeg', size, originOf()),
		];
		fc.assert(
			fc.property(
				fc.constantFrom(...files),
				fc.array(fc.tuple(fc.nat(900), fc.nat(255)), { maxLength: 20 }),
				fc.nat(2000),
				(file, changes, cut) => {
					const bytes = Buffer.from(file.subarray(0, file.length - (cut % file.length)));
					for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
					const read = readCarried(bytes);
					if (read) expect(JSON.stringify(read).length).toBeLessThan(200_000);
				},
			),
			{ numRuns: 500 },
		);
	});
});

const xmp = Buffer.from('<x/>');

/** Puts a chunk of any type behind a PNG's header, or before its end. */
function withChunk(type: string, data: Buffer, atEnd = false): Buffer {
	const chunk = Buffer.alloc(data.length + 12);
	chunk.writeUInt32BE(data.length, 0);
	chunk.write(type, 4, 'latin1');
	data.copy(chunk, 8);
	chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4);
	const at = atEnd ? png.length - 12 : 33;
	return Buffer.concat([png.subarray(0, at), chunk, png.subarray(at)]);
}

/** Our block with its comment in UTF-16 of the wrong byte order, as some writers leave it. */
function littleComment(text: string): Buffer {
	const exif = buildExif({ description: '', comment: text });
	const at = exif.indexOf('UNICODE\0') + 8;
	exif.subarray(at, at + 2 * text.length).swap16();
	return exif;
}

/** ComfyUI's way in WebP: the graph under the tag `Model`, with `prompt:` in front. */
function renamed(exif: Buffer, json: string): Buffer {
	const text = Buffer.from(`prompt:${json}\0`);
	const out = Buffer.concat([exif, text]);
	out.writeUInt16BE(0x0110, 10);
	out.writeUInt32BE(text.length, 14);
	out.writeUInt32BE(exif.length, 18);
	return out;
}

const comfy = {
	3: {
		class_type: 'KSampler',
		inputs: {
			seed: ['20', 0],
			steps: 28,
			cfg: 7,
			sampler_name: 'euler_ancestral',
			scheduler: 'karras',
			denoise: 1,
			model: ['11', 0],
			positive: ['6', 0],
			negative: ['7', 0],
			latent_image: ['5', 0],
		},
	},
	4: {
		class_type: 'CheckpointLoaderSimple',
		inputs: { ckpt_name: 'anime\\animagine-xl-3.1.safetensors' },
		is_changed: ['off'],
	},
	5: { class_type: 'EmptyLatentImage', inputs: { width: 832, height: 1216, batch_size: 1 } },
	6: { class_type: 'CLIPTextEncode', inputs: { text: ['21', 0], clip: ['12', 0] } },
	7: { class_type: 'CLIPTextEncode', inputs: { text: 'lowres', clip: ['12', 0] } },
	8: { class_type: 'VAEDecode', inputs: { samples: ['31', 0], vae: ['4', 2] } },
	9: { class_type: 'SaveImage', inputs: { filename_prefix: 'x', images: ['8', 0] } },
	10: {
		class_type: 'LoraLoader',
		inputs: { lora_name: 'ink.safetensors', strength_model: 0.8, strength_clip: 0.8, model: ['4', 0], clip: ['4', 1] },
	},
	11: {
		class_type: 'LoraLoader',
		inputs: {
			lora_name: 'sub/line.safetensors',
			strength_model: 0.5,
			strength_clip: 0.4,
			model: ['10', 0],
			clip: ['10', 1],
		},
	},
	12: { class_type: 'CLIPSetLastLayer', inputs: { stop_at_clip_layer: -2, clip: ['11', 1] } },
	20: { class_type: 'PrimitiveNode', inputs: { value: 77 } },
	21: { class_type: 'StringConstant', inputs: { string: 'masterpiece, 1girl' } },
	30: { class_type: 'LatentUpscaleBy', inputs: { upscale_method: 'nearest-exact', scale_by: 1.5, samples: ['3', 0] } },
	31: {
		class_type: 'KSampler',
		inputs: {
			seed: 1,
			steps: 28,
			cfg: 7,
			sampler_name: 'euler_ancestral',
			scheduler: 'karras',
			denoise: 0.55,
			model: ['11', 0],
			positive: ['6', 0],
			negative: ['7', 0],
			latent_image: ['30', 0],
		},
	},
	40: { class_type: 'ControlNetLoader', inputs: { control_net_name: 'x' } },
};
