import { type MessageBody, messageFlags } from '../message-body.ts';
import { createMessage, deleteMessage, editMessage } from '../messages.ts';
import type { StoredInteraction, StoredMessage } from '../state.ts';
import { ApiError, unknown } from './api-error.ts';
import { noContent, ok, type Route, type RouteCall } from './route.ts';

const path = '/webhooks/:appId/:token';
/** Follow-ups to an interaction of a bot that only the user installed. */
const maxUserInstallFollowups = 5;

/** Everything after the first answer, with the interaction's token. */
export const webhookRoutes: Route[] = [
	{ method: 'POST', path, open: true, handle: followUp },
	...['@original', ':messageId'].flatMap((which): Route[] => [
		{ method: 'GET', path: `${path}/messages/${which}`, open: true, handle: (call) => ok(target(call).message) },
		{ method: 'PATCH', path: `${path}/messages/${which}`, open: true, handle: edit },
		{ method: 'DELETE', path: `${path}/messages/${which}`, open: true, handle: remove },
	]),
];

/** The interaction of a token that still works. */
function live({ core, params }: RouteCall): StoredInteraction {
	const interaction = core.state.interactionByToken(params.token ?? '');
	if (params.appId !== core.state.application.id || interaction === undefined) throw unknown.webhook();
	if (Date.now() > interaction.tokenUntilMs) throw new ApiError(401, 50027, 'Invalid Webhook Token');
	// The webhook comes into being with the first answer.
	if (interaction.state !== 'answered') throw unknown.webhook();
	return interaction;
}

function target(call: RouteCall): StoredMessage {
	const { originalId, followupIds, sourceMessageId } = live(call);
	const id = call.params.messageId ?? originalId;
	const isOurs = id === originalId || id === sourceMessageId || (id !== null && followupIds.includes(id));
	const stored = id === null || !isOurs ? undefined : call.core.state.messages.get(id);
	if (stored === undefined) throw unknown.message();
	return stored;
}

function edit(call: RouteCall) {
	const stored = target(call);
	editMessage(call.core, stored, { body: (call.exchange.body ?? {}) as MessageBody, files: call.exchange.files });
	return ok(stored.message);
}

function remove(call: RouteCall) {
	deleteMessage(call.core, target(call));
	return noContent;
}

function followUp(call: RouteCall) {
	const { core, exchange } = call;
	const interaction = live(call);
	const channel = core.state.channels.get(interaction.channelId);
	if (channel === undefined) throw unknown.channel();
	const request = { body: (exchange.body ?? {}) as MessageBody, files: exchange.files };
	const original = core.state.messages.get(interaction.originalId ?? '');
	// Discord's documents: right after a deferral this route edits the loading message, for old bots' sake.
	if (original && ((original.message.flags ?? 0) & messageFlags.loading) !== 0) {
		editMessage(core, original, request);
		return ok(original.message);
	}
	if (interaction.userInstallOnly && interaction.followupIds.length >= maxUserInstallFollowups) {
		throw new ApiError(400, 40094, 'Maximum number of follow up messages reached');
	}
	const stored = createMessage(core, request, {
		channel,
		interaction,
		type: original ? 19 : 0,
		...(original ? { repliesTo: original.id } : {}),
	});
	interaction.followupIds.push(stored.id);
	core.state.touch();
	return ok(stored.message);
}
