import { InteractionContextType, MessageFlags, SlashCommandBuilder } from 'discord.js';
import { sumUsage, type UsageTotals } from '../db/usage.ts';
import type { Command } from './context.ts';
import { isModerator } from './moderator.ts';

export const usage: Command = {
	data: new SlashCommandBuilder()
		.setName('usage')
		.setDescription('See what you have painted here; moderators also see the whole server')
		.setContexts(InteractionContextType.Guild, InteractionContextType.BotDM)
		.toJSON(),
	async execute(interaction, { db }) {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const lines = [line('You', await sumUsage(db, interaction.guildId, interaction.user.id))];
		if (interaction.guildId !== null && isModerator(interaction.memberPermissions)) {
			lines.push(line('This server', await sumUsage(db, interaction.guildId)));
		}
		await interaction.editReply({ content: lines.join('\n'), allowedMentions: { parse: [] } });
	},
};

function line(who: string, { pictures, steps, gpuMs }: UsageTotals): string {
	const number = (n: number) => n.toLocaleString('en');
	return `**${who}:** ${number(pictures)} pictures, ${number(steps)} steps, ${(gpuMs / 1000).toFixed(1)} GPU seconds`;
}
