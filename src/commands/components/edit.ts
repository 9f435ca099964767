import type { Generation } from '../../db/generations.ts';
import { drawFrom, sourceIn } from '../../prompt/derive.ts';
import { permute } from '../../prompt/permutations.ts';
import { parseRequest } from '../../prompt/request.ts';
import { cleanText } from '../../prompt/text.ts';
import type { Wish } from '../../queue/accept.ts';
import type { Component } from '../context.ts';
import { encodePress } from '../custom-id.ts';
import { recipeFor } from '../defaults.ts';
import { modelForEdit } from '../models.ts';
import { submitWishes } from '../submit-all.ts';
import { promptForm, promptOf } from './prompt-form.ts';
import { sourceOf } from './target.ts';

/** ✏️: opens the prompt in a modal. */
export const edit: Component = {
	verb: 'edit',
	async button(interaction, press, call) {
		const { id, request } = await sourceOf(call, interaction, press);
		await interaction.showModal(promptForm(encodePress({ verb: 'remix', id }), 'Edit the prompt', request));
	},
};

/** The modal of ✏️, sent: the other choices stay as they were, the seeds are new. */
export const remix: Component = {
	verb: 'remix',
	async modal(interaction, press, call) {
		const source = await sourceOf(call, interaction, press);
		const { seed: _, ...kept } = source.request;
		const { prompt, ...typed } = promptOf(interaction);
		const wishes = permute(cleanText(prompt)).map((text): Wish => {
			const changed = parseRequest({ ...kept, ...typed, prompt: text });
			const { model, request, notes: told } = modelForEdit(call, changed, source);
			const { recipe, notes } = recipeFor(request, model, call);
			const wish: Wish = { kind: 'edit', request, recipe, notes: [...told, ...notes] };
			return continued(wish, source);
		});
		await submitWishes(interaction, call, wishes);
	},
};

/** What was drawn over a picture of the member's, or on a part of one, stays that with other words; variations are drawn anew. */
function continued(wish: Wish, { recipe, parentImageId }: Generation): Wish {
	const { parent, mask, extend } = recipe;
	const isUpload = parent !== undefined && parent.imageId === undefined;
	const kind = mask ? 'inpaint' : extend ? 'extend' : isUpload ? 'image' : undefined;
	const start = kind && sourceIn(recipe);
	if (!kind || !start) return wish;
	const child = drawFrom(wish.recipe, { ...start, strength: wish.request.strength ?? recipe.strength });
	return { ...wish, kind, recipe: child, ...(parentImageId !== null && { parentImageId }) };
}
