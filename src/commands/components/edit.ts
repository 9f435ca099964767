import { LabelBuilder, ModalBuilder, TextInputBuilder, TextInputStyle } from 'discord.js';
import { withDefaults } from '../../prompt/defaults.ts';
import { makeRecipe } from '../../prompt/recipe.ts';
import { parseRequest } from '../../prompt/request.ts';
import type { Component } from '../context.ts';
import { encodePress } from '../custom-id.ts';
import { submit } from '../submit.ts';
import { sourceOf } from './target.ts';

const fields = { prompt: 'prompt', negative: 'negative' } as const;
/** Discord's limit for the value of a text input. */
const longestInput = 4000;

/** ✏️: opens the prompt in a modal. */
export const edit: Component = {
	verb: 'edit',
	async button(interaction, press, call) {
		const { id, request } = await sourceOf(call, interaction, press);
		const input = (customId: string, value: string | undefined) => {
			const text = new TextInputBuilder()
				.setCustomId(customId)
				.setStyle(TextInputStyle.Paragraph)
				.setMaxLength(longestInput);
			return value ? text.setValue(value.slice(0, longestInput)) : text;
		};
		await interaction.showModal(
			new ModalBuilder()
				.setCustomId(encodePress({ verb: 'remix', id }))
				.setTitle('Edit the prompt')
				.addLabelComponents(
					new LabelBuilder()
						.setLabel('Prompt')
						.setDescription('Tags, separated by commas; flags such as --ar 13:19 work as well')
						.setTextInputComponent(input(fields.prompt, request.prompt)),
					new LabelBuilder()
						.setLabel('Negative')
						.setDescription('What must not be in the picture')
						.setTextInputComponent(input(fields.negative, request.negative).setRequired(false)),
				),
		);
	},
};

/** The modal of ✏️, sent: the other choices stay as they were, the seeds are new. */
export const remix: Component = {
	verb: 'remix',
	async modal(interaction, press, call) {
		const { request: before } = await sourceOf(call, interaction, press);
		const { seed: _, ...kept } = before;
		const request = parseRequest({
			...kept,
			prompt: interaction.fields.getTextInputValue(fields.prompt),
			negative: interaction.fields.getTextInputValue(fields.negative) || undefined,
		});
		const { recipe } = makeRecipe(withDefaults(request, call.place.guild.defaults), {
			model: call.model,
			ceiling: call.place.ceiling,
			randomSeed: call.randomSeed,
		});
		await submit(interaction, call, { kind: 'edit', request, recipe });
	},
};
