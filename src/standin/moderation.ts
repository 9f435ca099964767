import { GatewayIntentBits } from 'discord-api-types/v10';
import { ClientRefusal } from './client-refusal.ts';
import type { Core } from './core.ts';
import { deleteMessage } from './messages.ts';
import type { StoredChannel, StoredGuild, StoredOverwrite, StoredRole, StoredUser } from './state.ts';
import { wireChannel } from './wire.ts';
import { wireGuild, wireGuildCreate, wireMember, wireRole } from './wire-guild.ts';
import { makeChannels, makeGuild, type WorldChannel, type WorldGuild } from './world.ts';

/**
 * What owners and moderators do in Discord's own client: they make, change and delete guilds, channels, roles and memberships.
 * Each tells the bot by the gateway, as far as its intents allow, and tells every page to read the state anew.
 */

/** Makes a guild. The bot is in it from the start unless it is foreign. */
export function addGuild(core: Core, described: WorldGuild, { foreign = false } = {}): StoredGuild {
	const { state } = core;
	const users = [...state.users.values()].filter(({ user }) => !user.bot);
	const nextId = () => state.ids.next();
	const { guild, channels } = makeGuild(described, { nextId, users, bot: state.bot, nowMs: Date.now() });
	state.guilds.set(guild.id, guild);
	for (const channel of channels) state.channels.set(channel.id, channel);
	guild.foreign = true;
	guild.members = guild.members.filter(({ userId }) => userId !== state.bot.id);
	if (!foreign) inviteBot(core, guild);
	worldChanged(core);
	return guild;
}

/** Makes a guild that every user is a member of. */
export function foundGuild(
	core: Core,
	name: string,
	described: Omit<WorldGuild, 'name' | 'members'>,
	options: { foreign?: boolean } = {},
): StoredGuild {
	const people = [...core.state.users.values()].filter(({ user }) => !user.bot);
	const members = people.map(({ user }) => ({ name: user.username, joinedDaysAgo: 0 }));
	return addGuild(core, { name, members, ...described }, options);
}

/** Adds the bot to a guild that it is not in: GUILD_CREATE. */
export function inviteBot(core: Core, guild: StoredGuild): void {
	if (!guild.foreign) return;
	const { id } = core.state.bot;
	const own = guild.roles.filter(({ botId }) => botId === id).map((it) => it.id);
	guild.foreign = false;
	guild.members.push({ userId: id, roleIds: own, joinedAtMs: Date.now() });
	tell(core, guild, 'GUILD_CREATE', wireGuildCreate(core.state, guild));
	worldChanged(core);
}

/** Removes the bot from a guild: GUILD_DELETE. To the bot it is then a foreign one; its messages and members stay. */
export function removeBot(core: Core, guild: StoredGuild): void {
	if (guild.foreign) return;
	tell(core, guild, 'GUILD_DELETE', { id: guild.id });
	guild.foreign = true;
	guild.members = guild.members.filter(({ userId }) => userId !== core.state.bot.id);
	core.state.commands.delete(guild.id);
	core.hub.announce({ type: 'commands' });
	worldChanged(core);
}

/** Changes a guild's own settings: GUILD_UPDATE. */
export function changeGuild(
	core: Core,
	guild: StoredGuild,
	change: Partial<Pick<StoredGuild, 'name' | 'nsfwLevel' | 'ownerId' | 'systemChannelId' | 'locale'>>,
): void {
	Object.assign(guild, change);
	tell(core, guild, 'GUILD_UPDATE', wireGuild(guild));
	worldChanged(core);
}

/** Sets the language of a user's own Discord. The bot is not told: each interaction says it. */
export function setLocale(core: Core, user: StoredUser, locale: string): void {
	user.locale = locale;
	worldChanged(core);
}

/** Makes a channel, and threads under it where they are described: CHANNEL_CREATE, THREAD_CREATE. */
export function addChannel(core: Core, guild: StoredGuild, described: WorldChannel): StoredChannel {
	const made = makeChannels(described, guild, () => core.state.ids.next());
	for (const channel of made) put(core, guild, channel);
	return made[0] as StoredChannel;
}

/** Makes a thread, or a forum's post: THREAD_CREATE. */
export function addThread(core: Core, parent: StoredChannel, name: string): StoredChannel {
	const guild = core.state.guild(parent.guildId ?? '');
	const below = { guildId: guild.id, type: 11, parentId: parent.id, nsfw: false, overwrites: [] } as const;
	const rest = { id: core.state.ids.next(), name, recipientId: null, lastMessageId: null };
	const thread: StoredChannel = { ...rest, ...below, overwrites: [] };
	put(core, guild, thread);
	return thread;
}

function put(core: Core, guild: StoredGuild, channel: StoredChannel): void {
	core.state.channels.set(channel.id, channel);
	tell(core, guild, isThread(channel) ? 'THREAD_CREATE' : 'CHANNEL_CREATE', wireChannel(core.state, channel));
	worldChanged(core);
}

/** Switches a channel's age restriction, as a moderator does in its settings: CHANNEL_UPDATE. */
export function setAgeRestricted(core: Core, channelId: string, nsfw: boolean): StoredChannel {
	const channel = core.state.channels.get(channelId);
	if (channel === undefined || channel.guildId === null || isThread(channel)) {
		throw new ClientRefusal('Only a channel of a server can be age-restricted.');
	}
	return changeChannel(core, channel, { nsfw });
}

