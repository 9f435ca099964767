import { PermissionFlagsBits as P } from 'discord-api-types/v10';
import { may } from '../permissions.ts';
import type { StoredChannel, StoredGuild } from '../state.ts';
import { ApiError, unknown } from './api-error.ts';
import type { RouteCall } from './route.ts';

/** Discord's refusals for what the bot may not do. */
export const denied = {
	access: () => new ApiError(403, 50001, 'Missing Access'),
	permissions: () => new ApiError(403, 50013, 'Missing Permissions'),
};

/**
 * The channel of the path, as the bot may use it.
 * @param needed what the bot must be allowed there besides seeing it.
 * @throws {ApiError} 10003 when there is none, 50001 when the bot cannot see it, 50013 when it lacks a permission.
 */
export function channelOf({ core, params }: RouteCall, needed = 0n): StoredChannel {
	const { state } = core;
	const channel = state.channels.get(params.channelId ?? '');
	if (channel === undefined) throw unknown.channel();
	if (state.isForeign(channel) || !may(state, channel, state.bot.id, P.ViewChannel)) throw denied.access();
	if (!may(state, channel, state.bot.id, needed)) throw denied.permissions();
	return channel;
}

/** The guild of the path. @throws {ApiError} 10004 when there is none or the bot is no member of it. */
export function guildOf({ core, params }: RouteCall): StoredGuild {
	const guild = core.state.guilds.get(params.guildId ?? '');
	if (guild === undefined || guild.foreign) throw unknown.guild();
	return guild;
}
