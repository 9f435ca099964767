import { randomBytes } from 'node:crypto';
import type { APIBaseInteraction, APIMessageInteractionMetadata, InteractionType, Locale } from 'discord-api-types/v10';
import { PermissionFlagsBits } from 'discord-api-types/v10';
import { maxFileBytes } from './attachments.ts';
import type { Core } from './core.ts';
import { botPermissions, may, permissionsIn } from './permissions.ts';
import type { StoredChannel, StoredInteraction, StoredMessage, StoredUser } from './state.ts';
import { wireChannel } from './wire.ts';
import { wireMember } from './wire-guild.ts';

type InteractionChannel = NonNullable<APIBaseInteraction<InteractionType, unknown>['channel']>;

/** What opens an interaction. */
export interface Opening {
	type: InteractionType;
	name: string;
	data: object;
	user: StoredUser;
	channel: StoredChannel;
	source?: StoredMessage;
	opener?: StoredInteraction;
	commandType?: number;
	/** What a command from a menu is about. */
	targetUserId?: string;
	targetMessageId?: string;
}

/** Makes an interaction and sends it to the bot. Its time to answer starts now. */
export function openInteraction(core: Core, opening: Opening): StoredInteraction {
	const { state, gateway } = core;
	const { type, name, data, user, channel, source, opener, commandType, targetUserId, targetMessageId } = opening;
	const guild = channel.guildId === null ? null : state.guild(channel.guildId);
	const isForeign = state.isForeign(channel);
	const permissions = String(permissionsIn(state, channel, user.id));
	// What the bot may do by itself; where it is no member, what its answers may do.
	const isMember = guild !== null && !isForeign;
	const appPermissions = isMember ? permissionsIn(state, channel, state.bot.id) : botPermissions;
	const id = state.ids.next();
	const token = randomBytes(96).toString('base64url');
	const guildLocale = (guild?.locale ?? 'en-US') as Locale;
	const owners = isForeign ? { 1: user.id } : { 0: guild?.id ?? '0' };
	const interaction: StoredInteraction = {
		id,
		token,
		type,
		name,
		userId: user.id,
		channelId: channel.id,
		state: 'waiting',
		answerUntilMs: Date.now() + core.ackMs,
		tokenUntilMs: Date.now() + core.tokenMs,
		answerType: null,
		originalId: null,
		sourceMessageId: source?.id ?? null,
		followupIds: [],
		modal: null,
		choices: null,
		userInstallOnly: isForeign,
		isPrivate: isForeign && !may(state, channel, user.id, PermissionFlagsBits.UseExternalApps),
		metadata: {
			id,
			type,
			user: user.user,
			authorizing_integration_owners: owners,
			...(type === 2 ? { name, command_type: commandType } : {}),
			...(targetUserId === undefined ? {} : { target_user: state.user(targetUserId).user }),
			...(targetMessageId === undefined ? {} : { target_message_id: targetMessageId }),
			...(type === 3 && source ? { interacted_message_id: source.id } : {}),
			...(type === 5 && opener?.metadata ? { triggering_interaction_metadata: opener.metadata } : {}),
		} as APIMessageInteractionMetadata,
	};
	state.interactions.set(id, interaction);
	state.touch();
	core.deadlines.start(interaction);
	const payload = {
		id,
		application_id: state.application.id,
		type,
		data,
		token,
		version: 1,
		channel_id: channel.id,
		channel: withPermissions(wireChannel(state, channel), permissions),
		app_permissions: String(appPermissions),
		locale: (user.locale ?? 'en-US') as Locale,
		entitlements: [],
		authorizing_integration_owners: owners,
		context: guild === null ? 1 : 0,
		attachment_size_limit: maxFileBytes,
		...(guild === null
			? { user: user.user }
			: {
					guild_id: guild.id,
					guild_locale: guildLocale,
					guild: { id: guild.id, locale: guildLocale, features: [] },
					member: { ...wireMember(guild, user), permissions },
				}),
		...(source === undefined ? {} : { message: source.message }),
	} satisfies APIBaseInteraction<InteractionType, unknown>;
	// A guild that the bot is not in has no shard of its own; discord.js wants such interactions on shard 0.
	gateway.dispatch('INTERACTION_CREATE', payload, { guildId: isForeign ? null : (guild?.id ?? null) });
	return interaction;
}

/** A channel as interactions carry it, with what the invoker may do there. */
function withPermissions(channel: ReturnType<typeof wireChannel>, permissions: string) {
	return { ...channel, permissions } as unknown as InteractionChannel;
}
