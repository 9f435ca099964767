import { getState, patchChannel, patchUser, postGuild, RefusedError } from './api.js';
import { appsButton } from './apps-menu.js';
import { drawChannels, drawHeader, drawIdentity } from './channels.js';
import { channelChanged, commandsChanged, setUpComposer, showComposerError } from './composer.js';
import { byId } from './dom.js';
import { listen } from './events.js';
import { setModalOpener, takeInteractionEvent } from './interactions.js';
import {
	clearMessages,
	loadMessages,
	pointAt,
	redrawMessages,
	removeMessage,
	setApps,
	setUpMessages,
	takeMessage,
} from './messages.js';
import { closeModal, openModal } from './modal.js';
import { goTo, hashOf, readHash } from './navigation.js';
import {
	channelById,
	currentChannel,
	currentUser,
	isAdult,
	isDm,
	openChannels,
	ownDms,
	putChannel,
	remember,
	remembered,
	store,
} from './store.js';

/** How long changes of the world are gathered, in milliseconds. */
const settleMs = 60;

let stopListening = () => {};
/** Counts connects, so that one that was overtaken does not open a stream of its own. */
let connects = 0;

setUpMessages();
setApps(appsButton);
setUpComposer();
setModalOpener(openModal);
wireSidebar();
wireHeader();
wireGate();
wireGuilds();
wireMenus();
addEventListener('hashchange', openFromHash);
connect(remembered('user') ?? '');

/** Becomes a user (again): from here on the page shows what that user sees. */
function connect(userId) {
	stopListening();
	connects += 1;
	const own = connects;
	store.userId = userId;
	// Before the first state we do not know who there is; an unknown user's stream would be refused.
	loadState().then(() => {
		if (own !== connects) return;
		openFromHash();
		let isFirst = true;
		stopListening = listen(store.userId, {
			onEvent: takeEvent,
			onReady: () => {
				byId('connection').hidden = true;
				if (!isFirst) loadState().catch(showProblem);
				isFirst = false;
				if (!byId('scroller').hidden) reload();
			},
			onLost: () => {
				byId('connection').hidden = false;
			},
		});
	}, retryConnect);
}

function retryConnect(error) {
	byId('connection').hidden = false;
	showProblem(error);
	setTimeout(() => connect(store.userId), 2000);
}

async function loadState() {
	store.page = await getState(store.userId);
	if (!store.page.users.some(({ id }) => id === store.userId)) {
		store.userId = store.page.users[0]?.id ?? '';
		store.page = await getState(store.userId);
	}
	drawAll();
	commandsChanged();
	redrawMessages();
}

function drawAll() {
	drawIdentity();
	drawChannels();
	drawHeader();
}

function openFromHash() {
	const { channelId, messageId } = readHash();
	const channel = channelById(channelId);
	if (!channel) {
		const first = openChannels()[0];
		if (first) history.replaceState(null, '', hashOf(first.id));
		if (!first) return;
		return openFromHash();
	}
	if (channel.id !== store.channelId)
		openChannel(channel).then((isShown) => isShown && messageId && pointAt(messageId), showProblem);
	else if (messageId) pointAt(messageId);
}

async function openChannel(channel) {
	store.channelId = channel.id;
	store.unread.delete(channel.id);
	setSidebarOpen(false);
	clearMessages();
	drawChannels();
	drawHeader();
	channelChanged();
	return showGateOrMessages();
}

async function showGateOrMessages() {
	const channel = currentChannel();
	const isClosed = isAdult(channel) && remembered(gateKey(channel)) === null;
	byId('age-gate').hidden = !isClosed;
	byId('scroller').hidden = isClosed;
	byId('composer-form').hidden = isClosed;
	if (isClosed) {
		clearMessages();
		byId('gate-continue').focus();
		return false;
	}
	return loadMessages();
}

function reload() {
	if (store.channelId) loadMessages().catch(showProblem);
}

/** @param {import('../page-api.ts').PageEvent} event */
function takeEvent(event) {
	switch (event.type) {
		case 'message':
			return takeAnyMessage(event.message);
		case 'message-deleted':
			if (event.channel_id === store.channelId) removeMessage(event.id);
			return;
		case 'commands':
			store.page.commands = event.commands;
			redrawMessages();
			return commandsChanged();
		case 'world':
			return worldChanged();
		case 'bot':
			store.page.bot_online = event.online;
			drawChannels();
			return drawHeader();
		case 'channel':
			return takeChannel(event.channel);
		default:
			return takeInteractionEvent(event);
	}
}

