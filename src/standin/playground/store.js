/** What the page knows. `page` is the stand-in's state; messages are those of the open channel. */
export const store = {
	/** @type {import('../page-api.ts').PageState} */
	page: { guilds: [], dms: [], users: [], application_id: '', bot: null, bot_online: false, commands: [] },
	userId: '',
	channelId: '',
	/** Channel ids with messages that were not looked at. */
	unread: new Set(),
};

/** Discord's permissions that the page looks at. */
export const permissions = { administrator: 1n << 3n, manageChannels: 1n << 4n };

export function currentUser() {
	return store.page.users.find((user) => user.id === store.userId);
}

/** Whether the current user holds all of the permissions in a channel. */
export function mayIn(channel, needed) {
	const held = BigInt(channel?.permissions ?? '0');
	return (held & permissions.administrator) !== 0n || (held & needed) === needed;
}

/** The server of a channel; undefined for a direct message. */
export function guildOf(channel) {
	return store.page.guilds.find(({ id }) => id === channel?.guild_id);
}

export function membersIn(channel) {
	return guildOf(channel)?.members ?? [];
}

export function rolesIn(channel) {
	return guildOf(channel)?.roles ?? [];
}

/** A role of any server by its id. */
export function roleById(id) {
	return store.page.guilds.flatMap(({ roles }) => roles).find((role) => role.id === id);
}

/** Every channel that the current user can open. */
export function openChannels() {
	return [...store.page.guilds.flatMap((guild) => guild.channels), ...ownDms()];
}

export function ownDms() {
	return store.page.dms.filter((dm) => dm.user_id === store.userId);
}

export function channelById(id) {
	return openChannels().find((channel) => channel.id === id);
}

export function currentChannel() {
	return channelById(store.channelId);
}

/** Whether the channel, or for a thread its parent, is age-restricted. */
export function isAdult(channel) {
	if (!channel) return false;
	const parent = isThread(channel) && channel.parent_id ? channelById(channel.parent_id) : undefined;
	return Boolean(channel.nsfw || parent?.nsfw);
}

/** Discord's types 10 to 12. */
export function isThread(channel) {
	return channel.type >= 10 && channel.type <= 12;
}

/** A forum has posts, which are threads, and no messages of its own. */
export function isForum(channel) {
	return channel?.type === 15;
}

export function isDm(channel) {
	return channel.type === 1 || channel.type === 3;
}

export function displayName(user) {
	return user?.global_name ?? user?.username ?? 'Unknown user';
}

export function botName() {
	return store.page.bot ? displayName(store.page.bot) : 'The bot';
}

export function userById(id) {
	return store.page.bot?.id === id ? store.page.bot : store.page.users.find((user) => user.id === id);
}

/** Takes a new or changed channel; one that belongs to nobody we know is left out. */
export function putChannel(channel) {
	const dm = store.page.dms.find((known) => known.id === channel.id);
	if (dm) return Object.assign(dm, channel);
	const guild = store.page.guilds.find(
		({ id, channels }) =>
			id === channel.guild_id || channels.some((known) => known.id === channel.id || known.id === channel.parent_id),
	);
	const known = guild?.channels.find(({ id }) => id === channel.id);
	if (known) Object.assign(known, channel);
	else guild?.channels.push(channel);
}

/** Orders by snowflake, oldest first. */
export function bySnowflake(a, b) {
	const [left, right] = [BigInt(a.id), BigInt(b.id)];
	return left < right ? -1 : Number(left > right);
}

/** Settings, for browsers that refuse to store them. */
const session = new Map();

/** A setting that outlives the page where the browser allows that. */
export function remembered(key) {
	try {
		return localStorage.getItem(`atelier.${key}`) ?? session.get(key) ?? null;
	} catch {
		return session.get(key) ?? null;
	}
}

export function remember(key, value) {
	session.set(key, value);
	try {
		localStorage.setItem(`atelier.${key}`, value);
	} catch {
		// Private windows may refuse: the setting then lasts as long as the page.
	}
}
