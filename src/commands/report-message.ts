import {
	ApplicationCommandType,
	ComponentType,
	ContextMenuCommandBuilder,
	InteractionContextType,
	type Message,
} from 'discord.js';
import { UserError } from '../errors.ts';
import { askForReport } from './components/report.ts';
import type { MessageCommand } from './context.ts';
import { decodePress, type Press } from './custom-id.ts';

/** The same as 🚩, for who looks for it in the menu of a message. */
export const reportMessage: MessageCommand = {
	data: new ContextMenuCommandBuilder()
		.setName('Report to moderators')
		.setType(ApplicationCommandType.Message)
		.setContexts(InteractionContextType.Guild)
		.toJSON(),
	async execute(interaction, call) {
		const press = reportIn(interaction.targetMessage);
		if (!press)
			throw new UserError('no-picture', 'This message shows no pictures of mine. Use Discord’s own report instead.');
		await askForReport(interaction, press, call);
	},
};

/** Finds what the 🚩 of one of our messages is about. */
function reportIn({ author, client, components }: Message): Press | undefined {
	if (author.id !== client.user.id) return undefined;
	const boxes = components.flatMap((it) => (it.type === ComponentType.Container ? it.components : []));
	const rows = boxes.flatMap((it) => (it.type === ComponentType.ActionRow ? it.components : []));
	return rows.map(({ customId }) => decodePress(customId ?? '')).find((press) => press?.verb === 'report');
}
