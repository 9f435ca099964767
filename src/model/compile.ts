import { ModelError } from './errors.ts';
import type { ModelFolder } from './folder.ts';
import type { CompiledGraph, Target } from './graph.ts';
import { clipText } from './networks/clip-text.ts';
import { srvgg } from './networks/srvgg.ts';
import { unet } from './networks/unet.ts';
import { vaeDecoder, vaeEncoder } from './networks/vae.ts';

/*
 * From an opened model folder to graphs. Nothing here reads weights: a graph refers to them by file, offset and length. All throw
 * ModelError if a tensor is missing, left over or of another shape than the configuration asks for.
 */

/** Compiles a text encoder; see `clipText` for inputs and outputs. */
export function compileTextEncoder(folder: ModelFolder, which: 1 | 2, target: Target): CompiledGraph {
	return which === 1
		? clipText('text_encoder', folder.weights.textEncoder, folder.textConfig, false, target)
		: clipText('text_encoder_2', folder.weights.textEncoder2, folder.textConfig2, true, target);
}

/** Compiles the UNet; see `unet` for inputs and outputs. */
export function compileUnet(folder: ModelFolder, target: Target): CompiledGraph {
	return unet('unet', folder.weights.unet, folder.unetConfig, target);
}

/** Compiles the VAE's decoder; see `vaeDecoder`. SDXL's overflows in float16: compute it in f32 on every device. */
export function compileVaeDecoder(folder: ModelFolder, target: Target): CompiledGraph {
	return vaeDecoder('vae_decoder', folder.weights.vae, folder.vaeConfig, target);
}

/** Compiles the VAE's encoder; see `vaeEncoder`. SDXL's overflows in float16: compute it in f32 on every device. */
export function compileVaeEncoder(folder: ModelFolder, target: Target): CompiledGraph {
	return vaeEncoder('vae_encoder', folder.weights.vae, folder.vaeConfig, target);
}

/**
 * Compiles the upscaler; see `srvgg`.
 *
 * @throws {ModelError} also if the model has none.
 */
export function compileUpscaler(folder: ModelFolder, target: Target): CompiledGraph {
	if (!folder.upscaler) throw new ModelError('`upscaler`: expected the model to have this folder, there is none');
	return srvgg('upscaler', folder.upscaler.weights, folder.upscaler.config, target);
}
