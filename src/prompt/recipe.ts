import type { SamplerName } from '../pipeline/samplers/index.ts';
import { type Recipe, recipeSchema } from '../recipe.ts';
import { aspects, defaultAspect, resolveAspect, sizeFor } from './aspects.ts';
import { type Family, familyTags, type Rating, valueTags } from './families.ts';
import { defaultPreset, presetNamed } from './presets.ts';
import { nsfwWords, wordsNamed } from './rating-words.ts';
import type { ImagineRequest } from './request.ts';
import { randomSeeds, seedsFrom } from './seeds.ts';
import { arrange, joinTags, splitTags, tagKey, uniqueTags } from './tags.ts';

/** What a recipe needs to know of the model that will draw it. `recommended`: the model's own defaults, or the card's. */
export interface ModelFacts {
	/** SHA-256 over the weights. */
	hash: string;
	/** Pixels of a side of the square that it was trained on: 1024 for SDXL. */
	nativeSize: number;
	/** What both sides of a picture must be a multiple of. */
	sizeMultiple: number;
	recommended: { steps: number; guidanceScale: number; sampler: SamplerName };
}

/** How many pictures are drawn when the member does not say. */
export const defaultCount = 4;

/**
 * Makes the recipe of a request. `notes` are sentences for the reply: what was understood otherwise than it was written.
 * Whether the recipe may be drawn at all is the gate's question, not this one's.
 */
export function makeRecipe(
	request: ImagineRequest,
	context: { model: ModelFacts; ceiling: Rating; randomSeed: () => number },
): { recipe: Recipe; notes: string[] } {
	const { model, ceiling, randomSeed } = context;
	const aspect = resolveAspect(request.aspect ?? defaultAspect)!; // the schema has read it once
	const prompt = promptTags(request);
	const negative = negativeTags(request, prompt);
	const count = request.count ?? defaultCount;

	const recipe = recipeSchema.parse({
		version: 1,
		prompt: joinTags(prompt),
		negative: negative.length > 0 ? joinTags(negative) : null,
		syntax: 'plain',
		...sizeFor(aspect.aspect, model),
		steps: request.steps ?? model.recommended.steps,
		guidanceScale: request.guidance ?? model.recommended.guidanceScale,
		sampler: request.sampler ?? model.recommended.sampler,
		seeds: request.seed === undefined ? randomSeeds(count, randomSeed) : seedsFrom(request.seed, count),
		model: model.hash,
	});
	const suited = suitFor(recipe, ceiling);

	const notes: string[] = [];
	if (!aspect.exact)
		notes.push(`Aspect ${aspect.asked} is drawn as ${aspects[aspect.aspect].label}, the nearest size the model knows.`);
	if (!allowsNsfw(ceiling) && negative.some(fightsSafe))
		notes.push('`safe` was taken out of the negative: where NSFW is not allowed every picture asks for it.');
	return { recipe: suited, notes };
}

/**
 * Fits a recipe to the ceiling of a channel. Below `nsfw` it asks for the rating `safe` (or `sensitive`, if the member chose
 * that) and unasks the NSFW words, since the model draws such pictures unprompted; at `nsfw` it unasks `explicit`; at `explicit`
 * it stays as it is. Doing it twice changes nothing: buttons do it again, because a channel may have changed since.
 */
export function suitFor(recipe: Recipe, ceiling: Rating): Recipe {
	if (ceiling === 'explicit') return recipe;
	if (ceiling === 'nsfw')
		return { ...recipe, negative: joinTags(uniqueTags(['explicit', ...splitTags(recipe.negative ?? '')])) };
	const prompt = splitTags(recipe.prompt);
	const isSensitive = prompt.some((tag) => tagKey(tag) === 'sensitive');
	const negative = splitTags(recipe.negative ?? '').filter((tag) => !fightsSafe(tag));
	return {
		...recipe,
		prompt: joinTags(arrange(prompt, isSensitive ? [] : valueTags('rating', 'safe'))),
		negative: joinTags(uniqueTags([...nsfwWords, ...negative])),
	};
}

function allowsNsfw(ceiling: Rating): boolean {
	return ceiling === 'nsfw' || ceiling === 'explicit';
}

/** The member's tags, those of the options and those of the preset's prefix, arranged. */
function promptTags(request: ImagineRequest): string[] {
	const typed = splitTags(request.prompt);
	const chosen = [
		...(request.quality === undefined ? [] : valueTags('quality', request.quality)),
		...(request.aesthetic === undefined ? [] : valueTags('aesthetic', request.aesthetic)),
		...(request.year === undefined ? [] : valueTags('year', request.year)),
		...(request.rating === undefined ? [] : valueTags('rating', request.rating)),
	];
	const { prefix } = presetNamed(request.preset ?? defaultPreset);
	// What the member says about a family replaces what the prefix says: by an option, or by a typed tag that the prefix lacks.
	const isReplaced = (family: Family) =>
		request[family] !== undefined ||
		typed.some((tag) => familyTags(family).includes(tagKey(tag)) && !prefix.includes(tagKey(tag)));
	const replaced = (['quality', 'aesthetic'] as const).filter(isReplaced).flatMap(familyTags);
	return arrange(typed, [...prefix.filter((tag) => !replaced.includes(tag)), ...chosen]);
}

/** The preset's negative without what the prompt itself asks for (the two would fight), then the member's. */
function negativeTags(request: ImagineRequest, prompt: readonly string[]): string[] {
	const wanted = prompt.map(tagKey);
	const wantsNsfw = wordsNamed(joinTags(prompt), nsfwWords).length > 0;
	const preset = presetNamed(request.preset ?? defaultPreset).negative.filter(
		(tag) =>
			// `very displeasing` asks for `displeasing` too.
			!wanted.some((key) => key === tag || key.endsWith(` ${tag}`)) && !(wantsNsfw && nsfwWords.includes(tag)),
	);
	return uniqueTags([...preset, ...splitTags(request.negative ?? '')]);
}

/** A negative that names `safe` would undo the rating that everyone's pictures ask for. */
function fightsSafe(tag: string): boolean {
	return wordsNamed(tag, ['safe', 'sfw']).length > 0;
}
