import { UserError } from '../../errors.ts';
import { parseRequest } from '../../prompt/request.ts';
import type { Component } from '../context.ts';
import { encodePress } from '../custom-id.ts';
import { recipeFor } from '../defaults.ts';
import { promptIn } from '../description.ts';
import { modelFor } from '../models.ts';
import { submit } from '../submit.ts';
import { promptForm, promptOf } from './prompt-form.ts';

/** Under a description: opens its tags in a modal. */
export const draw: Component = {
	verb: 'draw',
	async button(interaction) {
		const prompt = promptIn(interaction.message);
		if (prompt === undefined)
			throw new UserError('unknown-picture', 'This description is no longer there. Use /describe again.');
		const customId = encodePress({ verb: 'draw-sent', id: 'tags' });
		await interaction.showModal(promptForm(customId, 'Draw these tags', { prompt }));
	},
};

/** That modal, sent: a wish like one of /imagine. */
export const drawSent: Component = {
	verb: 'draw-sent',
	async modal(interaction, _press, call) {
		const asked = parseRequest(promptOf(interaction));
		const { model, notes: told } = modelFor(call, asked);
		const { recipe, notes } = recipeFor(asked, model, call);
		await submit(interaction, call, { kind: 'imagine', request: asked, recipe, notes: [...told, ...notes] });
	},
};
