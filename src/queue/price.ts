import { isGuidedStep } from '../pipeline/guidance.ts';
import { callsOf } from '../pipeline/samplers/index.ts';
import type { Recipe } from '../recipe.ts';

/** Milliseconds for one unit of work before anything was measured: what two CPU cores need for the demo model. */
const paceGuess = { sampled: 4e-4, upscale: 1.5e-3 };

/**
 * The work of a recipe: pixels × model calls (twice where it is guided) × pictures for sampled ones, with `hires` of both sizes; pixels
 * of the result for an enlargement.
 */
export function workOf(recipe: Recipe): number {
	const pixels = recipe.width * recipe.height;
	if (recipe.upscaler !== undefined) return pixels;
	const work = walksOf(recipe).reduce((sum, { scale, steps }) => {
		return sum + (pixels / scale ** 2) * callsOf(recipe.sampler, steps) * (1 + guidedShare(recipe, steps));
	}, 0);
	return Math.round(work * recipe.seeds.length);
}

/** How much of the last `walked` steps of a recipe's schedule is guided, 0 to 1. */
function guidedShare({ guidanceScale, guidanceInterval, steps }: Recipe, walked: number): number {
	if (guidanceScale <= 1) return 0;
	if (!guidanceInterval) return 1;
	const last = Array.from({ length: walked }, (_, i) => steps - walked + i);
	return last.filter((step) => isGuidedStep(step, steps, guidanceInterval)).length / walked;
}

/** What is walked for one picture: how many times smaller its sides are than the finished one's, and steps. */
function walksOf({ steps, strength = 1, hires }: Recipe): { scale: number; steps: number }[] {
	// Of image to image only the last part of the schedule is walked.
	const part = (share: number) => Math.max(1, Math.floor(steps * share));
	const first = { scale: hires?.scale ?? 1, steps: part(strength) };
	return hires ? [first, { scale: 1, steps: part(hires.strength) }] : [first];
}

/** Sampler steps that are walked for one picture. */
export function stepsOf(recipe: Recipe): number {
	if (recipe.upscaler !== undefined) return 0;
	return walksOf(recipe).reduce((sum, { steps }) => sum + steps, 0);
}

/** Estimates painter time in tenths of a second, at least one, from the measured pace in milliseconds for a unit of work. */
export function costOf(recipe: Recipe, pace: number | undefined): number {
	const guess = recipe.upscaler === undefined ? paceGuess.sampled : paceGuess.upscale;
	return Math.max(1, Math.ceil((workOf(recipe) * (pace ?? guess)) / 100));
}
