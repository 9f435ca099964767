import { findJson, isObject, type JsonObject, textIn } from './json.ts';
import { setSampler } from './names.ts';
import { type Carried, numberIn, Reading, type SecondPass, setSecondPass } from './reading.ts';
import type { Texts } from './texts.ts';

/**
 * ComfyUI's text `prompt`: the graph of nodes that ran, `{"3": {"class_type": "KSampler", "inputs": {"model": ["4", 0], …}}, …}`. From
 * the picture that was saved, it is walked back to the sampler, and from there to texts, model, LoRAs and size. Where there are
 * two samplers in a row, the first makes the recipe and the second is its second pass.
 *
 * Left out: nodes that other people wrote, unless their inputs have the usual names, and everything that merges, masks or
 * controls; they are listed as unknown.
 */
export function readComfyui(texts: Texts, picture?: PictureSize): Carried | undefined {
	const json = findJson(texts, ['prompt', 'UserComment'], (o) => nodesOf(o) !== undefined);
	const nodes = json && nodesOf(json);
	return nodes && new Graph(nodes).read(picture);
}

/** Pixels of a file. */
export interface PictureSize {
	width: number;
	height: number;
}

/** On the way from latents, or pixels, back to where they come from. */
const latentInputs = ['samples', 'samples_to', 'pixels', 'image', 'upscale_image'];

interface Node {
	id: string;
	type: string;
	inputs: JsonObject;
}

/** More nodes than any workflow has. */
const mostNodes = 2000;

function nodesOf(object: JsonObject): Map<string, Node> | undefined {
	const nodes = new Map<string, Node>();
	for (const [id, value] of Object.entries(object).slice(0, mostNodes)) {
		if (!isObject(value) || typeof value.class_type !== 'string') continue;
		nodes.set(id, { id, type: value.class_type, inputs: isObject(value.inputs) ? value.inputs : {} });
	}
	return nodes.size > 0 ? nodes : undefined;
}

const samplerTypes = /^(KSampler|KSamplerAdvanced|SamplerCustom|SamplerCustomAdvanced)\b|KSampler/;
const outputTypes = /SaveImage|PreviewImage|SaveAnimated|Save Image|Image Save|ImageSave/i;

class Graph {
	readonly #nodes: Map<string, Node>;
	readonly #used = new Set<string>();
	readonly #reading = new Reading();

	constructor(nodes: Map<string, Node>) {
		this.#nodes = nodes;
	}

