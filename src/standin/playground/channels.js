import { avatar, byId, h } from './dom.js';
import { hashOf } from './navigation.js';
import {
	botName,
	currentChannel,
	currentUser,
	displayName,
	isAdult,
	isDm,
	isForum,
	isThread,
	mayIn,
	ownDms,
	permissions,
	store,
} from './store.js';

/** Draws the list of channels: each server's, threads below their parent, then direct messages. */
export function drawChannels() {
	const parts = store.page.guilds.map((guild) =>
		h(
			'section',
			{ dataset: { guildId: guild.id } },
			h('h2', { class: 'guild-name' }, guild.name, !guild.has_bot && h('small', {}, ` without ${botName()}`)),
			h('ul', {}, ...ordered(guild.channels).map(channelItem)),
		),
	);
	if (ownDms().length > 0)
		parts.push(
			h('section', {}, h('h2', { class: 'guild-name' }, 'Direct messages'), h('ul', {}, ...ownDms().map(channelItem))),
		);
	const list = byId('channels');
	const focused = list.contains(document.activeElement) ? document.activeElement.dataset.channelId : undefined;
	list.replaceChildren(...parts);
	if (focused) list.querySelector(`[data-channel-id="${CSS.escape(focused)}"]`)?.focus();
}

/** Draws the open channel's header: name, mark, and the switch that only a moderator has. */
export function drawHeader() {
	const channel = currentChannel();
	const name = channel ? titleOf(channel) : 'No channel';
	byId('channel-name').textContent = name;
	document.title = `${name} · Atelier playground`;
	byId('channel-adult').hidden = !isAdult(channel);
	const isPlace = channel?.guild_id !== undefined && !isThread(channel);
	byId('nsfw-label').hidden = !isPlace || !mayIn(channel, permissions.manageChannels);
	byId('nsfw-toggle').checked = Boolean(channel?.nsfw);
	const status = byId('bot-status');
	const isOnline = store.page.bot_online;
	status.dataset.online = String(isOnline);
	status.textContent = `${botName()} is ${isOnline ? 'online' : 'offline'}`;
}

/** Draws who the current user is, with the select to be somebody else. */
export function drawIdentity() {
	const select = byId('user-switch');
	select.replaceChildren(
		...store.page.users.map((user) =>
			h('option', { value: user.id, dataset: { username: user.username } }, `${displayName(user)} (${user.role})`),
		),
	);
	select.value = store.userId;
	const user = currentUser();
	byId('locale-switch').value = user?.locale ?? 'en-US';
	if (user) byId('identity-avatar').replaceChildren(avatar(user, displayName(user)));
}

export function titleOf(channel) {
	if (isDm(channel)) return botName();
	return isThread(channel) ? `🧵 ${channel.name}` : `${markOf(channel)} ${channel.name}`;
}

function channelItem(channel) {
	const isCurrent = channel.id === store.channelId;
	const isUnread = store.unread.has(channel.id) && !isCurrent;
	const classes = ['channel', isThread(channel) && 'is-thread', isUnread && 'is-unread'].filter(Boolean).join(' ');
	return h(
		'li',
		{},
		h(
			'a',
			{
				class: classes,
				href: hashOf(channel.id),
				'aria-current': isCurrent && 'page',
				dataset: { channelId: channel.id },
			},
			isDm(channel) ? dmMark() : markElement(channel),
			h('span', { class: 'channel-title' }, isDm(channel) ? botName() : channel.name),
			isAdult(channel) &&
				h(
					'span',
					{ class: 'adult-mark', title: 'Age-restricted' },
					'🔞',
					h('span', { class: 'hidden-text' }, ' Age-restricted'),
				),
			isUnread && h('span', { class: 'hidden-text' }, ' unread'),
		),
	);
}

function markElement(channel) {
	const mark = isThread(channel) ? '╰' : markOf(channel);
	const isEmoji = !'╰#'.includes(mark);
	return h('span', { class: isEmoji ? 'channel-mark is-emoji' : 'channel-mark', 'aria-hidden': 'true' }, mark);
}

/** Announcements, voice and forums have marks of their own. */
function markOf(channel) {
	if (isForum(channel)) return '🗂';
	return { 2: '🔊', 5: '📣' }[channel.type] ?? '#';
}

function dmMark() {
	const isOnline = store.page.bot_online;
	const mark = avatar(store.page.bot, botName());
	mark.append(h('span', { class: 'presence', dataset: { online: String(isOnline) } }));
	return mark;
}

function ordered(channels) {
	const parents = channels.filter((channel) => !isThread(channel));
	const known = new Set(parents.map(({ id }) => id));
	const threadsOf = (id) => channels.filter((channel) => isThread(channel) && channel.parent_id === id);
	const orphans = channels.filter((channel) => isThread(channel) && !known.has(channel.parent_id));
	return [...parents.flatMap((parent) => [parent, ...threadsOf(parent.id)]), ...orphans];
}
