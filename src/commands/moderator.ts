import { type BaseInteraction, PermissionFlagsBits, type PermissionsBitField } from 'discord.js';
import type { GuildSettings } from '../moderation/settings.ts';

/** Answers whether someone moderates where they press: may manage messages there, or the guild itself. Nobody does in direct messages. */
export function isModerator(permissions: Readonly<PermissionsBitField> | null): boolean {
	return permissions?.any([PermissionFlagsBits.ManageMessages, PermissionFlagsBits.ManageGuild]) === true;
}

/**
 * Answers whether someone moderates the whole guild: who may manage messages in it, and in the moderators' own channel who may there.
 * An interaction says what somebody may do in its channel, and a channel of their own makes nobody a judge over all others.
 */
export function moderatesGuild(
	interaction: Pick<BaseInteraction, 'inCachedGuild' | 'channelId' | 'memberPermissions'>,
	{ logChannelId }: Pick<GuildSettings, 'logChannelId'>,
): boolean {
	if (logChannelId !== null && interaction.channelId === logChannelId)
		return isModerator(interaction.memberPermissions);
	return interaction.inCachedGuild() && isModerator(interaction.member.permissions);
}
