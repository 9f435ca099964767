import { findJson, isObject, textIn } from './json.ts';
import { setSampler } from './names.ts';
import { type Carried, numberIn, Reading } from './reading.ts';
import type { Texts } from './texts.ts';

/**
 * InvokeAI's text `invokeai_metadata`: one flat JSON object. It computes with diffusers' schedulers as the model configures them and
 * reads prompts with compel, as we can. Left out: ControlNets, adapters and its canvas, kept as unknown.
 */
export function readInvokeai(texts: Texts): Carried | undefined {
	const json = findJson(
		texts,
		['invokeai_metadata', 'UserComment'],
		(o) => 'positive_prompt' in o || 'app_version' in o,
	);
	if (!json) return undefined;
	const { positive_prompt, negative_prompt, steps, cfg_scale, seed, width, height, scheduler, model, loras, ...more } =
		json;
	const { rand_device, clip_skip, strength, ...rest } = more;
	const reading = new Reading();
	reading.set('prompt', positive_prompt, 'positive_prompt');
	reading.set('negative', negative_prompt ?? '', 'negative_prompt');
	reading.set('syntax', 'compel', 'syntax');
	reading.set('steps', numberIn(steps), 'steps');
	reading.set('guidanceScale', numberIn(cfg_scale), 'cfg_scale');
	if (numberIn(seed) !== undefined) reading.set('seeds', [numberIn(seed)], 'seed');
	reading.set('width', numberIn(width), 'width');
	reading.set('height', numberIn(height), 'height');
	if (scheduler !== undefined)
		setSampler(reading, { sampler: scheduler }, { sampler: 'scheduler', schedule: 'scheduler' }, 'model');
	if (isObject(model)) {
		reading.set('modelName', model.name ?? model.model_name, 'model.name');
		reading.set('model', model.hash, 'model.hash');
	} else reading.leave('model', model);
	const named = (Array.isArray(loras) ? loras : []).slice(0, 51).flatMap((lora: unknown) => loraOf(lora));
	if (named.length > 0) reading.set('loras', named, 'loras');
	if (rand_device === 'cuda') reading.set('random', 'philox', 'rand_device');
	else if (rand_device !== 'cpu') reading.leave('rand_device', rand_device);
	// It counts the layers that are left out, of which SDXL has one by itself.
	const skipped = numberIn(clip_skip);
	if (skipped !== undefined && skipped > 0) reading.set('clipSkip', skipped + 2, 'clip_skip');
	reading.set('strength', numberIn(strength), 'strength');
	for (const [name, value] of Object.entries(rest)) if (value !== null && value !== false) reading.leave(name, value);
	return reading.as('invokeai');
}

function loraOf(lora: unknown): { name: unknown; weight: number; hash?: string }[] {
	if (!isObject(lora)) return [];
	const model = isObject(lora.model) ? lora.model : isObject(lora.lora) ? lora.lora : {};
	const hash = textIn(model.hash);
	return [
		{
			name: model.name ?? model.model_name,
			weight: numberIn(lora.weight) ?? 1,
			...(hash !== undefined && { hash }),
		},
	];
}
