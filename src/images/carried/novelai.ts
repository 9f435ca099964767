import type { PictureSize } from './comfyui.ts';
import { findJson, isObject, textIn } from './json.ts';
import { setSampler } from './names.ts';
import { type Carried, numberIn, Reading } from './reading.ts';
import type { Texts } from './texts.ts';

/**
 * NovelAI's text `Comment`: JSON beside `Software: NovelAI`, `Source` (the model) and `Description` (the prompt). Braces and brackets
 * are its own emphasis, which we do not have: they are taken as characters. Older files say no size; it is the picture's.
 */
export function readNovelai(texts: Texts, picture?: PictureSize): Carried | undefined {
	const json = findJson(texts, ['Comment', 'UserComment'], (o) => {
		const inner = o.Comment === undefined ? o : {};
		return 'Comment' in o || 'uc' in inner || 'v4_prompt' in inner || ('prompt' in inner && 'uncond_scale' in inner);
	});
	if (!json) return undefined;
	// In WebP all texts lie together in one JSON, and the comment in it is text again.
	const comment =
		json.Comment === undefined
			? json
			: findJson(new Map([['Comment', textIn(json.Comment) ?? '']]), ['Comment'], () => true);
	if (!comment) return undefined;
	const { prompt, uc, steps, scale, seed, width, height, sampler, noise_schedule, strength, ...rest } = comment;
	const reading = new Reading();
	reading.set('prompt', prompt ?? captionOf(rest.v4_prompt) ?? texts.get('Description'), 'prompt');
	reading.set('negative', uc ?? captionOf(rest.v4_negative_prompt) ?? '', 'uc');
	reading.set('syntax', 'plain', 'syntax');
	reading.set('steps', numberIn(steps), 'steps');
	reading.set('guidanceScale', numberIn(scale), 'scale');
	if (numberIn(seed) !== undefined) reading.set('seeds', [numberIn(seed)], 'seed');
	reading.set('width', numberIn(width) ?? picture?.width, 'width');
	reading.set('height', numberIn(height) ?? picture?.height, 'height');
	if (sampler !== undefined) {
		const names = { sampler: 'sampler', schedule: 'noise_schedule' };
		setSampler(reading, { sampler, schedule: noise_schedule }, names, 'normal');
	}
	// Files of pictures that were drawn from nothing have a strength too.
	if (/img2img/i.test(textIn(rest.request_type) ?? '')) reading.set('strength', numberIn(strength), 'strength');
	else reading.leave('strength', strength);
	const source = texts.get('Source') ?? textIn(json.Source);
	if (source !== undefined) reading.set('modelName', source, 'Source');
	for (const [name, value] of Object.entries(rest)) if (!isIdle(value)) reading.leave(name, value);
	return reading.as('novelai');
}

/** Version 4 keeps a prompt in parts: one for all and one for each character. */
function captionOf(v4: unknown): string | undefined {
	const caption = isObject(v4) && isObject(v4.caption) ? v4.caption : undefined;
	return textIn(caption?.base_caption);
}

/** A switch that is off says nothing of a picture. */
function isIdle(value: unknown): boolean {
	return value === false || value === null || value === '' || value === 0;
}
