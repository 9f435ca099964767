import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { fromZod, ModelError, printable } from './errors.ts';
import type { ModelFolder } from './folder.ts';
import { hashLora } from './lora-files.ts';
import { nameLayer, takeSuffix } from './lora-names.ts';
import { readHeader } from './safetensors.ts';
import { readScalars } from './tensors.ts';
import { type Addition, commonFolder, readWeights, seenFrom, type WeightInfo, type Weights } from './weights.ts';

/** The networks that a LoRA can change. */
export const loraParts = ['unet', 'textEncoder', 'textEncoder2'] as const;
export type LoraPart = (typeof loraParts)[number];

/** A LoRA, checked against a model: of each network the layers that it changes, by the name of their weight. */
export interface Lora {
	/** Its file in error messages. */
	label: string;
	/** Of the file, in hex. */
	sha256: string;
	weights: Weights;
	changes: Readonly<Record<LoraPart, ReadonlyMap<string, Addition>>>;
}

/** A LoRA, and how strongly it is applied; 1 is as it was trained. */
export interface AppliedLora {
	lora: Lora;
	weight: number;
}

interface Layer {
	up?: WeightInfo;
	down?: WeightInfo;
	alpha?: WeightInfo;
}

/**
 * Reads a LoRA: kohya's names (`lora_unet_…`, `lora_te1_…`, with diffusers' or the original names of blocks), or those of peft and
 * diffusers (`unet.….lora_A.weight`). A layer's change is alpha / rank · up · down; without an alpha it is up · down.
 *
 * Left out: LoHa, LoKr, DoRA, Tucker decompositions and biases, which are refused.
 *
 * @param label Its name in error messages, e.g. `loras/ink.safetensors`.
 * @throws {ModelError} if the file is broken, is no LoRA, or does not fit the model.
 */
export async function readLora(path: string, label: string, folder: ModelFolder): Promise<Lora> {
	const weights = { ...(await readWeights(dirname(path), label, [basename(path)])), label };
	const { metadata } = await readHeader(path, label);
	const peft = readPeft(metadata, label);
	const layers = groupLayers(weights);
	const withAlpha = [...layers].filter(([, { alpha }]) => alpha !== undefined);
	const values = await readScalars(
		path,
		withAlpha.map(([, { alpha }]) => alpha!),
		label,
	);
	const alphas = new Map(withAlpha.map(([name], i) => [name, values[i]!]));
	const changes = { unet: new Map(), textEncoder: new Map(), textEncoder2: new Map() } satisfies Lora['changes'];
	const strangers: string[] = [];
	for (const [name, layer] of layers) {
		const found = nameLayer(name, folder);
		if (!found) {
			strangers.push(name);
			continue;
		}
		const { part, tensor } = found;
		const subject = `\`${label}\`: expected the layer \`${printable(name)}\``;
		if (!layer.up || !layer.down)
			throw new ModelError(`${subject} to have two matrices, got only \`${layer.up ? 'up' : 'down'}\``);
		if (changes[part].has(tensor)) throw new ModelError(`${subject} once, got it twice, under two names`);
		const rank = checkShapes(layer.up, layer.down, folder.weights[part].tensors.get(tensor)!, subject);
		const scale = alphas.has(name) ? alphas.get(name)! / rank : peftScale(peft, part, tensor, rank);
		changes[part].set(tensor, { up: layer.up, down: layer.down, scale });
	}
	if (strangers.length > 0)
		throw new ModelError(
			strangers.length === layers.size
				? `\`${label}\`: expected a LoRA for this model, got one for another kind of model: it has no layer \`${printable(strangers[0]!)}\``
				: `\`${label}\`: expected only layers of this model, got ${strangers.length} of ${layers.size} that it has not, first \`${printable(strangers[0]!)}\``,
		);
	return { label, sha256: await hashLora({ path, label }), weights, changes };
}

