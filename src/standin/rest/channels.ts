import type { Core } from '../core.ts';
import type { MessageBody } from '../message-body.ts';
import { createMessage, deleteMessage, editMessage, visibleMessage } from '../messages.ts';
import { snowflakeTimeMs } from '../snowflake.ts';
import type { StoredChannel, StoredMessage } from '../state.ts';
import { wireChannel, wireGuild, wireMember } from '../wire.ts';
import { ApiError, unknown } from './api-error.ts';
import { noContent, ok, type Route, type RouteCall } from './route.ts';

const message = '/channels/:channelId/messages/:messageId';
/** How long Discord remembers a nonce: "the past few minutes". */
const nonceLifeMs = 5 * 60_000;

/** Channels, their messages, and the guilds around them, with the bot's own token. */
export const channelRoutes: Route[] = [
	{
		method: 'GET',
		path: '/channels/:channelId',
		handle: ({ core, params }) => ok(wireChannel(core.state, channelOf(core, params))),
	},
	{ method: 'GET', path: '/channels/:channelId/messages', handle: listMessages },
	{ method: 'POST', path: '/channels/:channelId/messages', handle: sendMessage },
	{ method: 'GET', path: message, handle: (call) => ok(messageOf(call).message) },
	{ method: 'PATCH', path: message, handle: changeMessage },
	{ method: 'DELETE', path: message, handle: removeMessage },
	{ method: 'POST', path: '/users/@me/channels', handle: openDm },
	{ method: 'GET', path: '/users/:userId', handle: getUser },
	{ method: 'GET', path: '/guilds/:guildId', handle: ({ core, params }) => ok(wireGuild(guildOf(core, params))) },
	{ method: 'GET', path: '/guilds/:guildId/channels', handle: listChannels },
	{ method: 'GET', path: '/guilds/:guildId/members/:userId', handle: getMember },
];

function channelOf(core: Core, params: Record<string, string>): StoredChannel {
	const channel = core.state.channels.get(params.channelId ?? '');
	if (channel === undefined) throw unknown.channel();
	if (core.state.isForeign(channel)) throw new ApiError(403, 50001, 'Missing Access');
	return channel;
}

function messageOf({ core, params }: RouteCall): StoredMessage {
	const stored = visibleMessage(core, channelOf(core, params).id, params.messageId ?? '');
	if (stored === undefined) throw unknown.message();
	return stored;
}

function guildOf(core: Core, params: Record<string, string>) {
	const guild = core.state.guilds.get(params.guildId ?? '');
	if (guild === undefined) throw unknown.guild();
	if (guild.foreign) throw new ApiError(403, 50001, 'Missing Access');
	return guild;
}

function listMessages({ core, params, exchange }: RouteCall) {
	const channel = channelOf(core, params);
	const limit = Math.min(100, Number(exchange.query.get('limit') ?? 50));
	const before = exchange.query.get('before');
	const after = exchange.query.get('after');
	const all = [...core.state.messages.values()]
		.filter((it) => it.viewerId === null && it.message.channel_id === channel.id)
		.filter(
			(it) => (before === null || BigInt(it.id) < BigInt(before)) && (after === null || BigInt(it.id) > BigInt(after)),
		)
		.map((it) => it.message);
	// Newest first, as Discord lists them.
	return ok((after === null ? all.slice(-limit) : all.slice(0, limit)).reverse());
}

function sendMessage({ core, params, exchange }: RouteCall) {
	const channel = channelOf(core, params);
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
	editMessage(call.core, stored, { body: (call.exchange.body ?? {}) as MessageBody, files: call.exchange.files });
	return ok(stored.message);
}

function removeMessage(call: RouteCall) {
	deleteMessage(call.core, messageOf(call));
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

function listChannels({ core, params }: RouteCall) {
	const { id } = guildOf(core, params);
	const channels = [...core.state.channels.values()].filter((it) => it.guildId === id && it.type === 0);
	return ok(channels.map((it) => wireChannel(core.state, it)));
}

function getMember({ core, params }: RouteCall) {
	const guild = guildOf(core, params);
	const user = core.state.users.get(params.userId ?? '');
	if (user === undefined) throw unknown.member();
	const { permissions: _, ...member } = wireMember(guild, user);
	return ok(member);
}
