import {
	channelById,
	displayName,
	isDm,
	isThread,
	membersIn,
	openChannels,
	rolesIn,
	store,
	userById,
} from './store.js';

/** Discord's numbers for the kinds of select. */
export const selectTypes = { string: 3, user: 5, role: 6, mentionable: 7, channel: 8 };

/** Tells whether a component is one of the five kinds of select. */
export function isSelect({ type }) {
	return Object.values(selectTypes).includes(type);
}

/**
 * What a select offers in a channel: its own options, or the people, roles or channels there.
 * @param {object} component a select in Discord's wire form
 * @param {string} channelId
 * @returns {{ value: string, label: string, description?: string, emoji?: object, color?: number, isDefault: boolean }[]}
 */
export function choicesOf(component, channelId) {
	if (component.type === selectTypes.string)
		return component.options.map(({ value, label, description, emoji, default: isDefault }) => ({
			value,
			label,
			description,
			emoji,
			isDefault: Boolean(isDefault),
		}));
	const chosen = new Set((component.default_values ?? []).map(({ id }) => id));
	const known = named(component, channelById(channelId));
	// What was chosen before and cannot be seen here any more is shown all the same.
	const gone = [...chosen].filter((id) => !known.some(({ value }) => value === id));
	return [...known, ...gone.map((id) => ({ value: id, label: `Unknown (${id})` }))].map((choice) => ({
		...choice,
		isDefault: chosen.has(choice.value),
	}));
}

/** What a select says when nothing is chosen. */
export function placeholderOf(component) {
	return component.placeholder || 'Make a selection';
}

function named(component, channel) {
	if (!channel) return [];
	switch (component.type) {
		case selectTypes.user:
			return people(channel);
		case selectTypes.role:
			return roles(channel);
		case selectTypes.mentionable:
			return [...people(channel), ...roles(channel)];
		case selectTypes.channel:
			return places(channel, component.channel_types ?? []);
		default:
			return [];
	}
}

function people(channel) {
	const ids = isDm(channel) ? [store.userId, store.page.bot.id] : membersIn(channel).map(({ user_id: id }) => id);
	return ids
		.map((id) => userById(id))
		.filter(Boolean)
		.map((user) => ({ value: user.id, label: `@${displayName(user)}`, description: handleOf(user) }));
}

/** The name by which a user is known everywhere, where it says more than the one on show. */
function handleOf(user) {
	return user.username.toLowerCase() === displayName(user).toLowerCase() ? undefined : user.username;
}

function roles(channel) {
	return rolesIn(channel).map(({ id, name, color }) => ({
		value: id,
		label: name.startsWith('@') ? name : `@${name}`,
		description: 'Role',
		color,
	}));
}

function places(channel, types) {
	return openChannels()
		.filter((it) => it.guild_id !== undefined && it.guild_id === channel.guild_id)
		.filter((it) => types.length === 0 || types.includes(it.type))
		.map((it) => ({ value: it.id, label: `#${it.name}`, description: isThread(it) ? 'Thread' : undefined }));
}
