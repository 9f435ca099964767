import type { APIGuild, APIGuildMember, APIRole, GatewayGuildCreateDispatchData } from 'discord-api-types/v10';
import { discordTime, snowflakeTimeMs } from './snowflake.ts';
import type { State, StoredChannel, StoredGuild, StoredRole, StoredUser } from './state.ts';
import { wireChannel } from './wire.ts';

/** No bits set; typed so that it fits every kind of flags. */
const noFlags: number = 0;

/** A user as a member of a guild, as REST shows one. Somebody who left is shown as one without roles. */
export function wireMember(guild: StoredGuild, { user, id }: StoredUser) {
	const { roleIds = [], joinedAtMs = snowflakeTimeMs(id) } = guild.members.find(({ userId }) => userId === id) ?? {};
	return {
		user,
		nick: null,
		avatar: null,
		banner: null,
		roles: roleIds,
		joined_at: discordTime(joinedAtMs),
		premium_since: null,
		deaf: false,
		mute: false,
		pending: false,
		flags: noFlags,
		communication_disabled_until: null,
	} satisfies APIGuildMember & { banner: null };
}

/** A guild as REST describes it. */
export function wireGuild(guild: StoredGuild) {
	return {
		id: guild.id,
		name: guild.name,
		icon: null,
		description: null,
		home_header: null,
		splash: null,
		discovery_splash: null,
		features: [],
		banner: null,
		owner_id: guild.ownerId,
		application_id: null,
		region: 'rotterdam',
		afk_channel_id: null,
		afk_timeout: 300,
		system_channel_id: guild.systemChannelId,
		system_channel_flags: noFlags,
		widget_enabled: false,
		widget_channel_id: null,
		verification_level: 0,
		roles: guild.roles.map(wireRole),
		default_message_notifications: 0,
		mfa_level: 0,
		explicit_content_filter: 0,
		max_presences: null,
		max_members: 500_000,
		max_stage_video_channel_users: 50,
		max_video_channel_users: 25,
		vanity_url_code: null,
		premium_tier: 0,
		premium_subscription_count: 0,
		premium_progress_bar_enabled: false,
		preferred_locale: (guild.locale ?? 'en-US') as APIGuild['preferred_locale'],
		rules_channel_id: null,
		safety_alerts_channel_id: null,
		public_updates_channel_id: null,
		nsfw: guild.nsfwLevel === 1 || guild.nsfwLevel === 3,
		nsfw_level: guild.nsfwLevel,
		emojis: [],
		stickers: [],
		hub_type: null,
		incidents_data: null,
	} satisfies APIGuild & { home_header: null; nsfw: boolean };
}

/** A role as REST and the gateway describe it. A bot's own role names the bot. */
export function wireRole({ id, name, permissions, position, color, botId }: StoredRole) {
	return {
		id,
		name,
		permissions,
		position,
		color,
		colors: { primary_color: color, secondary_color: null, tertiary_color: null },
		hoist: false,
		managed: botId !== null,
		mentionable: false,
		icon: null,
		unicode_emoji: null,
		flags: noFlags,
		description: null,
		...(botId === null ? {} : { tags: { bot_id: botId } }),
	} satisfies APIRole & { description: null };
}

/** What the gateway sends for each guild after READY. */
export function wireGuildCreate(state: State, guild: StoredGuild) {
	const channels = [...state.channels.values()].filter((it) => it.guildId === guild.id);
	const isThread = ({ type }: StoredChannel) => type === 11;
	const wire = (list: StoredChannel[]) => list.map((it) => wireChannel(state, it));
	const joinedAtMs = state.member(guild, state.bot.id)?.joinedAtMs ?? snowflakeTimeMs(guild.id);
	return {
		...wireGuild(guild),
		joined_at: discordTime(joinedAtMs),
		large: false,
		unavailable: false,
		member_count: guild.members.length,
		members: [wireMember(guild, state.bot)],
		channels: wire(channels.filter((it) => !isThread(it))) as GatewayGuildCreateDispatchData['channels'],
		threads: wire(channels.filter(isThread)) as GatewayGuildCreateDispatchData['threads'],
		presences: [],
		voice_states: [],
		stage_instances: [],
		guild_scheduled_events: [],
		soundboard_sounds: [],
	} satisfies GatewayGuildCreateDispatchData;
}
