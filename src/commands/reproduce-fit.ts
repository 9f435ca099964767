import { UserError } from '../errors.ts';
import type { Carried, CarriedRecipe, Tool } from '../images/carried/index.ts';
import { takesSchedule } from '../pipeline/samplers/index.ts';
import { loraTag } from '../prompt/loras.ts';
import { isNamed } from '../prompt/models.ts';
import { limits } from '../prompt/options.ts';
import type { ModelFacts } from '../prompt/recipe.ts';
import { type ImagineRequest, imagineRequestSchema } from '../prompt/request.ts';
import { checkPrompt, defaultSyntax } from '../prompt/syntax/index.ts';
import { cleanText, isDrawable, lengthOf, quoted } from '../prompt/text.ts';
import { type Recipe, recipeSchema } from '../recipe.ts';

/** What is drawn of a carried recipe, and sentences about what could not be as it says. */
export interface Fitted {
	recipe: Recipe;
	/** The same in a member's words, for ✏️. */
	request: ImagineRequest;
	notes: string[];
}

type Model = ModelFacts & { name: string; upscaler: { name: string; scale: number } | undefined };

const labels: Record<Tool, string> = {
	atelier: 'Atelier',
	webui: 'WebUI',
	comfyui: 'ComfyUI',
	novelai: 'NovelAI',
	invokeai: 'InvokeAI',
	space: 'the public Space',
	fooocus: 'Fooocus',
	swarmui: 'SwarmUI',
};

/**
 * Makes a recipe that can be drawn here out of one that a file or a member brings: anybody may have written it. What belongs to no
 * picture here is refused, what is not installed or not allowed is replaced, and `notes` say so.
 *
 * @param models what is installed; the first is taken where the recipe's own is not
 * @throws {UserError} in words for the member
 */
export function fitCarried(carried: Carried, models: readonly [Model, ...Model[]]): Fitted {
	const { tool } = carried;
	const asked: CarriedRecipe & Partial<Pick<Recipe, 'parent' | 'mask' | 'extend' | 'keep'>> = isOurs(carried)
		? fromOurs(carried.recipe)
		: carried.recipe;
	const notes: string[] = [];
	const model = chooseModel(asked, models, notes);
	const syntax = asked.syntax ?? model.syntax ?? defaultSyntax;
	const prompt = readText(asked.prompt ?? '', 'prompt');
	if (!isDrawable(prompt))
		throw new UserError(
			'no-prompt',
			'The recipe names no prompt that can be drawn. Use /imagine with one of your own.',
		);
	const negative = asked.negative == null ? asked.negative : readText(asked.negative, 'negative');
	checkPrompt(prompt, syntax);
	checkPrompt(negative ?? '', syntax, { isNegative: true });
	const loras = fitLoras(asked.loras ?? [], model, notes);
	const embeddings = fitEmbeddings(asked.embeddings ?? [], model, notes);
	const sampler = asked.sampler ?? model.recommended.sampler;
	const clipSkip = fitClipSkip(asked.clipSkip, model, notes);
	const { strength } = asked;
	// Another tool's parent picture is not in its file.
	const isRedrawn = strength !== undefined && asked.parent !== undefined;
	if (strength !== undefined && !isRedrawn)
		notes.push('It was drawn over another picture, which its file does not hold: this is drawn from noise.');
	const fitted = recipeSchema.safeParse({
		version: 1,
		prompt,
		negative: negative ?? null,
		syntax,
		...(clipSkip !== undefined && { clipSkip }),
		...(embeddings.length > 0 && { embeddings }),
		...(loras.length > 0 && { loras }),
		...fitSize(asked, model, notes),
		steps: capped(asked.steps ?? model.recommended.steps, limits.steps, 'steps', notes),
		guidanceScale: capped(asked.guidanceScale ?? model.recommended.guidanceScale, limits.guidance, 'guidance', notes),
		...(asked.guidanceInterval && { guidanceInterval: asked.guidanceInterval }),
		sampler,
		...(takesSchedule(sampler, asked.schedule) && asked.schedule && { schedule: asked.schedule }),
		...(asked.random !== undefined && { random: asked.random }),
		seeds: asked.seeds?.slice(0, limits.count.max) ?? [0],
		model: model.hash,
		...(asked.hires && { hires: asked.hires }),
		...(asked.parent && { parent: asked.parent }),
		...(isRedrawn && { strength }),
		...(asked.mask && { mask: asked.mask }),
		...(asked.extend && { extend: asked.extend }),
		...(asked.upscaler !== undefined &&
			tool === 'atelier' &&
			asked.parent && { upscaler: fitUpscaler(asked.upscaler, model) }),
	});
	if (!fitted.success)
		throw new UserError('bad-recipe', 'The parts of this recipe do not fit together, so it cannot be drawn.');
	if (tool !== 'atelier') notes.unshift(...aboutTool(carried, model));
	return { recipe: fitted.data, request: requestOf(fitted.data), notes };
}

