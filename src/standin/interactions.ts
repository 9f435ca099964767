import type { APIAttachment } from 'discord-api-types/v10';
import { checkMayUse, checkOptions, listCommands, optionTypes } from './client-commands.ts';
import { ClientRefusal } from './client-refusal.ts';
import type { Core } from './core.ts';
import { type WireComponent, walkComponents } from './message-body.ts';
import { checkSelection, submittedComponents } from './modal-fields.ts';
import { openInteraction } from './open-interaction.ts';
import type { PageAction, PageField, PageOption } from './page-api.ts';
import { resolveOptions, resolveSelection } from './resolved.ts';
import type { StoredChannel, StoredInteraction, StoredUser } from './state.ts';

/** How an action differs from what a user of Discord's client could do. */
export interface ActOptions {
	/** Skips the checks of Discord's client, as somebody with a modified client does. */
	unchecked?: boolean;
	/** Files of attachment options, by the ID that the option names. */
	attachments?: APIAttachment[];
}

/**
 * Does what a user does in Discord's client and sends the interaction to the bot.
 * @throws {ClientRefusal} when Discord's client would not send it.
 */
export function act(core: Core, action: PageAction, options: ActOptions = {}): StoredInteraction {
	const user = core.state.users.get(action.user_id);
	if (user === undefined || user.role === 'bot') throw new ClientRefusal('There is no such user.');
	if (action.kind === 'modal') return submitModal(core, user, action.interaction_id, action.fields);
	const channel = core.state.channels.get(action.channel_id);
	if (channel === undefined || (channel.recipientId !== null && channel.recipientId !== user.id)) {
		throw new ClientRefusal('There is no such channel.');
	}
	if (action.kind === 'component') return press(core, user, channel, action, options);
	return useCommand(core, user, channel, action, options);
}

function useCommand(
	core: Core,
	user: StoredUser,
	channel: StoredChannel,
	action: Extract<PageAction, { kind: 'slash' | 'autocomplete' }>,
	{ unchecked, attachments = [] }: ActOptions,
): StoredInteraction {
	const command = listCommands(core, channel).find(({ id }) => id === action.command_id);
	if (command === undefined) throw new ClientRefusal('There is no such command.');
	if (!unchecked) {
		checkMayUse(core, command, user, channel);
		if (action.kind === 'slash') checkOptions(command, action.options);
	}
	const options = action.kind === 'slash' ? withoutBlanks(action.options) : action.options;
	const resolved = resolveOptions(core, command, options, attachments, channel);
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

function press(
	core: Core,
	user: StoredUser,
	channel: StoredChannel,
	action: Extract<PageAction, { kind: 'component' }>,
	{ unchecked }: ActOptions,
): StoredInteraction {
	const source = core.state.messages.get(action.message_id);
	const isHidden = source?.viewerId !== null && source?.viewerId !== user.id;
	if (source === undefined || isHidden || source.message.channel_id !== channel.id) {
		throw new ClientRefusal('This message is gone.');
	}
	const { custom_id: customId, component_type: type, values = [] } = action;
	const components = (source.message.components ?? []) as WireComponent[];
	const found = [...walkComponents(components)].find(({ component }) => component.custom_id === customId)?.component;
	if (!unchecked) {
		if (found === undefined || found.type !== type) throw new ClientRefusal('This message has no such control.');
		if (found.disabled) throw new ClientRefusal('This control is disabled.');
		checkSelection(found, values);
	}
	const data = {
		custom_id: customId,
		component_type: type,
		...(found?.id === undefined ? {} : { id: found.id }),
		...(type === 2 ? {} : { values, ...resolveSelection(core, type, values, channel) }),
	};
	return openInteraction(core, { type: 3, name: customId, data, user, channel, source });
}

function submitModal(core: Core, user: StoredUser, interactionId: string, fields: PageField[]): StoredInteraction {
	const opener = core.state.interactions.get(interactionId);
	if (opener?.modal == null || opener.userId !== user.id) throw new ClientRefusal('This form is no longer open.');
	const components = submittedComponents(opener.modal.components as unknown as WireComponent[], fields);
	const customId = opener.modal.custom_id;
	const source = core.state.messages.get(opener.sourceMessageId ?? '');
	return openInteraction(core, {
		type: 5,
		name: customId,
		data: { custom_id: customId, components },
		user,
		channel: core.state.channel(opener.channelId),
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
