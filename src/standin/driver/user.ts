import type { APIApplicationCommand, APIMessage } from 'discord-api-types/v10';
import { listCommands, optionTypes } from '../client-commands.ts';
import type { Core } from '../core.ts';
import { act } from '../interactions.ts';
import { createMessage } from '../messages.ts';
import type { PageField, PageOption } from '../page-api.ts';
import type { CommandOption } from '../rules/commands.ts';
import type { StoredChannel, StoredUser } from '../state.ts';
import { upload } from '../uploads.ts';
import { InteractionHandle } from './handle.ts';
import { choiceId, findControl } from './message-parts.ts';
import { waitFor } from './waits.ts';

/** A file for an attachment option. */
export interface FileValue {
	name: string;
	contentType: string;
	bytes: Buffer;
}

export type OptionValue = string | number | boolean | FileValue;

/** What is filled into a field of a form. */
export type FieldValue = string | boolean | FileValue | (string | FileValue)[];

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
		const given = Object.entries(options).map(([name, value]): PageOption => {
			// An option that is not declared is left for the client's checks to refuse.
			const type = declared.find((it) => it.name === name)?.type ?? optionTypes.string;
			if (typeof value !== 'object') return { name, type, value };
			return { name, type, value: upload(this.#core, this.id, channel.id, value).id };
		});
		const action = { kind: 'slash', ...this.#who(channel), command_id: command.id, options: wrap(given) } as const;
		return this.#handle(act(this.#core, action, { unchecked: place.unchecked ?? false }));
	}

	/** Runs a command from the menu of a message or of a user ("Apps"), by its name. */
	menu(name: string, target: APIMessage | DriverUser, place: Place = {}): InteractionHandle {
		const isUser = target instanceof DriverUser;
		const channel = isUser ? this.#channel(place) : this.#core.state.channel(target.channel_id);
		const all = listCommands(this.#core, channel).filter(({ type }) => type === (isUser ? 2 : 3));
		const command = all.find((it) => it.name === name);
		if (command === undefined) {
			throw new Error(`Expected a menu command \`${name}\`, got: ${all.map((it) => it.name).join(', ') || 'none'}`);
		}
		const action = { kind: 'menu', ...this.#who(channel), command_id: command.id, target_id: target.id } as const;
		return this.#handle(act(this.#core, action, { unchecked: place.unchecked ?? false }));
	}

	/** Writes a message, perhaps with files, as users do among themselves. */
	say(content: string, files: FileValue[] = [], place: Place = {}): APIMessage {
		const uploads = files.map((file, index) => ({ ...file, index: String(index), key: `files[${index}]` }));
		const where = { channel: this.#channel(place), author: this.stored };
		return createMessage(this.#core, { body: { content }, files: uploads }, where).message;
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

	/**
	 * Chooses in a select, found as for `press`. A choice is the value or label of an option, or the name or ID of a user, role
	 * or channel, whichever the select is for.
	 */
	select(message: APIMessage, control: string, ...choices: string[]): InteractionHandle {
		const found = findControl(message, control);
		const { guildId } = this.#core.state.channel(message.channel_id);
		return this.press(message, control, { values: choices.map((it) => choiceId(this.#core, found, it, guildId)) });
	}

	/**
	 * Fills in the modal that `opener` was answered with, waiting for it, and submits it. Values by custom ID: text or one
	 * choice, a list of choices (IDs for users, roles and channels), true or false for a checkbox, files for an upload.
	 */
	async submit(opener: InteractionHandle, values: Record<string, FieldValue> = {}): Promise<InteractionHandle> {
		await opener.modal();
		const fields = Object.entries(values).map(([customId, value]): PageField => {
			if (typeof value === 'string' || typeof value === 'boolean') return { custom_id: customId, value: String(value) };
			const list = Array.isArray(value) ? value : [value];
			return { custom_id: customId, values: list.map((it) => this.#idOf(it, opener.interaction.channelId)) };
		});
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

	#idOf(value: string | FileValue, channelId: string): string {
		return typeof value === 'string' ? value : upload(this.#core, this.id, channelId, value).id;
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
