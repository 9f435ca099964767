import { withDefaults } from '../../prompt/defaults.ts';
import { reroll as rerollOf } from '../../prompt/derive.ts';
import { makeRecipe } from '../../prompt/recipe.ts';
import type { Component } from '../context.ts';
import { submit } from '../submit.ts';
import { sourceOf } from './target.ts';

/** 🔄: the same recipe with new seeds. */
export const reroll: Component = {
	verb: 'reroll',
	async button(interaction, press, call) {
		const { request, recipe: before, parentImageId } = await sourceOf(call, interaction, press);
		const { seed: _, ...seedless } = request;
		const recipe =
			before.model === call.model.hash
				? rerollOf(before, call.randomSeed)
				: // Sizes and defaults belong to a model, so another one starts from what the member asked for.
					makeRecipe(withDefaults(seedless, call.place.guild.defaults), {
						model: call.model,
						ceiling: call.place.ceiling,
						randomSeed: call.randomSeed,
					}).recipe;
		const parent = recipe.parent && parentImageId !== null ? { parentImageId } : {};
		await submit(interaction, call, { kind: 'reroll', request, recipe, ...parent });
	},
};
