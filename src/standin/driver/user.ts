import type { APIApplicationCommand, APIAttachment, APIMessage } from 'discord-api-types/v10';
import { keepFile } from '../attachments.ts';
import { listCommands, optionTypes } from '../client-commands.ts';
import type { Core } from '../core.ts';
import { act } from '../interactions.ts';
import type { PageField, PageOption } from '../page-api.ts';
import type { CommandOption } from '../rules/commands.ts';
import type { StoredChannel, StoredUser } from '../state.ts';
import { InteractionHandle } from './handle.ts';
import { findControl } from './message-parts.ts';
import { waitFor } from './waits.ts';

/** A file for an attachment option. */
export interface FileValue {
	name: string;
	contentType: string;
	bytes: Buffer;
}

export type OptionValue = string | number | boolean | FileValue;

/** Where a user does something, and whether Discord's client may object. */
export interface Place {
	/** A channel's name or ID, or `dm`; the first text channel when left out. */
	channel?: string;
	/** Sends what Discord's client would not, as a modified client does. */
	unchecked?: boolean;
}

/** A user as tests drive them. */
export class DriverUser {
	readonly #core: Core;
	readonly #findChannel: (name: string, user: StoredUser) => StoredChannel;
	readonly stored: StoredUser;

	constructor(core: Core, stored: StoredUser, findChannel: (name: string, user: StoredUser) => StoredChannel) {
		this.#core = core;
		this.stored = stored;
		this.#findChannel = findChannel;
	}

	get id(): string {
		return this.stored.id;
	}

	/**
	 * Runs a slash command; parts of it are named after it with spaces, as in `settings show`.
	 * @throws {ClientRefusal} when Discord's client would not send it.
	 */
	slash(path: string, options: Record<string, OptionValue> = {}, place: Place = {}): InteractionHandle {
		const channel = this.#channel(place);
		const { command, declared, wrap } = this.#find(path, channel);
		const attachments: APIAttachment[] = [];
		const given = Object.entries(options).map(([name, value]): PageOption => {
			// An option that is not declared is left for the client's checks to refuse.
			const type = declared.find((it) => it.name === name)?.type ?? optionTypes.string;
			if (typeof value !== 'object') return { name, type, value };
			const file = { ...keepFile(this.#core, channel.id, value), ephemeral: true };
			attachments.push(file);
			return { name, type, value: file.id };
		});
		const action = { kind: 'slash', ...this.#who(channel), command_id: command.id, options: wrap(given) } as const;
		return this.#handle(act(this.#core, action, { unchecked: place.unchecked ?? false, attachments }));
	}

	/** Types into an option with autocomplete and waits for the bot's choices. `focused` is the option being typed. */
	async choices(
		path: string,
		focused: string,
		options: Record<string, string | number | boolean>,
		place: Place & { timeoutMs?: number } = {},
	): Promise<{ name: string; value: string | number }[]> {
		const channel = this.#channel(place);
		const { command, declared, wrap } = this.#find(path, channel);
		const given = Object.entries(options).map(([name, value]) => ({
			name,
			type: declared.find((it) => it.name === name)?.type ?? optionTypes.string,
			value,
			...(name === focused ? { focused: true } : {}),
		}));
		const action = {
			kind: 'autocomplete',
			...this.#who(channel),
			command_id: command.id,
			options: wrap(given),
		} as const;
		const handle = this.#handle(act(this.#core, action, { unchecked: place.unchecked ?? false }));
		await handle.acked(place.timeoutMs);
		return handle.interaction.choices ?? [];
	}

	/** Presses a button, or picks `values` in a select, found by custom ID, label or emoji. */
	press(
		message: APIMessage,
		control: string,
		{ values, unchecked = false }: { values?: string[]; unchecked?: boolean } = {},
	): InteractionHandle {
		const found = findControl(message, control);
		const action = {
			kind: 'component',
			user_id: this.id,
			channel_id: message.channel_id,
			message_id: message.id,
			custom_id: found.custom_id ?? '',
			component_type: found.type,
			...(values === undefined ? {} : { values }),
		} as const;
		return this.#handle(act(this.#core, action, { unchecked }));
	}

	/** Fills in the modal that `opener` was answered with, waiting for it, and submits it. */
	async submit(opener: InteractionHandle, values: Record<string, string | string[]> = {}): Promise<InteractionHandle> {
		await opener.modal();
		const fields = Object.entries(values).map(
			([customId, value]): PageField =>
				typeof value === 'string' ? { custom_id: customId, value } : { custom_id: customId, values: value },
		);
		return this.#handle(act(this.#core, { kind: 'modal', user_id: this.id, interaction_id: opener.id, fields }));
	}

	/** Waits for a message in a channel that this user can see. Messages from before count too. */
	waitForMessage(
		channel: string,
		predicate: (message: APIMessage) => boolean,
		timeoutMs = 10_000,
	): Promise<APIMessage> {
		const { id } = this.#findChannel(channel, this.stored);
		const all = () => this.#core.state.messagesIn(id, this.id);
		return waitFor({
			hub: this.#core.hub,
			what: `a message that fits in \`${channel}\``,
			timeoutMs,
			look: () => all().find(predicate),
			seen: () => all().slice(-3),
		});
	}

	/** What this user sees in a channel, oldest first. */
	messagesIn(channel: string): APIMessage[] {
		return this.#core.state.messagesIn(this.#findChannel(channel, this.stored).id, this.id);
	}

	#channel({ channel }: Place): StoredChannel {
		if (channel !== undefined) return this.#findChannel(channel, this.stored);
		const first = [...this.#core.state.channels.values()].find(({ type }) => type === 0);
		if (first === undefined) throw new Error('Expected the world to have a text channel, got none');
		return first;
	}

	#who(channel: StoredChannel) {
		return { user_id: this.id, channel_id: channel.id };
	}

	#handle(interaction: ReturnType<typeof act>): InteractionHandle {
		return new InteractionHandle(this.#core, interaction);
	}

	#find(path: string, channel: StoredChannel) {
		const [name, ...parts] = path.split(' ');
		const all = listCommands(this.#core, channel);
		const command = all.find((it) => it.name === name && it.type === 1);
		if (command === undefined) {
			const known = all.map((it) => it.name).join(', ');
			throw new Error(`Expected a registered command \`${name}\`, got: ${known || 'none'}`);
		}
		return { command, ...descend(command, parts) };
	}
}

/** Walks to a subcommand, and says how to wrap its options in those around it. */
function descend(command: APIApplicationCommand, parts: string[]) {
	let declared = (command.options ?? []) as unknown as CommandOption[];
	let wrap = (options: PageOption[]) => options;
	for (const part of parts) {
		const chosen = declared.find(({ name, type }) => name === part && type <= optionTypes.group);
		if (chosen === undefined) throw new Error(`Expected \`${command.name}\` to have a part \`${part}\``);
		const outer = wrap;
		wrap = (options) => outer([{ name: part, type: chosen.type, options }]);
		declared = chosen.options ?? [];
	}
	return { declared, wrap };
}
