import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { z } from 'zod';
import { aboutByName, aboutSchema, type ModelAbout } from './about.ts';
import { type Embedding, readEmbeddings } from './embeddings.ts';
import { ModelError, readFailure } from './errors.ts';
import {
	type Preview,
	previewSchema,
	publishedPreview,
	type Recommended,
	recommendedSchema,
	usualSettings,
} from './extras.ts';
import type { HashedFile, HashMemory } from './hash-memory.ts';
import { readOptionalJson } from './json-file.ts';
import { findLoras, type LoraFile } from './lora-files.ts';
import { hiddenStates } from './networks/clip-text.ts';
import { type SrvggConfig, srvggConfigSchema } from './networks/srvgg.ts';
import { findPreviewDecoder, type PreviewDecoder } from './preview-decoder.ts';
import { publishedSettings } from './published.ts';
import { type ModelSettings, readSettings } from './settings.ts';
import { readSingleFile, readTraining } from './single-file.ts';
import { readVae } from './vae-files.ts';
import { findWeights, type Weights } from './weights.ts';

export interface Upscaler {
	name: string;
	/** How many times wider and higher the picture becomes. */
	scale: number;
	config: SrvggConfig;
	weights: Weights;
}

/** A model, all of it read but the weights, of which only the headers are. */
export interface ModelFolder extends ModelSettings {
	/** Absolute: a folder in diffusers' layout, or one file in the original layout. */
	path: string;
	/** The folder's own name, or the file's without its ending. */
	name: string;
	/** Amplitude of latents, `vaeConfig.scaling_factor`. */
	scalingFactor: number;
	/** Pixels along one side of a latent cell; 8 for SDXL. */
	vaeScaleFactor: number;
	recommended: Recommended;
	preview: Preview;
	/** Makes better previews than the factors, if there is one. */
	previewDecoder: PreviewDecoder | undefined;
	/** Licence and origin; `undefined` when neither the folder nor its name says. */
	about: ModelAbout | undefined;
	/** Pixels along the side of a square picture as the model was trained on; 1024 for SDXL. */
	nativeSize: number;
	/** Height and width must be multiples of this many pixels; 32 for SDXL. */
	sizeMultiple: number;
	/** The highest clip skip that both text encoders have a hidden state for. */
	mostClipSkip: number;
	/** What may be named in a prompt. */
	embeddings: readonly Embedding[];
	/** What may be merged into its networks. */
	loras: readonly LoraFile[];
	upscaler: Upscaler | undefined;
	/** A tagger's ONNX file and its list of tags, if there is one. */
	tagger: { model: string; tags: string } | undefined;
	weights: { textEncoder: Weights; textEncoder2: Weights; unet: Weights; vae: Weights };
}

export interface OpenOptions {
	/** Of a single file of unusual sizes: the folder whose settings and tokenizers belong to it. */
	settings?: string | undefined;
	/** A VAE that takes the place of the model's own: a folder with `config.json`, or a file. */
	vae?: string | undefined;
}

/**
 * Opens a model: reads and checks all of its settings and the headers of its weights. Cheap (some megabytes are read), and loads
 * nothing native. Of a single file `name.safetensors` the folder `name` beside it, if there is one, holds what a model folder holds
 * beside the networks; without settings there it is an SDXL as they are published.
 *
 * @throws {ModelError} naming the file, and the key or tensor, that is missing or wrong.
 */
