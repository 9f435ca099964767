import { RefusedError } from './api.js';
import { byId, h } from './dom.js';
import { interact } from './interactions.js';
import { modalPart } from './modal-fields.js';
import { store } from './store.js';

/**
 * Shows the modal that the bot answered with. Esc and Cancel close it unsent; it stays open, with what was typed, when the
 * answer fails.
 * @param {{ interaction_id: string, modal: object }} event
 */
export function openModal({ interaction_id: interactionId, modal }) {
	const dialog = byId('modal');
	const opener = focusKeeper();
	const parts = modal.components.flatMap((component) => modalPart(component, store.channelId));
	const problem = h('p', { id: 'modal-error', role: 'alert', hidden: true });
	const submit = h('button', { type: 'submit', id: 'modal-submit', class: 'button style-1' }, 'Submit');
	const cancel = h(
		'button',
		{ type: 'button', id: 'modal-cancel', class: 'button style-2', onclick: () => dialog.close() },
		'Cancel',
	);
	const form = h(
		'form',
		{ novalidate: true, dataset: { customId: modal.custom_id } },
		h('h2', { id: 'modal-title' }, modal.title),
		h('div', { class: 'modal-body' }, ...parts.map(({ element }) => element)),
		problem,
		h('div', { class: 'modal-buttons' }, cancel, submit),
	);

	form.addEventListener('submit', async (event) => {
		event.preventDefault();
		const fields = parts.filter(({ read }) => read);
		const wrong = fields.filter(({ check }) => check() !== null);
		if (wrong.length > 0) return wrong[0].element.querySelector('input, textarea, select').focus();
		if (submit.getAttribute('aria-busy')) return;
		submit.setAttribute('aria-busy', 'true');
		problem.hidden = true;
		const failure = await sendModal(interactionId, fields);
		submit.removeAttribute('aria-busy');
		if (!form.isConnected) return;
		if (failure === null) return dialog.close();
		problem.textContent = failure;
		problem.hidden = false;
	});

	dialog.replaceChildren(form);
	dialog.onclose = () => {
		dialog.replaceChildren();
		opener();
	};
	if (!dialog.open) dialog.showModal();
	(form.querySelector('.field input, .field textarea, .field select') ?? submit).focus();
}

export function closeModal() {
	if (byId('modal').open) byId('modal').close();
}

/** @returns {Promise<string | null>} why it failed, null when it did not */
async function sendModal(interactionId, parts) {
	try {
		const fields = [];
		for (const { read } of parts) fields.push(await read());
		const event = await interact({ kind: 'modal', user_id: store.userId, interaction_id: interactionId, fields });
		return event.type === 'failed' ? event.message || 'This interaction failed' : null;
	} catch (error) {
		if (error instanceof RefusedError) return error.message;
		throw error;
	}
}

/** Remembers the focused control; the message that holds it may be drawn again before the modal closes. */
function focusKeeper() {
	const { activeElement } = document;
	const message = activeElement?.closest('article')?.dataset.messageId;
	const customId = activeElement?.dataset.customId;
	return () => {
		const control =
			message && customId
				? document.querySelector(
						`[data-message-id="${CSS.escape(message)}"] [data-custom-id="${CSS.escape(customId)}"]`,
					)
				: null;
		(control ?? (activeElement?.isConnected ? activeElement : byId('composer'))).focus({ preventScroll: true });
	};
}
