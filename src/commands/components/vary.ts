import type { ButtonInteraction } from 'discord.js';
import { strengths, vary as variationOf } from '../../prompt/derive.ts';
import { recipeOfOne } from '../../recipe.ts';
import type { Call, Component } from '../context.ts';
import type { Press } from '../custom-id.ts';
import { modelOf } from '../models.ts';
import { submit } from '../submit.ts';
import { originalOf } from './target.ts';

/** V1–V4: four variations of one picture, by image-to-image from its stored file. */
export const vary: Component = {
	verb: 'vary',
	button: (interaction, press, call) => varyBy(strengths.usual, interaction, press, call),
};

/** The same under a single picture: only details change. */
export const varySubtle: Component = {
	verb: 'vary-subtle',
	button: (interaction, press, call) => varyBy(strengths.subtle, interaction, press, call),
};

/** The same under a single picture: little but the composition stays. */
export const varyStrong: Component = {
	verb: 'vary-strong',
	button: (interaction, press, call) => varyBy(strengths.strong, interaction, press, call),
};

async function varyBy(strength: number, interaction: ButtonInteraction, press: Press, call: Call): Promise<void> {
	const { generation, image } = await originalOf(call, interaction, press);
	const parent = { imageId: image.id, sha256: image.sha256 };
	modelOf(call, generation.recipe);
	const recipe = variationOf(recipeOfOne(generation.recipe, image.seed), 0, parent, strength, call.randomSeed);
	const { request } = generation;
	await submit(interaction, call, { kind: 'variation', request, recipe, parentImageId: image.id });
}
