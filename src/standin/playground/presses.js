import { RefusedError } from './api.js';
import { interact } from './interactions.js';
import { store } from './store.js';

/** Presses under way, as `messageId:customId`, so that a message drawn again meanwhile still shows them. */
const pending = new Set();
/** What went wrong last on a message, by its id. */
const failures = new Map();
let redraw = (_messageId) => {};

export function setRedraw(callback) {
	redraw = callback;
}

export function isPending(messageId, customId) {
	return pending.has(`${messageId}:${customId}`);
}

export function failureOf(messageId) {
	return failures.get(messageId);
}

/** Sends a press of a button or a choice in a select, and shows on the message how it goes. */
export async function press(message, component, values) {
	const key = `${message.id}:${component.custom_id}`;
	if (pending.has(key)) return;
	pending.add(key);
	failures.delete(message.id);
	redraw(message.id);
	try {
		const event = await interact({
			kind: 'component',
			user_id: store.userId,
			channel_id: message.channel_id,
			message_id: message.id,
			custom_id: component.custom_id,
			component_type: component.type,
			...(values ? { values } : {}),
		});
		if (event.type === 'failed') failures.set(message.id, event.message || 'This interaction failed');
	} catch (error) {
		if (!(error instanceof RefusedError)) throw error;
		failures.set(message.id, error.message);
	} finally {
		pending.delete(key);
		redraw(message.id);
	}
}
