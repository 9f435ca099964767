import { type Channel, type Client, type Interaction, RESTJSONErrorCodes } from 'discord.js';
import { type ChannelFacts, channelFacts } from '../moderation/gate.ts';
import { discordErrorCode } from './rest-errors.ts';

/** What is known of the channel in which somebody presses something. What Discord did not tell stays unknown. */
export function factsOfInteraction(interaction: Interaction): ChannelFacts {
	return factsOfChannel(interaction.channel);
}

/** What is known of a channel now, at delivery: it may have changed since the pictures were asked for, or be gone. */
export async function factsNow(client: Client, channelId: string): Promise<ChannelFacts> {
	const cached = client.channels.cache.get(channelId);
	if (cached) return factsOfChannel(cached);
	try {
		return factsOfChannel(await client.channels.fetch(channelId));
	} catch (error) {
		const code = discordErrorCode(error);
		if (code === RESTJSONErrorCodes.UnknownChannel || code === RESTJSONErrorCodes.MissingAccess)
			return factsOfChannel(null);
		throw error;
	}
}

function factsOfChannel(channel: Channel | null): ChannelFacts {
	if (!channel || channel.partial) return channelFacts({ kind: 'unknown' });
	if (channel.isDMBased()) return channelFacts({ kind: 'dm' });
	if (channel.isThread()) {
		const parentNsfw = channel.parent?.nsfw;
		return channelFacts({ kind: 'thread', parentNsfw });
	}
	return channelFacts({ kind: 'guild-text', nsfw: 'nsfw' in channel ? channel.nsfw : undefined });
}
