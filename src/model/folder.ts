import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { ModelError, readFailure } from './errors.ts';
import {
	type Preview,
	previewSchema,
	publishedPreview,
	type Recommended,
	recommendedSchema,
	usualSettings,
} from './extras.ts';
import { readJson, readOptionalJson } from './json-file.ts';
import { type ClipTextConfig, clipTextConfigSchema } from './networks/clip-text.ts';
import { type SrvggConfig, srvggConfigSchema } from './networks/srvgg.ts';
import { type UnetConfig, unetConfigSchema } from './networks/unet-config.ts';
import { type VaeConfig, vaeConfigSchema } from './networks/vae.ts';
import { parseSchedulerConfig, type SchedulerConfig } from './scheduler-config.ts';
import { type ClipTokenizer, readTokenizer } from './tokenizer.ts';
import { findWeights, type Weights } from './weights.ts';

export interface Upscaler {
	name: string;
	/** How many times wider and higher the picture becomes. */
	scale: number;
	config: SrvggConfig;
	weights: Weights;
}

/** A model in diffusers' layout, all of it read but the weights, of which only the headers are. */
export interface ModelFolder {
	/** Absolute. */
	path: string;
	/** The folder's own name. */
	name: string;
	textConfig: ClipTextConfig;
	textConfig2: ClipTextConfig;
	unetConfig: UnetConfig;
	vaeConfig: VaeConfig;
	/** Amplitude of latents, `vaeConfig.scaling_factor`. */
	scalingFactor: number;
	/** Pixels along one side of a latent cell; 8 for SDXL. */
	vaeScaleFactor: number;
	scheduler: SchedulerConfig;
	tokenizer: ClipTokenizer;
	tokenizer2: ClipTokenizer;
	recommended: Recommended;
	preview: Preview;
	/** Of a prompt without any negative: the negative embeddings are zeros instead of those of an empty text. */
	forceZerosForEmptyPrompt: boolean;
	/** Pixels along the side of a square picture as the model was trained on; 1024 for SDXL. */
	nativeSize: number;
	/** Height and width must be multiples of this many pixels; 32 for SDXL. */
	sizeMultiple: number;
	upscaler: Upscaler | undefined;
	/** A tagger's ONNX file and its list of tags, if there is one. */
	tagger: { model: string; tags: string } | undefined;
	weights: { textEncoder: Weights; textEncoder2: Weights; unet: Weights; vae: Weights };
}

const indexSchema = z.object({
	_class_name: z.literal(['StableDiffusionXLPipeline', 'StableDiffusionXLImg2ImgPipeline'], {
		error: 'only "StableDiffusionXLPipeline" is supported',
	}),
	force_zeros_for_empty_prompt: z.boolean().default(true),
});

/**
 * Opens a model folder: reads and checks all of its settings and the headers of its weights. Cheap (some megabytes are read), and
 * loads nothing native.
 *
 * @throws {ModelError} naming the file, and the key or tensor, that is missing or wrong.
 */
export async function openModelFolder(path: string): Promise<ModelFolder> {
	const root = resolve(path);
	await requireFolder(root);
	const json = <T extends z.ZodType>(file: string, schema: T) => readJson(join(root, file), file, schema);
	const optional = <T extends z.ZodType>(file: string, schema: T) => readOptionalJson(join(root, file), file, schema);
	const index = await json('model_index.json', indexSchema);
	// one after another, here and below, so that of several missing files the same one is named each time
	const textConfig = await json('text_encoder/config.json', clipTextConfigSchema);
	const textConfig2 = await json('text_encoder_2/config.json', clipTextConfigSchema);
	const unetConfig = await json('unet/config.json', unetConfigSchema);
	const vaeConfig = await json('vae/config.json', vaeConfigSchema);
	const scheduler = await readScheduler(root);
	checkFit({ textConfig, textConfig2, unetConfig, vaeConfig });
	const vaeScaleFactor = 2 ** (vaeConfig.block_out_channels.length - 1);
	const weights = {
		textEncoder: await findWeights(root, 'text_encoder', 'model'),
		textEncoder2: await findWeights(root, 'text_encoder_2', 'model'),
		unet: await findWeights(root, 'unet', 'diffusion_pytorch_model'),
		vae: await findWeights(root, 'vae', 'diffusion_pytorch_model'),
	};
	return {
		path: root,
		name: basename(root),
		textConfig,
		textConfig2,
		unetConfig,
		vaeConfig,
		scalingFactor: vaeConfig.scaling_factor,
		vaeScaleFactor,
		scheduler,
		tokenizer: await readTokenizer(join(root, 'tokenizer'), 'tokenizer'),
		tokenizer2: await readTokenizer(join(root, 'tokenizer_2'), 'tokenizer_2'),
		recommended: (await optional('recommended.json', recommendedSchema)) ?? usualSettings,
		preview: await readPreview(root, vaeConfig.latent_channels),
		forceZerosForEmptyPrompt: index.force_zeros_for_empty_prompt,
		nativeSize: unetConfig.sample_size * vaeScaleFactor,
		sizeMultiple: vaeScaleFactor * 2 ** (unetConfig.block_out_channels.length - 1),
		upscaler: await readUpscaler(root),
		tagger: await findTagger(root),
		weights,
	};
}

