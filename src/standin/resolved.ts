import type { APIApplicationCommand, APIAttachment, APIInteractionDataResolved } from 'discord-api-types/v10';
import { innermostOptions, optionTypes } from './client-commands.ts';
import type { Core } from './core.ts';
import type { PageOption } from './page-api.ts';
import type { CommandOption } from './rules/commands.ts';
import type { StoredChannel } from './state.ts';
import { rolePermissions, wireChannel, wireMember } from './wire.ts';

/** The users, channels and files that options name, as Discord sends them along. */
export function resolveOptions(
	core: Core,
	command: APIApplicationCommand,
	options: PageOption[],
	attachments: APIAttachment[],
	channel: StoredChannel,
): APIInteractionDataResolved {
	const { given } = innermostOptions((command.options ?? []) as unknown as CommandOption[], options);
	const of = (type: number) => given.filter((it) => it.type === type).map(({ value }) => String(value));
	const files = attachments.filter(({ id }) => of(optionTypes.attachment).includes(id));
	return {
		...resolveUsers(core, of(optionTypes.user), channel),
		...resolveChannels(core, of(optionTypes.channel)),
		...(files.length === 0 ? {} : { attachments: Object.fromEntries(files.map((file) => [file.id, file])) }),
	};
}

/** What Discord sends along with the values of a user or channel select. */
export function resolveSelection(core: Core, type: number, values: string[], channel: StoredChannel) {
	if (type === 5) return { resolved: resolveUsers(core, values, channel) };
	if (type === 8) return { resolved: resolveChannels(core, values) };
	return {};
}

function resolveUsers(core: Core, ids: string[], channel: StoredChannel): APIInteractionDataResolved {
	const users = ids.flatMap((id) => core.state.users.get(id) ?? []);
	if (users.length === 0) return {};
	const guild = channel.guildId === null ? null : core.state.guild(channel.guildId);
	const byId = Object.fromEntries(users.map(({ id, user }) => [id, user]));
	if (guild === null) return { users: byId };
	const members = users.map((it) => {
		const { user: _, ...member } = wireMember(guild, it);
		return [it.id, member];
	});
	return { users: byId, members: Object.fromEntries(members) };
}

function resolveChannels(core: Core, ids: string[]): APIInteractionDataResolved {
	const channels = ids.flatMap((id) => core.state.channels.get(id) ?? []);
	if (channels.length === 0) return {};
	const permissions = String(rolePermissions.member);
	return {
		channels: Object.fromEntries(channels.map((it) => [it.id, { ...wireChannel(core.state, it), permissions }])),
	} as APIInteractionDataResolved;
}