export async function openModelFolder(path: string, options: OpenOptions = {}): Promise<ModelFolder> {
	const source = resolve(path);
	const isFile = source.endsWith('.safetensors');
	const root = isFile ? source.slice(0, -'.safetensors'.length) : source;
	if (!isFile) await requireFolder(root);
	const own = isFile ? await settingsOfFile(source, root, options) : await readSettings(root);
	const vae = options.vae === undefined ? undefined : await readVae(options.vae, own.vaeConfig);
	const settings = vae ? { ...own, vaeConfig: vae.config } : own;
	const { textConfig, textConfig2, unetConfig, vaeConfig } = settings;
	const weights = isFile ? await weightsOfFile(source, own, vae?.weights) : await weightsOfFolder(root, vae?.weights);
	const vaeScaleFactor = 2 ** (vaeConfig.block_out_channels.length - 1);
	const preview = await readPreview(root, vaeConfig.latent_channels);
	const optional = <T extends z.ZodType>(file: string, schema: T) => readOptionalJson(join(root, file), file, schema);
	return {
		...settings,
		path: source,
		name: basename(root),
		scalingFactor: vaeConfig.scaling_factor,
		vaeScaleFactor,
		recommended: (await optional('recommended.json', recommendedSchema)) ?? usualSettings,
		preview: preview ?? publishedPreview,
		previewDecoder: await findPreviewDecoder(root, vaeConfig.latent_channels, preview !== undefined),
		about: (await optional('about.json', aboutSchema)) ?? aboutByName(basename(root)),
		nativeSize: unetConfig.sample_size * vaeScaleFactor,
		sizeMultiple: vaeScaleFactor * 2 ** (unetConfig.block_out_channels.length - 1),
		mostClipSkip: Math.min(hiddenStates(textConfig), hiddenStates(textConfig2)),
		embeddings: await readEmbeddings(root, [textConfig.hidden_size, textConfig2.hidden_size]),
		loras: await findLoras(root),
		upscaler: await readUpscaler(root),
		tagger: await findTagger(root),
		weights,
	};
}

async function settingsOfFile(path: string, beside: string, { settings }: OpenOptions): Promise<ModelSettings> {
	if (settings !== undefined) return readSettings(resolve(settings));
	const isDescribed = await stat(join(beside, 'model_index.json')).then(
		() => true,
		() => false,
	);
	return isDescribed ? readSettings(beside) : publishedSettings(await readTraining(path));
}

async function weightsOfFolder(root: string, vae: Weights | undefined): Promise<ModelFolder['weights']> {
	return {
		textEncoder: await findWeights(root, 'text_encoder', 'model'),
		textEncoder2: await findWeights(root, 'text_encoder_2', 'model'),
		unet: await findWeights(root, 'unet', 'diffusion_pytorch_model'),
		vae: vae ?? (await findWeights(root, 'vae', 'diffusion_pytorch_model')),
	};
}

async function weightsOfFile(
	path: string,
	{ unetConfig, vaeConfig }: ModelSettings,
	vae: Weights | undefined,
): Promise<ModelFolder['weights']> {
	const shape = {
		layersPerBlock: unetConfig.layers_per_block,
		vaeLevels: vaeConfig.block_out_channels.length,
	};
	const { vae: own, ...networks } = await readSingleFile(path, shape);
	const chosen = vae ?? own;
	if (!chosen)
		throw new ModelError(
			`\`${basename(path)}\`: expected a VAE in it (\`first_stage_model.…\`), there is none: choose one with the setting VAE`,
		);
	return { ...networks, vae: chosen };
}

/**
 * Takes the SHA-256, in hex, that identifies a model in recipes. Hashed are the weight files of `text_encoder`, `text_encoder_2`,
 * `unet` and `vae`, sorted by their names relative to the folder: of each the name (forward slashes, UTF-8), a zero byte, the size
 * in decimal, a zero byte, and the content. Settings, tokenizers and what lies beside the pipeline do not count. Of a model that is
 * one file it is that file's own, by which other tools and the sites that publish models know it.
 *
 * Reads all of the weights, in the background: seconds for SDXL's 7 GB.
 *
 * @param memory which knows the hashes of files that were not changed since; without one, all is read.
 */
export async function hashModel(folder: ModelFolder, memory?: HashMemory): Promise<string> {
	const paths = new Map(
		Object.values(folder.weights).flatMap(({ files, root }) => files.map((file) => [join(root, file), file] as const)),
	);
	const files = [...paths].map(([path, name]) => ({ path, name })).sort((a, b) => (a.name < b.name ? -1 : 1));
	const take = () => hashFiles(files);
	return memory ? memory.recall(files, take) : take();
}

async function hashFiles(files: readonly HashedFile[]): Promise<string> {
	const hash = createHash('sha256');
	for (const { path, name } of files) {
		try {
			if (files.length > 1) hash.update(`${name}\0${(await stat(path)).size}\0`);
			for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
		} catch (error) {
			throw new ModelError(`\`${name}\`: expected to read it, ${readFailure(error)}`, { cause: error });
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

async function readPreview(root: string, channels: number): Promise<Preview | undefined> {
	const preview = await readOptionalJson(join(root, 'preview.json'), 'preview.json', previewSchema);
	if (preview && preview.factors.length !== channels)
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
