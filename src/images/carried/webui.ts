import { takeLoraTags } from '../../prompt/loras.ts';
import { setSampler } from './names.ts';
import { type Carried, numberIn, Reading, setSecondPass, sizeIn, type Tool } from './reading.ts';
import type { Texts } from './texts.ts';

/**
 * The text `parameters` of Stable Diffusion WebUI, which Forge, SD.Next, Civitai and we write too: the prompt, `Negative prompt: …`,
 * and a last line of `Name: value, Name: "quoted, value"`.
 *
 * Source: AUTOMATIC1111/stable-diffusion-webui, `modules/infotext_utils.py` at 036500223de0a3caaa86360a8ad3ed301e4367b0: a last line
 * with fewer than three pairs belongs to the prompt; what names no `RNG` was drawn with the GPU's. Left out: styles, hypernetworks
 * and the settings of extensions, which are kept as unknown.
 */
export function readWebui(texts: Texts): Carried | undefined {
	const text = texts.get('parameters') ?? texts.get('UserComment');
	if (text === undefined || /^\s*[{[]/.test(text)) return undefined;
	return readParametersText(text);
}

/** @returns nothing for a text without a line of settings: it may be anything */
export function readParametersText(text: string): Carried | undefined {
	const lines = text.replaceAll('\r\n', '\n').trim().split('\n');
	const settings = new Settings(lines.pop()!);
	if (settings.size < 3) return undefined;
	const at = lines.findIndex((line) => line.trim().startsWith(negativeMark));
	const joined = (part: string[]) => part.map((line) => line.trim()).join('\n');
	const prompt = joined(at < 0 ? lines : lines.slice(0, at)).trim();
	const negative = at < 0 ? undefined : joined(lines.slice(at)).slice(negativeMark.length).trim();

	const version = settings.take('Version');
	const tool = toolOf(version);
	const reading = new Reading();
	if (tool !== 'atelier') reading.leave('Version', version);
	takePrompt(reading, prompt, settings, tool);
	reading.set('negative', negative ?? (tool === 'atelier' ? null : ''), 'Negative prompt');
	takeSyntax(reading, settings);
	takeNumbers(reading, settings, tool);
	takeSecondPass(reading, settings);
	for (const [name, value] of settings.rest()) reading.leave(name, value);
	return reading.as(tool);
}

const negativeMark = 'Negative prompt:';
/** Settings with the hashes of a hundred LoRAs are shorter. */
const longestLine = 50_000;
/** Beyond this LoRAs are not looked for in a prompt: no prompt of ours is longer. */
const longestWithTags = 6000;

function toolOf(version: string | undefined): Tool {
	if (version?.startsWith('Atelier ')) return 'atelier';
	if (version?.startsWith('Fooocus')) return 'fooocus';
	return version === 'ComfyUI' ? 'comfyui' : 'webui';
}

/** WebUI's tags for LoRAs lie in the prompt, their hashes beside it. */
function takePrompt(reading: Reading, prompt: string, settings: Settings, tool: Tool): void {
	const loraHashes = settings.takeHashes('Lora hashes');
	const embeddings = [...settings.takeHashes('TI hashes')].map(([name, hash]) => ({ name, hash }));
	if (embeddings.length > 0) reading.set('embeddings', embeddings, 'TI hashes');
	let text = prompt;
	try {
		if (prompt.length > longestWithTags) throw new RangeError('The prompt is too long to be searched for LoRAs.');
		// We write them behind the prompt, whose own commas stay as they are.
		const at = tool === 'atelier' ? prompt.search(/(?: <lora:[^<>]*>)+$/) : 0;
		const taken = takeLoraTags(at < 0 ? '' : withOneWeight(prompt.slice(at), reading));
		text = at < 0 ? prompt : at > 0 ? prompt.slice(0, at) : taken.text;
		const loras = taken.loras.map(({ name, weight }) => {
			const hash = loraHashes.get(name);
			loraHashes.delete(name);
			return { name, ...(hash !== undefined && { hash }), weight };
		});
		if (loras.length > 0) reading.set('loras', loras, 'Lora');
	} catch (error) {
		reading.leave('Lora', (error as Error).message); // too many, or one that cannot be read: they stay in the prompt
	}
	if (loraHashes.size > 0) reading.leave('Lora hashes', Object.fromEntries(loraHashes));
	reading.set('prompt', text === '' ? undefined : text, 'Prompt');
}

/** A tag with one weight for the text encoders and one for the UNet keeps the first: ours are the same for both. */
function withOneWeight(prompt: string, reading: Reading): string {
	return prompt.replace(/<lora:([^:<>]{1,200}):([^:<>]{1,20}):[^<>]{0,60}>/gi, (tag, name: string, weight: string) => {
		reading.leave(`Lora ${name}`, tag);
		return `<lora:${name}:${weight}>`;
	});
}

/** WebUI names its way of emphasis only where it is not the usual one; SD.Next names a parser. */
function takeSyntax(reading: Reading, settings: Settings): void {
	const emphasis = settings.take('Emphasis');
	const parser = settings.take('Parser');
	if (emphasis === 'None') reading.set('syntax', 'plain', 'Emphasis');
	else if (parser !== undefined && /compel/i.test(parser)) reading.set('syntax', 'compel', 'Parser');
	else {
		reading.set('syntax', 'webui', 'Emphasis');
		if (emphasis !== 'Original') reading.leave('Emphasis', emphasis);
		reading.leave('Parser', parser);
	}
}

function takeNumbers(reading: Reading, settings: Settings, tool: Tool): void {
	reading.set('steps', settings.takeNumber('Steps'), 'Steps');
	const names = { sampler: 'Sampler', schedule: 'Schedule type' };
	const said = { sampler: settings.take(names.sampler), schedule: settings.take(names.schedule) };
	if (said.sampler !== undefined) setSampler(reading, said, names, tool === 'atelier' ? 'model' : 'webui');
	reading.set('guidanceScale', settings.takeNumber('CFG scale'), 'CFG scale');
	const [from, to] = [settings.takeNumber('Skip Early CFG'), settings.takeNumber('CFG until')];
	if (from !== undefined || to !== undefined)
		reading.set('guidanceInterval', [from ?? 0, to ?? 1], from === undefined ? 'CFG until' : 'Skip Early CFG');
	const seed = settings.takeNumber('Seed');
	if (seed !== undefined) reading.set('seeds', [seed], 'Seed');
	const size = settings.take('Size');
	const sides = sizeIn(size);
	if (sides) {
		reading.set('width', sides.width, 'Size');
		reading.set('height', sides.height, 'Size');
	} else reading.leave('Size', size);
	reading.set('model', settings.take('Model hash'), 'Model hash');
	reading.set('modelName', settings.take('Model'), 'Model');
	const clipSkip = settings.takeNumber('Clip skip');
	if (clipSkip !== 2) reading.set('clipSkip', clipSkip, 'Clip skip'); // the second is what SDXL is trained on
	const rng = settings.take('RNG');
	// 'GPU' is an NVIDIA GPU's own generator, which `NV` computes elsewhere.
	if (rng === 'NV' || rng === 'GPU' || (rng === undefined && tool === 'webui')) reading.set('random', 'philox', 'RNG');
	else if (rng !== 'CPU') reading.leave('RNG', rng);
}

/** The highres fix; a strength without one is that of an image-to-image. */
function takeSecondPass(reading: Reading, settings: Settings): void {
	const strength = settings.takeNumber(hiresNames.strength);
	const scale = settings.takeNumber(hiresNames.scale);
	const upscaler = settings.take(hiresNames.upscaler);
	const steps = settings.takeNumber(hiresNames.steps);
	if (scale === undefined && upscaler === undefined) {
		reading.set('strength', strength, hiresNames.strength);
		reading.leave(hiresNames.steps, steps);
		reading.set('upscaler', settings.take('Postprocess upscaler'), 'Postprocess upscaler');
		return;
	}
	setSecondPass(reading, { scale, strength, upscaler, steps }, hiresNames);
}

const hiresNames = {
	scale: 'Hires upscale',
	strength: 'Denoising strength',
	upscaler: 'Hires upscaler',
	steps: 'Hires steps',
} as const;

/** The pairs of the last line; what is taken is no longer among the rest. */
class Settings {
	readonly #pairs = new Map<string, string>();

	constructor(line: string) {
		if (line.length > longestLine) return;
		for (const [, name, value] of line.matchAll(/(\w[\w \-/]{0,60}):\s{0,9}("(?:\\.|[^\\"])*"|[^,]*)(?:,|$)/g)) {
			if (this.#pairs.size < 200 && !this.#pairs.has(name!)) this.#pairs.set(name!, unquote(value!.trim()));
		}
	}

	get size(): number {
		return this.#pairs.size;
	}

	take(name: string): string | undefined {
		const value = this.#pairs.get(name);
		this.#pairs.delete(name);
		return value;
	}

	/** What is no number stays among the rest. */
	takeNumber(name: string): number | undefined {
		const value = numberIn(this.#pairs.get(name));
		if (value !== undefined) this.#pairs.delete(name);
		return value;
	}

	/** `name: hash, name: hash` */
	takeHashes(name: string): Map<string, string> {
		const pairs = (this.take(name) ?? '')
			.split(',')
			.map((pair) => pair.split(/:(?=[^:]*$)/).map((part) => part.trim()));
		return new Map(pairs.filter((pair): pair is [string, string] => pair.length === 2 && pair.every((p) => p !== '')));
	}

	rest(): IterableIterator<[string, string]> {
		return this.#pairs.entries();
	}
}

function unquote(value: string): string {
	if (!value.startsWith('"')) return value;
	try {
		const text: unknown = JSON.parse(value);
		return typeof text === 'string' ? text : value;
	} catch {
		return value;
	}
}
