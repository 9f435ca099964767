import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { ModelError } from './errors.ts';
import { readJson, readOptionalJson } from './json-file.ts';
import { type TinyDecoderConfig, tinyDecoderConfigSchema } from './networks/tiny-decoder.ts';
import { findWeights, type Weights } from './weights.ts';

/** A small network that makes pictures of latents fast, for previews: TAESD-XL or its kin. */
export interface PreviewDecoder {
	config: TinyDecoderConfig;
	weights: Weights;
}

/** Names of the folder; TAESD-XL has its own when it is fetched. */
const names = ['preview-decoder', 'taesdxl'];

/**
 * Finds a model's decoder of previews: the folder `preview-decoder` or `taesdxl` in its own, or, unless it has factors of its own,
 * beside it, where it is for all models. A model of other latents than SDXL's brings its own.
 *
 * @param root The model folder, or the folder beside a single-file model.
 * @throws {ModelError} if there is one that cannot be used with this model.
 */
export async function findPreviewDecoder(
	root: string,
	latentChannels: number,
	hasFactors: boolean,
): Promise<PreviewDecoder | undefined> {
	const places = hasFactors ? [root] : [root, dirname(root)];
	for (const place of places)
		for (const name of names)
			if (await isThere(join(place, name, 'config.json'))) return openPreviewDecoder(join(place, name), latentChannels);
	return undefined;
}

/**
 * Opens the folder of a decoder: `config.json` and `diffusion_pytorch_model.safetensors`, as diffusers' `AutoencoderTiny` is published.
 *
 * @throws {ModelError} naming the file, and the key or tensor, that is missing or wrong.
 */
export async function openPreviewDecoder(path: string, latentChannels?: number): Promise<PreviewDecoder> {
	const label = `${basename(path)}/config.json`;
	const config = await readJson(join(path, 'config.json'), label, tinyDecoderConfigSchema);
	if (latentChannels !== undefined && config.latent_channels !== latentChannels)
		throw new ModelError(
			`\`${label}\`: expected \`latent_channels\` to be the model's, ${latentChannels}, got ${config.latent_channels}`,
		);
	return { config, weights: await findWeights(dirname(path), basename(path), 'diffusion_pytorch_model') };
}

/** Says whether a folder holds a decoder of previews, rather than a whole VAE. */
export async function isPreviewDecoder(path: string): Promise<boolean> {
	const classSchema = z.object({ _class_name: z.string() });
	const config = await readOptionalJson(join(path, 'config.json'), `${basename(path)}/config.json`, classSchema);
	return config?._class_name === 'AutoencoderTiny';
}

async function isThere(path: string): Promise<boolean> {
	return stat(path).then(
		() => true,
		() => false,
	);
}
