import { UserError } from '../errors.ts';
import { lcmSteps, type SamplerName, samplers, takesSchedule } from '../pipeline/samplers/index.ts';
import type { ScheduleName } from '../pipeline/schedule/names.ts';
import { type Recipe, recipeSchema } from '../recipe.ts';
import { aspects, defaultAspect, resolveAspect, sizeFor } from './aspects.ts';
import { type Family, familyTags, type Rating, valueTags } from './families.ts';
import { withHires } from './larger.ts';
import { chooseLoras, takeLoraTags } from './loras.ts';
import { defaultPreset, presetNamed } from './presets.ts';
import { nsfwWords, wordsNamed } from './rating-words.ts';
import type { ImagineRequest } from './request.ts';
import { resolveTexts } from './resolve.ts';
import { randomSeeds, seedsFrom } from './seeds.ts';
import { defaultStyle, styleNamed } from './styles.ts';
import { checkPrompt, defaultSyntax, escapeFor, type Syntax, wordsOf } from './syntax/index.ts';
import { arrange, joinTags, splitTags, tagKey, uniqueTags } from './tags.ts';
import type { Wildcards } from './wildcards.ts';

/** What a recipe needs to know of the model that will draw it. `recommended`: the model's own defaults, or the card's. */
export interface ModelFacts {
	/** SHA-256 over the weights. */
	hash: string;
	/** Pixels of a side of the square that it was trained on: 1024 for SDXL. */
	nativeSize: number;
	/** What both sides of a picture must be a multiple of. */
	sizeMultiple: number;
	recommended: { steps: number; guidanceScale: number; sampler: SamplerName };
	/** Where noise comes from: the operator's choice for all models. Absent: torch's generator on a CPU. */
	random?: 'philox' | undefined;
	/** How texts are read when the member does not say: the operator's choice. Absent: plain. */
	syntax?: Syntax | undefined;
	/** The highest clip skip that its text encoders have layers for. */
	mostClipSkip?: number | undefined;
	/** Embeddings that a text may name. */
	embeddings?: readonly { name: string; sha256: string }[] | undefined;
	/** Whether pictures are scored, so that the best of many can be chosen. */
	isScoring?: boolean | undefined;
	/** LoRAs that may be asked for. */
	loras?: readonly { name: string; sha256: string }[] | undefined;
}

/** The hidden state of the text encoders on which SDXL was trained: a recipe does not name it. */
const usualClipSkip = 2;

/** How many pictures are drawn when the member does not say. */
export const defaultCount = 4;

/**
 * Makes the recipe of a request. `notes` are sentences for the reply: what was understood otherwise than it was written.
 * Whether the recipe may be drawn at all is the gate's question, not this one's.
 *
 * @param context `wildcards`: the server's own lists
 * @throws UserError `no-scorer`, what `resolveTexts` throws, `schedule-not-for-sampler`, `bad-clipskip`, `bad-cfg-interval`, `unknown-lora`, or as `checkPrompt` if a text cannot be read in its syntax
 */
export function makeRecipe(
	asked: ImagineRequest,
	context: { model: ModelFacts; ceiling: Rating; randomSeed: () => number; wildcards?: Wildcards | undefined },
): { recipe: Recipe; notes: string[] } {
	const { model, ceiling, randomSeed } = context;
	const count = asked.count ?? defaultCount;
	const drawn = candidates(asked, model) ?? count;
	const seeds = asked.seed === undefined ? randomSeeds(drawn, randomSeed) : seedsFrom(asked.seed, drawn);
	const resolved = resolveTexts(asked, context.wildcards, seeds[0]!);
	const { text, loras: named } = takeLoraTags(resolved.request.prompt);
	const request = { ...resolved.request, prompt: text };
	const loras = chooseLoras(named, model.loras ?? []);
	const aspect = resolveAspect(request.aspect ?? defaultAspect)!; // the schema has read it once
	const syntax = request.syntax ?? model.syntax ?? defaultSyntax;
	requireLayer(request.clipskip, model);
	checkPrompt(request.prompt, syntax);
	checkPrompt(request.negative ?? '', syntax, { isNegative: true });
	const prompt = promptTags(request, syntax);
	const negative = negativeTags(request, prompt, syntax);
	const embeddings = embeddingsIn([...prompt, ...negative], model.embeddings ?? []);
	const sampler = request.sampler ?? model.recommended.sampler;
	requireFit(sampler, request.schedule);
	const guidanceScale = request.guidance ?? model.recommended.guidanceScale;
	const guidanceInterval = intervalOf(request, guidanceScale);

	const recipe = recipeSchema.parse({
		version: 1,
		prompt: joinTags(prompt),
		negative: negative.length > 0 ? joinTags(negative) : null,
		syntax,
		...(request.clipskip !== undefined && request.clipskip !== usualClipSkip && { clipSkip: request.clipskip }),
		...(embeddings.length > 0 && { embeddings }),
		...(loras.length > 0 && { loras }),
		...sizeFor(aspect.aspect, model),
		steps: request.steps ?? Math.min(model.recommended.steps, sampler === 'lcm' ? lcmSteps : Number.POSITIVE_INFINITY),
		guidanceScale,
		...(guidanceInterval && { guidanceInterval }),
		sampler,
		...(request.schedule !== undefined && { schedule: request.schedule }),
		...(model.random !== undefined && { random: model.random }),
		seeds,
		...(request.best !== undefined && { keep: count }),
		model: model.hash,
	});
	const suited = suitFor(request.hires ? withHires(recipe, model) : recipe, ceiling);

	const { notes } = resolved;
	if (!aspect.exact)
		notes.push(`Aspect ${aspect.asked} is drawn as ${aspects[aspect.aspect].label}, the nearest size the model knows.`);
	if (guidanceScale === 1 && request.negative !== undefined)
		notes.push('The negative has no effect: guidance of 1 is none.');
	if (!allowsNsfw(ceiling) && negative.some((tag) => fightsSafe(tag, syntax)))
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
		return {
			...recipe,
			negative: joinTags(uniqueTags(['explicit', ...splitTags(recipe.negative ?? '', recipe.syntax)])),
		};
	const { syntax } = recipe;
	const prompt = splitTags(recipe.prompt, syntax);
	const isSensitive = prompt.some((tag) => tagKey(tag) === 'sensitive');
	const negative = splitTags(recipe.negative ?? '', syntax).filter((tag) => !fightsSafe(tag, syntax));
	return {
		...recipe,
		prompt: joinTags(arrange(prompt, isSensitive ? [] : valueTags('rating', 'safe'), syntax)),
		negative: joinTags(uniqueTags([...nsfwWords, ...negative])),
	};
}

