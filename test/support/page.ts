import { setTimeout as wait } from 'node:timers/promises';
import type { APIMessage, APIMessageTopLevelComponent } from 'discord-api-types/v10';
import type { PageAction, PageEvent, PageField, PageOption, PageState } from '../../src/standin/page-api.ts';

type Json = Record<string, unknown>;
type DeclaredOption = { name: string; type: number; options?: DeclaredOption[] };

/** A file to send along. */
export interface PageFile {
	name: string;
	contentType: string;
	bytes: Uint8Array;
}

/** A member at the playground page, without the page: for tests and benchmarks whose stand-in is another process. */
export class PageMember {
	readonly #url: string;
	/** What is there, as of the last `open`, `slash` or `control`. */
	state: PageState;
	readonly userId: string;

	private constructor(url: string, state: PageState, userId: string) {
		this.#url = url;
		this.state = state;
		this.userId = userId;
	}

	static async open(url: string, name: string): Promise<PageMember> {
		const state = (await (await fetch(`${url}/standin/state`)).json()) as PageState;
		const user = state.users.find(({ username }) => username === name);
		if (!user) throw new Error(`Expected a user ${name}, got ${state.users.map((u) => u.username).join(', ')}`);
		return new PageMember(url, state, user.id);
	}

	channel(name: string): string {
		const all = [...this.state.guilds.flatMap((guild) => guild.channels)];
		const found =
			name === '@dm'
				? this.state.dms.find((dm) => dm.user_id === this.userId)
				: all.find((channel) => channel.name === name);
		if (!found) throw new Error(`Expected a channel ${name}`);
		return found.id;
	}

	/**
	 * Sends a slash command with options by name; types are those the command was registered with. A part of a command is named
	 * after it with spaces; files are sent ahead.
	 */
	async slash(
		command: string,
		options: Record<string, string | number | boolean | PageFile>,
		channel = 'gallery',
	): Promise<string> {
		await this.#reload();
		const [root, ...parts] = command.split(' ');
		const registered = this.state.commands.find(({ name, type }) => name === root && type === 1);
		if (!registered) throw new Error(`Expected the command ${root} to be registered`);
		let declared = (registered.options ?? []) as unknown as DeclaredOption[];
		const path = parts.map((part) => {
			const chosen = declared.find(({ name }) => name === part);
			if (!chosen) throw new Error(`Expected /${root} to have a part ${part}`);
			declared = chosen.options ?? [];
			return chosen;
		});
		const given: PageOption[] = [];
		for (const [name, value] of Object.entries(options)) {
			const option = declared.find((o) => o.name === name);
			if (!option) throw new Error(`Expected /${command} to have an option ${name}`);
			const sent = typeof value === 'object' ? await this.upload(value, channel) : value;
			given.push({ name, type: option.type, value: sent });
		}
		return this.#act({
			kind: 'slash',
			user_id: this.userId,
			channel_id: this.channel(channel),
			command_id: registered.id,
			options: path.reduceRight((inner, { name, type }): PageOption[] => [{ name, type, options: inner }], given),
		});
	}

	/** Runs a command from the menu of a message, by its name. */
	menu(command: string, message: APIMessage): Promise<string> {
		const registered = this.state.commands.find(({ name, type }) => name === command && type === 3);
		if (!registered) throw new Error(`Expected the menu command ${command} to be registered`);
		const { channel_id, id } = message;
		return this.#act({ kind: 'menu', user_id: this.userId, channel_id, command_id: registered.id, target_id: id });
	}

	/** Sends a file ahead and returns its ID, which is the value of an option for files or of an upload in a form. */
	async upload({ name, contentType, bytes }: PageFile, channel = 'gallery'): Promise<string> {
		const query = new URLSearchParams({ user: this.userId, channel: this.channel(channel), name });
		const response = await fetch(`${this.#url}/standin/files?${query}`, {
			method: 'POST',
			headers: { 'content-type': contentType },
			body: new Uint8Array(bytes),
		});
		const body = (await response.json()) as { id?: string; message?: string };
		if (!response.ok || !body.id) throw new Error(body.message ?? `HTTP ${response.status}`);
		return body.id;
	}

	/**
	 * Chooses in a select, found by its custom ID or placeholder. A choice is an option's value or label, or the name or ID of a
	 * user, role or channel.
	 */
	select(message: APIMessage, control: string, ...choices: string[]): Promise<string> {
		const selects = componentsOf(message).filter(({ type }) => [3, 5, 6, 7, 8].includes(type as number));
		const select = selects.find(({ custom_id: id, placeholder }) => id === control || placeholder === control);
		if (!select) throw new Error(`Expected a select ${control}, got ${selects.map((it) => it.custom_id).join(' ')}`);
		return this.#act({
			kind: 'component',
			user_id: this.userId,
			channel_id: message.channel_id,
			message_id: message.id,
			custom_id: select.custom_id as string,
			component_type: select.type as number,
			values: choices.map((choice) => this.idOf(choice, select.options as { value: string; label: string }[])),
		});
	}

	/** The ID or value of what is called so: an option of a select, a user, a role or a channel; else the name itself. */
	idOf(name: string, options: { value: string; label: string }[] = []): string {
		const { guilds, users } = this.state;
		const known: { id: string; name: string }[] = [
			...options.map(({ value, label }) => ({ id: value, name: label })),
			...users.map(({ id, username }) => ({ id, name: username })),
			...guilds.flatMap(({ roles, channels }) => [...roles, ...channels]),
		];
		return known.find((it) => it.name === name)?.id ?? name;
	}

	/** Does what an owner or moderator does in Discord's own client; routes are in src/standin/guild-controls.ts. */
	async control(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<Json> {
		const response = await fetch(`${this.#url}/standin${path}`, {
			method,
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		const answer = (await response.json()) as Json;
		if (!response.ok) throw new Error(String(answer.message ?? `HTTP ${response.status}`));
		await this.#reload();
		return answer;
	}

	/** Switches a channel's age restriction, as a moderator does in Discord's own settings. */
	async setAgeRestricted(channel: string, nsfw: boolean): Promise<void> {
		await fetch(`${this.#url}/standin/channels/${this.channel(channel)}`, {
			method: 'PATCH',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ nsfw }),
		});
	}

	/** Waits for a message that only this member sees. */
	private(wanted: RegExp, channel?: string): Promise<APIMessage> {
		const isIt = (m: APIMessage) => (Number(m.flags) & 64) === 64 && wanted.test(textOf(m));
		return this.until((messages) => messages.findLast(isIt), channel === undefined ? {} : { channel });
	}

	/** Presses the button with this label or emoji. */
	press(message: APIMessage, label: string): Promise<string> {
		const button = buttonsOf(message).find((b) => b.label === label);
		if (!button)
			throw new Error(
				`Expected a button ${label}, got ${buttonsOf(message)
					.map((b) => b.label)
					.join(' ')}`,
			);
		return this.#act({
			kind: 'component',
			user_id: this.userId,
			channel_id: message.channel_id,
			message_id: message.id,
			custom_id: button.customId,
			component_type: 2,
		});
	}

	submit(interactionId: string, fields: PageField[]): Promise<string> {
		return this.#act({ kind: 'modal', user_id: this.userId, interaction_id: interactionId, fields });
	}

	async messages(channel = 'gallery'): Promise<APIMessage[]> {
		const path = `/standin/channels/${this.channel(channel)}/messages?user=${this.userId}`;
		return (await (await fetch(`${this.#url}${path}`)).json()) as APIMessage[];
	}

	/** Looks at the channel until something is there. */
	async until<T>(
		look: (messages: APIMessage[]) => T | undefined | false,
		options: { channel?: string; timeoutMs?: number } = {},
	) {
		const deadline = Date.now() + (options.timeoutMs ?? 30_000);
		for (;;) {
			const messages = await this.messages(options.channel);
			const found = look(messages);
			if (found) return found;
			if (Date.now() > deadline)
				throw new Error(`Nothing came; last seen: ${messages.map(textOf).join('\n---\n').slice(-2000)}`);
			await wait(50);
		}
	}

	/** What the page is told, as it comes. */
	async *events(signal: AbortSignal): AsyncGenerator<PageEvent> {
		const response = await fetch(`${this.#url}/standin/events?user=${this.userId}`, { signal });
		let rest = '';
		for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
			const parts = (rest + chunk).split('\n\n');
			rest = parts.pop()!;
			for (const part of parts) {
				const data = part.split('\n').find((line) => line.startsWith('data:'));
				if (data) yield JSON.parse(data.slice(5)) as PageEvent;
			}
		}
	}

	async #reload(): Promise<void> {
		this.state = (await (await fetch(`${this.#url}/standin/state`)).json()) as PageState;
	}

	async #act(action: PageAction): Promise<string> {
		const response = await fetch(`${this.#url}/standin/interactions`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(action),
		});
		const body = (await response.json()) as { interaction_id?: string; message?: string };
		if (!response.ok || !body.interaction_id) throw new Error(body.message ?? `HTTP ${response.status}`);
		return body.interaction_id;
	}
}

