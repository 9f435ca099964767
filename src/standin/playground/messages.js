import { getMessages } from './api.js';
import { announce, byId, h } from './dom.js';
import { drawMessage, localArticle, messageArticle } from './message.js';
import { setRedraw } from './presses.js';
import { botName, bySnowflake, currentChannel, isForum, store } from './store.js';

const emptyChannel = 'Nothing here yet. Type / below to ask the bot for something.';
const emptyForum = 'A forum holds posts. Choose one of them in the list of channels.';
/** Closer than this to the end, in CSS pixels, counts as reading the newest message. */
const endSlack = 60;

/** The messages in the log, by id, each with its article. */
const shown = new Map();
/** Ids that were changed by events while a list was on its way: the list is older than they are. */
let touched = new Set();
const dismissed = new Set();
let loads = 0;
let isAtEnd = true;

/** Makes the button of a message's menu; set from outside, because the menu itself writes to the log. */
let makeApps = (_message) => null;

export function setApps(make) {
	makeApps = make;
}

/** Wires the log: it stays at the newest message as long as that is where the reader is. */
export function setUpMessages() {
	const scroller = byId('scroller');
	const jump = byId('jump-present');
	// Arrow and page keys scroll only what can have the focus.
	scroller.tabIndex = 0;
	setRedraw((id) => {
		const entry = shown.get(id);
		if (entry) draw(entry);
	});
	let lastTop = 0;
	scroller.addEventListener('scroll', () => {
		const isNearEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < endSlack;
		// Growing content moves the end away; only going up means that the reader left it.
		if (isNearEnd || scroller.scrollTop < lastTop) isAtEnd = isNearEnd;
		lastTop = scroller.scrollTop;
		jump.hidden = isAtEnd;
	});
	const observer = new ResizeObserver(stayAtEnd);
	observer.observe(byId('messages'));
	observer.observe(scroller);
	jump.addEventListener('click', () => {
		isAtEnd = true;
		stayAtEnd();
	});
}

/** Empties the log, for another channel or another reader. */
export function clearMessages() {
	loads += 1;
	shown.clear();
	isAtEnd = true;
	byId('jump-present').hidden = true;
	byId('messages').replaceChildren();
}

/**
 * Loads the open channel's messages, and drops those that are gone since.
 * @returns {Promise<boolean>} whether this load was the last one asked for
 */
export async function loadMessages() {
	loads += 1;
	const load = loads;
	touched = new Set();
	const log = byId('messages');
	log.setAttribute('aria-busy', 'true');
	try {
		const messages = await getMessages(store.channelId, store.userId);
		if (load !== loads) return false;
		const kept = new Set(messages.map((message) => message.id));
		for (const id of shown.keys()) if (!kept.has(id) && !touched.has(id)) removeMessage(id);
		for (const message of messages) if (!touched.has(message.id)) put(message);
		showEmpty();
		stayAtEnd();
		return true;
	} finally {
		if (load === loads) log.removeAttribute('aria-busy');
	}
}

/** Takes a message from the event stream. */
export function takeMessage(message) {
	touched.add(message.id);
	const isNew = !shown.has(message.id);
	const before = shown.get(message.id)?.article.querySelectorAll('img').length ?? 0;
	put(message);
	showEmpty();
	const pictures = (shown.get(message.id)?.article.querySelectorAll('img').length ?? 0) - before;
	if (!isNew && pictures > 0) announce(`${botName()} posted ${pictures === 1 ? 'a picture' : `${pictures} pictures`}`);
}

/** Draws every message again: what may be done with them changed. */
export function redrawMessages() {
	for (const entry of shown.values()) draw(entry);
}

export function removeMessage(id) {
	touched.add(id);
	shown.get(id)?.article.remove();
	shown.delete(id);
	markDays();
	showEmpty();
	stayAtEnd();
}

/** Shows that a command is on its way; `done` takes the note away, `fail` turns it into the reason. */
export function showSending(commandName, { isMenu = false } = {}) {
	const { article, fail } = localArticle(isMenu ? commandName : `/${commandName}`);
	byId('messages').append(article);
	isAtEnd = true;
	stayAtEnd();
	const done = () => {
		article.remove();
		stayAtEnd();
	};
	return { done, fail };
}

/** Scrolls to a message and marks it for a moment. */
export function pointAt(messageId) {
	const article = shown.get(messageId)?.article;
	if (!article) return announce('That message is not here any more');
	isAtEnd = false;
	article.tabIndex = -1;
	article.scrollIntoView({ block: 'center' });
	article.focus({ preventScroll: true });
	article.classList.remove('is-pointed-at');
	requestAnimationFrame(() => article.classList.add('is-pointed-at'));
}

function put(message) {
	if (dismissed.has(message.id)) return;
	const known = shown.get(message.id);
	if (known) {
		// What changes in a message on show is not read out at every step of progress; `takeMessage` says when pictures came.
		known.article.setAttribute('aria-live', 'off');
		known.message = message;
		return draw(known);
	}
	const entry = { message, article: messageArticle(message) };
	shown.set(message.id, entry);
	draw(entry);
	const later = [...shown.values()]
		.filter((other) => bySnowflake(other.message, message) > 0)
		.sort((a, b) => bySnowflake(a.message, b.message))[0];
	if (later) later.article.before(entry.article);
	else byId('messages').append(entry.article);
	markDays();
	stayAtEnd();
}

function draw(entry) {
	drawMessage(entry.article, entry.message, {
		apps: makeApps,
		onDismiss: () => {
			dismissed.add(entry.message.id);
			removeMessage(entry.message.id);
		},
	});
	stayAtEnd();
}

function markDays() {
	let day = '';
	for (const article of byId('messages').querySelectorAll('article[data-day]')) {
		article.classList.toggle('is-new-day', article.dataset.day !== day);
		day = article.dataset.day;
	}
}

function showEmpty() {
	const log = byId('messages');
	log.querySelector('.empty')?.remove();
	if (shown.size === 0) log.prepend(h('p', { class: 'empty' }, isForum(currentChannel()) ? emptyForum : emptyChannel));
}

/** Called after every change of the log, at once: a later scroll event must find the end where the reader is. */
function stayAtEnd() {
	if (!isAtEnd) return;
	const scroller = byId('scroller');
	scroller.scrollTop = scroller.scrollHeight;
}
