import type { Db } from '../db/client.ts';
import { type SettingsRow, settingsRows } from '../db/settings.ts';
import { type Ceiling, ceilingOf } from './ceiling.ts';
import { readSettings } from './change.ts';
import type { ChannelFacts } from './channel.ts';
import type { ProtectedNames } from './floor.ts';
import type { GateSettings } from './gate.ts';
import type { Values } from './patch.ts';
import { compileRules, type RuleSet } from './rules.ts';
import {
	type ChannelSettings,
	channelSettingsSchema,
	type GuildSettings,
	guildSettingsSchema,
	settingsOfPlace,
} from './settings.ts';

/** The operator's list holds for the whole process, as the word lists do: no place is looked up without it. */
let protectedNames: ProtectedNames | undefined;

/** Protects real people from now on, in every place. `main.ts` calls it once, before anybody can ask. */
export function protectEverywhere(names: ProtectedNames | undefined): void {
	protectedNames = names;
}

/** Everything that holds in one channel at one moment: what Discord says of it, and what its moderators chose. */
export interface Place {
	/** With the moderators' word on the whole server counted in. */
	channel: ChannelFacts;
	/** What Discord says of it alone, to look the place up once more. */
	seen: ChannelFacts;
	/** Of the settings that it was put together from: another one whenever one of them was changed. */
	version: string;
	guild: GuildSettings;
	spoiler: GuildSettings['spoiler'];
	/** What the gate needs of the settings. */
	settings: GateSettings;
	/** The highest rating that may be drawn here. */
	ceiling: Ceiling;
}

/** Looks up what holds in a channel now; in direct messages (`guildId` is `null`) that is what every server starts with. */
export async function lookUpPlace(db: Db, guildId: string | null, channel: ChannelFacts): Promise<Place> {
	const channelId = channel.settingsChannelId ?? null;
	return placeFrom(guildId === null ? [] : await settingsRows(db, guildId, channelId), channel);
}

/** What keeps people, pictures or words out: where one of these cannot be read nobody knows which, so nothing is drawn. */
const shutting = ['draws', 'artists', 'limits', 'rules'] as const;

/**
 * Puts a place together from its rows. Of a row that cannot be read whole (a newer version of the bot wrote it, say) what can be read
 * holds, and the ceiling is unknown.
 */
export function placeFrom(rows: readonly SettingsRow[], seen: ChannelFacts): Place {
	const values = {
		guild: rows.find((row) => row.channelId === '')?.values ?? {},
		own: rows.find((row) => row.channelId !== '')?.values ?? {},
	};
	const guild = guildSettingsSchema.safeParse(values.guild);
	const own = channelSettingsSchema.safeParse(values.own);
	const isReadable = guild.success && own.success;
	const known: { guild: GuildSettings; own: ChannelSettings } = {
		guild: guild.data ?? (readSettings('', values.guild) as GuildSettings),
		own: own.data ?? readSettings('a channel', values.own),
	};
	const { ceiling, spoiler, ...chosen } = settingsOfPlace(known.guild, known.own);
	const draws = chosen.draws && (isReadable || !isShut(values));
	const isAdult = known.guild.adultGuild && seen.guildAgeRestricted === true && seen.ageRestricted === false;
	const channel: ChannelFacts = isAdult ? { ...seen, ageRestricted: true } : seen;
	const settings: GateSettings = {
		draws,
		ceiling: !isReadable ? 'unknown' : ceiling === 'discord' ? undefined : ceiling,
		artists: known.guild.artists,
		rules: ruleSetOf(known.guild),
		names: protectedNames,
	};
	const version = rows
		.map((row) => `${row.channelId}:${row.version}`)
		.toSorted()
		.join(' ');
	return {
		channel,
		seen,
		version,
		guild: known.guild,
		spoiler,
		settings,
		ceiling: ceilingOf(channel, settings.ceiling),
	};
}

/** Answers whether the rows hold a word on who or what is shut out that cannot be read. */
function isShut({ guild, own }: Record<'guild' | 'own', Values>): boolean {
	const { draws } = channelSettingsSchema.shape;
	const isLost = (key: (typeof shutting)[number]) =>
		key in guild && !guildSettingsSchema.shape[key].safeParse(guild[key]).success;
	return shutting.some(isLost) || !draws.safeParse(own.draws).success;
}

/** Compiled rules by their text: the same rules are asked at every press. */
const compiled = new Map<string, RuleSet>();
const mostCompiled = 200;

function ruleSetOf({ rules }: GuildSettings): RuleSet | undefined {
	if (rules.length === 0) return undefined;
	const key = JSON.stringify(rules);
	const known = compiled.get(key);
	if (known) return known;
	const set = compileRules(rules);
	if (compiled.size >= mostCompiled) compiled.delete(compiled.keys().next().value!);
	compiled.set(key, set);
	return set;
}
