import type { APIAttachment, APIEmbed, APIMessage, MessageType } from 'discord-api-types/v10';
import { GatewayIntentBits } from 'discord-api-types/v10';
import { checkFiles, dropFiles, keepFile, type NewFile, planFiles } from './attachments.ts';
import { normaliseComponents, referenceIssues } from './components.ts';
import type { Core } from './core.ts';
import { messageFlags as F, type MessageBody, type WireComponent, walkComponents } from './message-body.ts';
import { ApiError, type Issue, invalidForm } from './rest/api-error.ts';
import type { Upload } from './rest/exchange.ts';
import { messageIssues } from './rules/messages.ts';
import { discordTime } from './snowflake.ts';
import type { StoredChannel, StoredInteraction, StoredMessage, StoredUser } from './state.ts';

/** What a bot sends to make or change a message. */
export interface MessageRequest {
	body: MessageBody;
	files: Upload[];
}

/** Where a new message belongs. */
export interface MessagePlace {
	channel: StoredChannel;
	/** Who sends it; the bot when left out. */
	author?: StoredUser;
	/** The interaction that it answers, when it does. */
	interaction?: StoredInteraction;
	type?: MessageType;
	/** The message that it is shown as a reply to. */
	repliesTo?: string;
	/** A deferred answer: empty until it is edited. */
	isLoading?: boolean;
}

const creatableFlags = F.suppressEmbeds | F.ephemeral | F.suppressNotifications | F.componentsV2;
const editableFlags = F.suppressEmbeds;

/**
 * Makes a message, of the bot unless somebody else is named, and tells those who may see it.
 * @throws {ApiError} for everything that Discord refuses.
 */
export function createMessage(core: Core, request: MessageRequest, place: MessagePlace): StoredMessage {
	const { state } = core;
	const { channel, interaction } = place;
	const wanted = (request.body.flags ?? 0) & creatableFlags;
	const flags = interaction?.isPrivate ? wanted | F.ephemeral : wanted;
	const id = state.ids.next();
	const blank = {
		id,
		type: place.type ?? 0,
		channel_id: channel.id,
		author: (place.author ?? state.bot).user,
		content: '',
		timestamp: discordTime(),
		edited_timestamp: null,
		tts: false,
		mention_everyone: false,
		mentions: [],
		mention_roles: [],
		attachments: [],
		embeds: [],
		components: [],
		pinned: false,
		flags: place.isLoading ? flags | F.loading : flags,
		...(place.repliesTo === undefined ? {} : { message_reference: referenceTo(channel, place.repliesTo) }),
		...(request.body.nonce === undefined || request.body.nonce === null ? {} : { nonce: request.body.nonce }),
		...(interaction === undefined ? {} : { application_id: state.application.id, webhook_id: state.application.id }),
		...(interaction?.metadata ? { interaction_metadata: interaction.metadata } : {}),
	} satisfies APIMessage;
	const stored: StoredMessage = {
		id,
		message: blank,
		attachments: [],
		// Interactions alone have somebody to whom a message can be private.
		viewerId: (flags & F.ephemeral) !== 0 && interaction ? interaction.userId : null,
		interactionId: interaction?.id ?? null,
		nonce: request.body.nonce === undefined || request.body.nonce === null ? null : String(request.body.nonce),
	};
	applyBody(core, stored, request, place.isLoading === true);
	state.messages.set(id, stored);
	channel.lastMessageId = id;
	tell(core, stored, 'created');
	return stored;
}

/**
 * Changes a message as PATCH does: fields left out stay as they were.
 * @throws {ApiError} for everything that Discord refuses; the message is then unchanged.
 */
export function editMessage(core: Core, stored: StoredMessage, request: MessageRequest): void {
	applyBody(core, stored, request, false);
	stored.message = { ...stored.message, edited_timestamp: discordTime() };
	tell(core, stored, 'edited');
}

/** Deletes a message and its files. A message that goes with its channel goes without an event of its own. */
export function deleteMessage(core: Core, stored: StoredMessage, { isSilent = false } = {}): void {
	const { state, hub, gateway } = core;
	state.messages.delete(stored.id);
	dropFiles(core, stored.attachments);
	state.touch();
	const channel = state.channel(stored.message.channel_id);
	if (!isSilent && stored.viewerId === null && !state.isForeign(channel)) {
		const data = { id: stored.id, channel_id: channel.id, ...guildIdOf(channel) };
		gateway.dispatch('MESSAGE_DELETE', data, { intents: messageIntents(channel), guildId: channel.guildId });
	}
	hub.announce({ type: 'message-deleted', stored });
}

/** Reads the message that an ID names in a channel, as the bot sees it there: ephemeral messages are not in channels. */
export function visibleMessage(core: Core, channelId: string, messageId: string): StoredMessage | undefined {
	const stored = core.state.messages.get(messageId);
	return stored?.message.channel_id === channelId && stored.viewerId === null ? stored : undefined;
}

/**
 * A message as the bot is told of it: without the privileged intent for content, what others write in a guild comes empty
 * unless it mentions the bot.
 */
