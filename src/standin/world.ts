import type { APIUser } from 'discord-api-types/v10';
import { Snowflakes } from './snowflake.ts';
import type { Snapshot, StoredChannel, StoredUser, UserRole } from './state.ts';

/** A description of who and what exists when there is no stored state. */
export interface World {
	bot: string;
	users: { name: string; role: Exclude<UserRole, 'bot'> }[];
	guilds: { name: string; channels: { name: string; nsfw?: boolean; threads?: string[] }[] }[];
}

/** One guild with a safe and an age-restricted side, two members and a moderator. */
export const defaultWorld: World = {
	bot: 'Atelier',
	users: [
		{ name: 'mika', role: 'member' },
		{ name: 'ren', role: 'member' },
		{ name: 'sora', role: 'moderator' },
	],
	guilds: [
		{
			name: 'Atelier',
			channels: [
				{ name: 'gallery', threads: ['warm-ups'] },
				{ name: 'sketches' },
				{ name: 'after-dark', nsfw: true, threads: ['late sketches'] },
			],
		},
	],
};

/** When the fixed world was made. A constant, so that its IDs are the same on every machine and in every run. */
const bornMs = Date.UTC(2025, 2, 1);

/** Makes the first state of a world: everybody, every channel, and a direct-message channel for each user. */
export function buildWorld(world: World, url: string): Snapshot {
	const ids = new Snowflakes();
	let minute = 0;
	// A minute between any two: the IDs look like ones made by people, and differ in their leading digits.
	const nextId = () => ids.next(bornMs + 60_000 * minute++);
	const bot = makeUser(nextId(), world.bot, 'bot');
	const users = world.users.map(({ name, role }) => makeUser(nextId(), name, role));
	const snapshot: Snapshot = {
		version: 1,
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
	for (const { name, channels } of world.guilds) {
		const guildId = nextId();
		const ownerId = users.find((it) => it.role === 'moderator')?.id ?? bot.id;
		snapshot.guilds.push({ id: guildId, name, ownerId, moderatorRoleId: nextId(), foreign: false });
		for (const { name: channelName, nsfw = false, threads = [] } of channels) {
			const channel = makeChannel({ id: nextId(), name: channelName, guildId, nsfw });
			snapshot.channels.push(channel);
			for (const thread of threads) {
				snapshot.channels.push(makeChannel({ id: nextId(), name: thread, guildId, type: 11, parentId: channel.id }));
			}
		}
	}
	for (const { id, user } of users) {
		snapshot.channels.push(makeChannel({ id: nextId(), name: user.username, type: 1, recipientId: id }));
	}
	snapshot.lastId = ids.last;
	return snapshot;
}

/** Makes a channel, filling in what is not given: a safe text channel without messages. */
export function makeChannel(fields: Pick<StoredChannel, 'id' | 'name'> & Partial<StoredChannel>): StoredChannel {
	return { type: 0, guildId: null, parentId: null, nsfw: false, recipientId: null, lastMessageId: null, ...fields };
}

/** No bits set; typed as a number because a literal is no member of the flags. */
const noFlags: number = 0;

/** Makes a user of the name, with none of the optional parts of a profile. */
export function makeUser(id: string, name: string, role: UserRole): StoredUser {
	const user = {
		id,
		username: name.toLowerCase(),
		discriminator: '0',
		global_name: role === 'bot' ? null : name[0]?.toUpperCase() + name.slice(1),
		avatar: null,
		...(role === 'bot' ? { bot: true, username: name } : {}),
		public_flags: noFlags,
		flags: noFlags,
		banner: null,
		accent_color: null,
		avatar_decoration_data: null,
		collectibles: null,
		primary_guild: null,
	} satisfies APIUser;
	return { id, user, role, dmsClosed: false, adultDms: false };
}