/** Gives a network's weights with what LoRAs add to them. The same object comes back where they add nothing. */
export function withLoras(weights: Weights, part: LoraPart, loras: readonly AppliedLora[]): Weights {
	const relevant = loras.filter(({ lora, weight }) => weight !== 0 && lora.changes[part].size > 0);
	if (relevant.length === 0) return weights;
	const folder = commonFolder([weights, ...relevant.map(({ lora }) => lora.weights)].map((one) => one.folder));
	const additions = new Map<string, Addition[]>();
	for (const { lora, weight } of relevant)
		for (const [tensor, { up, down, scale }] of lora.changes[part]) {
			const addition = {
				up: seenFrom(folder, lora.weights, up),
				down: seenFrom(folder, lora.weights, down),
				scale: scale * weight,
			};
			additions.set(tensor, [...(additions.get(tensor) ?? []), addition]);
		}
	const tensors = new Map([...weights.tensors].map(([name, info]) => [name, seenFrom(folder, weights, info)]));
	return { ...weights, folder, tensors, additions };
}

function groupLayers(weights: Weights): Map<string, Layer> {
	const layers = new Map<string, Layer>();
	for (const [key, info] of weights.tensors) {
		const found = takeSuffix(key);
		if (!found)
			throw new ModelError(
				`\`${weights.label}\`: expected only the matrices of a plain LoRA, got \`${printable(key)}\`; LoHa, LoKr, DoRA and the like are not supported`,
			);
		const layer = layers.get(found.layer) ?? {};
		layer[found.role] = info;
		layers.set(found.layer, layer);
	}
	if (layers.size === 0) throw new ModelError(`\`${weights.label}\`: expected a LoRA, got no tensors`);
	return layers;
}

/** Checks that up · down has the shape of the weight; gives the rank. */
function checkShapes(up: WeightInfo, down: WeightInfo, weight: WeightInfo, subject: string): number {
	const rank = down.shape[0] ?? 0;
	const [out, ...inner] = weight.shape;
	const kernel = weight.shape.slice(2).map(() => 1);
	if (rank < 1 || up.shape.join() !== [out, rank, ...kernel].join() || down.shape.join() !== [rank, ...inner].join())
		throw new ModelError(
			`${subject} to have shapes [${[out, 'rank', ...kernel].join(', ')}] and [${['rank', ...inner].join(', ')}], got [${up.shape.join(', ')}] and [${down.shape.join(', ')}]`,
		);
	return rank;
}

const peftPart = z.looseObject({
	lora_alpha: z.number().optional(),
	r: z.number().optional(),
	alpha_pattern: z.record(z.string(), z.number()).optional(),
	use_rslora: z.boolean().nullish(),
	use_dora: z.literal(false, { error: 'DoRA is not supported' }).nullish(),
});
type Peft = Partial<Record<LoraPart, z.output<typeof peftPart>>>;

const peftNames: Readonly<Record<LoraPart, string>> = {
	unet: 'unet',
	textEncoder: 'text_encoder',
	textEncoder2: 'text_encoder_2',
};

/** diffusers 0.34 and later write peft's configuration into the header, as one flat object whose keys begin with the network. */
function readPeft(metadata: Readonly<Record<string, string>>, label: string): Peft {
	const text = metadata.lora_adapter_metadata;
	if (text === undefined) return {};
	let flat: unknown;
	try {
		flat = JSON.parse(text);
	} catch (error) {
		throw new ModelError(`\`${label}\`: expected JSON in \`lora_adapter_metadata\`, got something else`, {
			cause: error,
		});
	}
	const entries = Object.entries(flat !== null && typeof flat === 'object' ? flat : {});
	return Object.fromEntries(
		loraParts.map((part) => {
			const prefix = `${peftNames[part]}.`;
			const own = Object.fromEntries(
				entries.filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]),
			);
			const parsed = peftPart.safeParse(own);
			if (!parsed.success) throw fromZod(`${label}, lora_adapter_metadata`, parsed.error, own);
			return [part, parsed.data];
		}),
	);
}

function peftScale(peft: Peft, part: LoraPart, tensor: string, rank: number): number {
	const settings = peft[part];
	const module = tensor.replace(/\.weight$/, '');
	const pattern = Object.entries(settings?.alpha_pattern ?? {}).find(
		([key]) => module === key || module.endsWith(`.${key}`),
	);
	const alpha = pattern?.[1] ?? settings?.lora_alpha;
	if (alpha === undefined) return 1;
	return alpha / (settings?.use_rslora ? Math.sqrt(rank) : rank);
}
