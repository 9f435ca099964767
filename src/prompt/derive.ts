import { UserError } from '../errors.ts';
import { type Recipe, recipeSchema } from '../recipe.ts';
import { type DrawnSize, largerSize, requireDrawable, usualHires, withHires } from './larger.ts';
import { randomSeeds } from './seeds.ts';

/** A stored picture that a child is made from. */
export type Parent = NonNullable<Recipe['parent']>;

/**
 * How much of the schedule is walked anew. Usually the picture stays recognisable and its details do not; `subtle` and `strong` are
 * for who wants less or more; what a picture is extended by has nothing to keep but the colours that its edge goes on with.
 */
export const strengths = { usual: 0.55, subtle: 0.35, strong: 0.75, inpaint: 0.85, extend: 0.85 };

/** How many variations one press makes. */
export const variationCount = 4;

/**
 * Repeats a recipe with new seeds, none of them an old one. Of a variation it makes other variations of the same picture.
 *
 * @throws UserError `enlargement-is-final`
 */
export function reroll(recipe: Recipe, randomSeed: () => number): Recipe {
	refuseEnlargement(recipe);
	return { ...recipe, seeds: randomSeeds(recipe.seeds.length, randomSeed, recipe.seeds) };
}

/**
 * Makes the recipe of four variations of a recipe's picture: image-to-image from the stored picture, with new seeds.
 *
 * @param index the picture's place in `recipe.seeds`, from 0
 * @param strength above 0 and up to 1
 * @throws UserError `no-such-picture`, `enlargement-is-final`
 */
export function vary(
	recipe: Recipe,
	index: number,
	parent: Parent,
	strength: number,
	randomSeed: () => number,
): Recipe {
	seedAt(recipe, index);
	refuseEnlargement(recipe);
	const rest = withoutSource(recipe);
	const seeds = randomSeeds(variationCount, randomSeed, recipe.seeds);
	return recipeSchema.parse({ ...rest, seeds, parent, strength });
}

/**
 * Makes the recipe of an enlargement of a recipe's picture: that picture alone, by its own seed.
 *
 * @param index the picture's place in `recipe.seeds`, from 0
 * @throws UserError `no-such-picture`, `enlargement-is-final`, `too-large`
 */
export function enlarge(
	recipe: Recipe,
	index: number,
	parent: Parent,
	upscaler: { name: string; scale: number; sha256?: string | undefined },
): Recipe {
	const seed = seedAt(recipe, index);
	refuseEnlargement(recipe);
	const rest = withoutSource(recipe);
	const child = recipeSchema.safeParse({
		...rest,
		width: Math.round(recipe.width * upscaler.scale),
		height: Math.round(recipe.height * upscaler.scale),
		seeds: [seed],
		parent,
		upscaler: upscaler.name,
		...(upscaler.sha256 !== undefined && { upscalerSha256: upscaler.sha256 }),
	});
	if (child.success) return child.data;
	throw new UserError('too-large', 'This picture is too large to be enlarged. Enlarge a smaller one.');
}

/**
 * Lets a recipe begin with a picture. Its size is that of the recipe, or with a mask that of what the mask was painted on.
 *
 * @throws UserError `hires-of-a-part`
 */
export function drawFrom(recipe: Recipe, source: Source): Recipe {
	const isPart = source.mask !== undefined || source.extend !== undefined;
	if (isPart && recipe.hires)
		throw new UserError(
			'hires-of-a-part',
			'A part of a picture cannot be drawn with `hires`. Leave it out, and press ✨ under the result.',
		);
	const { width, height, ...rest } = source;
	// Drawn in two goes, it has the size that these come to.
	return recipeSchema.parse({ ...recipe, ...rest, ...(width && height && !recipe.hires && { width, height }) });
}

