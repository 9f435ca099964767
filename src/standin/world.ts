import type { APIUser } from 'discord-api-types/v10';
import { PermissionFlagsBits as P } from 'discord-api-types/v10';
import { botPermissions, everyonePermissions, moderatorPermissions } from './permissions.ts';
import { Snowflakes } from './snowflake.ts';
import type { Snapshot, StoredChannel, StoredGuild, StoredOverwrite, StoredRole, StoredUser } from './state.ts';

/** Kinds of channel by Discord's number for them. */
export const channelKinds = { text: 0, announcement: 5, voice: 2, forum: 15 } as const;
export type ChannelKind = keyof typeof channelKinds;

/** A role of a guild, above those before it. */
export interface WorldRole {
	name: string;
	/** On top of what everybody may do. */
	permissions?: bigint;
	/** 0xRRGGBB. */
	color?: number;
}

/** A channel of a guild. */
export interface WorldChannel {
	name: string;
	kind?: ChannelKind;
	nsfw?: boolean;
	/** Threads, or a forum's posts. */
	threads?: string[];
	/** Names of roles that alone see it, besides the bot. */
	only?: string[];
}

/** A guild with the bot in it. */
export interface WorldGuild {
	name: string;
	/** A user's name. */
	owner: string;
	roles: WorldRole[];
	/** What Discord calls its language. */
	locale?: string;
	members: { name: string; roles?: string[]; joinedDaysAgo?: number }[];
	channels: WorldChannel[];
}

/** A description of who and what exists when there is no stored state. */
export interface World {
	bot: string;
	users: string[];
	guilds: WorldGuild[];
}

/** What the guild of the default world has above @everyone, lowest first. */
export const defaultRoles: WorldRole[] = [
	{ name: 'Newcomer', color: 0x6b8e9e },
	{ name: 'Artist', color: 0xb07cc6 },
	{ name: 'Moderator', color: 0x3fa36b, permissions: moderatorPermissions },
];

/**
 * One guild with a safe and an age-restricted side and a channel that only moderators see. Sora owns it and Kei moderates it
 * too; Mika is an artist and Ren has no role, both from the start; Yuki came yesterday.
 */
export const defaultWorld: World = {
	bot: 'Atelier',
	users: ['mika', 'ren', 'sora', 'kei', 'yuki'],
	guilds: [
		{
			name: 'Atelier',
			owner: 'sora',
			roles: defaultRoles,
			members: [
				{ name: 'mika', roles: ['Artist'] },
				{ name: 'ren' },
				{ name: 'sora', roles: ['Moderator'] },
				{ name: 'kei', roles: ['Moderator'] },
				{ name: 'yuki', roles: ['Newcomer'], joinedDaysAgo: 1 },
			],
			channels: [
				{ name: 'gallery', threads: ['warm-ups'] },
				{ name: 'sketches' },
				{ name: 'after-dark', nsfw: true, threads: ['late sketches'] },
				{ name: 'news', kind: 'announcement' },
				{ name: 'showcase', kind: 'forum', threads: ['my first picture'] },
				{ name: 'night-showcase', kind: 'forum', nsfw: true, threads: ['moonlit'] },
				{ name: 'hangout', kind: 'voice' },
				{ name: 'mod-log', only: ['Moderator'] },
			],
		},
	],
};

/** When the fixed world was made. A constant, so that its IDs are the same on every machine and in every run. */
const bornMs = Date.UTC(2025, 2, 1);
const dayMs = 86_400_000;

/** Makes the first state of a world: everybody, every channel, and a direct-message channel for each user. */
export function buildWorld(world: World, url: string, nowMs = Date.now()): Snapshot {
	const ids = new Snowflakes();
	let minute = 0;
	// A minute between any two: the IDs look like ones made by people, and differ in their leading digits.
	const nextId = () => ids.next(bornMs + 60_000 * minute++);
	const bot = makeUser(nextId(), world.bot, { isBot: true });
	const users = world.users.map((name) => makeUser(nextId(), name));
	const snapshot: Snapshot = {
		version: 2,
		url,
		lastId: '0',
		application: { id: bot.id, name: world.bot },
		users: [bot, ...users],
		guilds: [],
		channels: [],
		files: [],
		messages: [],
		interactions: [],
		commands: [],
	};
	for (const described of world.guilds) {
		const { guild, channels } = makeGuild(described, { nextId, users, bot, nowMs });
		snapshot.guilds.push(guild);
		snapshot.channels.push(...channels);
	}
	for (const { id, user } of users) {
		snapshot.channels.push(makeChannel({ id: nextId(), name: user.username, type: 1, recipientId: id }));
	}
	snapshot.lastId = ids.last;
	return snapshot;
}

