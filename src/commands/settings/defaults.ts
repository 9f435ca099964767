import { LabelBuilder, ModalBuilder, TextInputBuilder, TextInputStyle } from 'discord.js';
import { aspectChoices, defaultAspect } from '../../prompt/aspects.ts';
import { defaultPreset, presetChoices } from '../../prompt/presets.ts';
import { parseRequest } from '../../prompt/request.ts';
import { shorten } from '../alt-text.ts';
import { asCode } from './describe.ts';
import { type Act, button, fieldId, lineWith, oneOf, type Section, text } from './panel.ts';

/** What a wish gets that does not say otherwise. */
export const defaults: Section = {
	name: 'defaults',
	label: 'Defaults',
	hint: 'What a wish gets that does not say otherwise',
	show: ({ settings: { defaults: now }, version }) => [
		text('## Defaults', 'What a wish gets that does not say otherwise.', '**What is added to every prompt**'),
		oneOf(
			fieldId('preset', version),
			presetChoices().map(({ name, value }) => ({ label: name, value })),
			now.preset ?? defaultPreset,
		),
		text('**Shape**'),
		oneOf(
			fieldId('aspect', version),
			aspectChoices().map(({ name, value }) => ({ label: name, value })),
			now.aspect ?? defaultAspect,
			now.aspect,
		),
		lineWith(
			`**Negative, added to everybody’s:** ${now.negative ? asCode(shorten(now.negative, 300)) : 'none'}`,
			button(fieldId('negative', version), 'Change the negative'),
		),
	],
	fields: {
		preset: { select: ({ interaction }) => changed({ preset: interaction.values[0] }) },
		aspect: { select: ({ interaction }) => changed({ aspect: interaction.values[0] }) },
		negative: {
			button: ({ desk, version }) => {
				const input = new TextInputBuilder()
					.setCustomId('negative')
					.setStyle(TextInputStyle.Paragraph)
					.setRequired(false)
					.setMaxLength(2000);
				const { negative } = desk.settings.defaults;
				if (negative) input.setValue(negative);
				const label = new LabelBuilder()
					.setLabel('Negative')
					.setDescription('Tags that must be in nobody’s pictures here; empty: none')
					.setTextInputComponent(input);
				const modal = new ModalBuilder()
					.setCustomId(fieldId('negative', version))
					.setTitle('Negative for all')
					.addLabelComponents(label);
				return { kind: 'ask', modal };
			},
			modal: ({ interaction }) => {
				// Read as a member's own would be.
				const negative = interaction.fields.getTextInputValue('negative');
				return changed({ negative: parseRequest({ prompt: '1girl', negative }).negative ?? null });
			},
		},
	},
};

function changed(patch: Record<string, unknown>): Act {
	return { kind: 'change', channelId: '', patch: { defaults: patch } };
}
