import type { Client } from 'discord.js';
import type { Generation } from '../db/generations.ts';
import type { GuildSettings } from '../moderation/settings.ts';
import { type Words, wordsFor } from '../words/index.ts';

/** The language of a server: its moderators' choice, else Discord's for it; English where neither is known. */
export function serverWords(client: Client, guildId: string, { language }: Pick<GuildSettings, 'language'>): Words {
	return wordsFor(language === 'auto' ? client.guilds.cache.get(guildId)?.preferredLocale : language);
}

/** The language in which everybody reads of a generation: the server's; in direct messages its author's. */
export function wordsOf(
	client: Client,
	{ guildId, locale }: Pick<Generation, 'guildId' | 'locale'>,
	settings: Pick<GuildSettings, 'language'>,
): Words {
	const isKnown = guildId !== null && client.guilds.cache.has(guildId);
	if (!isKnown && settings.language === 'auto') return wordsFor(locale);
	return guildId === null ? wordsFor(locale) : serverWords(client, guildId, settings);
}