let worldChanges = 0;

/** Reads the state anew; several changes at once are read once, and a channel that is gone is left. */
async function worldChanged() {
	worldChanges += 1;
	const own = worldChanges;
	await new Promise((resolve) => setTimeout(resolve, settleMs));
	if (own !== worldChanges) return;
	try {
		await loadState();
	} catch (error) {
		return showProblem(error);
	}
	if (!channelById(store.channelId)) openFromHash();
}

function takeAnyMessage(message) {
	if (message.channel_id === store.channelId) {
		if (!byId('scroller').hidden) takeMessage(message);
		return;
	}
	if (!channelById(message.channel_id) || store.unread.has(message.channel_id)) return;
	store.unread.add(message.channel_id);
	drawChannels();
}

function takeChannel(channel) {
	const wasAdult = isAdult(currentChannel());
	putChannel(channel);
	drawChannels();
	drawHeader();
	channelChanged();
	if (isAdult(currentChannel()) !== wasAdult) showGateOrMessages().catch(showProblem);
}

function wireSidebar() {
	byId('user-switch').addEventListener('change', (event) => {
		remember('user', event.target.value);
		closeModal();
		clearMessages();
		store.unread.clear();
		const wasDm = isDm(currentChannel());
		store.channelId = '';
		store.userId = event.target.value;
		if (wasDm && ownDms()[0]) history.replaceState(null, '', hashOf(ownDms()[0].id));
		connect(event.target.value);
	});
	byId('locale-switch').addEventListener('change', async (event) => {
		try {
			await patchUser(store.userId, { locale: event.target.value });
			await loadState();
		} catch (error) {
			showProblem(error);
		}
	});
	byId('menu-button').addEventListener('click', () => {
		setSidebarOpen(byId('shade').hidden);
		byId('channels').querySelector('[aria-current]')?.focus();
	});
	byId('shade').addEventListener('click', () => setSidebarOpen(false));
	document.addEventListener('keydown', (event) => {
		if (event.key !== 'Escape' || byId('shade').hidden) return;
		setSidebarOpen(false);
		byId('menu-button').focus();
	});
	byId('skip').addEventListener('click', (event) => {
		event.preventDefault();
		byId('composer').focus();
	});
}

/** Only matters on narrow screens, where the list of channels lies over the messages. */
function setSidebarOpen(isOpen) {
	byId('sidebar').classList.toggle('is-open', isOpen);
	byId('shade').hidden = !isOpen;
	byId('menu-button').setAttribute('aria-expanded', String(isOpen));
}

function wireHeader() {
	byId('nsfw-toggle').addEventListener('change', async (event) => {
		try {
			takeChannel(await patchChannel(store.channelId, { nsfw: event.target.checked }));
		} catch (error) {
			drawHeader();
			showProblem(error);
		}
	});
}

function wireGuilds() {
	byId('invite-button').addEventListener('click', async () => {
		try {
			const { channels } = await postGuild(`Server ${store.page.guilds.length + 1}`, currentUser().username);
			await loadState();
			if (channels[0]) goTo(channels[0].id);
		} catch (error) {
			showProblem(error);
		}
	});
}

/** A right click on a message opens its menu, as in Discord. */
function wireMenus() {
	byId('messages').addEventListener('contextmenu', (event) => {
		const button = event.target.closest('article')?.querySelector('.apps-button');
		if (!button || event.target.closest('a, img')) return;
		event.preventDefault();
		button.click();
	});
}

function wireGate() {
	byId('gate-continue').addEventListener('click', () => {
		remember(gateKey(currentChannel()), 'yes');
		showGateOrMessages().catch(showProblem);
		byId('composer').focus();
	});
	byId('gate-back').addEventListener('click', () => {
		const calm = openChannels().find((channel) => !isAdult(channel));
		if (calm) goTo(calm.id);
	});
}

/** A thread shares the answer that was given for its parent. */
function gateKey(channel) {
	const asked = channel.nsfw ? channel.id : channel.parent_id;
	return `adult.${store.userId}.${asked}`;
}

function showProblem(error) {
	if (!(error instanceof RefusedError)) throw error;
	showComposerError(error.message);
}
