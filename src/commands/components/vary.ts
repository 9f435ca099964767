import { defaultStrength, vary as variationOf } from '../../prompt/derive.ts';
import type { Component } from '../context.ts';
import { submit } from '../submit.ts';
import { pictureOf, sourceOf } from './target.ts';

/** V1–V4: four variations of one picture, by image-to-image from its stored file. */
export const vary: Component = {
	verb: 'vary',
	async button(interaction, press, call) {
		const generation = await sourceOf(call, interaction, press);
		const image = await pictureOf(call.db, generation, press);
		const parent = { imageId: image.id, sha256: image.sha256 };
		const before = { ...generation.recipe, model: call.model.hash };
		const recipe = variationOf(before, image.position, parent, defaultStrength, call.randomSeed);
		await submit(interaction, call, {
			kind: 'variation',
			request: generation.request,
			recipe,
			parentImageId: image.id,
		});
	},
};
