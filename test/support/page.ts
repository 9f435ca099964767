import { setTimeout as wait } from 'node:timers/promises';
import type { APIMessage, APIMessageTopLevelComponent } from 'discord-api-types/v10';
import type { PageAction, PageEvent, PageField, PageState } from '../../src/standin/page-api.ts';

type Json = Record<string, unknown>;

/** A member at the playground page, without the page: for tests and benchmarks whose stand-in is another process. */
export class PageMember {
	readonly #url: string;
	readonly state: PageState;
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

	/** Sends a slash command with options by name; types are those the command was registered with. */
	async slash(
		command: string,
		options: Record<string, string | number | boolean>,
		channel = 'gallery',
	): Promise<string> {
		const state = (await (await fetch(`${this.#url}/standin/state`)).json()) as PageState;
		const registered = state.commands.find(({ name }) => name === command);
		if (!registered) throw new Error(`Expected the command ${command} to be registered`);
		return this.#act({
			kind: 'slash',
			user_id: this.userId,
			channel_id: this.channel(channel),
			command_id: registered.id,
			options: Object.entries(options).map(([name, value]) => {
				const option = registered.options?.find((o) => o.name === name);
				if (!option) throw new Error(`Expected /${command} to have an option ${name}`);
				return { name, type: option.type, value };
			}),
		});
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
