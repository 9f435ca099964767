import type { APIApplication } from 'discord-api-types/v10';
import { discordTime, snowflakeTimeMs } from './snowflake.ts';
import type { State, StoredChannel } from './state.ts';

/** No bits set; typed so that it fits every kind of flags. */
const noFlags: number = 0;
const voiceFields = { bitrate: 64_000, user_limit: 0, rtc_region: null };
const forumFields = {
	available_tags: [],
	default_reaction_emoji: null,
	default_sort_order: null,
	default_forum_layout: 0,
};

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
		permission_overwrites: channel.overwrites,
		nsfw: channel.nsfw,
		rate_limit_per_user: 0,
		...(channel.type === 2 ? voiceFields : { topic: null }),
		...(channel.type === 15 ? forumFields : {}),
	};
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
