import { rejudge } from '../../src/commands/rejudge.ts';
import { settings } from '../../src/db/schema.ts';
import { findVersion } from '../../src/db/settings.ts';
import { changeSettings } from '../../src/moderation/change.ts';
import { type PlaceKind, places } from './door-places.ts';
import { type Cell, type MomentName, momentOf, wayOf } from './door-table.ts';
import type { Workshop } from './workshop.ts';

/** Where a cell happens. */
export interface Spot {
	kind: PlaceKind;
	/** A channel's id, or `dm`. */
	channel: string;
	/** The same, as messages say it. */
	channelId: string;
	guildId: string | null;
	/** The channel whose flag and settings count. */
	ruledBy: string;
	isOwnServer: boolean;
	/** Where cards of reports go. */
	logChannelId?: string;
}

/** What the moderators of a server chose, by the door that it is about. */
const choices: Partial<Record<Cell['door'], (tag: string) => Record<string, unknown>>> = {
	'typed tag, under hostile defaults': () => ({ defaults: { preset: 'none', negative: 'safe, sfw, general' } }),
	'wildcard of the server': (tag) => ({ wildcards: { mood: [tag] } }),
	'held by a rule, let through': () => ({ rules: [{ match: 'words', text: heldWord, action: 'hold' }] }),
};
/** Moderators look first at what holds it. */
export const heldWord = 'umbrella';

let made = 0;

/** Makes the place of a cell, but for the setting that nothing is drawn there. */
export async function makeSpot(shop: Workshop, cell: Cell): Promise<Spot> {
	const { discord } = shop;
	const kind = places[cell.place]!;
	const { base, nsfw = false, isThread, server, isAdultServer } = kind;
	const name = `spot-${++made}`;
	const below = (parent: string) => discord.createChannel(`${name}-below`, { parent }).id;
	if (base === 'dm') {
		const { id } = discord.state.dmWith(discord.user('mika').id);
		return { kind, channel: 'dm', channelId: id, guildId: null, ruledBy: id, isOwnServer: false };
	}
	if (base === 'foreign') {
		const { id, guildId } = discord.createForeignChannel({ name, nsfw });
		const channel = isThread ? below(id) : id;
		return { kind, channel, channelId: channel, guildId, ruledBy: id, isOwnServer: false };
	}
	const isOwnServer = !!(server || isAdultServer || momentOf(cell.moment).ofServer || wayOf(cell.door).inOwnServer);
	const guildId = isOwnServer ? discord.createGuild(`Server ${name}`, ['lobby']).id : discord.guild('Atelier').id;
	if (isAdultServer) discord.setGuildNsfwLevel('ageRestricted', guildId);
	const { id } = discord.createChannel(name, { kind: base, nsfw, guildId });
	const channel = isThread ? below(id) : id;
	const spot: Spot = { kind, channel, channelId: channel, guildId, ruledBy: id, isOwnServer };
	const { draws: _, ...ofWhole } = server ?? {};
	await choose(shop, spot, '', ofWhole);
	const { draws: __, ...ofChannel } = kind.channel ?? {};
	await choose(shop, spot, id, ofChannel);
	if (kind.setting === 'unknown')
		await shop.db.insert(settings).values({ guildId, channelId: id, version: 1, values: { ceiling: 'as you like' } });
	if (wayOf(cell.door).inOwnServer) {
		const nsfw = cell.door === '🚩, card in an age-restricted channel';
		spot.logChannelId = discord.createChannel(`${name}-log`, { nsfw, guildId }).id;
		await choose(shop, spot, '', {
			logChannelId: spot.logChannelId,
			...(choices[cell.door]?.(cell.wanted) ?? {}),
		});
	}
	return spot;
}

/** Makes true what the place is said to be: from here on nothing may be drawn where that is so. */
export async function closeSpot(shop: Workshop, spot: Spot): Promise<void> {
	if (spot.kind.server?.draws === false) await choose(shop, spot, '', { draws: false });
	if (spot.kind.channel?.draws === false) await choose(shop, spot, spot.ruledBy, { draws: false });
}

/** Lets happen what a moment is about, and returns when the bot has heard of it. */
export async function happen(shop: Workshop, spot: Spot, moment: MomentName): Promise<void> {
	const { discord } = shop;
	const { ruledBy, guildId, channelId } = spot;
	switch (moment) {
		case 'nothing happens':
			return;
		case 'flag cleared':
		case 'flag cleared, when it is painted':
		case 'flag cleared, and the token is dead':
			discord.setNsfw(ruledBy, false);
			break;
		case 'flag set':
			discord.setNsfw(ruledBy, true);
			break;
		case 'ceiling lowered to safe':
			await choose(shop, spot, ruledBy, { ceiling: 'safe' });
			break;
		case 'ceiling lowered to safe, while it waits':
			await choose(shop, spot, ruledBy, { ceiling: 'safe' });
			await rejudge(shop.services, guildId!);
			break;
		case 'drawing stopped':
			await choose(shop, spot, ruledBy, { draws: false });
			break;
		case 'server’s level taken away':
			discord.setGuildNsfwLevel('default', guildId!);
			break;
		case 'server’s level no longer counted':
			await choose(shop, spot, '', { adultGuild: false });
			break;
		case 'bot removed':
			discord.removeBot(guildId!);
			break;
		case 'channel deleted':
			discord.deleteChannel(channelId);
			break;
		default:
			moment satisfies never;
	}
	await heard(shop);
}

/** Takes a place away that no cell needs any more. */
export function leaveSpot({ discord }: Workshop, { isOwnServer, guildId, ruledBy, kind }: Spot): void {
	if (isOwnServer) discord.removeBot(guildId!);
	else if (kind.base !== 'dm' && kind.base !== 'foreign' && discord.state.channels.has(ruledBy))
		discord.deleteChannel(ruledBy);
}

/** Waits until the bot has read everything that the gateway told it so far: events come in order, and this is one more. */
async function heard({ discord }: Workshop): Promise<void> {
	await discord.user('sora').choices('imagine', 'rating', { prompt: 'x', rating: '' }, { channel: 'mod-log' });
}

async function choose(shop: Workshop, { guildId }: Spot, channelId: string, patch: Record<string, unknown>) {
	if (Object.keys(patch).length === 0) return;
	const actorId = shop.discord.user('sora').id;
	for (;;) {
		const version = (await findVersion(shop.db, guildId!, channelId))?.version ?? 0;
		const { kind } = await changeSettings(shop.db, { guildId: guildId!, channelId, actorId, version, patch });
		// The bot makes a server's first row itself, when it joins.
		if (kind !== 'overtaken') return;
	}
}
