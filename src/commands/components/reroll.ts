import { reroll as rerollOf } from '../../prompt/derive.ts';
import { hasWildcards } from '../../prompt/wildcards.ts';
import type { Component } from '../context.ts';
import { recipeFor } from '../defaults.ts';
import { modelOf } from '../models.ts';
import { submit } from '../submit.ts';
import { sourceOf } from './target.ts';

/** 🔄: the same recipe with new seeds; wildcards are chosen anew, by them. */
export const reroll: Component = {
	verb: 'reroll',
	async button(interaction, press, call) {
		const { request, recipe: before, parentImageId } = await sourceOf(call, interaction, press);
		const model = modelOf(call, before);
		const { seed: _, ...seedless } = request;
		const isChosenAnew = before.parent === undefined && hasWildcards(`${request.prompt}, ${request.negative ?? ''}`);
		const { recipe, notes } = isChosenAnew
			? recipeFor(seedless, model, call)
			: { recipe: rerollOf(before, call.randomSeed), notes: [] };
		const parent = recipe.parent && parentImageId !== null ? { parentImageId } : {};
		await submit(interaction, call, { kind: 'reroll', request, recipe, notes, ...parent });
	},
};