/** Every component of a message, nested ones too. */
export function componentsOf(message: APIMessage): Json[] {
	const all = (list: unknown): Json[] =>
		((list ?? []) as Json[]).flatMap((component) => [component, ...all(component.components)]);
	return all(message.components satisfies APIMessageTopLevelComponent[] | undefined);
}

/** The buttons of a message: label, or the emoji where there is none. */
export function buttonsOf(message: APIMessage): { label: string; customId: string }[] {
	return componentsOf(message)
		.filter(({ type }) => type === 2)
		.map((button) => ({
			label: (button.label as string | undefined) ?? (button.emoji as { name: string }).name,
			customId: button.custom_id as string,
		}));
}

/** The pictures of a message: where they are, and their alternative text. */
export function picturesOf(message: APIMessage): { url: string; alt: string }[] {
	return componentsOf(message)
		.filter(({ type }) => type === 12)
		.flatMap((gallery) => gallery.items as { media: { url: string }; description: string }[])
		.map(({ media, description }) => ({ url: media.url, alt: description }));
}

/** All that a message says. */
export function textOf(message: APIMessage): string {
	const texts = componentsOf(message)
		.filter(({ type }) => type === 10)
		.map(({ content }) => content as string);
	return [message.content, ...texts].filter(Boolean).join('\n');
}

/** Answers whether a message shows finished pictures: those have a 🗑️. */
export function isResult(message: APIMessage): boolean {
	return buttonsOf(message).some(({ label }) => label === '🗑️');
}

/** What a stand-in in another process was asked that Discord does not know, or would refuse. */
export async function refusedByDiscord(url: string): Promise<{ violations: unknown[]; unknown_routes: unknown[] }> {
	const records = (await (await fetch(`${url}/standin/records`)).json()) as Json;
	return { violations: records.violations as unknown[], unknown_routes: records.unknown_routes as unknown[] };
}
