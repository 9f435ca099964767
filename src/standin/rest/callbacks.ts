import type { APIModalInteractionResponseCallbackData, MessageType } from 'discord-api-types/v10';
import type { Core } from '../core.ts';
import { type MessageBody, messageFlags, type WireComponent } from '../message-body.ts';
import { createMessage, editMessage } from '../messages.ts';
import { modalIssues } from '../rules/modals.ts';
import type { StoredInteraction, StoredMessage } from '../state.ts';
import { ApiError, type Issue, invalidForm, unknown } from './api-error.ts';
import { noContent, ok, type Route, type RouteCall } from './route.ts';

/** The bot's first answer to an interaction. */
export const callbackRoutes: Route[] = [
	{ method: 'POST', path: '/interactions/:interactionId/:token/callback', open: true, handle: answer },
];

/** Answers by their number on the wire. */
const answers = { reply: 4, defer: 5, deferUpdate: 6, update: 7, choices: 8, modal: 9 } as const;

interface CallbackBody {
	type: number;
	data?: MessageBody & {
		choices?: { name: string; value: string | number }[];
		custom_id?: string;
		title?: string;
	};
}

function answer(call: RouteCall) {
	const { core, exchange, params } = call;
	const interaction = core.state.interactions.get(params.interactionId ?? '');
	if (interaction === undefined || interaction.token !== params.token) throw unknown.interaction();
	if (interaction.state === 'expired') throw unknown.interaction();
	if (interaction.state === 'answered') {
		throw new ApiError(400, 40060, 'Interaction has already been acknowledged.');
	}
	const body = exchange.body as CallbackBody;
	const issues = fitIssues(interaction, body);
	if (issues.length > 0) throw invalidForm(issues);
	const message = carryOut(call, interaction, body);
	interaction.state = 'answered';
	interaction.answerType = body.type;
	core.deadlines.stop(interaction.id);
	core.state.touch();
	core.hub.announce({ type: 'answered', interaction });
	if (exchange.query.get('with_response') !== 'true') return noContent;
	return ok(describe(interaction, body.type, message));
}

/** Which answers fit which interactions, and the flags of a deferral. */
function fitIssues({ type, sourceMessageId }: StoredInteraction, body: CallbackBody): Issue[] {
	const isAutocomplete = type === 4;
	const needsMessage = body.type === answers.deferUpdate || body.type === answers.update;
	const unfit =
		isAutocomplete !== (body.type === answers.choices) ||
		(body.type === answers.modal && type === 5) ||
		(needsMessage && sourceMessageId === null);
	if (unfit) {
		const message = `An interaction of type ${type} cannot be answered with type ${body.type}.`;
		return [{ path: ['type'], code: 'INTERACTION_CALLBACK_TYPE_INVALID', message }];
	}
	if (body.type === answers.defer && ((body.data?.flags ?? 0) & ~messageFlags.ephemeral) !== 0) {
		const message = 'Only the EPHEMERAL flag may be set on a deferred response.';
		return [{ path: ['data', 'flags'], code: 'INTERACTION_RESPONSE_FLAGS_INVALID', message }];
	}
	return body.type === answers.modal ? modalIssues((body.data ?? {}) as { components?: WireComponent[] }) : [];
}

function carryOut(
	{ core, exchange }: RouteCall,
	interaction: StoredInteraction,
	{ type, data = {} }: CallbackBody,
): StoredMessage | null {
	if (type === answers.choices) {
		interaction.choices = data.choices ?? [];
		return null;
	}
	if (type === answers.modal) {
		interaction.modal = data as unknown as APIModalInteractionResponseCallbackData;
		return null;
	}
	const { sourceMessageId } = interaction;
	const channel = core.state.channels.get(interaction.channelId);
	if (channel === undefined) throw unknown.channel();
	if (type === answers.reply || type === answers.defer) {
		const stored = underData(() =>
			createMessage(
				core,
				{ body: data, files: exchange.files },
				{
					channel,
					interaction,
					type: replyType(interaction),
					isLoading: type === answers.defer,
					...(sourceMessageId === null ? {} : { repliesTo: sourceMessageId }),
				},
			),
		);
		interaction.originalId = stored.id;
		return stored;
	}
	interaction.originalId = sourceMessageId;
	const source = sourceOf(core, interaction);
	if (type === answers.update && source !== null) {
		underData(() => editMessage(core, source, { body: data, files: exchange.files }));
	}
	return source;
}

function sourceOf(core: Core, { sourceMessageId }: StoredInteraction): StoredMessage | null {
	const source = core.state.messages.get(sourceMessageId ?? '');
	// The message may have been deleted since; deferring its update is then harmless.
	return source ?? null;
}

/** 20 is the answer to a command, 19 a reply to another message. */
function replyType({ sourceMessageId }: StoredInteraction): MessageType {
	return sourceMessageId === null ? 20 : 19;
}

/** Says where a fault is as seen from the callback, whose message is in `data`. */
function underData<T>(work: () => T): T {
	try {
		return work();
	} catch (error) {
		if (!(error instanceof ApiError) || error.issues.length === 0) throw error;
		throw invalidForm(error.issues.map(({ path, ...rest }) => ({ path: ['data', ...path], ...rest })));
	}
}

function describe(interaction: StoredInteraction, type: number, stored: StoredMessage | null) {
	const { id, type: interactionType } = interaction;
	if (stored === null) return { interaction: { id, type: interactionType } };
	const described = {
		id,
		type: interactionType,
		response_message_id: stored.id,
		response_message_loading: type === answers.defer,
		response_message_ephemeral: ((stored.message.flags ?? 0) & messageFlags.ephemeral) !== 0,
	};
	// The message itself comes back only where one was sent in full.
	const isWhole = type === answers.reply || type === answers.update;
	return { interaction: described, ...(isWhole ? { resource: { type, message: stored.message } } : {}) };
}
