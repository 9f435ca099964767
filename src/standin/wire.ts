import type {
	APIApplication,
	APIGuild,
	APIInteractionGuildMember,
	APIRole,
	GatewayGuildCreateDispatchData,
} from 'discord-api-types/v10';
import { PermissionFlagsBits } from 'discord-api-types/v10';
import { discordTime, snowflakeTimeMs } from './snowflake.ts';
import type { State, StoredChannel, StoredGuild, StoredUser } from './state.ts';

const P = PermissionFlagsBits;
/** No bits set; typed so that it fits every kind of flags. */
const noFlags: number = 0;
const everyone =
	P.ViewChannel |
	P.SendMessages |
	P.SendMessagesInThreads |
	P.EmbedLinks |
	P.AttachFiles |
	P.ReadMessageHistory |
	P.UseApplicationCommands |
	P.UseExternalApps |
	P.AddReactions;

/** What each role may do in a guild, as Discord's bit field. */
export const rolePermissions = {
	member: everyone,
	moderator: everyone | P.ManageMessages | P.ManageGuild | P.ManageChannels,
	bot: everyone | P.ManageMessages,
} as const;

/** A channel as REST and the gateway describe it. A thread has no `nsfw`: clients look at its parent. */
export function wireChannel(state: State, channel: StoredChannel) {
	const common = { id: channel.id, flags: noFlags, last_message_id: channel.lastMessageId };
	if (channel.type === 1) {
		const recipient = channel.recipientId === null ? [] : [state.user(channel.recipientId).user];
		return { ...common, type: 1, recipients: recipient };
	}
	const inGuild = { ...common, type: channel.type, guild_id: channel.guildId ?? '', name: channel.name };
	if (channel.type === 11) {
		const created = discordTime(snowflakeTimeMs(channel.id));
		return {
			...inGuild,
			parent_id: channel.parentId,
			owner_id: state.application.id,
			message_count: 0,
			member_count: 1,
			total_message_sent: 0,
			rate_limit_per_user: 0,
			thread_metadata: {
				archived: false,
				auto_archive_duration: 1440,
				archive_timestamp: created,
				locked: false,
				create_timestamp: created,
			},
		};
	}
	return {
		...inGuild,
		parent_id: null,
		position: 0,
		permission_overwrites: [],
		topic: null,
		nsfw: channel.nsfw,
		rate_limit_per_user: 0,
	};
}

/** A user as a member of a guild. */
export function wireMember(guild: StoredGuild, { user, role, id }: StoredUser) {
	return {
		user,
		nick: null,
		avatar: null,
		banner: null,
		roles: role === 'moderator' ? [guild.moderatorRoleId] : [],
		joined_at: discordTime(snowflakeTimeMs(id)),
		premium_since: null,
		deaf: false,
		mute: false,
		pending: false,
		flags: noFlags,
		communication_disabled_until: null,
		permissions: String(rolePermissions[role]),
	} satisfies APIInteractionGuildMember & { banner: null };
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
		system_channel_id: null,
		system_channel_flags: noFlags,
		widget_enabled: false,
		widget_channel_id: null,
		verification_level: 0,
		roles: [
			wireRole(guild.id, '@everyone', rolePermissions.member, 0),
			wireRole(guild.moderatorRoleId, 'Moderator', rolePermissions.moderator, 1),
		],
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
		preferred_locale: 'en-US' as APIGuild['preferred_locale'],
		rules_channel_id: null,
		safety_alerts_channel_id: null,
		public_updates_channel_id: null,
		nsfw: false,
		nsfw_level: 0,
		emojis: [],
		stickers: [],
		hub_type: null,
		incidents_data: null,
	} satisfies APIGuild & { home_header: null; nsfw: boolean };
}

function wireRole(id: string, name: string, permissions: bigint, position: number) {
	return {
		id,
		name,
		permissions: String(permissions),
		position,
		color: 0,
		colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
		hoist: false,
		managed: false,
		mentionable: false,
		icon: null,
		unicode_emoji: null,
		flags: noFlags,
		description: null,
	} satisfies APIRole & { description: null };
}

/** What the gateway sends for each guild after READY. */
export function wireGuildCreate(state: State, guild: StoredGuild) {
	const channels = [...state.channels.values()].filter((it) => it.guildId === guild.id);
	const wire = (type: number) => channels.filter((it) => it.type === type).map((it) => wireChannel(state, it));
	return {
		...wireGuild(guild),
		joined_at: discordTime(snowflakeTimeMs(guild.id)),
		large: false,
		unavailable: false,
		member_count: state.users.size,
		members: [wireMember(guild, state.bot)],
		channels: wire(0) as GatewayGuildCreateDispatchData['channels'],
		threads: wire(11) as GatewayGuildCreateDispatchData['threads'],
		presences: [],
		voice_states: [],
		stage_instances: [],
		guild_scheduled_events: [],
		soundboard_sounds: [],
	} satisfies GatewayGuildCreateDispatchData;
}

/** The bot's own application, as `GET /applications/@me` shows it. */
export function wireApplication(state: State) {
	const { id, name } = state.application;
	return {
		id,
		name,
		icon: null,
		description: '',
		type: null,
		flags_new: '0',
		bot: state.bot.user,
		summary: '',
		bot_public: true,
		bot_require_code_grant: false,
		is_monetized: false,
		verify_key: 'a'.repeat(64),
		flags: noFlags,
		hook: true,
		storefront_available: false,
		integration_types_config: { 0: {}, 1: {} },
		owner: state.bot.user,
		approximate_guild_count: state.guilds.size,
		approximate_user_install_count: 1,
		approximate_user_authorization_count: 1,
		redirect_uris: [],
		interactions_endpoint_url: null,
		role_connections_verification_url: null,
		explicit_content_filter: 0,
		event_webhooks_status: 1,
		team: null,
		discoverability_state: 1,
		discovery_eligibility_flags: noFlags,
		eligible_oauth2_scopes: [],
		interactions_event_types: [],
		interactions_version: 1,
		rpc_application_state: 0,
		store_application_state: 1,
		verification_state: 1,
	} satisfies Omit<APIApplication, 'install_params'> & Record<string, unknown>;
}