/** A file of ours that lost its JSON is read from the text for other tools: it has short hashes. */
function isOurs(carried: Carried): carried is Extract<Carried, { recipe: Recipe }> {
	return carried.tool === 'atelier' && 'version' in carried.recipe;
}

function fromOurs({ version: _, keep: _keep, loras, embeddings, ...recipe }: Recipe) {
	const named = <T extends { sha256: string }>(files: readonly T[]) =>
		files.map(({ sha256: hash, ...rest }) => ({ ...rest, hash }));
	return { ...recipe, ...(loras && { loras: named(loras) }), ...(embeddings && { embeddings: named(embeddings) }) };
}

function readText(text: string, what: 'prompt' | 'negative'): string {
	const clean = cleanText(text).replace(/ ?\n ?/g, ' ');
	if (lengthOf(clean) <= limits.promptLength) return clean;
	const most = limits.promptLength.toLocaleString('en-US');
	throw new UserError(`${what}-too-long`, `The ${what} of this recipe is longer than the ${most} characters that fit.`);
}

/** By the hash of its weights, of which a file may name the first digits; else by its name. */
function chooseModel(
	{ model: hash = '', modelName }: CarriedRecipe,
	models: readonly [Model, ...Model[]],
	notes: string[],
): Model {
	const own = hash.length >= 8 ? models.find((model) => model.hash.startsWith(hash.toLowerCase())) : undefined;
	const isOfOurs = hash.length === 64;
	const named = isOfOurs || modelName === undefined ? undefined : models.find((model) => isNamed(model, modelName));
	if (own ?? named) return (own ?? named)!;
	const which = [
		...(modelName === undefined ? [] : [inQuotes(modelName)]),
		...(hash === '' ? [] : [`(${quoted(hash.slice(0, 10)).slice(1, -1)})`]),
	];
	notes.push(
		which.length === 0
			? `It does not say which model it was drawn with; this is drawn with ${models[0].name}.`
			: `It was drawn with the model ${which.join(' ')}, which is not installed here; this is drawn with ${models[0].name}.`,
	);
	return models[0];
}

interface NamedFile {
	name: string;
	hash?: string | undefined;
}

function findFile(known: readonly { name: string; sha256: string }[], { name, hash }: NamedFile) {
	const wanted = hash?.toLowerCase() ?? '';
	if (wanted.length === 64) return known.find(({ sha256 }) => sha256 === wanted);
	const byHash = wanted.length >= 8 ? known.find(({ sha256 }) => sha256.startsWith(wanted)) : undefined;
	return byHash ?? known.find((file) => isNamed(file, name));
}

function fitLoras(
	asked: readonly (NamedFile & { weight: number })[],
	{ loras = [] }: Model,
	notes: string[],
): NonNullable<Recipe['loras']> {
	const found = asked.flatMap((lora) => {
		const file = findFile(loras, lora);
		return file ? [{ name: file.name, sha256: file.sha256, weight: Math.min(4, Math.max(-4, lora.weight)) }] : [];
	});
	tellMissing(
		'LoRA',
		asked.filter((lora) => !findFile(loras, lora)),
		notes,
	);
	return found.slice(0, 8);
}

function fitEmbeddings(asked: readonly NamedFile[], { embeddings = [] }: Model, notes: string[]) {
	tellMissing(
		'embedding',
		asked.filter((one) => !findFile(embeddings, one)),
		notes,
	);
	return asked.flatMap((one) => {
		const file = findFile(embeddings, one);
		return file ? [{ name: file.name, sha256: file.sha256 }] : [];
	});
}

function tellMissing(what: string, files: readonly NamedFile[], notes: string[]): void {
	if (files.length === 0) return;
	const names = files.slice(0, 4).map(({ name }) => inQuotes(name));
	const more = files.length > names.length ? ` and ${files.length - names.length} more` : '';
	notes.push(
		`${files.length === 1 ? `The ${what}` : `The ${what}s`} ${names.join(', ')}${more} ${files.length === 1 ? 'is' : 'are'} not installed here and left out.`,
	);
}

