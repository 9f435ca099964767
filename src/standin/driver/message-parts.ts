import type { APIMessage } from 'discord-api-types/v10';
import type { Core } from '../core.ts';
import { isSelect, mediaOf, componentTypes as T, type WireComponent, walkComponents } from '../message-body.ts';

/** Every component of a message, nested ones too, parents first. */
export function componentsOf(message: APIMessage): WireComponent[] {
	return [...walkComponents((message.components ?? []) as WireComponent[])].map(({ component }) => component);
}

/** The buttons of a message, in reading order. */
export function buttonsOf(message: APIMessage): WireComponent[] {
	return componentsOf(message).filter(({ type }) => type === T.button);
}

/**
 * Finds a button or select by its custom ID, its label, its emoji, or, for a select, its placeholder.
 * @throws when there is none, naming those there are.
 */
export function findControl(message: APIMessage, wanted: string): WireComponent {
	const controls = componentsOf(message).filter((it) => it.type === T.button || isSelect(it));
	const found = controls.find((it) => it.custom_id === wanted) ?? controls.find((it) => namesOf(it).includes(wanted));
	if (found) return found;
	const known = controls.map((it) => `\`${it.custom_id}\` (${namesOf(it).join(' ')})`).join(', ');
	throw new Error(`Expected a control \`${wanted}\` in the message, got: ${known || 'none'}`);
}

function namesOf(control: WireComponent): string[] {
	const emoji = (control.emoji as { name?: string } | undefined)?.name;
	return [control.label, emoji, control.placeholder].filter((it) => it !== undefined && it !== null);
}

/** The value by which a select knows what a test calls by its label or name; what nothing is called stays as it is. */
export function choiceId({ state }: Core, select: WireComponent, wanted: string, guildId: string | null): string {
	const option = select.options?.find(({ value, label }) => value === wanted || label === wanted);
	if (option) return option.value;
	const guild = guildId === null ? undefined : state.guild(guildId);
	const users = [...state.users.values()].filter(({ user }) => user.username === wanted || user.global_name === wanted);
	const roles = guild?.roles.filter(({ name }) => name === wanted) ?? [];
	const channels = [...state.channels.values()].filter((it) => it.name === wanted && it.guildId === guildId);
	const byType: Record<number, { id: string }[]> = {
		[T.userSelect]: users,
		[T.roleSelect]: roles,
		[T.mentionableSelect]: [...users, ...roles],
		[T.channelSelect]: channels,
	};
	return byType[select.type]?.[0]?.id ?? wanted;
}

/** All text of a message: content, embeds and text displays, one per line. */
export function textOf(message: APIMessage): string {
	const embeds = message.embeds.flatMap(({ title, description, fields = [], footer }) => [
		title,
		description,
		...fields.flatMap(({ name, value }) => [name, value]),
		footer?.text,
	]);
	const shown = componentsOf(message).map(({ content }) => content);
	return [message.content, ...embeds, ...shown].filter((it) => it).join('\n');
}

/** Addresses of all pictures of a message: attachments, galleries, thumbnails and files. */
export function mediaUrls(message: APIMessage): string[] {
	const shown = componentsOf(message).flatMap((it) => mediaOf(it).map(({ media }) => media.url));
	return [...message.attachments.map(({ url }) => url), ...shown];
}
