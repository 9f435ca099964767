import {
	ActionRowBuilder,
	type AnySelectMenuInteraction,
	ButtonBuilder,
	type ButtonInteraction,
	ButtonStyle,
	type Guild,
	type MessageActionRowComponentBuilder,
	type ModalBuilder,
	type ModalSubmitInteraction,
	SectionBuilder,
	SeparatorBuilder,
	StringSelectMenuBuilder,
	TextDisplayBuilder,
} from 'discord.js';
import type { SettingsRow } from '../../db/settings.ts';
import type { Values } from '../../moderation/patch.ts';
import type { GuildSettings } from '../../moderation/settings.ts';
import type { Call } from '../context.ts';
import { encodePress } from '../custom-id.ts';

/** What a section is drawn from; read anew for every look. */
export interface Desk {
	call: Call;
	guild: Guild;
	settings: GuildSettings;
	/** Of the server's own row; 0 where there is none yet. */
	version: number;
	/** Every row of the server. */
	rows: SettingsRow[];
	/** The channel whose settings hold where the panel was opened. */
	hereId: string;
}

/** What stands in a panel's box, from top to bottom. */
export type Part = TextDisplayBuilder | SectionBuilder | SeparatorBuilder | Row;
type Row = ActionRowBuilder<MessageActionRowComponentBuilder>;

/** One use of a control. `arg` is what its `customId` says besides the field, `version` that of the row it was drawn from. */
export interface Use<Interaction> {
	interaction: Interaction;
	desk: Desk;
	arg: string;
	version: number;
}

/** A word above the panel. */
export interface Note {
	text: string;
	isWarning?: boolean;
	button?: ButtonBuilder;
}

/** What a control comes to: a change, a form to fill in, or another look (`arg` says which); `done` was answered already. */
export type Act =
	| { kind: 'change'; channelId: string; patch: Values; arg?: string }
	| { kind: 'ask'; modal: ModalBuilder }
	| { kind: 'show'; note?: Note; arg?: string }
	| { kind: 'done' };

/** A control of a section: how each of its kinds is answered. */
export interface Field {
	button?: (use: Use<ButtonInteraction>) => Act | Promise<Act>;
	select?: (use: Use<AnySelectMenuInteraction>) => Act | Promise<Act>;
	modal?: (use: Use<ModalSubmitInteraction>) => Act | Promise<Act>;
}

export interface Section {
	/** Letters only: part of `customId`s. */
	name: string;
	label: string;
	/** What can be found there. */
	hint: string;
	show(desk: Desk, arg: string): Part[] | Promise<Part[]>;
	/** By their names, which no other section has. */
	fields: Record<string, Field>;
}

/** The `customId` of a control that changes something. */
export function fieldId(field: string, version: number, arg = ''): string {
	return encodePress({ verb: 'set', id: arg === '' ? field : `${field}-${arg}`, position: version });
}

/** The `customId` of a control that leads to a section. */
export function sectionId(section: string, arg = ''): string {
	return encodePress({ verb: 'panel', id: arg === '' ? section : `${section}-${arg}` });
}

export const text = (...lines: string[]) => new TextDisplayBuilder().setContent(lines.join('\n'));

export const line = () => new SeparatorBuilder();

/** One menu, or up to five buttons. */
export function row(...controls: MessageActionRowComponentBuilder[]): Row {
	return new ActionRowBuilder<MessageActionRowComponentBuilder>().addComponents(controls);
}

/** A line with a button at its end. */
export function lineWith(content: string, button: ButtonBuilder): Part {
	return new SectionBuilder().addTextDisplayComponents(text(content)).setButtonAccessory(button);
}

export function button(customId: string, label: string, style = ButtonStyle.Secondary): ButtonBuilder {
	return new ButtonBuilder().setCustomId(customId).setLabel(label).setStyle(style);
}

export interface Choice {
	value: string;
	label: string;
	description?: string;
}

/** A menu of which one is chosen; `chosen` is the value that holds now. */
export function oneOf(
	customId: string,
	choices: readonly Choice[],
	chosen: string | undefined,
	placeholder = '',
): Part {
	const select = new StringSelectMenuBuilder()
		.setCustomId(customId)
		.addOptions(choices.map((choice) => ({ ...choice, default: choice.value === chosen })));
	if (placeholder !== '') select.setPlaceholder(placeholder);
	return row(select);
}
