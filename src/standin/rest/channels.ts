import { PermissionFlagsBits as P } from 'discord-api-types/v10';
import type { Core } from '../core.ts';
import type { MessageBody } from '../message-body.ts';
import { asBotSees, createMessage, deleteMessage, editMessage, visibleMessage } from '../messages.ts';
import { may } from '../permissions.ts';
import { snowflakeTimeMs } from '../snowflake.ts';
import type { StoredChannel, StoredMessage } from '../state.ts';
import { wireChannel } from '../wire.ts';
import { channelOf, denied } from './access.ts';
import { ApiError, unknown } from './api-error.ts';
import { noContent, ok, type Route, type RouteCall } from './route.ts';

const message = '/channels/:channelId/messages/:messageId';
/** How long Discord remembers a nonce: "the past few minutes". */
const nonceLifeMs = 5 * 60_000;
/** Older messages cannot be deleted in bulk. */
const bulkAgeMs = 14 * 86_400_000;

/** Channels and their messages, with the bot's own token. */
export const channelRoutes: Route[] = [
	{
		method: 'GET',
		path: '/channels/:channelId',
		handle: (call) => ok(wireChannel(call.core.state, channelOf(call))),
	},
	{ method: 'GET', path: '/channels/:channelId/messages', handle: listMessages },
	{ method: 'POST', path: '/channels/:channelId/messages', handle: sendMessage },
	{ method: 'GET', path: message, handle: (call) => ok(asBotSees(call.core, messageOf(call).message)) },
	{ method: 'PATCH', path: message, handle: changeMessage },
	{ method: 'DELETE', path: message, handle: removeMessage },
	{ method: 'POST', path: '/channels/:channelId/messages/bulk-delete', handle: removeMessages },
	{ method: 'POST', path: '/channels/:channelId/typing', handle: type },
	{ method: 'POST', path: '/users/@me/channels', handle: openDm },
	{ method: 'GET', path: '/users/:userId', handle: getUser },
];

function messageOf(call: RouteCall): StoredMessage {
	const stored = visibleMessage(call.core, channelOf(call, P.ReadMessageHistory).id, call.params.messageId ?? '');
	if (stored === undefined) throw unknown.message();
	return stored;
}

function listMessages(call: RouteCall) {
	const { core, exchange } = call;
	const channel = channelOf(call);
	if (!may(core.state, channel, core.state.bot.id, P.ReadMessageHistory)) return ok([]);
	const limit = Math.min(100, Number(exchange.query.get('limit') ?? 50));
	const before = exchange.query.get('before');
	const after = exchange.query.get('after');
	const all = [...core.state.messages.values()]
		.filter((it) => it.viewerId === null && it.message.channel_id === channel.id)
		.filter(
			(it) => (before === null || BigInt(it.id) < BigInt(before)) && (after === null || BigInt(it.id) > BigInt(after)),
		)
		.map((it) => asBotSees(core, it.message));
	// Newest first, as Discord lists them.
	return ok((after === null ? all.slice(-limit) : all.slice(0, limit)).reverse());
}

function sendMessage(call: RouteCall) {
	const { core, exchange } = call;
	const channel = channelOf(call);
	// A forum holds posts, no messages of its own.
	if (channel.type === 15) throw new ApiError(400, 50008, 'Cannot send messages in a non-text channel');
	const toSend = channel.type === 11 ? P.SendMessagesInThreads : P.SendMessages;
	const toAttach = exchange.files.length > 0 ? P.AttachFiles : 0n;
	if (!may(core.state, channel, core.state.bot.id, toSend | toAttach)) throw denied.permissions();
	const body = (exchange.body ?? {}) as MessageBody;
	if (channel.recipientId !== null && core.state.user(channel.recipientId).dmsClosed) {
		throw new ApiError(403, 50007, 'Cannot send messages to this user');
	}
	const earlier = body.enforce_nonce ? sameNonce(core, channel, body.nonce) : undefined;
	if (earlier) return ok(earlier.message);
	const reply = body.message_reference?.message_id;
	const stored = createMessage(
		core,
		{ body, files: exchange.files },
		{ channel, ...(reply === undefined ? {} : { type: 19, repliesTo: reply }) },
	);
	return ok(stored.message);
}

function sameNonce(core: Core, channel: StoredChannel, nonce: MessageBody['nonce']): StoredMessage | undefined {
	if (nonce === undefined || nonce === null) return undefined;
	return [...core.state.messages.values()].find(
		(it) =>
			it.nonce === String(nonce) &&
			it.message.channel_id === channel.id &&
			Date.now() - snowflakeTimeMs(it.id) < nonceLifeMs,
	);
}

function changeMessage(call: RouteCall) {
	const stored = messageOf(call);
	if (stored.message.author.id !== call.core.state.bot.id) {
		throw new ApiError(403, 50005, 'Cannot edit a message authored by another user');
	}
	editMessage(call.core, stored, { body: (call.exchange.body ?? {}) as MessageBody, files: call.exchange.files });
	return ok(stored.message);
}

function removeMessage(call: RouteCall) {
	const { core, params } = call;
	// One's own message can be deleted without being allowed to read others'.
	const channel = channelOf(call);
	const stored = visibleMessage(core, channel.id, params.messageId ?? '');
	if (stored === undefined) throw unknown.message();
	const { id } = core.state.bot;
	if (stored.message.author.id !== id && !may(core.state, channel, id, P.ManageMessages)) throw denied.permissions();
	deleteMessage(core, stored);
	return noContent;
}

function removeMessages(call: RouteCall) {
	const { core, exchange } = call;
	const channel = channelOf(call, P.ManageMessages);
	const { messages: ids } = exchange.body as { messages: string[] };
	if (channel.guildId === null) throw new ApiError(403, 50003, 'Cannot execute action on a DM channel');
	if (ids.length < 2 || ids.length > 100) {
		throw new ApiError(
			400,
			50016,
			'Provided too few or too many messages to delete. Must provide at least 2 and at most 100.',
		);
	}
	if (ids.some((id) => Date.now() - snowflakeTimeMs(id) > bulkAgeMs)) {
		throw new ApiError(400, 50034, 'You can only bulk delete messages that are under 14 days old.');
	}
	// IDs of messages that are gone do no harm.
	for (const id of ids) {
		const stored = visibleMessage(core, channel.id, id);
		if (stored !== undefined) deleteMessage(core, stored);
	}
	return noContent;
}

function type(call: RouteCall) {
	channelOf(call, P.SendMessages);
	return noContent;
}

function openDm({ core, exchange }: RouteCall) {
	const { recipient_id: recipientId } = exchange.body as { recipient_id: string };
	if (!core.state.users.has(recipientId)) throw unknown.user();
	return ok(wireChannel(core.state, core.state.dmWith(recipientId)));
}

function getUser({ core, params }: RouteCall) {
	const user = core.state.users.get(params.userId ?? '');
	if (user === undefined) throw unknown.user();
	return ok(user.user);
}
