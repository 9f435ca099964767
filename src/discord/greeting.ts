import {
	ButtonBuilder,
	ButtonStyle,
	ContainerBuilder,
	type Guild,
	type GuildTextBasedChannel,
	MessageFlags,
	PermissionFlagsBits,
	SectionBuilder,
	TextDisplayBuilder,
} from 'discord.js';
import { encodePress } from '../commands/custom-id.ts';
import type { Db } from '../db/client.ts';
import { noteGuild } from '../db/settings.ts';
import { type Words, wordsFor } from '../words/index.ts';

/**
 * Says hello in a server that invited the bot, once: what it does, and to whom may set it up, how careful it starts and how to
 * change that. Where it may write nowhere it says nothing; `/settings` is there all the same.
 */
export async function greet(guild: Guild, db: Db): Promise<void> {
	if (!(await noteGuild(db, guild.id))) return;
	await channelFor(guild)?.send({
		components: [greeting(wordsFor(guild.preferredLocale))],
		flags: MessageFlags.IsComponentsV2,
		allowedMentions: { parse: [] },
	});
}

/** The channel in which Discord itself welcomes people, else the first one that the bot may write in. */
function channelFor(guild: Guild): GuildTextBasedChannel | undefined {
	const { me } = guild.members;
	if (!me) return undefined;
	const needed = [PermissionFlagsBits.ViewChannel, PermissionFlagsBits.SendMessages];
	const isOpen = (channel: GuildTextBasedChannel) => channel.permissionsFor(me).has(needed);
	const all = [...guild.channels.cache.values()].filter((channel) => channel.isTextBased() && !channel.isThread());
	const inOrder = all.toSorted((a, b) => a.rawPosition - b.rawPosition || (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
	return [...(guild.systemChannel ? [guild.systemChannel] : []), ...inOrder].find(isOpen);
}

function greeting({ greeting: words }: Words): ContainerBuilder {
	const text = (...lines: string[]) => new TextDisplayBuilder().setContent(lines.join('\n'));
	const open = new ButtonBuilder()
		.setCustomId(encodePress({ verb: 'panel', id: 'open' }))
		.setLabel(words.open)
		.setStyle(ButtonStyle.Primary);
	return new ContainerBuilder()
		.setAccentColor(0x5865f2)
		.addTextDisplayComponents(text(`## ${words.title}`, words.how))
		.addSectionComponents(new SectionBuilder().addTextDisplayComponents(text(words.setUp)).setButtonAccessory(open));
}
