import type { APIApplicationCommand, APIAttachment, APIInteractionDataResolved } from 'discord-api-types/v10';
import { innermostOptions, optionTypes } from './client-commands.ts';
import type { Core } from './core.ts';
import { componentTypes as T } from './message-body.ts';
import type { PageOption } from './page-api.ts';
import { permissionsIn } from './permissions.ts';
import type { CommandOption } from './rules/commands.ts';
import type { StoredChannel, StoredUser } from './state.ts';
import { uploadsOf } from './uploads.ts';
import { wireChannel } from './wire.ts';
import { wireMember, wireRole } from './wire-guild.ts';

/** Who does something, and where: what decides which members, roles and channels there are to name. */
export interface Situation {
	core: Core;
	user: StoredUser;
	channel: StoredChannel;
}

/** IDs of all kinds that an interaction names. One of several kinds may stand in more than one list. */
export interface NamedIds {
	users?: string[];
	roles?: string[];
	channels?: string[];
}

/** The users, members, roles, channels and files that options name, as Discord sends them along. */
export function resolveOptions(
	situation: Situation,
	command: APIApplicationCommand,
	options: PageOption[],
): APIInteractionDataResolved {
	const { given } = innermostOptions((command.options ?? []) as unknown as CommandOption[], options);
	const of = (...types: number[]) => given.filter((it) => types.includes(it.type)).map(({ value }) => String(value));
	const resolved = resolveIds(situation, {
		users: of(optionTypes.user, optionTypes.mentionable),
		roles: of(optionTypes.role, optionTypes.mentionable),
		channels: of(optionTypes.channel),
	});
	const files = uploadsOf(situation.core, situation.user.id, of(optionTypes.attachment));
	return { ...resolved, ...resolveFiles(files) };
}

/** The kinds of ID that the values of a select may be; none for a string select. */
export function idsOfSelect(type: number, values: string[]): NamedIds {
	if (type === T.userSelect) return { users: values };
	if (type === T.roleSelect) return { roles: values };
	if (type === T.mentionableSelect) return { users: values, roles: values };
	return type === T.channelSelect ? { channels: values } : {};
}

/** What Discord sends along with IDs; kinds that none is of are left out. */
export function resolveIds(situation: Situation, ids: NamedIds): APIInteractionDataResolved {
	const { core, channel } = situation;
	const guild = channel.guildId === null ? null : core.state.guild(channel.guildId);
	const users = (ids.users ?? []).flatMap((id) => core.state.users.get(id) ?? []);
	const roles = (ids.roles ?? []).flatMap((id) => guild?.roles.find((it) => it.id === id) ?? []);
	const members = users.filter(({ id }) => guild !== null && core.state.member(guild, id) !== undefined);
	return {
		...keyed(
			'users',
			users.map(({ id, user }) => [id, user]),
		),
		...keyed(
			'members',
			members.map((it) => [it.id, resolvedMember(situation, it)]),
		),
		...keyed(
			'roles',
			roles.map((it) => [it.id, wireRole(it)]),
		),
		...keyed(
			'channels',
			(ids.channels ?? []).flatMap((id) => resolvedChannel(situation, id)),
		),
	};
}

/** Files by their IDs, as an interaction carries them. */
export function resolveFiles(attachments: APIAttachment[]): APIInteractionDataResolved {
	return keyed(
		'attachments',
		attachments.map((it) => [it.id, it]),
	);
}

/** Partial: the user stands beside it. */
function resolvedMember({ core, channel }: Situation, user: StoredUser) {
	const guild = core.state.guild(channel.guildId ?? '');
	const { user: _, deaf: __, mute: ___, ...member } = wireMember(guild, user);
	return { ...member, permissions: String(permissionsIn(core.state, channel, user.id)) };
}

function resolvedChannel({ core, user }: Situation, id: string): [string, object][] {
	const channel = core.state.channels.get(id);
	if (channel === undefined) return [];
	const permissions = String(permissionsIn(core.state, channel, user.id));
	return [[id, { ...wireChannel(core.state, channel), permissions }]];
}

function keyed(key: keyof APIInteractionDataResolved, entries: [string, unknown][]): APIInteractionDataResolved {
	return entries.length === 0 ? {} : { [key]: Object.fromEntries(entries) };
}
