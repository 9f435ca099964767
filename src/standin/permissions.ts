import { PermissionFlagsBits as P } from 'discord-api-types/v10';
import type { State, StoredChannel, StoredGuild, StoredUser } from './state.ts';

/** Everything: what an owner and an administrator may do. */
export const allPermissions: bigint = Object.values(P).reduce((sum: bigint, bit) => sum | bit, 0n);

/** What everybody may do in a new guild, and in a direct message. */
export const everyonePermissions: bigint =
	P.ViewChannel |
	P.SendMessages |
	P.SendMessagesInThreads |
	P.EmbedLinks |
	P.AttachFiles |
	P.ReadMessageHistory |
	P.UseApplicationCommands |
	P.UseExternalApps |
	P.AddReactions;

/** What a moderator may do besides. */
export const moderatorPermissions: bigint =
	P.ManageMessages | P.ManageGuild | P.ManageChannels | P.ManageRoles | P.ModerateMembers | P.KickMembers;

/** What the bot asks for when it is invited. */
export const botPermissions: bigint = everyonePermissions | P.ManageMessages;

/**
 * Works out what a user may do in a guild, or in one of its channels when one is given, as Discord documents: the roles'
 * permissions, then the channel's overwrites for @everyone, for roles and for the member; a thread has its parent's. 0 for
 * somebody who is no member, and in a channel that the user cannot see.
 */
export function permissionsOf(state: State, guild: StoredGuild, userId: string, channel?: StoredChannel): bigint {
	const member = state.member(guild, userId);
	if (member === undefined) return 0n;
	if (guild.ownerId === userId) return allPermissions;
	const held = [guild.id, ...member.roleIds];
	let permissions = union(guild.roles.filter(({ id }) => held.includes(id)).map((it) => it.permissions));
	if ((permissions & P.Administrator) !== 0n) return allPermissions;
	const place = channel?.parentId ? state.channel(channel.parentId) : channel;
	if (place === undefined) return permissions;
	const steps = [
		place.overwrites.filter(({ id }) => id === guild.id),
		place.overwrites.filter(({ id }) => id !== guild.id && held.includes(id)),
		place.overwrites.filter(({ id }) => id === userId),
	];
	for (const step of steps) {
		permissions &= ~union(step.map(({ deny }) => deny));
		permissions |= union(step.map(({ allow }) => allow));
	}
	return (permissions & P.ViewChannel) === 0n ? 0n : permissions;
}

/** What a user may do where an interaction happens; a direct message is everybody's own. */
export function permissionsIn(state: State, channel: StoredChannel, userId: string): bigint {
	if (channel.guildId === null) return everyonePermissions;
	return permissionsOf(state, state.guild(channel.guildId), userId, channel);
}

/** Tells whether somebody holds all of the permissions in a channel. */
export function may(state: State, channel: StoredChannel, userId: string, needed: bigint): boolean {
	return (permissionsIn(state, channel, userId) & needed) === needed;
}

/** Tells whether a user has a channel in the list: a direct message of their own, or one that their roles let them see. */
export function canSee(state: State, channel: StoredChannel, user: StoredUser): boolean {
	if (channel.recipientId !== null) return channel.recipientId === user.id;
	return may(state, channel, user.id, P.ViewChannel);
}

function union(fields: string[]): bigint {
	return fields.reduce((sum, field) => sum | BigInt(field), 0n);
}
