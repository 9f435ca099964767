import type { ModelFolder } from './folder.ts';
import type { LoraPart } from './lora.ts';
import { unetNames } from './original-names.ts';

/*
 * How LoRA files name their tensors. Each way is a beginning that says which network, the layer, and an ending that says which
 * matrix: `lora_unet_` `mid_block_attentions_0_proj_in` `.lora_down.weight`.
 */

/** Endings, and what the tensor is to its layer. */
const suffixes: readonly [RegExp, 'up' | 'down' | 'alpha'][] = [
	[/\.lora_down\.weight$/, 'down'], // kohya
	[/\.lora_up\.weight$/, 'up'],
	[/\.lora_A(?:\.default)?\.weight$/, 'down'], // peft
	[/\.lora_B(?:\.default)?\.weight$/, 'up'],
	[/(?:\.lora|_lora|\.lora_linear_layer)\.down\.weight$/, 'down'], // diffusers before peft
	[/(?:\.lora|_lora|\.lora_linear_layer)\.up\.weight$/, 'up'],
	[/\.alpha$/, 'alpha'],
];

/** Splits the name of a tensor into its layer and what it is to it; `undefined`: it is nothing of a plain LoRA. */
export function takeSuffix(key: string): { layer: string; role: 'up' | 'down' | 'alpha' } | undefined {
	for (const [suffix, role] of suffixes) if (suffix.test(key)) return { layer: key.replace(suffix, ''), role };
	return undefined;
}

const prefixes: readonly [RegExp, LoraPart][] = [
	[/^lora_unet_/, 'unet'],
	[/^lora_te1_/, 'textEncoder'],
	[/^lora_te2_/, 'textEncoder2'],
	[/^unet\./, 'unet'],
	[/^text_encoder\./, 'textEncoder'],
	[/^text_encoder_2\./, 'textEncoder2'],
	[/^(?:model\.)?diffusion_model\./, 'unet'], // ComfyUI
	[/^base_model\.model\./, 'unet'], // peft, saved by itself
];

/** Finds the weight that a layer of a LoRA means; `undefined` if the model has none such. */
export function nameLayer(layer: string, folder: ModelFolder): { part: LoraPart; tensor: string } | undefined {
	for (const [prefix, part] of prefixes) {
		if (!prefix.test(layer)) continue;
		const rest = layer.replace(prefix, '').replace(/\.processor\.to_(q|k|v|out)$/, '.to_$1');
		const index = indexOf(folder, part);
		const known = part === 'unet' ? unetNames(folder.unetConfig.layers_per_block)(rest) : undefined;
		for (const name of [rest, known, `${rest}.0`]) {
			const tensor = name === undefined ? undefined : index.get(flat(name));
			if (tensor !== undefined) return { part, tensor };
		}
	}
	return undefined;
}

const indices = new WeakMap<object, ReadonlyMap<string, string>>();

/** The weights of a network by the names of their layers, with underscores for dots. */
function indexOf(folder: ModelFolder, part: LoraPart): ReadonlyMap<string, string> {
	const { tensors } = folder.weights[part];
	const known = indices.get(tensors);
	if (known) return known;
	const made = new Map<string, string>();
	for (const [name, { shape }] of tensors) {
		if (!name.endsWith('.weight') || shape.length < 2) continue;
		const layer = name.slice(0, -'.weight'.length);
		made.set(flat(layer), name);
		// transformers 5 saves the first encoder without this prefix
		if (part !== 'unet' && !layer.startsWith('text_model.')) made.set(flat(`text_model.${layer}`), name);
	}
	indices.set(tensors, made);
	return made;
}

function flat(name: string): string {
	return name.replaceAll('.', '_');
}
