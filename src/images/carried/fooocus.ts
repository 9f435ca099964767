import { baseName } from './comfyui.ts';
import { findJson, isObject, textIn } from './json.ts';
import { setSampler } from './names.ts';
import { type Carried, numberIn, Reading, sizeIn } from './reading.ts';
import type { Texts } from './texts.ts';

/** Fooocus' own scheme: JSON under `parameters`, or `Comment` of its forks. Its samplers are ComfyUI's; its sharpness is left out. */
export function readFooocus(texts: Texts): Carried | undefined {
	const is = (o: Readonly<Record<string, unknown>>) => 'base_model' in o && 'prompt' in o;
	const json = findJson(texts, ['parameters', 'Comment', 'UserComment'], is);
	if (!json) return undefined;
	const { prompt, negative_prompt, steps, guidance_scale, cfg, seed, resolution, width, height, ...more } = json;
	const { sampler, scheduler, base_model, base_model_hash, loras, clip_skip, ...rest } = more;
	const reading = new Reading();
	reading.set('prompt', firstText(prompt), 'prompt');
	reading.set('negative', firstText(negative_prompt) ?? '', 'negative_prompt');
	reading.set('syntax', 'webui', 'syntax');
	reading.set('steps', numberIn(steps), 'steps');
	reading.set('guidanceScale', numberIn(guidance_scale ?? cfg), 'guidance_scale');
	if (numberIn(seed) !== undefined) reading.set('seeds', [numberIn(seed)], 'seed');
	const size = sizeIn(resolution) ?? { width: numberIn(width), height: numberIn(height) };
	reading.set('width', size.width, 'resolution');
	reading.set('height', size.height, 'resolution');
	if (sampler !== undefined)
		setSampler(reading, { sampler, schedule: scheduler }, { sampler: 'sampler', schedule: 'scheduler' }, 'normal');
	reading.set('modelName', named(base_model), 'base_model');
	reading.set('model', base_model_hash, 'base_model_hash');
	const list = (Array.isArray(loras) ? loras : []).slice(0, 51).flatMap((lora: unknown) => {
		if (!Array.isArray(lora)) return [];
		const [name, weight, hash] = lora as unknown[];
		return [{ name: named(name), weight: numberIn(weight) ?? 1, ...(typeof hash === 'string' && { hash }) }];
	});
	if (list.length > 0) reading.set('loras', list, 'loras');
	const skip = numberIn(clip_skip);
	if (skip !== undefined && skip !== 2) reading.set('clipSkip', skip, 'clip_skip');
	for (const [name, value] of Object.entries(rest)) reading.leave(name, value);
	return reading.as('fooocus');
}

/** SwarmUI's JSON under `parameters`: `{"sui_image_params": {…}}`. ComfyUI computes for it. */
export function readSwarm(texts: Texts): Carried | undefined {
	const json = findJson(texts, ['parameters', 'UserComment'], (o) => isObject(o.sui_image_params));
	const params = json?.sui_image_params;
	if (!isObject(params)) return undefined;
	const { prompt, negativeprompt, model, seed, steps, cfgscale, width, height, sampler, scheduler, ...more } = params;
	const { loras, loraweights, ...rest } = more;
	const reading = new Reading();
	reading.set('prompt', prompt, 'prompt');
	reading.set('negative', negativeprompt ?? '', 'negativeprompt');
	reading.set('syntax', 'webui', 'syntax');
	reading.set('steps', numberIn(steps), 'steps');
	reading.set('guidanceScale', numberIn(cfgscale), 'cfgscale');
	if (numberIn(seed) !== undefined) reading.set('seeds', [numberIn(seed)], 'seed');
	reading.set('width', numberIn(width), 'width');
	reading.set('height', numberIn(height), 'height');
	if (sampler !== undefined)
		setSampler(reading, { sampler, schedule: scheduler }, { sampler: 'sampler', schedule: 'scheduler' }, 'normal');
	reading.set('modelName', named(model), 'model');
	const weights = Array.isArray(loraweights) ? loraweights : [];
	const list = (Array.isArray(loras) ? loras : [])
		.slice(0, 51)
		.map((lora: unknown, i) => ({ name: named(lora), weight: numberIn(weights[i]) ?? 1 }));
	if (list.length > 0) reading.set('loras', list, 'loras');
	for (const [name, value] of Object.entries(rest)) reading.leave(name, value);
	return reading.as('swarmui');
}

function named(path: unknown): string | undefined {
	const text = textIn(path);
	return text === undefined ? undefined : baseName(text);
}

function firstText(value: unknown): string | undefined {
	return textIn(Array.isArray(value) ? (value as unknown[])[0] : value);
}