/** Changes a channel's settings: CHANNEL_UPDATE, or THREAD_UPDATE. */
export function changeChannel(
	core: Core,
	channel: StoredChannel,
	change: Partial<Pick<StoredChannel, 'name' | 'nsfw' | 'overwrites'>>,
): StoredChannel {
	Object.assign(channel, change);
	const guild = core.state.guild(channel.guildId ?? '');
	tell(core, guild, isThread(channel) ? 'THREAD_UPDATE' : 'CHANNEL_UPDATE', wireChannel(core.state, channel));
	core.hub.announce({ type: 'channel', channel });
	if (change.overwrites !== undefined) worldChanged(core);
	else core.state.touch();
	return channel;
}

/** Sets what a role or a member may do in a channel, replacing what was set for it before. */
export function setOverwrite(core: Core, channel: StoredChannel, overwrite: StoredOverwrite): void {
	const others = channel.overwrites.filter(({ id }) => id !== overwrite.id);
	changeChannel(core, channel, { overwrites: [...others, overwrite] });
}

/** Deletes a channel with its threads and messages: THREAD_DELETE, CHANNEL_DELETE. */
export function deleteChannel(core: Core, channel: StoredChannel): void {
	const { state } = core;
	const guild = state.guild(channel.guildId ?? '');
	for (const thread of [...state.channels.values()]) if (thread.parentId === channel.id) deleteChannel(core, thread);
	const messages = [...state.messages.values()].filter(({ message }) => message.channel_id === channel.id);
	for (const stored of messages) deleteMessage(core, stored, { isSilent: true });
	state.channels.delete(channel.id);
	if (guild.systemChannelId === channel.id) guild.systemChannelId = null;
	const { id, type, guildId, parentId } = channel;
	if (isThread(channel)) tell(core, guild, 'THREAD_DELETE', { id, type, guild_id: guildId, parent_id: parentId });
	else tell(core, guild, 'CHANNEL_DELETE', wireChannel(state, channel));
	worldChanged(core);
}

/** Makes a role above all others: GUILD_ROLE_CREATE. */
export function addRole(core: Core, guild: StoredGuild, name: string, permissions = 0n): StoredRole {
	const position = Math.max(...guild.roles.map((it) => it.position)) + 1;
	const role = { id: core.state.ids.next(), name, permissions: String(permissions), position, color: 0, botId: null };
	guild.roles.push(role);
	tellRole(core, guild, 'GUILD_ROLE_CREATE', role);
	return role;
}

/** Changes what a role is called or may do: GUILD_ROLE_UPDATE. */
export function changeRole(
	core: Core,
	guild: StoredGuild,
	role: StoredRole,
	change: Partial<Pick<StoredRole, 'name' | 'permissions'>>,
): void {
	Object.assign(role, change);
	tellRole(core, guild, 'GUILD_ROLE_UPDATE', role);
}

/** Deletes a role; nobody holds it then: GUILD_ROLE_DELETE. */
export function deleteRole(core: Core, guild: StoredGuild, role: StoredRole): void {
	guild.roles = guild.roles.filter((it) => it !== role);
	for (const member of guild.members) member.roleIds = member.roleIds.filter((id) => id !== role.id);
	tell(core, guild, 'GUILD_ROLE_DELETE', { guild_id: guild.id, role_id: role.id });
	worldChanged(core);
}

/** Sets the roles of a member: GUILD_MEMBER_UPDATE, which only bots with the intent for members get. */
export function setRoles(core: Core, guild: StoredGuild, userId: string, roleIds: string[]): void {
	const member = core.state.member(guild, userId);
	if (member === undefined) throw new ClientRefusal('There is no such member.');
	member.roleIds = roleIds;
	tellMember(core, guild, userId, 'GUILD_MEMBER_UPDATE');
}

/** Lets a user join a guild: GUILD_MEMBER_ADD. */
export function addMember(core: Core, guild: StoredGuild, userId: string, joinedAtMs = Date.now()): void {
	if (core.state.member(guild, userId)) return;
	guild.members.push({ userId, roleIds: [], joinedAtMs });
	tellMember(core, guild, userId, 'GUILD_MEMBER_ADD');
}

/** Lets a member leave a guild: GUILD_MEMBER_REMOVE. */
export function removeMember(core: Core, guild: StoredGuild, userId: string): void {
	guild.members = guild.members.filter((it) => it.userId !== userId);
	const data = { guild_id: guild.id, user: core.state.user(userId).user };
	tell(core, guild, 'GUILD_MEMBER_REMOVE', data, GatewayIntentBits.GuildMembers);
	worldChanged(core);
}

function tellRole(core: Core, guild: StoredGuild, name: string, role: StoredRole): void {
	tell(core, guild, name, { guild_id: guild.id, role: wireRole(role) });
	worldChanged(core);
}

function tellMember(core: Core, guild: StoredGuild, userId: string, name: string): void {
	const data = { guild_id: guild.id, ...wireMember(guild, core.state.user(userId)) };
	tell(core, guild, name, data, GatewayIntentBits.GuildMembers);
	worldChanged(core);
}

/** Nothing of a guild that the bot is not in reaches it. */
function tell(core: Core, guild: StoredGuild, name: string, data: unknown, intents = GatewayIntentBits.Guilds): void {
	if (!guild.foreign) core.gateway.dispatch(name, data, { intents, guildId: guild.id });
}

function worldChanged(core: Core): void {
	core.state.touch();
	core.hub.announce({ type: 'world' });
}

function isThread({ type }: StoredChannel): boolean {
	return type === 11;
}
