import { botPermissions, everyonePermissions, moderatorPermissions } from './permissions.ts';
import { Snowflakes, snowflakeTimeMs } from './snowflake.ts';
import type { Snapshot, StoredChannel, StoredGuild, StoredRole, StoredUser } from './state.ts';

/** What the first version kept: users had one role everywhere, guilds a moderators' role, and channels no overwrites. */
export interface FirstSnapshot extends Omit<Snapshot, 'version' | 'users' | 'guilds' | 'channels'> {
	version: 1;
	users: (StoredUser & { role: 'member' | 'moderator' | 'bot' })[];
	guilds: (Pick<StoredGuild, 'id' | 'name' | 'ownerId' | 'foreign'> & { moderatorRoleId: string })[];
	channels: Omit<StoredChannel, 'overwrites'>[];
}

/** Brings a state of an earlier version up to date; people, channels and messages stay as they are. */
export function upgraded(stored: Snapshot | FirstSnapshot): Snapshot {
	if (stored.version === 2) return stored;
	const ids = new Snowflakes(stored.lastId);
	return {
		...stored,
		version: 2,
		users: stored.users.map(({ role: _, ...user }) => user),
		guilds: stored.guilds.map((guild) => upgradedGuild(guild, stored, ids.next())),
		channels: stored.channels.map((it) => ({ ...it, overwrites: [] })),
		lastId: ids.last,
	};
}

function upgradedGuild(guild: FirstSnapshot['guilds'][number], stored: FirstSnapshot, botRoleId: string): StoredGuild {
	const { moderatorRoleId, ...rest } = guild;
	const { users, channels, application } = stored;
	const heldBy = { bot: [botRoleId], moderator: [moderatorRoleId], member: [] };
	const make = (id: string, name: string, position: number, permissions: bigint, botId: string | null): StoredRole => ({
		id,
		name,
		permissions: String(permissions),
		position,
		color: 0,
		botId,
	});
	return {
		...rest,
		roles: [
			make(guild.id, '@everyone', 0, everyonePermissions, null),
			make(botRoleId, application.name, 1, botPermissions, application.id),
			make(moderatorRoleId, 'Moderator', 2, moderatorPermissions, null),
		],
		members: users
			.filter(({ role }) => role !== 'bot' || !guild.foreign)
			.map(({ id, role }) => ({ userId: id, roleIds: heldBy[role], joinedAtMs: snowflakeTimeMs(guild.id) })),
		nsfwLevel: 0,
		systemChannelId: channels.find((it) => it.guildId === guild.id && it.type === 0)?.id ?? null,
	};
}