export function asBotSees({ state }: Core, message: APIMessage): APIMessage {
	const { id } = state.bot;
	const isOpen = message.author.id === id || state.channel(message.channel_id).guildId === null;
	if (isOpen || message.mentions.some((it) => it.id === id)) return message;
	return { ...message, content: '', attachments: [], embeds: [], components: [] };
}

function applyBody(core: Core, stored: StoredMessage, { body, files }: MessageRequest, isLoading: boolean): void {
	const before = stored.message;
	const wanted = body.flags ?? 0;
	// Components V2 can be switched on by an edit, never off; a deferred answer stops loading with its first edit.
	let flags = before.flags ?? 0;
	if (!isLoading) flags &= ~F.loading;
	flags |= wanted & F.componentsV2;
	if (body.flags !== undefined && body.flags !== null) flags = (flags & ~editableFlags) | (wanted & editableFlags);
	const isV2 = (flags & F.componentsV2) !== 0;
	const content = body.content === undefined ? before.content : (body.content ?? '');
	const embeds = (body.embeds === undefined ? before.embeds : (body.embeds ?? [])).map(normaliseEmbed);

	checkFiles(body, files, stored.attachments);
	const planned = planFiles(body, files, stored.attachments);
	const issues: Issue[] = messageIssues({ ...body, ...(isV2 ? { content, embeds } : {}) }, isV2);
	const names = planned.map((it) => ('filename' in it ? it.filename : it.name));
	issues.push(...referenceIssues(body.components ?? [], names));
	if (issues.length > 0) throw invalidForm(issues);
	const sent = body.components === undefined ? null : (body.components ?? []);
	const showsComponents = sent === null ? (before.components ?? []).length > 0 : sent.length > 0;
	const isEmpty = content === '' && embeds.length === 0 && planned.length === 0 && !showsComponents;
	if (!isLoading && (isEmpty || (isV2 && !showsComponents))) {
		throw new ApiError(400, 50006, 'Cannot send an empty message');
	}

	const attachments = planned.map((it) => keepOrNew(core, before.channel_id, it));
	dropFiles(
		core,
		stored.attachments.filter(({ id }) => !attachments.some((it) => it.id === id)),
	);
	const components = sent === null ? null : normaliseComponents(sent, attachments, () => core.state.ids.next());
	stored.attachments = attachments;
	const shown = (components ?? before.components ?? []) as WireComponent[];
	stored.message = {
		...before,
		content,
		embeds,
		flags,
		// Files that components show are not listed a second time (discord-api-docs#8277).
		attachments: isV2 ? [] : attachments,
		components: shown as NonNullable<APIMessage['components']>,
		...mentionsOf(core, body, content, shown),
	};
	core.state.touch();
}

function keepOrNew(core: Core, channelId: string, file: APIAttachment | NewFile): APIAttachment {
	return 'filename' in file ? file : keepFile(core, channelId, file);
}

function normaliseEmbed(embed: APIEmbed): APIEmbed {
	return { type: 'rich' as NonNullable<APIEmbed['type']>, ...embed };
}

/** Whom the text pings: users named in it, unless `allowed_mentions` says otherwise. */
function mentionsOf(core: Core, body: MessageBody, content: string, components: WireComponent[]) {
	const shown = [...walkComponents(components)].map(({ component }) => component.content ?? '');
	const text = [content, ...shown].join('\n');
	const allowed = body.allowed_mentions;
	const all = !allowed || (allowed.parse ?? []).some((it) => it === 'users');
	const named = [...new Set([...text.matchAll(/<@!?(\d+)>/g)].map(([, id]) => id ?? ''))];
	const mentions = named
		.filter((id) => all || allowed?.users?.includes(id))
		.flatMap((id) => core.state.users.get(id)?.user ?? []);
	const pingsAll = allowed?.parse?.some((it) => it === 'everyone') === true;
	return { mentions, mention_everyone: pingsAll && /@(everyone|here)/.test(text) };
}

function tell(core: Core, stored: StoredMessage, change: 'created' | 'edited'): void {
	const { state, hub, gateway } = core;
	state.touch();
	const channel = state.channel(stored.message.channel_id);
	if (stored.viewerId === null && !state.isForeign(channel)) {
		const data = { ...asBotSees(core, stored.message), ...guildIdOf(channel) };
		const name = change === 'created' ? 'MESSAGE_CREATE' : 'MESSAGE_UPDATE';
		gateway.dispatch(name, data, { intents: messageIntents(channel), guildId: channel.guildId });
	}
	hub.announce({ type: 'message', stored, message: stored.message, change });
}

function messageIntents(channel: StoredChannel): number {
	return channel.guildId === null ? GatewayIntentBits.DirectMessages : GatewayIntentBits.GuildMessages;
}

function guildIdOf(channel: StoredChannel): { guild_id?: string } {
	return channel.guildId === null ? {} : { guild_id: channel.guildId };
}

function referenceTo(channel: StoredChannel, messageId: string) {
	return { type: 0, channel_id: channel.id, message_id: messageId, ...guildIdOf(channel) };
}
