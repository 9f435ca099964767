import {
	type APIInteraction,
	type Channel,
	ChannelType,
	type Client,
	GatewayDispatchEvents,
	type Guild,
	GuildMember,
	GuildNSFWLevel,
	type Interaction,
	RESTJSONErrorCodes,
	Status,
} from 'discord.js';
import { isModerator } from '../commands/moderator.ts';
import { type ChannelFacts, channelFacts } from '../moderation/gate.ts';
import type { SeenMember } from '../moderation/member.ts';
import { discordErrorCode } from './rest-errors.ts';

/** What is known of the channel in which somebody presses something. What Discord did not tell stays unknown. */
export function factsOfInteraction(interaction: Interaction, raw?: SeenRaw): ChannelFacts {
	if (interaction.channel) return factsOfChannel(interaction.channel);
	// Discord does not tell of direct messages before somebody writes there, so discord.js need not know the channel.
	if (interaction.guildId === null) return channelFacts({ kind: 'dm' });
	// Used by a member who installed the app, in a server where the bot is not: discord.js drops what the event says.
	return raw?.nsfw === undefined
		? channelFacts({ kind: 'unknown' })
		: channelFacts({ kind: 'guild-text', nsfw: raw.nsfw });
}

/**
 * What is known of a channel now, by what the gateway tells of every change. A gateway that seems to be there and is not (a
 * connection half open) tells nothing: before pictures are posted, ask with `factsAsked`.
 *
 * @param seenAgeRestricted what the interaction said, where the bot is not in the server and cannot ask
 */
export async function factsNow(
	client: Client,
	channelId: string,
	seenAgeRestricted: boolean | null = null,
): Promise<ChannelFacts> {
	const cached = client.channels.cache.get(channelId);
	if (seenAgeRestricted === null && cached && isKeptUpToDate(client, cached)) return factsOfChannel(cached);
	return factsAsked(client, channelId, seenAgeRestricted);
}

/** What Discord says of a channel when it is asked, whatever is remembered of it: what a picture is posted by. */
export async function factsAsked(
	client: Client,
	channelId: string,
	seenAgeRestricted: boolean | null = null,
): Promise<ChannelFacts> {
	if (seenAgeRestricted !== null) return channelFacts({ kind: 'guild-text', nsfw: seenAgeRestricted });
	// A direct message has no flag that could change.
	if (client.channels.cache.get(channelId)?.isDMBased()) return channelFacts({ kind: 'dm' });
	const channel = await askForChannel(client, channelId);
	// The whole server's restriction can only let more be shown: what is remembered of none is enough.
	if (channel && !channel.isDMBased() && isAgeRestricted(channel.guild))
		await client.guilds.fetch({ guild: channel.guildId, force: true });
	return factsOfChannel(channel);
}

async function askForChannel(client: Client, channelId: string): Promise<Channel | null> {
	try {
		const channel = await client.channels.fetch(channelId, { force: true });
		// A thread is as its parent is.
		if (channel?.isThread() && channel.parentId !== null)
			await client.channels.fetch(channel.parentId, { force: true });
		return channel;
	} catch (error) {
		const code = discordErrorCode(error);
		if (code === RESTJSONErrorCodes.UnknownChannel) return null;
		if (code !== RESTJSONErrorCodes.MissingAccess) throw error;
		// Members use commands where the bot may not look, too. Of such a channel the server's list tells.
		const known = client.channels.cache.get(channelId);
		if (!known || known.isDMBased()) return null;
		const listed = await known.guild.channels.fetch();
		return listed.has(known.isThread() ? (known.parentId ?? '') : channelId) ? known : null;
	}
}

/** While the gateway is away nobody tells us of changes, and what we remember may be more than the channel allows by now. */
function isKeptUpToDate({ ws }: Client, channel: Channel): boolean {
	return channel.isDMBased() || ws.shards.get(channel.guild.shardId)?.status === Status.Ready;
}

function factsOfChannel(channel: Channel | null): ChannelFacts {
	if (!channel || channel.partial) return channelFacts({ kind: 'unknown' });
	if (channel.isDMBased()) return channelFacts({ kind: 'dm' });
	const guildAgeRestricted = isAgeRestricted(channel.guild);
	if (channel.isThread()) {
		const settingsChannelId = channel.parentId ?? undefined;
		return channelFacts({ kind: 'thread', parentNsfw: channel.parent?.nsfw, guildAgeRestricted, settingsChannelId });
	}
	const nsfw = 'nsfw' in channel ? channel.nsfw : undefined;
	return channelFacts({ kind: 'guild-text', nsfw, guildAgeRestricted, settingsChannelId: channel.id });
}

function isAgeRestricted({ nsfwLevel }: Guild): boolean {
	return nsfwLevel === GuildNSFWLevel.AgeRestricted;
}

/** What Discord says of who asks, in a server. */
export function memberOfInteraction({ member, memberPermissions, user }: Interaction): SeenMember | undefined {
	if (!member) return undefined;
	const isWhole = member instanceof GuildMember;
	const roleIds = isWhole ? [...member.roles.cache.keys()] : member.roles;
	const joinedAt = isWhole ? member.joinedAt : member.joined_at ? new Date(member.joined_at) : null;
	return { userId: user.id, roleIds, isModerator: isModerator(memberPermissions), joinedAt };
}

/** What Discord says of a member now, for a wish that waits; `undefined` when they, or the bot, left the server. */
export async function memberNow(client: Client, guildId: string, userId: string): Promise<SeenMember | undefined> {
	const guild = client.guilds.cache.get(guildId);
	if (!guild) return undefined;
	try {
		// What is cached may be old: without a privileged intent nobody tells us of new roles.
		const { roles, permissions, joinedAt } = await guild.members.fetch({ user: userId, force: true });
		return { userId, roleIds: [...roles.cache.keys()], isModerator: isModerator(permissions), joinedAt };
	} catch (error) {
		if (discordErrorCode(error) === RESTJSONErrorCodes.UnknownMember) return undefined;
		throw error;
	}
}

/** What an event says of a channel that discord.js does not know. A thread carries no flag, so of it nothing is known. */
export interface SeenRaw {
	nsfw: boolean | undefined;
}

/** Keeps what the raw events say until their interactions ask for it: the raw one comes first, in the same turn. */
export class RawChannels {
	readonly #seen = new Map<string, SeenRaw>();

	/** Looks at an event of the gateway. */
	see(packet: { t?: string | null; d?: unknown }): void {
		if (packet.t !== GatewayDispatchEvents.InteractionCreate) return;
		const { id, channel } = packet.d as APIInteraction;
		if (!channel) return;
		const isFlagged = channel.type === ChannelType.GuildText || channel.type === ChannelType.GuildAnnouncement;
		this.#seen.set(id, { nsfw: isFlagged && 'nsfw' in channel ? channel.nsfw : undefined });
	}

	/** Gives what was said of an interaction, once. */
	take(interactionId: string): SeenRaw | undefined {
		const seen = this.#seen.get(interactionId);
		this.#seen.delete(interactionId);
		return seen;
	}
}
