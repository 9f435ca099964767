import { InteractionContextType, PermissionFlagsBits, SlashCommandBuilder } from 'discord.js';
import { show } from './components/settings.ts';
import type { Command } from './context.ts';

/** Opens the panel of a server's settings. All else happens by its menus and buttons. */
export const settings: Command = {
	data: new SlashCommandBuilder()
		.setName('settings')
		.setDescription('See and change what this server allows: channels, roles, limits, words')
		.setContexts(InteractionContextType.Guild)
		.setDefaultMemberPermissions(PermissionFlagsBits.ManageGuild)
		.toJSON(),
	execute: (interaction, call) => show(interaction, call),
};