	/** @param picture pixels of the file: of two passes it may show the first one. */
	read(picture: PictureSize | undefined): Carried {
		const chain = this.#samplers();
		const base = chain.length > 1 ? this.#sizeOf(chain.at(-1)!) : undefined;
		const isFirst = base !== undefined && base.width === picture?.width && base.height === picture.height;
		const samplers = isFirst ? chain.slice(-1) : chain;
		const first = samplers.at(-1);
		if (first) this.#readSampler(first);
		const second = samplers.length > 1 ? samplers.at(-2)! : undefined;
		if (second) this.#readSecond(second);
		if (samplers.length > 2) this.#reading.leave('samplers', samplers.length);
		const left = [...this.#nodes.values()].filter(({ id, type }) => !this.#used.has(id) && !isPlumbing(type));
		if (left.length > 0) this.#reading.leave('nodes', [...new Set(left.map(({ type }) => type))].slice(0, 50));
		return this.#reading.as('comfyui');
	}

	/** The samplers before a saved picture, the last one first: of several such pictures, before the one that took the most. */
	#samplers(): Node[] {
		const outputs = [...this.#nodes.values()].filter(({ type }) => outputTypes.test(type)).slice(0, 20);
		let longest: Node[] = [];
		for (const output of outputs) {
			const found: Node[] = [];
			const seen = new Set<string>();
			for (let node: Node | undefined = output; node && !seen.has(node.id); ) {
				seen.add(node.id);
				this.#used.add(node.id);
				if (samplerTypes.test(node.type)) found.push(node);
				node = this.#next(node, ['images', 'image', 'samples', 'latent_image', 'latent', 'pixels', 'upscale_image']);
			}
			if (found.length > longest.length) longest = found;
		}
		if (longest.length > 0) return longest;
		const only = [...this.#nodes.values()].find(({ type }) => samplerTypes.test(type));
		return only ? [only] : [];
	}

	#readSampler(sampler: Node): void {
		const reading = this.#reading;
		const seed = numberIn(this.#setting(sampler, ['seed', 'noise_seed']));
		if (seed !== undefined) reading.set('seeds', [seed], 'seed');
		reading.set('steps', numberIn(this.#setting(sampler, ['steps'])), 'steps');
		reading.set('guidanceScale', numberIn(this.#setting(sampler, ['cfg'])), 'cfg');
		const said = { sampler: this.#setting(sampler, ['sampler_name']), schedule: this.#setting(sampler, ['scheduler']) };
		if (said.sampler !== undefined)
			setSampler(reading, said, { sampler: 'sampler_name', schedule: 'scheduler' }, 'normal');
		this.#readTexts(sampler);
		this.#readModel(sampler);
		this.#readLatents(sampler);
		for (const name of ['start_at_step', 'end_at_step']) reading.leave(name, this.#setting(sampler, [name]));
	}

	#readTexts(sampler: Node): void {
		const reading = this.#reading;
		reading.set('syntax', 'webui', 'syntax');
		const positive = this.#conditioning(sampler, ['positive', 'conditioning']);
		const negative = this.#conditioning(sampler, ['negative']);
		reading.set('prompt', positive?.text.trim() || undefined, 'positive');
		reading.set('negative', negative?.text.trim() ?? '', 'negative');
		if (positive?.clipSkip !== undefined && positive.clipSkip !== 2)
			reading.set('clipSkip', positive.clipSkip, 'stop_at_clip_layer');
	}

	/** The text behind a conditioning, and where on the way the text encoders are cut short. */
	#conditioning(sampler: Node, names: string[]): { text: string; clipSkip?: number } | undefined {
		const direct = this.#next(sampler, names);
		const guider = direct ? undefined : this.#next(sampler, ['guider']);
		for (const node of this.#walk(direct ?? (guider && this.#next(guider, names)), [
			'conditioning',
			'conditioning_1',
			'conditioning_to',
			...names,
		])) {
			const text = [node.inputs.text, node.inputs.text_g, node.inputs.prompt].find((value) => value !== undefined);
			const written = text === undefined ? undefined : textIn(this.#value(text));
			if (written === undefined) continue;
			const last = [...this.#walk(this.#next(node, ['clip']), ['clip', 'model'])].find(
				(n) => n.type === 'CLIPSetLastLayer',
			);
			const layer = numberIn(last?.inputs.stop_at_clip_layer);
			return { text: written, ...(layer !== undefined && { clipSkip: -layer }) };
		}
		return undefined;
	}

	#readModel(sampler: Node): void {
		const loras: { name: string; weight: number }[] = [];
		const start = this.#next(sampler, ['model']) ?? this.#next(this.#next(sampler, ['guider']) ?? sampler, ['model']);
		for (const node of this.#walk(start, ['model'])) {
			const { ckpt_name, unet_name, lora_name } = node.inputs;
			const checkpoint = textIn(this.#value(ckpt_name ?? unet_name));
			if (checkpoint !== undefined) this.#reading.set('modelName', baseName(checkpoint), 'ckpt_name');
			const lora = textIn(this.#value(lora_name));
			const weight = numberIn(this.#value(node.inputs.strength_model)) ?? 1;
			if (lora !== undefined) loras.unshift({ name: baseName(lora), weight });
			const clip = numberIn(this.#value(node.inputs.strength_clip));
			if (lora !== undefined && clip !== undefined && clip !== weight)
				this.#reading.leave(`strength_clip of ${lora}`, clip);
			if (checkpoint === undefined && lora === undefined)
				this.#reading.leave(`model: ${node.type}`, 'changes the model');
		}
		if (loras.length > 0) this.#reading.set('loras', loras, 'lora_name');
	}

	#readLatents(sampler: Node): void {
		const reading = this.#reading;
		const start = this.#next(sampler, ['latent_image', 'latent']);
		for (const node of this.#walk(start, latentInputs)) {
			const [width, height] = [node.inputs.width, node.inputs.height].map((v) => numberIn(this.#value(v)));
			if (/^LoadImage/.test(node.type)) {
				reading.leave('image', node.inputs.image);
				reading.set('strength', numberIn(this.#setting(sampler, ['denoise'])), 'denoise');
			}
			if (width === undefined || height === undefined) continue;
			reading.set('width', width, 'width');
			reading.set('height', height, 'height');
			const count = numberIn(this.#value(node.inputs.batch_size));
			if (count !== 1) reading.leave('batch_size', count);
			if (/^Empty/.test(node.type)) return;
		}
	}

	/** The size of the empty latents that a sampler begins with. */
	#sizeOf(sampler: Node): PictureSize | undefined {
		for (const node of this.#walk(this.#next(sampler, ['latent_image', 'latent']), latentInputs)) {
			const [width, height] = [node.inputs.width, node.inputs.height].map((v) => numberIn(this.#value(v)));
			if (/^Empty/.test(node.type) && width !== undefined && height !== undefined) return { width, height };
		}
		return undefined;
	}

	#readSecond(sampler: Node): void {
		const pass: SecondPass = {
			scale: undefined,
			strength: numberIn(this.#setting(sampler, ['denoise'])),
			upscaler: undefined,
			steps: numberIn(this.#setting(sampler, ['steps'])),
		};
		for (const node of this.#walk(this.#next(sampler, ['latent_image', 'latent']), latentInputs)) {
			if (samplerTypes.test(node.type)) break;
			const { scale_by, upscale_method, width } = node.inputs;
			const wide = numberIn(this.#value(width));
			const before = this.#reading.recipe.width;
			const scale =
				numberIn(this.#value(scale_by)) ??
				(wide !== undefined && before !== undefined && /scale/i.test(node.type) ? wide / before : undefined);
			if (scale !== undefined) pass.scale = scale;
			// Pixels that are scaled are something else than latents.
			if (typeof upscale_method === 'string')
				pass.upscaler = /^Latent/.test(node.type)
					? upscale_method
					: `${node.type}: ${upscale_method.replace('-', ' ')}`;
		}
		const from = { scale: 'scale_by', strength: 'denoise', upscaler: 'upscale_method', steps: 'steps' };
		setSecondPass(this.#reading, pass, from);
	}

	/** A setting of a sampler: its own, or that of the small nodes that `SamplerCustom` is put together from. */
	#setting(sampler: Node, names: string[]): unknown {
		const parts = ['noise', 'guider', 'sampler', 'sigmas'].map((name) => this.#next(sampler, [name]));
		for (const node of [sampler, ...parts])
			for (const name of names) {
				const value = node?.inputs[name] === undefined ? undefined : this.#value(node.inputs[name]);
				if (value !== undefined) return value;
			}
		return undefined;
	}

	/** A value, or what a node with one value gives. */
	#value(input: unknown): unknown {
		let value = input;
		for (let hops = 0; hops < 10; hops++) {
			const node = this.#linked(value);
			if (!node) return typeof value === 'object' ? undefined : value;
			const { inputs } = node;
			value = ['value', 'text', 'string', 'seed', 'noise_seed', 'int', 'float', 'number', 'prompt', 'populated_text']
				.map((name) => inputs[name])
				.find((v) => v !== undefined);
		}
		return undefined;
	}

	/** From a node on, along the first of these inputs that is linked; no node twice. */
	*#walk(start: Node | undefined, names: string[]): Generator<Node, void, void> {
		const seen = new Set<string>();
		for (let node = start; node && !seen.has(node.id); node = this.#next(node, names)) {
			seen.add(node.id);
			yield node;
		}
	}

	#next(node: Node, names: string[]): Node | undefined {
		for (const name of names) {
			const next = this.#linked(node.inputs[name]);
			if (next) return next;
		}
		return undefined;
	}

	#linked(input: unknown): Node | undefined {
		if (!Array.isArray(input) || input.length !== 2) return undefined;
		const node = this.#nodes.get(String(input[0]));
		if (node) this.#used.add(node.id);
		return node;
	}
}

/** Nodes that say nothing of how the picture came about. */
function isPlumbing(type: string): boolean {
	return outputTypes.test(type) || /^(VAELoader|VAEDecode|Note|MarkdownNote|Reroute|PreviewAny)/.test(type);
}

/** A file's name without its folders and its ending, as our models and LoRAs are named. */
export function baseName(path: string): string {
	return path
		.slice(-300)
		.replace(/^.*[\\/]/s, '')
		.replace(/\.(safetensors|ckpt|pt|pth|bin|sft)$/i, '');
}
