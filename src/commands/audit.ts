import { InteractionContextType, MessageFlags, PermissionFlagsBits, SlashCommandBuilder } from 'discord.js';
import { UserError } from '../errors.ts';
import { type AuditView, auditPage } from './audit-page.ts';
import { auditActions } from './audit-words.ts';
import type { Command } from './context.ts';
import { moderatesGuild } from './moderator.ts';

export const audit: Command = {
	data: new SlashCommandBuilder()
		.setName('audit')
		.setDescription('See who changed, removed or punished what, and what was reported; for moderators')
		.setContexts(InteractionContextType.Guild)
		.setDefaultMemberPermissions(PermissionFlagsBits.ManageMessages)
		.addUserOption((option) => option.setName('by').setDescription('Only what this member did or reported'))
		.addUserOption((option) => option.setName('about').setDescription('Only what concerns this member'))
		.addStringOption((option) =>
			option
				.setName('action')
				.setDescription('Only this')
				.addChoices(...Object.entries(auditActions).map(([value, name]) => ({ name, value }))),
		)
		.addStringOption((option) =>
			option
				.setName('show')
				.setDescription('What was done (as usual), or what was reported')
				.addChoices({ name: 'what was done', value: 'actions' }, { name: 'reports', value: 'reports' }),
		)
		.toJSON(),
	async execute(interaction, { db, place }) {
		const { guildId, options } = interaction;
		if (guildId === null || !moderatesGuild(interaction, place.guild))
			throw new UserError('not-a-moderator', 'Only moderators of a server see its log.');
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const search = {
			show: (options.getString('show') ?? 'actions') as AuditView,
			byId: options.getUser('by')?.id,
			aboutId: options.getUser('about')?.id,
			action: options.getString('action') ?? undefined,
		};
		await interaction.editReply({
			flags: MessageFlags.IsComponentsV2,
			components: await auditPage(db, { guildId, logChannelId: place.guild.logChannelId }, search, 0),
			allowedMentions: { parse: [] },
		});
	},
};