function allowsNsfw(ceiling: Rating): boolean {
	return ceiling === 'nsfw' || ceiling === 'explicit';
}

/** How many pictures the best are chosen from, if they are. */
function candidates({ best }: ImagineRequest, { isScoring }: ModelFacts): number | undefined {
	if (best === undefined || isScoring === true) return best;
	throw new UserError(
		'no-scorer',
		'Pictures are not scored here, so the best of them cannot be chosen. Ask without `best`.',
	);
}

/** Nothing where all of the schedule is guided, or none of it: such recipes keep their hash. */
function intervalOf(request: ImagineRequest, guidanceScale: number): Recipe['guidanceInterval'] {
	const { 'cfg-from': from = 0, 'cfg-until': to = 1 } = request;
	if (from >= to)
		throw new UserError(
			'bad-cfg-interval',
			'Guidance cannot end before it begins. Make `--cfg-from` smaller than `--cfg-until`.',
		);
	return guidanceScale === 1 || (from === 0 && to === 1) ? undefined : [from, to];
}

function requireFit(sampler: SamplerName, schedule: ScheduleName | undefined): void {
	if (takesSchedule(sampler, schedule)) return;
	const { label, schedules }: { label: string; schedules: readonly ScheduleName[] } = samplers[sampler];
	const message =
		schedules.length === 0
			? `${label} has a schedule of its own. Leave the schedule out, or choose another sampler.`
			: `${label} takes only the schedules ${schedules.map((name) => `\`${name}\``).join(', ')}. Choose one of them, or another sampler.`;
	throw new UserError('schedule-not-for-sampler', message);
}

function requireLayer(clipskip: number | undefined, { mostClipSkip }: ModelFacts): void {
	if (clipskip === undefined || mostClipSkip === undefined || clipskip <= mostClipSkip) return;
	throw new UserError('bad-clipskip', `Clip skip goes from 1 to ${mostClipSkip} with this model. It is usually 2.`);
}

/** The member's tags, those of the options, of the preset's prefix and of the style, arranged. */
function promptTags(request: ImagineRequest, syntax: Syntax): string[] {
	const typed = splitTags(request.prompt, syntax);
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
	const style = styleNamed(request.style ?? defaultStyle).tags;
	return arrange(typed, [...prefix.filter((tag) => !replaced.includes(tag)), ...chosen], syntax, style);
}

/**
 * The preset's negative and the style's without what the prompt itself asks for (the two would fight), then the member's. The
 * preset's brackets are brackets in every syntax: the card means the tag `(bad)`.
 */
function negativeTags(request: ImagineRequest, prompt: readonly string[], syntax: Syntax): string[] {
	const wanted = prompt.map(tagKey);
	const wantsNsfw = wordsNamed(wordsOf(joinTags(prompt), syntax), nsfwWords).length > 0;
	const added = [
		...presetNamed(request.preset ?? defaultPreset).negative,
		...styleNamed(request.style ?? defaultStyle).negative,
	].filter(
		(tag) =>
			// `very displeasing` asks for `displeasing` too.
			!wanted.some((key) => key === tag || key.endsWith(` ${tag}`)) && !(wantsNsfw && nsfwWords.includes(tag)),
	);
	const escaped = added.map((tag) => escapeFor(tag, syntax));
	return uniqueTags([...escaped, ...splitTags(request.negative ?? '', syntax)]);
}

/** A negative that names `safe` would undo the rating that everyone's pictures ask for. */
function fightsSafe(tag: string, syntax: Syntax): boolean {
	return [tag, wordsOf(tag, syntax)].some((text) => wordsNamed(text, ['safe', 'sfw']).length > 0);
}

/** The embeddings whose names stand in texts as words. An embedding that comes to the model later changes no recipe. */
function embeddingsIn(
	tags: readonly string[],
	embeddings: readonly { name: string; sha256: string }[],
): { name: string; sha256: string }[] {
	const text = joinTags(tags);
	const isNamed = (name: string) =>
		new RegExp(`(?<![\\p{L}\\p{N}])${RegExp.escape(name.trim())}(?![\\p{L}\\p{N}])`, 'iu').test(text);
	return embeddings.filter(({ name }) => isNamed(name)).map(({ name, sha256 }) => ({ name, sha256 }));
}
