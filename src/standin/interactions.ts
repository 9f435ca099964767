import { checkMayUse, checkOptions, listCommands, optionTypes } from './client-commands.ts';
import { ClientRefusal } from './client-refusal.ts';
import type { Core } from './core.ts';
import { type WireComponent, walkComponents } from './message-body.ts';
import { submittedForm } from './modal-fields.ts';
import { openInteraction } from './open-interaction.ts';
import type { PageAction, PageField, PageOption } from './page-api.ts';
import { canSee } from './permissions.ts';
import { idsOfSelect, resolveIds, resolveOptions } from './resolved.ts';
import { checkSelection } from './selections.ts';
import type { StoredChannel, StoredInteraction, StoredMessage, StoredUser } from './state.ts';

/** How an action differs from what a user of Discord's client could do. */
export interface ActOptions {
	/** Skips the checks of Discord's client, as somebody with a modified client does. */
	unchecked?: boolean;
}

/**
 * Does what a user does in Discord's client and sends the interaction to the bot.
 * @throws {ClientRefusal} when Discord's client would not send it.
 */
export function act(core: Core, action: PageAction, options: ActOptions = {}): StoredInteraction {
	const user = core.state.users.get(action.user_id);
	if (user === undefined || user.user.bot) throw new ClientRefusal('There is no such user.');
	if (action.kind === 'modal') return submitModal(core, user, action.interaction_id, action.fields);
	const channel = core.state.channels.get(action.channel_id);
	if (channel === undefined || !canSee(core.state, channel, user)) {
		throw new ClientRefusal('There is no such channel.');
	}
	if (action.kind === 'component') return press(core, user, channel, action, options);
	if (action.kind === 'menu') return useMenu(core, user, channel, action, options);
	return useCommand(core, user, channel, action, options);
}

function useCommand(
	core: Core,
	user: StoredUser,
	channel: StoredChannel,
	action: Extract<PageAction, { kind: 'slash' | 'autocomplete' }>,
	{ unchecked }: ActOptions,
): StoredInteraction {
	const command = listCommands(core, channel).find(({ id, type }) => id === action.command_id && type === 1);
	if (command === undefined) throw new ClientRefusal('There is no such command.');
	if (!unchecked) {
		checkMayUse(core, command, user, channel);
		if (action.kind === 'slash') checkOptions({ core, user, channel }, command, action.options);
	}
	const options = action.kind === 'slash' ? withoutBlanks(action.options) : action.options;
	const resolved = resolveOptions({ core, user, channel }, command, options);
	const { id, name, type, guild_id: guildId } = command;
	const data = {
		id,
		name,
		type,
		options,
		...(guildId === undefined ? {} : { guild_id: guildId }),
		...(Object.keys(resolved).length > 0 ? { resolved } : {}),
	};
	return openInteraction(core, { type: action.kind === 'slash' ? 2 : 4, name, data, user, channel, commandType: type });
}

/** A command of type 2 is about a user, one of type 3 about a message. */
function useMenu(
	core: Core,
	user: StoredUser,
	channel: StoredChannel,
	action: Extract<PageAction, { kind: 'menu' }>,
	{ unchecked }: ActOptions,
): StoredInteraction {
	const { command_id: commandId, target_id: targetId } = action;
	const command = listCommands(core, channel).find(({ id, type }) => id === commandId && type > 1);
	if (command === undefined) throw new ClientRefusal('There is no such command.');
	if (!unchecked) checkMayUse(core, command, user, channel);
	const { id, name, type, guild_id: guildId } = command;
	const isAboutUser = type === 2;
	const resolved = isAboutUser
		? resolveIds({ core, user, channel }, { users: [targetId] })
		: { messages: { [targetId]: seenMessage(core, user, channel, targetId).message } };
	if (Object.keys(resolved).length === 0) throw new ClientRefusal('There is no such user.');
	const data = {
		id,
		name,
		type,
		...(guildId === undefined ? {} : { guild_id: guildId }),
		target_id: targetId,
		resolved,
	};
	const target = isAboutUser ? { targetUserId: targetId } : { targetMessageId: targetId };
	return openInteraction(core, { type: 2, name, data, user, channel, commandType: type, ...target });
}

/** A message as a user sees it in a channel. */
function seenMessage(core: Core, user: StoredUser, channel: StoredChannel, messageId: string): StoredMessage {
	const stored = core.state.messages.get(messageId);
	const isHidden = stored?.viewerId !== null && stored?.viewerId !== user.id;
	if (stored === undefined || isHidden || stored.message.channel_id !== channel.id) {
		throw new ClientRefusal('This message is gone.');
	}
	return stored;
}

function press(
	core: Core,
	user: StoredUser,
	channel: StoredChannel,
	action: Extract<PageAction, { kind: 'component' }>,
	{ unchecked }: ActOptions,
): StoredInteraction {
	const source = seenMessage(core, user, channel, action.message_id);
	const { custom_id: customId, component_type: type, values = [] } = action;
	const components = (source.message.components ?? []) as WireComponent[];
	const found = [...walkComponents(components)].find(({ component }) => component.custom_id === customId)?.component;
	if (!unchecked) {
		if (found === undefined || found.type !== type) throw new ClientRefusal('This message has no such control.');
		if (found.disabled) throw new ClientRefusal('This control is disabled.');
		checkSelection({ core, user, channel }, found, values);
	}
	const resolved = resolveIds({ core, user, channel }, idsOfSelect(type, values));
	const data = {
		custom_id: customId,
		component_type: type,
		...(found?.id === undefined ? {} : { id: found.id }),
		...(type === 2 ? {} : { values, ...(Object.keys(resolved).length > 0 ? { resolved } : {}) }),
	};
	return openInteraction(core, { type: 3, name: customId, data, user, channel, source });
}

function submitModal(core: Core, user: StoredUser, interactionId: string, fields: PageField[]): StoredInteraction {
	const opener = core.state.interactions.get(interactionId);
	if (opener?.modal == null || opener.userId !== user.id) throw new ClientRefusal('This form is no longer open.');
	const channel = core.state.channels.get(opener.channelId);
	if (channel === undefined) throw new ClientRefusal('This form is no longer open.');
	const form = submittedForm({ core, user, channel }, opener.modal.components as unknown as WireComponent[], fields);
	const customId = opener.modal.custom_id;
	const source = core.state.messages.get(opener.sourceMessageId ?? '');
	return openInteraction(core, {
		type: 5,
		name: customId,
		data: { custom_id: customId, ...form },
		user,
		channel,
		...(source === undefined ? {} : { source }),
		opener,
	});
}

function withoutBlanks(options: PageOption[]): PageOption[] {
	return options
		.filter(({ type, value }) => type <= optionTypes.group || (value !== undefined && value !== ''))
		.map(({ focused: _, ...option }) =>
			option.options ? { ...option, options: withoutBlanks(option.options) } : option,
		);
}
