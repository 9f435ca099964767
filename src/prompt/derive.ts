import { UserError } from '../errors.ts';
import { type Recipe, recipeSchema } from '../recipe.ts';
import { randomSeeds } from './seeds.ts';

/** A stored picture that a child is made from. */
export type Parent = NonNullable<Recipe['parent']>;

/** How much of a variation's schedule is walked anew: the picture stays recognisable, its details do not. */
export const defaultStrength = 0.55;

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
	const seeds = randomSeeds(variationCount, randomSeed, recipe.seeds);
	return recipeSchema.parse({ ...recipe, seeds, parent, strength });
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
	upscaler: { name: string; scale: number },
): Recipe {
	const seed = seedAt(recipe, index);
	refuseEnlargement(recipe);
	const { strength: _, ...rest } = recipe;
	const child = recipeSchema.safeParse({
		...rest,
		width: Math.round(recipe.width * upscaler.scale),
		height: Math.round(recipe.height * upscaler.scale),
		seeds: [seed],
		parent,
		upscaler: upscaler.name,
	});
	if (child.success) return child.data;
	throw new UserError('too-large', 'This picture is too large to be enlarged. Enlarge a smaller one.');
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
