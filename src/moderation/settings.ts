import { z } from 'zod';
import { imagineRequestSchema } from '../prompt/request.ts';
import { wildcardsSchema } from '../prompt/wildcards.ts';
import { languages } from '../words/index.ts';
import { ceilings } from './ceiling.ts';
import { rulesSchema } from './rules.ts';

/** Discord's ids, as text. */
export const snowflakeSchema = z.string().regex(/^\d{15,21}$/);

/** How pictures are covered: none, those whose rating is near the ceiling, or all. */
export const spoilers = ['never', 'borderline', 'always'] as const;
/** Who may press U, V, 🔄 and ✏️ under somebody's pictures. The author and moderators always may. */
export const pressers = ['everyone', 'author'] as const;

/** What holds in a channel. Each key can be set for the whole server and again for one channel, which then counts. */
const placeShape = {
	/** Whether the bot draws there at all. */
	draws: z.boolean(),
	/** The highest rating; `discord`: as much as Discord's own flag allows, which is the most in any case. */
	ceiling: z.enum(['discord', ...ceilings]),
	spoiler: z.enum(spoilers),
};

const roles = z.array(snowflakeSchema).max(25);

/** What one member may use; absent: no limit of the server's. */
export const limitSchema = z.strictObject({
	/** Jobs waiting or running at a time. */
	atOnce: z.int().min(1).max(100).optional(),
	/** Pictures in any 24 hours; 0 stops drawing. */
	perDay: z.int().min(0).max(10_000).optional(),
	/** Seconds between two wishes. */
	cooldown: z.int().min(1).max(86_400).optional(),
});
export type Limit = z.output<typeof limitSchema>;

/** Everything that a server's moderators can choose, with the defaults of the day on which the bot joins. */
export const guildSettingsSchema = z.strictObject({
	draws: placeShape.draws.default(true),
	ceiling: placeShape.ceiling.default('discord'),
	spoiler: placeShape.spoiler.default('borderline'),
	/** Counts Discord's age restriction of the whole server as one of each of its channels. */
	adultGuild: z.boolean().default(false),
	/** Roles that may draw; none: everybody. */
	artists: roles.default([]),
	/** Roles whose members no limit holds for. */
	unlimited: roles.default([]),
	limits: z
		.strictObject({
			members: limitSchema.default({}),
			/** Holds instead for who joined the server less than `days` ago. */
			newcomers: limitSchema.extend({ days: z.int().min(1).max(365).default(7) }).default({ days: 7 }),
			/** Holds instead for members of a role; of several the most generous. */
			roles: z.record(snowflakeSchema, limitSchema).default({}),
		})
		.prefault({}),
	/** What a member gets who does not say otherwise. `negative` is added to everybody's. */
	defaults: imagineRequestSchema
		.pick({ preset: true, style: true, aspect: true, negative: true, model: true })
		.default({}),
	buttons: z.enum(pressers).default('everyone'),
	/** Days for which prompts and pictures are kept; `null`: until somebody deletes them. */
	retentionDays: z.int().min(1).max(3650).nullable().default(null),
	/** Where reports go. */
	logChannelId: snowflakeSchema.nullable().default(null),
	/** Days after which a warning no longer counts. */
	strikeDays: z.int().min(1).max(365).default(30),
	rules: rulesSchema.default([]),
	/** Lists for `__name__` in prompts, besides those that come with the bot. */
	wildcards: wildcardsSchema.default({}),
	/** What the bot speaks in public; `auto`: what Discord calls the server's language. */
	language: z.enum(['auto', ...languages]).default('auto'),
});
export type GuildSettings = z.output<typeof guildSettingsSchema>;

/** What a channel says otherwise than its server. */
export const channelSettingsSchema = z.strictObject(placeShape).partial();
export type ChannelSettings = z.output<typeof channelSettingsSchema>;
/** What holds in a place. */
export type PlaceSettings = Pick<GuildSettings, keyof ChannelSettings>;

/** What holds in one channel, the channel's own word before the server's. */
export function settingsOfPlace(guild: GuildSettings, channel: ChannelSettings): PlaceSettings {
	return {
		draws: channel.draws ?? guild.draws,
		ceiling: channel.ceiling ?? guild.ceiling,
		spoiler: channel.spoiler ?? guild.spoiler,
	};
}
