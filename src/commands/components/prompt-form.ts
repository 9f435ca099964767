import { LabelBuilder, ModalBuilder, type ModalSubmitInteraction, TextInputBuilder, TextInputStyle } from 'discord.js';

const fields = { prompt: 'prompt', negative: 'negative' } as const;
/** Discord's limit for the value of a text input. */
const longestInput = 4000;

/** A modal in which a prompt and a negative are written. */
export function promptForm(
	customId: string,
	title: string,
	{ prompt, negative }: { prompt: string; negative?: string | undefined },
): ModalBuilder {
	const input = (id: string, value: string | undefined) => {
		const text = new TextInputBuilder().setCustomId(id).setStyle(TextInputStyle.Paragraph).setMaxLength(longestInput);
		return value ? text.setValue(value.slice(0, longestInput)) : text;
	};
	return new ModalBuilder()
		.setCustomId(customId)
		.setTitle(title)
		.addLabelComponents(
			new LabelBuilder()
				.setLabel('Prompt')
				.setDescription('Tags, separated by commas; flags such as --ar 13:19 work as well')
				.setTextInputComponent(input(fields.prompt, prompt)),
			new LabelBuilder()
				.setLabel('Negative')
				.setDescription('What must not be in the picture')
				.setTextInputComponent(input(fields.negative, negative).setRequired(false)),
		);
}

/** Reads what was written into it. */
export function promptOf({ fields: sent }: ModalSubmitInteraction): { prompt: string; negative: string | undefined } {
	return {
		prompt: sent.getTextInputValue(fields.prompt),
		negative: sent.getTextInputValue(fields.negative) || undefined,
	};
}
