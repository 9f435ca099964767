import { callsOf } from '../pipeline/samplers/index.ts';
import type { Recipe } from '../recipe.ts';

/** Milliseconds for one unit of work before anything was measured: what two CPU cores need for the demo model. */
const paceGuess = { sampled: 4e-4, upscale: 1.5e-3 };

/** The work of a recipe: pixels × model calls (twice with guidance) × pictures for sampled ones, pixels of the result for an enlargement. */
export function workOf(recipe: Recipe): number {
	const pixels = recipe.width * recipe.height;
	if (recipe.upscaler !== undefined) return pixels;
	const calls = callsOf(recipe.sampler, stepsOf(recipe)) * (recipe.guidanceScale > 1 ? 2 : 1);
	return pixels * calls * recipe.seeds.length;
}

/** Sampler steps that are walked for one picture: a variation walks only the last part of the schedule. */
export function stepsOf(recipe: Recipe): number {
	if (recipe.upscaler !== undefined) return 0;
	return recipe.strength === undefined ? recipe.steps : Math.max(1, Math.floor(recipe.steps * recipe.strength));
}

/** Estimates painter time in tenths of a second, at least one, from the measured pace in milliseconds for a unit of work. */
export function costOf(recipe: Recipe, pace: number | undefined): number {
	const guess = recipe.upscaler === undefined ? paceGuess.sampled : paceGuess.upscale;
	return Math.max(1, Math.ceil((workOf(recipe) * (pace ?? guess)) / 100));
}