/**
 * Takes the SHA-256, in hex, that identifies a model in recipes. Hashed are the weight files of `text_encoder`, `text_encoder_2`,
 * `unet` and `vae`, sorted by their names relative to the folder: of each the name (forward slashes, UTF-8), a zero byte, the size
 * in decimal, a zero byte, and the content. Settings, tokenizers and what lies beside the pipeline do not count.
 *
 * Reads all of the weights, in the background: seconds for SDXL's 7 GB.
 */
export async function hashModel(folder: ModelFolder): Promise<string> {
	const hash = createHash('sha256');
	const files = Object.values(folder.weights).flatMap((weights) => weights.files);
	for (const file of files.sort()) {
		const path = join(folder.path, file);
		try {
			hash.update(`${file}\0${(await stat(path)).size}\0`);
			for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
		} catch (error) {
			throw new ModelError(`\`${file}\`: expected to read it, ${readFailure(error)}`, { cause: error });
		}
	}
	return hash.digest('hex');
}

async function requireFolder(root: string): Promise<void> {
	try {
		await readdir(root);
	} catch (error) {
		throw new ModelError(`\`${root}\`: expected a model folder in diffusers' layout, ${readFailure(error)}`, {
			cause: error,
		});
	}
}

async function readScheduler(root: string): Promise<SchedulerConfig> {
	const label = 'scheduler/scheduler_config.json';
	return parseSchedulerConfig(await readJson(join(root, label), label, z.unknown()), label);
}

/** Checks that the parts of the model have the sizes which the others expect. */
function checkFit({
	textConfig,
	textConfig2,
	unetConfig,
	vaeConfig,
}: Pick<ModelFolder, 'textConfig' | 'textConfig2' | 'unetConfig' | 'vaeConfig'>): void {
	const expect = (key: string, got: number, wanted: number, why: string) => {
		if (got !== wanted)
			throw new ModelError(`\`unet/config.json\`: expected \`${key}\` to be ${wanted} (${why}), got ${got}`);
	};
	const hidden = textConfig.hidden_size + textConfig2.hidden_size;
	expect('cross_attention_dim', unetConfig.cross_attention_dim, hidden, 'the `hidden_size` of both text encoders');
	const added = textConfig2.projection_dim + 6 * unetConfig.addition_time_embed_dim;
	expect(
		'projection_class_embeddings_input_dim',
		unetConfig.projection_class_embeddings_input_dim,
		added,
		'`projection_dim` of `text_encoder_2` and six times `addition_time_embed_dim`',
	);
	expect('in_channels', unetConfig.in_channels, vaeConfig.latent_channels, "the VAE's `latent_channels`");
	expect('out_channels', unetConfig.out_channels, vaeConfig.latent_channels, "the VAE's `latent_channels`");
}

async function readPreview(root: string, channels: number): Promise<Preview> {
	const preview = await readOptionalJson(join(root, 'preview.json'), 'preview.json', previewSchema);
	if (!preview) return publishedPreview;
	if (preview.factors.length !== channels)
		throw new ModelError(
			`\`preview.json\`: expected \`factors\` to have a row for each latent channel, ${channels}, got ${preview.factors.length}`,
		);
	return preview;
}

async function readUpscaler(root: string): Promise<Upscaler | undefined> {
	const config = await readOptionalJson(join(root, 'upscaler/config.json'), 'upscaler/config.json', srvggConfigSchema);
	if (!config) return undefined;
	const weights = await findWeights(root, 'upscaler', 'model');
	return { name: config.name ?? `${config.architecture}-x${config.upscale}`, scale: config.upscale, config, weights };
}

async function findTagger(root: string): Promise<ModelFolder['tagger']> {
	const files = await readdir(join(root, 'tagger')).catch((): string[] => []);
	if (files.length === 0) return undefined;
	for (const file of ['model.onnx', 'selected_tags.csv'])
		if (!files.includes(file))
			throw new ModelError(`\`tagger/${file}\`: expected this file beside the tagger's others, there is none`);
	return { model: join(root, 'tagger/model.onnx'), tags: join(root, 'tagger/selected_tags.csv') };
}
