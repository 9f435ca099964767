import { findJson, isObject, textIn } from './json.ts';
import { setSampler } from './names.ts';
import { type Carried, numberIn, Reading, setSecondPass, sizeIn } from './reading.ts';
import type { Texts } from './texts.ts';

/**
 * The public Animagine XL Space's JSON, beside the picture and in its text `metadata`. Its prompt and negative hold the chosen style
 * and quality tags already; it computes with diffusers' schedulers and reads emphasis as WebUI writes it.
 */
export function readSpace(texts: Texts): Carried | undefined {
	const is = (o: Readonly<Record<string, unknown>>) => 'num_inference_steps' in o && 'prompt' in o;
	const json = findJson(texts, ['metadata', 'parameters', 'Comment', 'UserComment'], is);
	if (!json) return undefined;
	const { prompt, negative_prompt, resolution, guidance_scale, num_inference_steps, seed, sampler, ...more } = json;
	const { use_upscaler, Model: model, 'Model hash': hash, ...rest } = more;
	const reading = new Reading();
	reading.set('prompt', prompt, 'prompt');
	reading.set('negative', negative_prompt ?? '', 'negative_prompt');
	reading.set('syntax', 'webui', 'syntax');
	const size = sizeIn(resolution);
	if (size) {
		reading.set('width', size.width, 'resolution');
		reading.set('height', size.height, 'resolution');
	} else reading.leave('resolution', resolution);
	reading.set('guidanceScale', numberIn(guidance_scale), 'guidance_scale');
	reading.set('steps', numberIn(num_inference_steps), 'num_inference_steps');
	if (numberIn(seed) !== undefined) reading.set('seeds', [numberIn(seed)], 'seed');
	if (sampler !== undefined) setSampler(reading, { sampler }, { sampler: 'sampler', schedule: 'sampler' }, 'model');
	if (isObject(use_upscaler)) {
		const pass = {
			scale: numberIn(use_upscaler.upscale_by),
			strength: numberIn(use_upscaler.upscaler_strength),
			upscaler: textIn(use_upscaler.upscale_method),
		};
		const names = { scale: 'upscale_by', strength: 'upscaler_strength', upscaler: 'upscale_method', steps: 'steps' };
		setSecondPass(reading, pass, names);
	}
	const about = isObject(model) ? model : { Model: model, 'Model hash': hash };
	reading.set('modelName', about.Model, 'Model');
	reading.set('model', about['Model hash'], 'Model hash');
	for (const [name, value] of Object.entries(rest)) if (value !== null && value !== false) reading.leave(name, value);
	return reading.as('space');
}
