import type { BaseInteraction, Guild } from 'discord.js';
import { PermissionFlagsBits } from 'discord.js';
import { settingsOfGuild } from '../../db/settings.ts';
import { UserError } from '../../errors.ts';
import { readSettings } from '../../moderation/change.ts';
import { type Place, placeFrom } from '../../moderation/place.ts';
import type { GuildSettings } from '../../moderation/settings.ts';
import type { Call } from '../context.ts';
import type { Desk } from './panel.ts';

/**
 * Lets only members with Manage Server on, whatever Discord's own permissions of the command say.
 *
 * @throws {UserError} `not-allowed`, or `not-here` outside of servers
 */
export function guildOfManager(interaction: BaseInteraction): Guild {
	if (!interaction.inCachedGuild())
		throw new UserError('not-here', 'Settings belong to a server in which I am a member. Invite me there first.');
	if (!interaction.memberPermissions.has(PermissionFlagsBits.ManageGuild))
		throw new UserError('not-allowed', 'Only members with the permission Manage Server can change these settings.');
	return interaction.guild;
}

/** Reads everything that a panel shows. */
export async function openDesk(call: Call, guild: Guild, channelId: string): Promise<Desk> {
	const rows = await settingsOfGuild(call.db, guild.id);
	const own = rows.find((it) => it.channelId === '');
	return {
		call,
		guild,
		settings: readSettings('', own?.values) as GuildSettings,
		version: own?.version ?? 0,
		rows,
		hereId: call.place.channel.settingsChannelId ?? channelId,
	};
}

/** Finds what holds in one of the guild's channels now. */
export async function placeOf({ call, rows }: Desk, channelId: string): Promise<Place> {
	const bearing = rows.filter((it) => it.channelId === '' || it.channelId === channelId);
	return placeFrom(bearing, await call.channelNow(channelId));
}

/** Finds one of the guild's channels by what a menu or a `customId` says. */
export function channelOf(guild: Guild, channelId: string | undefined) {
	const channel = guild.channels.cache.get(channelId ?? '');
	if (!channel) throw new UserError('unknown-channel', 'This channel is no longer there. Choose another one.');
	return channel;
}
