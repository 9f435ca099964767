import { z } from 'zod';
import { UserError } from '../errors.ts';
import { samplerNames } from '../pipeline/samplers/index.ts';
import { scheduleNames } from '../pipeline/schedule/names.ts';
import { resolveAspect } from './aspects.ts';
import { familyValues } from './families.ts';
import { takeFlags } from './flags.ts';
import { takeLoraTags } from './loras.ts';
import { limits, type OptionName, optionNames, type RawValue, readOption } from './options.ts';
import { presetNames } from './presets.ts';
import { styleNames } from './styles.ts';
import { syntaxNames } from './syntax/index.ts';
import { joinTags, splitTags } from './tags.ts';
import { cleanText, isDrawable, lengthOf, oneLine } from './text.ts';

const length = (text: string) => lengthOf(text) <= limits.promptLength;

/**
 * What a member asks for, before it is a recipe: only what they said, no default filled in. Stored as JSON with the
 * generation, so that it can be opened again and changed. `aspect` is as they wrote it, `prompt` and `negative` are clean,
 * on one line and without flags; LoRAs stand in `prompt` as `<lora:name:0.8>`, however they were asked for.
 */
export const imagineRequestSchema = z.strictObject({
	prompt: z.string().min(1).refine(length),
	negative: z.string().min(1).refine(length).optional(),
	quality: z.enum(familyValues('quality')).optional(),
	rating: z.enum(familyValues('rating')).optional(),
	year: z.enum(familyValues('year')).optional(),
	aesthetic: z.enum(familyValues('aesthetic')).optional(),
	preset: z.enum(presetNames).optional(),
	style: z.enum(styleNames).optional(),
	/** As they wrote it. */
	model: z.string().min(1).max(100).optional(),
	aspect: z
		.string()
		.refine((text) => resolveAspect(text) !== undefined)
		.optional(),
	steps: z.int().min(limits.steps.min).max(limits.steps.max).optional(),
	guidance: z.number().min(limits.guidance.min).max(limits.guidance.max).optional(),
	/** Shares of the schedule between which guidance works. */
	'cfg-from': z.number().min(limits.guided.min).max(limits.guided.max).optional(),
	'cfg-until': z.number().min(limits.guided.min).max(limits.guided.max).optional(),
	sampler: z.enum(samplerNames).optional(),
	schedule: z.enum(scheduleNames).optional(),
	syntax: z.enum(syntaxNames).optional(),
	clipskip: z.int().min(limits.clipskip.min).max(limits.clipskip.max).optional(),
	seed: z.int().min(limits.seed.min).max(limits.seed.max).optional(),
	count: z.int().min(limits.count.min).max(limits.count.max).optional(),
	/** Of what a picture is drawn over with; only with one. */
	strength: z.number().min(limits.strength.min).max(limits.strength.max).optional(),
	hires: z.boolean().optional(),
	best: z.int().min(limits.best.min).max(limits.best.max).optional(),
});

export type ImagineRequest = z.infer<typeof imagineRequestSchema>;

/** What a door hands in: options as they come, absent ones missing, `undefined` or `null`. A stored request is one too. */
export type RequestOptions = { prompt: string; negative?: string | null | undefined } & {
	[K in OptionName]?: RawValue | null | undefined;
};

/**
 * Reads what a member asks for from options and from the flags in the prompt's text. A flag wins over an option, being the
 * later and more particular word, and the option is then not looked at; `--no` adds to the negative, whoever gave it.
 *
 * @throws UserError with a sentence about the first thing that is wrong
 */
export function parseRequest(given: RequestOptions): ImagineRequest {
	const flagged = takeFlags(cleanText(given.prompt));
	const lora = flagged.values.lora ?? given.lora ?? undefined;
	const named = lora === undefined ? flagged.text : `${flagged.text} ${readOption('lora', lora)}`;
	const request: { [K in keyof ImagineRequest]: unknown } = { prompt: readPrompt(named, given.prompt, flagged.no) };

	const negative = [...splitTags(cleanText(flagged.negative ?? given.negative ?? '')), ...flagged.no];
	if (negative.length > 0) request.negative = fitting(joinTags(negative), 'negative');

	for (const name of optionNames) {
		if (name === 'lora') continue; // in the prompt, where it can be edited
		const raw = flagged.values[name] ?? given[name];
		if (raw !== undefined && raw !== null) request[name] = readOption(name, raw);
	}
	return imagineRequestSchema.parse(request);
}

// `typed` is the whole text before the flags were taken out: it tells an empty prompt from one of commas or invisible signs.
function readPrompt(text: string, typed: string, no: readonly string[]): string {
	const prompt = fitting(oneLine(text), 'prompt');
	const drawable = takeLoraTags(prompt).text;
	if (isDrawable(drawable)) return prompt;
	if (no.length > 0 && drawable === '') {
		const message =
			'The prompt is empty, because all that follows `--no` counts as unwanted. Put the prompt before it.';
		throw new UserError('prompt-empty', message);
	}
	if (typed.trim() === '' || (drawable === '' && isDrawable(cleanText(typed))))
		throw new UserError('prompt-empty', `The prompt is empty. Say what to draw, ${example}.`);
	throw new UserError(
		'prompt-nothing-drawable',
		`The prompt holds no word or number, so there is nothing to draw. Say it in tags, ${example}.`,
	);
}

const example = 'for example `1girl, blue hair, smile`';

function fitting(text: string, what: 'prompt' | 'negative'): string {
	const size = lengthOf(text);
	if (size <= limits.promptLength) return text;
	const [has, most] = [size, limits.promptLength].map((n) => n.toLocaleString('en-US'));
	throw new UserError(
		`${what}-too-long`,
		`The ${what} has ${has} characters, and at most ${most} fit. Shorten it to the tags that matter.`,
	);
}
