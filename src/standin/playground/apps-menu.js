import { RefusedError } from './api.js';
import { isListed } from './command-options.js';
import { h, uniqueId } from './dom.js';
import { interact } from './interactions.js';
import { showSending } from './messages.js';
import { currentChannel, displayName, isAdult, isDm, mayIn, store } from './store.js';

/** Discord's types of command that have their place in a menu. */
const menuTypes = { user: 2, message: 3 };

let closeOpen = () => {};

/**
 * The button that opens the menu of a message, with the bot's commands about the message and about its author. None is made
 * where there is no such command.
 */
export function appsButton(message) {
	if (appsFor(message).length === 0) return null;
	const button = h(
		'button',
		{
			type: 'button',
			class: 'apps-button',
			'aria-label': 'Apps: commands for this message',
			'aria-haspopup': 'menu',
			'aria-expanded': 'false',
			title: 'Apps',
			dataset: { apps: '' },
			onclick: () => openApps(message, button),
		},
		'⋯',
	);
	return button;
}

/** Opens the menu below an element, or closes it when it was open there. */
function openApps(message, anchor) {
	const wasOpen = anchor.getAttribute('aria-expanded') === 'true';
	closeOpen();
	const apps = appsFor(message);
	if (wasOpen || apps.length === 0) return;
	const items = apps.map(({ command, targetId, detail }) =>
		h(
			'button',
			{
				type: 'button',
				role: 'menuitem',
				tabindex: '-1',
				class: 'apps-item',
				dataset: { menuCommand: command.name },
				onclick: () => {
					closeOpen();
					send(command, targetId);
				},
			},
			`${command.name} `,
			detail && h('small', {}, detail),
		),
	);
	const id = uniqueId('apps');
	const menu = h('div', { class: 'apps-menu', role: 'menu', id, 'aria-label': 'Apps' }, ...items);
	anchor.after(menu);
	anchor.setAttribute('aria-expanded', 'true');
	anchor.setAttribute('aria-controls', id);
	const room = anchor.closest('#scroller')?.getBoundingClientRect();
	menu.classList.toggle('is-above', Boolean(room && menu.getBoundingClientRect().bottom > room.bottom));
	items[0].focus({ preventScroll: true });

	const onPointer = (event) => {
		if (!menu.contains(event.target) && event.target !== anchor) closeOpen();
	};
	menu.addEventListener('keydown', (event) => {
		const at = items.indexOf(document.activeElement);
		const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
		if (next !== undefined) {
			event.preventDefault();
			items[(next + items.length) % items.length].focus();
		} else if (event.key === 'Escape' || event.key === 'Tab') {
			event.stopPropagation();
			closeOpen();
			anchor.focus({ preventScroll: true });
		}
	});
	document.addEventListener('pointerdown', onPointer);
	closeOpen = () => {
		closeOpen = () => {};
		document.removeEventListener('pointerdown', onPointer);
		anchor.setAttribute('aria-expanded', 'false');
		menu.remove();
	};
}

function appsFor(message) {
	const channel = currentChannel();
	if (!channel) return [];
	const mayUse = (needed) => mayIn(channel, needed);
	const place = { isDm: isDm(channel), isAdult: isAdult(channel), mayUse };
	const here = store.page.commands.filter(
		(command) =>
			isListed({ command }, place) && (command.guild_id === undefined || command.guild_id === channel.guild_id),
	);
	const { author } = message;
	return [
		...here.filter(({ type }) => type === menuTypes.message).map((command) => ({ command, targetId: message.id })),
		...here
			.filter(({ type }) => type === menuTypes.user)
			.map((command) => ({ command, targetId: author.id, detail: `@${displayName(author)}` })),
	];
}

async function send(command, targetId) {
	let sending;
	const accept = () => {
		sending = showSending(command.name, { isMenu: true });
	};
	const action = {
		kind: 'menu',
		user_id: store.userId,
		channel_id: store.channelId,
		command_id: command.id,
		target_id: targetId,
	};
	try {
		const event = await interact(action, accept);
		if (event.type === 'failed') sending.fail(event.message || 'The application did not respond');
		else sending.done();
	} catch (error) {
		if (!(error instanceof RefusedError)) throw error;
		showSending(command.name, { isMenu: true }).fail(error.message);
	}
}
