import type { AestheticFolder } from './aesthetic-folder.ts';
import { ModelError } from './errors.ts';
import type { ModelFolder } from './folder.ts';
import type { CompiledGraph, Target } from './graph.ts';
import { type AppliedLora, withLoras } from './lora.ts';
import { clipText } from './networks/clip-text.ts';
import { srvgg } from './networks/srvgg.ts';
import { textOfUnet } from './networks/text-of-unet.ts';
import { tinyDecoder } from './networks/tiny-decoder.ts';
import { unet } from './networks/unet.ts';
import { vaeDecoder, vaeEncoder } from './networks/vae.ts';
import { decoderHead, decoderTail, encoderBack, encoderFront } from './networks/vae-parts.ts';
import { vit } from './networks/vit.ts';
import type { PreviewDecoder } from './preview-decoder.ts';

/*
 * From an opened model folder to graphs, with LoRAs merged into them. Nothing here reads weights: a graph refers to them by file, offset and length. All throw
 * ModelError if a tensor is missing, left over or of another shape than the configuration asks for.
 */

/** Compiles a text encoder; see `clipText` for inputs and outputs, and for `steerable`. */
export function compileTextEncoder(
	folder: ModelFolder,
	which: 1 | 2,
	target: Target,
	steerable = false,
	loras: readonly AppliedLora[] = [],
): CompiledGraph {
	const part = which === 1 ? 'textEncoder' : 'textEncoder2';
	const weights = withLoras(folder.weights[part], part, loras);
	return which === 1
		? clipText('text_encoder', weights, folder.textConfig, false, target, steerable)
		: clipText('text_encoder_2', weights, folder.textConfig2, true, target, steerable);
}

/** Compiles the UNet; see `unet` for inputs and outputs. */
export function compileUnet(folder: ModelFolder, target: Target, loras: readonly AppliedLora[] = []): CompiledGraph {
	return unet('unet', withLoras(folder.weights.unet, 'unet', loras), folder.unetConfig, target);
}

/** Compiles one of the two that stand for the UNet: what makes keys and values of the text, or the rest; see `textOfUnet`. */
export function compileUnetPart(
	{ weights, unetConfig }: ModelFolder,
	part: 'text' | 'steps',
	target: Target,
	loras: readonly AppliedLora[] = [],
): CompiledGraph {
	const tuned = withLoras(weights.unet, 'unet', loras);
	return part === 'text'
		? textOfUnet('unet_text', tuned, unetConfig, target)
		: unet('unet', tuned, unetConfig, target, 'keys and values');
}

/** Compiles the VAE's decoder; see `vaeDecoder`. SDXL's overflows in float16: compute it in f32 on every device. */
export function compileVaeDecoder(folder: ModelFolder, target: Target): CompiledGraph {
	return vaeDecoder('vae_decoder', folder.weights.vae, folder.vaeConfig, target);
}

/** Compiles the VAE's encoder; see `vaeEncoder`. SDXL's overflows in float16: compute it in f32 on every device. */
export function compileVaeEncoder(folder: ModelFolder, target: Target): CompiledGraph {
	return vaeEncoder('vae_encoder', folder.weights.vae, folder.vaeConfig, target);
}

/** Compiles a direction of the VAE in two parts, the second of which runs over tiles; see `vae-parts.ts`. */
export function compileVaeParts(
	{ weights: { vae }, vaeConfig }: ModelFolder,
	direction: 'decoder' | 'encoder',
	target: Target,
): { low: CompiledGraph; own: CompiledGraph; given: CompiledGraph } {
	const [whole, tile] = direction === 'decoder' ? [decoderHead, decoderTail] : [encoderBack, encoderFront];
	return {
		low: whole(`vae_${direction}_low`, vae, vaeConfig, target),
		own: tile(`vae_${direction}_own`, vae, vaeConfig, target, 'own'),
		given: tile(`vae_${direction}_given`, vae, vaeConfig, target, 'given'),
	};
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

/** Compiles a decoder of previews; see `tinyDecoder`. */
export function compilePreviewDecoder({ weights, config }: PreviewDecoder, target: Target): CompiledGraph {
	return tinyDecoder('preview_decoder', weights, config, target);
}

/** Compiles an aesthetic scorer; see `vit`. */
export function compileAesthetic({ weights, config }: AestheticFolder, target: Target): CompiledGraph {
	return vit('aesthetic', weights, config, target);
}
