import { drawComponents } from './components.js';
import { avatar, h } from './dom.js';
import { drawClassic } from './embeds.js';
import { markdown } from './markdown.js';
import { goTo, hashOf } from './navigation.js';
import { failureOf } from './presses.js';
import { displayName, store } from './store.js';
import { dayName, fullTime, messageTime } from './time.js';

const flags = { ephemeral: 64, loading: 128, componentsV2: 32_768 };

export function isEphemeral(message) {
	return hasFlag(message, flags.ephemeral);
}

/** An empty article for a message; `drawMessage` fills it. */
export function messageArticle(message) {
	const sent = new Date(message.timestamp);
	return h('article', {
		class: 'message',
		dataset: { messageId: message.id, day: sent.toDateString(), dayLabel: dayName(sent) },
	});
}

/**
 * Draws a message into its article, again at every change. Pictures already loaded and the focused control are kept.
 * @param {HTMLElement} article
 * @param {{ onDismiss: () => void, apps?: (message: object) => Node | null }} hooks `apps` makes the button of its menu
 */
export function drawMessage(article, message, hooks) {
	const focused = article.contains(document.activeElement)
		? controlOf(document.activeElement).dataset.customId
		: undefined;
	const loaded = new Map([...article.querySelectorAll('img')].map((image) => [image.getAttribute('src'), image]));
	const reuse = (src) => {
		const image = loaded.get(src);
		loaded.delete(src);
		return image;
	};
	const context = { message, key: message.id, pictures: [], reuse };
	const name = displayName(message.author);
	article.setAttribute('aria-label', `${name}, ${messageTime(new Date(message.timestamp))}`);
	article.classList.toggle('is-ephemeral', isEphemeral(message));
	article.classList.toggle('is-loading', hasFlag(message, flags.loading));
	article.replaceChildren(
		...[
			originLine(message),
			avatar(message.author, name),
			header(message, name, hooks),
			body(message, context),
			footer(message, hooks),
		].filter(Boolean),
	);
	if (focused) article.querySelector(`[data-custom-id="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

/** The control that an element belongs to: the options of an open select belong to its button. */
function controlOf(element) {
	return element.closest('.select-box')?.querySelector('.select') ?? element;
}

function hasFlag(message, flag) {
	return ((message.flags ?? 0) & flag) !== 0;
}

/** "mika used /imagine", or the message that this one answers. */
function originLine(message) {
	const origin = message.interaction_metadata;
	const reference = message.message_reference;
	if (!origin && !reference) return null;
	const who = origin && h('strong', {}, displayName(origin.user));
	const name = origin?.name ?? message.interaction?.name;
	const earlierId =
		reference?.message_id ??
		origin?.target_message_id ??
		origin?.interacted_message_id ??
		origin?.triggering_interaction_metadata?.interacted_message_id;
	const isMenu = origin?.target_message_id !== undefined || origin?.target_user !== undefined;
	const line = h('div', { class: 'origin' });
	if (origin?.type === 2 || name)
		line.append(
			who,
			' used ',
			h('span', { class: 'mention', dataset: { command: name ?? '' } }, isMenu ? name : `/${name ?? 'a command'}`),
		);
	else if (origin) line.append(who, origin.type === 5 ? ' sent a form' : ' pressed a control');
	if (earlierId)
		line.append(line.hasChildNodes() ? ' · ' : '', earlierLink(reference?.channel_id ?? message.channel_id, earlierId));
	return line;
}

function earlierLink(channelId, messageId) {
	const open = (event) => {
		event.preventDefault();
		goTo(channelId, messageId);
	};
	return h('a', { href: hashOf(channelId, messageId), onclick: open }, 'see the earlier message');
}

function header(message, name, hooks) {
	const sent = new Date(message.timestamp);
	return h(
		'div',
		{ class: 'message-header' },
		h('span', { class: 'author', dataset: { userId: message.author.id } }, name),
		message.author.bot && h('span', { class: 'app-badge' }, 'APP'),
		h('time', { datetime: sent.toISOString(), title: fullTime(sent) }, messageTime(sent)),
		h('span', { class: 'grow' }),
		hooks.apps?.(message),
	);
}

function body(message, context) {
	const box = h('div', { class: 'message-body' });
	if (hasFlag(message, flags.loading)) {
		box.append(
			h(
				'div',
				{ class: 'thinking' },
				h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')),
				`${displayName(message.author)} is thinking…`,
			),
		);
		return box;
	}
	if (message.content)
		box.append(h('div', { class: 'text' }, markdown(message.content, { key: message.id, mentions: message.mentions })));
	if (!hasFlag(message, flags.componentsV2)) box.append(...drawClassic(message, context).filter(Boolean));
	box.append(...drawComponents(message.components ?? [], context));
	if (message.thread)
		box.append(
			h(
				'button',
				{ type: 'button', class: 'thread-link', onclick: () => goTo(message.thread.id) },
				`Thread: ${message.thread.name} ›`,
			),
		);
	if (message.edited_timestamp)
		box.append(h('span', { class: 'edited', title: fullTime(new Date(message.edited_timestamp)) }, '(edited)'));
	return box;
}

function footer(message, { onDismiss }) {
	const failure = failureOf(message.id);
	const isOwn = isEphemeral(message);
	if (!failure && !isOwn) return null;
	return h(
		'div',
		{ class: 'message-footer' },
		failure && h('p', { class: 'interaction-error', role: 'alert' }, failure),
		isOwn &&
			h(
				'p',
				{ class: 'ephemeral-note' },
				'👁 Only you can see this · ',
				h(
					'button',
					{ type: 'button', class: 'link-button', dataset: { dismiss: '' }, onclick: onDismiss },
					'Dismiss message',
				),
			),
	);
}

/** What stands in the log while a command is on its way, or when the bot did not answer it. */
export function localArticle(shownName) {
	const status = h(
		'div',
		{ class: 'message-body' },
		h(
			'div',
			{ class: 'thinking' },
			h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')),
			'Sending command…',
		),
	);
	const user = store.page.users.find(({ id }) => id === store.userId);
	const article = h(
		'article',
		{ class: 'message is-local', dataset: { local: '' } },
		h(
			'div',
			{ class: 'origin' },
			h('strong', {}, displayName(user)),
			' used ',
			h('span', { class: 'mention' }, shownName),
		),
		avatar(store.page.bot, displayName(store.page.bot)),
		h(
			'div',
			{ class: 'message-header' },
			h('span', { class: 'author' }, displayName(store.page.bot)),
			h('span', { class: 'app-badge' }, 'APP'),
		),
		status,
	);
	const fail = (text) => {
		article.classList.add('is-failed');
		status.replaceChildren(
			h('p', { class: 'interaction-error', role: 'alert' }, text),
			h(
				'p',
				{ class: 'ephemeral-note' },
				'👁 Only you can see this · ',
				h('button', { type: 'button', class: 'link-button', onclick: () => article.remove() }, 'Dismiss message'),
			),
		);
	};
	return { article, fail };
}
