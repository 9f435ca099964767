import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ModelError, readFailure, VaeError } from './errors.ts';
import { readJson } from './json-file.ts';
import { type VaeConfig, vaeConfigSchema } from './networks/vae.ts';
import { vaeNames } from './original-names.ts';
import { networkOf, originalVae } from './single-file.ts';
import { findWeights, readWeights, type Weights } from './weights.ts';

export interface VaeFiles {
	config: VaeConfig;
	weights: Weights;
}

/**
 * Reads a VAE that takes the place of a model's own: a folder with `config.json` as diffusers writes it (also one that holds it in
 * `vae/`), or a `.safetensors` file under the original names or diffusers', which then has the settings of the one that it replaces.
 *
 * @param replaced The settings of the model's own.
 * @throws {VaeError} naming what is missing or wrong, or if its latents are of another kind.
 */
export async function readVae(path: string, replaced: VaeConfig): Promise<VaeFiles> {
	try {
		return await read(path, replaced);
	} catch (error) {
		if (error instanceof ModelError) throw new VaeError(error.message, { cause: error.cause });
		throw error;
	}
}

/**
 * Opens the folder of a VAE by itself, without a model that it is for.
 *
 * @throws {ModelError} naming the file, and the key or tensor, that is missing or wrong.
 */
export async function openVaeFolder(root: string): Promise<VaeFiles> {
	const config = await readJson(join(root, 'config.json'), `${basename(root)}/config.json`, vaeConfigSchema);
	return { config, weights: await findWeights(dirname(root), basename(root), 'diffusion_pytorch_model') };
}

async function read(path: string, replaced: VaeConfig): Promise<VaeFiles> {
	const source = resolve(path);
	const found = await stat(source).catch((error: unknown) => {
		throw new ModelError(`\`${source}\`: expected a VAE, ${readFailure(error)}`, { cause: error });
	});
	if (!found.isDirectory()) return { config: replaced, weights: await readVaeFile(source, replaced) };
	const folders = [source, join(source, 'vae')];
	const root = (await isFile(join(folders[1]!, 'config.json'))) ? folders[1]! : folders[0]!;
	const { config, weights } = await openVaeFolder(root);
	if (
		config.latent_channels !== replaced.latent_channels ||
		config.block_out_channels.length !== replaced.block_out_channels.length
	)
		throw new ModelError(
			`\`${basename(root)}/config.json\`: expected a VAE for this model (${replaced.latent_channels} latent channels, ${replaced.block_out_channels.length} levels), got ${config.latent_channels} channels and ${config.block_out_channels.length} levels`,
		);
	return { config, weights };
}

async function readVaeFile(path: string, { block_out_channels: levels }: VaeConfig): Promise<Weights> {
	const label = basename(path);
	const whole = await readWeights(dirname(path), label, [label]);
	const prefix = ['', 'first_stage_model.'].find((start) => whole.tensors.has(`${start}decoder.mid.attn_1.q.weight`));
	return prefix === undefined ? whole : networkOf(whole, prefix, originalVae(vaeNames(levels.length)));
}

async function isFile(path: string): Promise<boolean> {
	return stat(path).then(
		(found) => found.isFile(),
		() => false,
	);
}
