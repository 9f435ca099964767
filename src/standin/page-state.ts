import { listCommands } from './client-commands.ts';
import type { Core } from './core.ts';
import type { PageChannel, PageGuild, PageState } from './page-api.ts';
import { canSee, permissionsIn } from './permissions.ts';
import type { StoredChannel, StoredGuild } from './state.ts';

/** A channel as the page knows it, with what the user may do there when one is named. */
export function pageChannel(core: Core, channel: StoredChannel, userId = ''): PageChannel {
	const { id, type, name, nsfw, parentId, guildId } = channel;
	const isGuildChannel = guildId !== null && type !== 11;
	return {
		id,
		type,
		name,
		...(isGuildChannel ? { nsfw } : {}),
		...(type === 11 ? { parent_id: parentId } : {}),
		...(guildId === null ? {} : { guild_id: guildId }),
		...(userId === '' ? {} : { permissions: String(permissionsIn(core.state, channel, userId)) }),
	};
}

/** All that the page shows beside messages; only what one user sees when one is named. */
export function pageState(core: Core, userId = ''): PageState {
	const { state, gateway } = core;
	const viewer = state.users.get(userId);
	const channels = [...state.channels.values()].filter((it) => viewer === undefined || canSee(state, it, viewer));
	const guilds = [...state.guilds.values()].filter((it) => viewer === undefined || state.member(it, viewer.id));
	const people = [...state.users.values()].filter(({ user }) => !user.bot);
	return {
		guilds: guilds.map((guild) => ({
			...pageGuild(guild),
			channels: channels.filter((it) => it.guildId === guild.id).map((it) => pageChannel(core, it, viewer?.id)),
		})),
		dms: channels.flatMap((it) =>
			it.recipientId === null ? [] : [{ ...pageChannel(core, it, viewer?.id), user_id: it.recipientId }],
		),
		users: people.map(({ id, user, locale = 'en-US' }) => ({ ...user, role: standingOf(core, id), locale })),
		application_id: state.application.id,
		bot: state.bot.user,
		bot_online: gateway.online,
		commands: listCommands(core).map((it) => readIn(it, viewer?.locale)),
	};
}

/** A command as a client in another language shows it: descriptions, and the names of choices and of commands in menus. */
function readIn<T extends object>(part: T, locale = 'en-US'): T {
	const said = (key: string) =>
		(part as Record<string, Record<string, string> | null>)[`${key}_localizations`]?.[locale];
	const { description, options, choices } = part as { description?: string; options?: object[]; choices?: object[] };
	// People type the names of commands and options, and read those of choices and in menus.
	const isRead = !description;
	return {
		...part,
		...(isRead && said('name') !== undefined && { name: said('name') }),
		...(said('description') !== undefined && { description: said('description') }),
		...(options && { options: options.map((it) => readIn(it, locale)) }),
		...(choices && { choices: choices.map((it) => readIn(it, locale)) }),
	};
}

function pageGuild({ id, name, ownerId, foreign, roles, members }: StoredGuild): Omit<PageGuild, 'channels'> {
	return {
		id,
		name,
		owner_id: ownerId,
		has_bot: !foreign,
		roles: roles.map(({ id: roleId, name: roleName, color }) => ({ id: roleId, name: roleName, color })),
		members: members.map(({ userId, roleIds }) => ({ user_id: userId, role_ids: roleIds })),
	};
}

/** What a user is in the first guild: the highest role in small letters, "member" without any. */
function standingOf({ state }: Core, userId: string): string {
	const [guild] = state.guilds.values();
	const held = guild?.members.find((it) => it.userId === userId)?.roleIds ?? [];
	const highest = guild?.roles.filter(({ id }) => held.includes(id)).sort((a, b) => b.position - a.position)[0];
	return highest?.name.toLowerCase() ?? 'member';
}
