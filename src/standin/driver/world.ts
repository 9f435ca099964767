import type { Core } from '../core.ts';
import * as moderation from '../moderation.ts';
import type { State, StoredChannel, StoredGuild, StoredRole, StoredUser } from '../state.ts';
import { type ChannelKind, defaultRoles, makeUser, roleNamed, type WorldRole } from '../world.ts';
import { DriverUser } from './user.ts';

const dayMs = 86_400_000;

/** Discord's age levels of a guild, by its numbers. */
const nsfwLevels = { default: 0, explicit: 1, safe: 2, ageRestricted: 3 } as const;

/** A user to come. */
export interface NewMember {
	/** Names of roles in the first guild. */
	roles?: string[];
	joinedDaysAgo?: number;
}

/** A channel to come. */
export interface NewChannel {
	kind?: ChannelKind;
	nsfw?: boolean;
	guildId?: string;
	/** Makes a thread under this channel, or a post in this forum. */
	parent?: string;
	only?: string[];
}

/** Who and what there is: looks it up by name, and changes it as owners and moderators do in Discord's own client. */
export class WorldDriver {
	readonly #core: Core;

	constructor(core: Core) {
		this.#core = core;
	}

	get state(): State {
		return this.#core.state;
	}

	/** A user by name or ID. */
	user(nameOrId: string): DriverUser {
		const found = [...this.state.users.values()].find(
			({ id, user }) => id === nameOrId || user.username.toLowerCase() === nameOrId.toLowerCase(),
		);
		if (found === undefined) throw new Error(`Expected a known user, got \`${nameOrId}\``);
		return new DriverUser(this.#core, found, (name, user) => this.#channelFor(name, user));
	}

	/** A channel or thread by name or ID. Names of direct-message channels do not count: use `dm` as a user. */
	channel(nameOrId: string): StoredChannel {
		const found = [...this.state.channels.values()].find(
			({ id, name, type }) => id === nameOrId || (name === nameOrId && type !== 1),
		);
		if (found === undefined) throw new Error(`Expected a known channel, got \`${nameOrId}\``);
		return found;
	}

	/** Switches a channel's age restriction; the bot is told by CHANNEL_UPDATE. */
	setNsfw(channel: string, nsfw: boolean): void {
		moderation.setAgeRestricted(this.#core, this.channel(channel).id, nsfw);
	}

	/** A guild by name or ID; the first one when none is named. */
	guild(nameOrId?: string): StoredGuild {
		const all = [...this.state.guilds.values()];
		const found = nameOrId === undefined ? all[0] : all.find(({ id, name }) => id === nameOrId || name === nameOrId);
		if (found === undefined) throw new Error(`Expected a known guild, got \`${nameOrId ?? 'none at all'}\``);
		return found;
	}

	/** A role by name or ID, in the first guild when none is named. */
	role(nameOrId: string, guild?: string): StoredRole {
		return roleNamed(this.guild(guild).roles, nameOrId);
	}

	/** Adds a user with a direct-message channel, as a member of every guild. */
	createUser(name: string, { roles = [], joinedDaysAgo = 0 }: NewMember = {}): DriverUser {
		const stored = makeUser(this.state.ids.next(), name);
		this.state.users.set(stored.id, stored);
		this.state.dmWith(stored.id);
		for (const guild of this.state.guilds.values()) {
			moderation.addMember(this.#core, guild, stored.id, Date.now() - joinedDaysAgo * dayMs);
		}
		if (roles.length > 0) this.setRoles(stored.id, roles);
		return this.user(stored.id);
	}

	/** Sets the roles of a member, by name or ID, in the first guild when none is named. */
	setRoles(user: string, roles: string[], guild?: string): void {
		const place = this.guild(guild);
		const ids = roles.map((it) => roleNamed(place.roles, it).id);
		moderation.setRoles(this.#core, place, this.user(user).id, ids);
	}

	/** Lets a member leave a guild. */
	removeMember(user: string, guild?: string): void {
		moderation.removeMember(this.#core, this.guild(guild), this.user(user).id);
	}

	/** Adds a role above all others; the bot is told by GUILD_ROLE_CREATE. */
	createRole(name: string, permissions = 0n, guild?: string): StoredRole {
		return moderation.addRole(this.#core, this.guild(guild), name, permissions);
	}

	/** Sets what a role may do in its guild: GUILD_ROLE_UPDATE. */
	setRolePermissions(role: string, permissions: bigint, guild?: string): void {
		const change = { permissions: String(permissions) };
		moderation.changeRole(this.#core, this.guild(guild), this.role(role, guild), change);
	}

	/** Deletes a role: GUILD_ROLE_DELETE. */
	deleteRole(role: string, guild?: string): void {
		moderation.deleteRole(this.#core, this.guild(guild), this.role(role, guild));
	}

	/** Sets what a role or a member may do in one channel, over what the guild says: CHANNEL_UPDATE. */
	setOverwrite(
		channel: string,
		{ role, user, allow = 0n, deny = 0n }: { role?: string; user?: string; allow?: bigint; deny?: bigint },
	): void {
		const place = this.channel(channel);
		const id = user === undefined ? this.role(role ?? '@everyone', place.guildId ?? '').id : this.user(user).id;
		const type = user === undefined ? 0 : 1;
		moderation.setOverwrite(this.#core, place, { id, type, allow: String(allow), deny: String(deny) });
	}

	/**
	 * Adds a channel to a guild, the first one when none is named, or a thread or post when a parent is; the bot is told.
	 * `only` names the roles that alone see it, besides the bot.
	 */
	createChannel(name: string, { parent, guildId, ...rest }: NewChannel = {}): StoredChannel {
		const core = this.#core;
		if (parent !== undefined) return moderation.addThread(core, this.channel(parent), name);
		return moderation.addChannel(core, this.guild(guildId), { name, ...rest });
	}

	/** Deletes a channel with its threads and messages: CHANNEL_DELETE, or THREAD_DELETE. */
	deleteChannel(channel: string): void {
		moderation.deleteChannel(this.#core, this.channel(channel));
	}

	/** Adds a guild with text channels and every user, and the bot to it: GUILD_CREATE. */
	createGuild(
		name: string,
		channels: string[],
		{
			owner = 'sora',
			roles = defaultRoles,
			locale = 'en-US',
		}: { owner?: string; roles?: WorldRole[]; locale?: string } = {},
	): { id: string; channels: StoredChannel[] } {
		const described = { owner, roles, locale, channels: channels.map((it) => ({ name: it })) };
		return this.#withChannels(moderation.foundGuild(this.#core, name, described));
	}

	/** Sets a guild's own age level: GUILD_UPDATE. */
	setGuildNsfwLevel(level: keyof typeof nsfwLevels, guild?: string): void {
		moderation.changeGuild(this.#core, this.guild(guild), { nsfwLevel: nsfwLevels[level] });
	}

	/** Sets what Discord calls a guild's language: GUILD_UPDATE. */
	setGuildLocale(locale: string, guild?: string): void {
		moderation.changeGuild(this.#core, this.guild(guild), { locale });
	}

	/** Sets the language of a user's Discord, which their interactions say. */
	setLocale(user: string, locale: string): void {
		moderation.setLocale(this.#core, this.user(user).stored, locale);
	}

	/** Removes the bot from a guild, which is then a foreign one: GUILD_DELETE. */
	removeBot(guild?: string): void {
		moderation.removeBot(this.#core, this.guild(guild));
	}

	/** Adds the bot to a guild that it was removed from, or never was in: GUILD_CREATE. */
	inviteBot(guild: string): void {
		moderation.inviteBot(this.#core, this.guild(guild));
	}

	/**
	 * Adds a guild that the bot is not in, with one channel, and returns that channel. Who runs a command there brings the bot
	 * along by having installed it: the bot sees the interaction and nothing else of the guild.
	 */
	createForeignChannel({ name = 'elsewhere', nsfw = false } = {}): StoredChannel {
		const described = { owner: 'sora', roles: [], channels: [{ name, nsfw }] };
		const guild = moderation.foundGuild(this.#core, `Foreign ${name}`, described, { foreign: true });
		return this.channel(this.#withChannels(guild).channels[0]?.id ?? '');
	}

	#channelFor(name: string, user: StoredUser): StoredChannel {
		return name === 'dm' ? this.state.dmWith(user.id) : this.channel(name);
	}

	#withChannels({ id }: StoredGuild): { id: string; channels: StoredChannel[] } {
		return { id, channels: [...this.state.channels.values()].filter((it) => it.guildId === id) };
	}
}