/** What a recipe begins with, to let another one begin with the same; `undefined` where it begins with nothing. */
export function sourceIn({ parent, strength, mask, extend, hires, width, height }: Recipe): Source | undefined {
	if (!parent || strength === undefined) return undefined;
	return { parent, strength, ...(!hires && { width, height }), ...(mask && { mask }), ...(extend && { extend }) };
}

export type Source = Pick<Recipe, 'parent' | 'strength' | 'mask' | 'extend'> & { width?: number; height?: number };

/**
 * Makes the recipe of a larger canvas around a recipe's picture, of which only what is new is drawn.
 *
 * @param recipe of one picture
 * @throws UserError `too-large`, `enlargement-is-final`
 */
export function extend(
	recipe: Recipe,
	parent: Parent,
	added: NonNullable<Recipe['extend']>,
	{ model, randomSeed }: { model: DrawnSize; randomSeed: () => number },
): Recipe {
	refuseEnlargement(recipe);
	const size = {
		width: recipe.width + added.left + added.right,
		height: recipe.height + added.top + added.bottom,
	};
	requireDrawable(size, model);
	const seeds = randomSeeds(extensionCount, randomSeed, recipe.seeds);
	return recipeSchema.parse({
		...withoutSource(recipe),
		...size,
		seeds,
		parent,
		strength: strengths.extend,
		extend: added,
	});
}

/** How many extensions one press makes. */
export const extensionCount = 2;

/** What is added around a picture: half of it on one side, or a quarter on every side, which is 1.5 times of it. */
export function addedTo(
	{ width, height }: { width: number; height: number },
	where: 'left' | 'top' | 'right' | 'bottom' | 'around',
	{ sizeMultiple }: DrawnSize,
): NonNullable<Recipe['extend']> {
	const nothing = { left: 0, top: 0, right: 0, bottom: 0 };
	const part = (pixels: number) => Math.max(1, Math.round(pixels / sizeMultiple)) * sizeMultiple;
	if (where === 'left' || where === 'right') return { ...nothing, [where]: part(width / 2) };
	if (where === 'top' || where === 'bottom') return { ...nothing, [where]: part(height / 2) };
	// Both sides together are a multiple; each is whole cells of the latents, whatever the multiple is.
	const halves = (pixels: number) => {
		const whole = part(pixels / 2);
		const first = Math.floor(whole / 2 / cell) * cell;
		return [first, whole - first] as const;
	};
	const [[left, right], [top, bottom]] = [halves(width), halves(height)];
	return { left, top, right, bottom };
}

/** Pixels of a latent cell of every SDXL. */
const cell = 8;

/**
 * Makes the recipe of a recipe's picture drawn 1.5 times as large: the same picture once more with `hires` or, where it is a part of
 * another or was drawn so already, image to image from the picture itself.
 *
 * @param recipe of one picture
 * @throws UserError `too-large`, `enlargement-is-final`
 */
export function redrawLarger(recipe: Recipe, parent: Parent, model: DrawnSize): Recipe {
	refuseEnlargement(recipe);
	if (!recipe.mask && !recipe.extend && !recipe.hires) return withHires(recipe, model);
	const size = largerSize(recipe, model);
	return recipeSchema.parse({ ...withoutSource(recipe), ...size, parent, strength: usualHires.strength });
}

/** The recipe's own words and numbers, without what it begins with. */
function withoutSource({ parent: _p, strength: _s, mask: _m, extend: _e, hires: _h, keep: _k, ...rest }: Recipe) {
	return rest;
}

function seedAt(recipe: Recipe, index: number): number {
	const seed = recipe.seeds[index];
	if (seed !== undefined) return seed;
	throw new UserError('no-such-picture', `There is no picture ${index + 1} here: there are ${recipe.seeds.length}.`);
}

// It is larger than the model can draw: varying it would cost many times the picture that it was made from.
function refuseEnlargement(recipe: Recipe): void {
	if (recipe.upscaler === undefined) return;
	throw new UserError(
		'enlargement-is-final',
		'This picture is an enlargement. Use the buttons of the picture that it was made from.',
	);
}
