import { LabelBuilder, ModalBuilder, TextInputBuilder, TextInputStyle } from 'discord.js';
import { aspectChoices, defaultAspect } from '../../prompt/aspects.ts';
import { isNamed, type NamedModel, writtenAs } from '../../prompt/models.ts';
import { defaultPreset, presetChoices } from '../../prompt/presets.ts';
import { parseRequest } from '../../prompt/request.ts';
import { defaultStyle, styleChoices } from '../../prompt/styles.ts';
import { shorten } from '../alt-text.ts';
import { asCode } from './describe.ts';
import { type Act, button, fieldId, lineWith, oneOf, type Part, type Section, text } from './panel.ts';

/** What a wish gets that does not say otherwise. */
export const defaults: Section = {
	name: 'defaults',
	label: 'Defaults',
	hint: 'What a wish gets that does not say otherwise',
	show: ({ settings: { defaults: now }, version, call: { models } }) => [
		text('## Defaults', 'What a wish gets that does not say otherwise.', '**What is added to every prompt**'),
		oneOf(
			fieldId('preset', version),
			presetChoices().map(({ name, value }) => ({ label: name, value })),
			now.preset ?? defaultPreset,
		),
		...modelParts(now.model, models, version),
		text('**Style**'),
		oneOf(
			fieldId('style', version),
			styleChoices().map(({ name, value }) => ({ label: name, value })),
			now.style ?? defaultStyle,
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
		model: {
			// The operator's choice is no choice of the server's: it follows when the operator changes it.
			select: ({ interaction, desk }) => {
				const [value] = interaction.values;
				return changed({ model: value === writtenAs(desk.call.models[0].name) ? null : value });
			},
		},
		style: { select: ({ interaction }) => changed({ style: interaction.values[0] }) },
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

/** Most servers have one model, and nothing to choose. */
function modelParts(
	now: string | undefined,
	[first, ...others]: readonly [NamedModel, ...NamedModel[]],
	version: number,
): Part[] {
	if (others.length === 0) return [];
	const offered = [first, ...others].slice(0, mostModels);
	const chosen = now === undefined ? first : offered.find((model) => isNamed(model, now));
	const choices = offered.map(({ name }) => ({ label: name.slice(0, 100), value: writtenAs(name).slice(0, 100) }));
	const gone = now === undefined || chosen ? '' : `${now.slice(0, 100)} is no longer installed`;
	return [
		text('**Model**'),
		oneOf(fieldId('model', version), choices, chosen && writtenAs(chosen.name).slice(0, 100), gone),
	];
}

/** A menu holds no more. */
const mostModels = 25;

function changed(patch: Record<string, unknown>): Act {
	return { kind: 'change', channelId: '', patch: { defaults: patch } };
}