/** Makes a guild with its roles, members and channels. The first text channel is where Discord welcomes new members. */
export function makeGuild(
	{ name, owner, roles, members, channels, locale }: WorldGuild,
	{ nextId, users, bot, nowMs }: { nextId: () => string; users: StoredUser[]; bot: StoredUser; nowMs: number },
): { guild: StoredGuild; channels: StoredChannel[] } {
	const idOf = (wanted: string) => {
		const found = users.find(({ user }) => user.username === wanted.toLowerCase());
		if (found === undefined) throw new Error(`Expected a user of the world, got \`${wanted}\``);
		return found.id;
	};
	const id = nextId();
	const all = makeRoles(id, roles, bot, nextId);
	const joinedMs = nowMs - 400 * dayMs;
	const guild: StoredGuild = {
		id,
		name,
		ownerId: idOf(owner),
		foreign: false,
		roles: all,
		members: [
			{ userId: bot.id, roleIds: all.filter(({ botId }) => botId === bot.id).map((it) => it.id), joinedAtMs: joinedMs },
			...members.map(({ name: member, roles: held = [], joinedDaysAgo: days }) => ({
				userId: idOf(member),
				roleIds: held.map((role) => roleNamed(all, role).id),
				joinedAtMs: days === undefined ? joinedMs : nowMs - days * dayMs,
			})),
		],
		nsfwLevel: 0,
		systemChannelId: null,
		...(locale === undefined ? {} : { locale }),
	};
	const made = channels.flatMap((channel) => makeChannels(channel, guild, nextId));
	guild.systemChannelId = made.find(({ type }) => type === 0)?.id ?? null;
	return { guild, channels: made };
}

/** Finds a role by name or ID. */
export function roleNamed(roles: StoredRole[], wanted: string): StoredRole {
	const found = roles.find(({ id, name }) => id === wanted || name === wanted);
	if (found) return found;
	throw new Error(`Expected a role \`${wanted}\`, got: ${roles.map(({ name }) => name).join(', ')}`);
}

function makeRoles(guildId: string, roles: WorldRole[], bot: StoredUser, nextId: () => string): StoredRole[] {
	const everyone = { name: '@everyone', permissions: String(everyonePermissions), position: 0, color: 0, botId: null };
	const own = { name: bot.user.username, permissions: String(botPermissions), position: 1, color: 0, botId: bot.id };
	return [
		{ id: guildId, ...everyone },
		{ id: nextId(), ...own },
		...roles.map(({ name, permissions = 0n, color = 0 }, index) => ({
			id: nextId(),
			name,
			permissions: String(permissions),
			position: index + 2,
			color,
			botId: null,
		})),
	];
}

/** Makes a channel of a guild and the threads under it. */
export function makeChannels(described: WorldChannel, guild: StoredGuild, nextId: () => string): StoredChannel[] {
	const { name, kind = 'text', nsfw = false, threads = [], only } = described;
	const overwrites = only === undefined ? [] : onlyFor(guild, only);
	const channel = makeChannel({ id: nextId(), name, guildId: guild.id, type: channelKinds[kind], nsfw, overwrites });
	const below = { guildId: guild.id, type: 11, parentId: channel.id } as const;
	return [channel, ...threads.map((thread) => makeChannel({ id: nextId(), name: thread, ...below }))];
}

function onlyFor(guild: StoredGuild, roles: string[]): StoredOverwrite[] {
	const view = String(P.ViewChannel);
	const seers = [
		...roles.map((name) => roleNamed(guild.roles, name).id),
		...guild.roles.filter(({ botId }) => botId !== null).map(({ id }) => id),
	];
	return [
		{ id: guild.id, type: 0, allow: '0', deny: view },
		...seers.map((id) => ({ id, type: 0 as const, allow: view, deny: '0' })),
	];
}

/** Makes a channel, filling in what is not given: a safe text channel without messages. */
export function makeChannel(fields: Pick<StoredChannel, 'id' | 'name'> & Partial<StoredChannel>): StoredChannel {
	const blank = { guildId: null, parentId: null, recipientId: null, lastMessageId: null };
	return { type: 0, nsfw: false, overwrites: [], ...blank, ...fields };
}

/** No bits set; typed as a number because a literal is no member of the flags. */
const noFlags: number = 0;

/** Makes a user of the name, with none of the optional parts of a profile. */
export function makeUser(id: string, name: string, { isBot = false } = {}): StoredUser {
	const user = {
		id,
		username: name.toLowerCase(),
		discriminator: '0',
		global_name: isBot ? null : name[0]?.toUpperCase() + name.slice(1),
		avatar: null,
		...(isBot ? { bot: true, username: name } : {}),
		public_flags: noFlags,
		flags: noFlags,
		banner: null,
		accent_color: null,
		avatar_decoration_data: null,
		collectibles: null,
		primary_guild: null,
	} satisfies APIUser;
	return { id, user, dmsClosed: false, adultDms: false };
}
