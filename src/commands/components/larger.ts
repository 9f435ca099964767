import type { ButtonInteraction } from 'discord.js';
import { addedTo, extend, redrawLarger } from '../../prompt/derive.ts';
import { recipeOfOne } from '../../recipe.ts';
import type { Call, Component } from '../context.ts';
import type { Press, Verb } from '../custom-id.ts';
import { modelOf } from '../models.ts';
import { submit } from '../submit.ts';
import { originalOf } from './target.ts';

type Where = Parameters<typeof addedTo>[1];

/** ✨: one picture drawn 1.5 times as large, as Animagine's Space does it. */
const hires: Component = {
	verb: 'hires',
	async button(interaction, press, call) {
		const { generation, image } = await originalOf(call, interaction, press);
		const parent = { imageId: image.id, sha256: image.sha256 };
		const model = modelOf(call, generation.recipe);
		const recipe = redrawLarger(recipeOfOne(generation.recipe, image.seed), parent, model);
		await submit(interaction, call, { kind: 'hires', request: generation.request, recipe, parentImageId: image.id });
	},
};

/** ⬅️ ⬆️ ➡️ ⬇️ 🔍: what lies beyond one picture's edge. */
const extensions = (
	[
		['pan-left', 'left'],
		['pan-up', 'top'],
		['pan-right', 'right'],
		['pan-down', 'bottom'],
		['zoom-out', 'around'],
	] as const
).map(
	([verb, where]): Component => ({
		verb: verb satisfies Verb,
		button: (interaction, press, call) => extendTo(where, interaction, press, call),
	}),
);

export const largerComponents: Component[] = [hires, ...extensions];

async function extendTo(where: Where, interaction: ButtonInteraction, press: Press, call: Call): Promise<void> {
	const { generation, image } = await originalOf(call, interaction, press);
	const parent = { imageId: image.id, sha256: image.sha256 };
	const model = modelOf(call, generation.recipe);
	const { randomSeed } = call;
	const one = recipeOfOne(generation.recipe, image.seed);
	const recipe = extend(one, parent, addedTo(one, where, model), { model, randomSeed });
	await submit(interaction, call, { kind: 'extend', request: generation.request, recipe, parentImageId: image.id });
}
