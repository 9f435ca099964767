import { LabelBuilder, ModalBuilder, TextInputBuilder, TextInputStyle } from 'discord.js';
import { UserError } from '../../errors.ts';
import { quoted } from '../../prompt/text.ts';

/** A whole number that a form asks for. */
export interface NumberField {
	customId: string;
	label: string;
	/** What nothing means. */
	description: string;
	min: number;
	max: number;
	value: number | undefined;
}

/** Makes the input of a number; it may be left empty. */
export function numberInput({ customId, label, description, value, max }: NumberField): LabelBuilder {
	const input = new TextInputBuilder()
		.setCustomId(customId)
		.setStyle(TextInputStyle.Short)
		.setRequired(false)
		.setMaxLength(String(max).length + 2);
	if (value !== undefined) input.setValue(String(value));
	return new LabelBuilder().setLabel(label).setDescription(description).setTextInputComponent(input);
}

/** Makes a form of numbers. */
export function numberForm(customId: string, title: string, fields: readonly NumberField[]): ModalBuilder {
	return new ModalBuilder()
		.setCustomId(customId)
		.setTitle(title.slice(0, 45))
		.addLabelComponents(...fields.map(numberInput));
}

/**
 * Reads a number as it was typed; `null` where nothing was.
 *
 * @throws {UserError} `bad-number`, saying what it takes
 */
export function readNumber(
	{ label, min, max }: Pick<NumberField, 'label' | 'min' | 'max'>,
	typed: string,
): number | null {
	const digits = typed.trim();
	if (digits === '') return null;
	const value = /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
	if (value >= min && value <= max) return value;
	throw new UserError(
		'bad-number',
		`“${label}” takes a whole number from ${min.toLocaleString('en')} to ${max.toLocaleString('en')}, or nothing, not ${quoted(digits)}. Nothing was changed.`,
	);
}
