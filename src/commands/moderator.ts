import { PermissionFlagsBits, type PermissionsBitField } from 'discord.js';

/** Answers whether someone moderates the guild: may manage its messages, or the guild itself. Nobody does in direct messages. */
export function isModerator(permissions: Readonly<PermissionsBitField> | null): boolean {
	return permissions?.any([PermissionFlagsBits.ManageMessages, PermissionFlagsBits.ManageGuild]) === true;
}