function fitClipSkip(clipSkip: number | undefined, { mostClipSkip = 12 }: Model, notes: string[]): number | undefined {
	if (clipSkip === undefined || clipSkip <= mostClipSkip) return clipSkip;
	notes.push(`It has a clip skip of ${clipSkip}, which this model has no layers for.`);
	return undefined;
}

/** Sides are multiples of what the model takes; twice its native side, and the area of the second pass, is the most. */
function fitSize(
	{ width, height, parent, upscaler, hires }: CarriedRecipe & Partial<Pick<Recipe, 'parent'>>,
	{ nativeSize, sizeMultiple, upscaler: own }: Model,
	notes: string[],
): { width: number; height: number } {
	if (width === undefined || height === undefined) {
		notes.push(`It does not say its size, so it is drawn at ${nativeSize}×${nativeSize}.`);
		return { width: nativeSize, height: nativeSize };
	}
	const step = hires ? 8 : sizeMultiple;
	const isGiven = (parent !== undefined && upscaler !== undefined) || (width % step === 0 && height % step === 0);
	const snap = (side: number) => (isGiven ? side : Math.max(1, Math.round(side / step)) * step);
	const size = { width: snap(width), height: snap(height) };
	const unit = nativeSize * (upscaler === undefined ? 1 : (own?.scale ?? 1));
	if (Math.max(size.width, size.height) > 2.5 * unit || size.width * size.height > 2.5 * unit ** 2)
		throw new UserError(
			'too-large',
			`It has ${width}×${height} pixels, which is more than this model draws. Make a smaller one with /imagine.`,
		);
	if (!isGiven) notes.push(`It has ${width}×${height} pixels; this model draws ${size.width}×${size.height}.`);
	return size;
}

function capped(value: number, { min, max }: { min: number; max: number }, what: string, notes: string[]): number {
	const fitting = Math.min(max, Math.max(min, value));
	if (fitting !== value) notes.push(`It asks for ${what} of ${value}; ${fitting} is drawn.`);
	return fitting;
}

/** @throws {UserError} for an enlargement that nothing here makes */
function fitUpscaler(upscaler: string, model: Model): string {
	if (model.upscaler?.name === upscaler) return upscaler;
	throw new UserError('no-upscaler', `It was enlarged by ${quoted(upscaler)}, which is not installed here.`);
}

/** How far another program's recipe can be followed. */
function aboutTool({ tool, unknown, recipe }: Carried, { recommended }: Model): string[] {
	const told = `This follows the recipe of ${labels[tool]}. Every program rounds otherwise, so expect the same picture, not the same pixels.`;
	const left = Object.keys(unknown).filter((name) => !/version/i.test(name));
	const names = left.slice(0, 6).map((name) => inQuotes(name));
	const more = left.length > names.length ? ` and ${left.length - names.length} more` : '';
	const missing = [
		...(recipe.steps === undefined ? [`${recommended.steps} steps`] : []),
		...(recipe.sampler === undefined ? ['its own sampler'] : []),
		...(recipe.guidanceScale === undefined ? [`guidance ${recommended.guidanceScale}`] : []),
		...(recipe.seeds === undefined ? ['seed 0'] : []),
	];
	return [
		told,
		...(left.length > 0 ? [`Not taken over: ${names.join(', ')}${more}.`] : []),
		...(missing.length > 0
			? [`Where the file says nothing that is known here, the model's usual is taken: ${missing.join(', ')}.`]
			: []),
	];
}

/** Notes are shown without formatting, so a word out of a file stands in quotation marks. */
function inQuotes(word: string): string {
	return `“${quoted(word).slice(1, -1)}”`;
}

/** The recipe in a member's words, so that ✏️ opens it; what a member cannot ask for is left out. */
function requestOf({ prompt, loras = [], ...recipe }: Recipe): ImagineRequest {
	const full = {
		prompt: [prompt, ...loras.map(loraTag)].join(' '),
		negative: recipe.negative || undefined,
		preset: 'none' as const,
		aspect: `${recipe.width}:${recipe.height}`,
		steps: recipe.steps,
		guidance: recipe.guidanceScale,
		'cfg-from': recipe.guidanceInterval?.[0],
		'cfg-until': recipe.guidanceInterval?.[1],
		sampler: recipe.sampler,
		schedule: recipe.schedule,
		syntax: recipe.syntax,
		clipskip: recipe.clipSkip,
		seed: recipe.seeds[0],
		count: recipe.seeds.length,
	};
	const request = imagineRequestSchema.safeParse(full);
	return request.success ? request.data : { prompt };
}
