import { RefusedError } from './api.js';
import { interact } from './interactions.js';
import { store } from './store.js';

/** Presses under way, as `messageId:customId`, so that a message drawn again meanwhile still shows them. */
const pending = new Set();
/** What went wrong last on a message, by its id. */
const failures = new Map();
/** What was last picked in a select, by `messageId:customId`: it shows that until the bot changes the message. */
const picks = new Map();
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

/** What the user picked in a select, as long as the message is the one in which it was picked. */
export function pickOf(message, component) {
	const pick = picks.get(`${message.id}:${component.custom_id}`);
	return pick && pick.editedAt === message.edited_timestamp ? pick.values : undefined;
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
		// A choice that opened a form can be made again when the form was closed.
		if (event.type === 'answered' && values) picks.set(key, { values, editedAt: message.edited_timestamp });
	} catch (error) {
		if (!(error instanceof RefusedError)) throw error;
		failures.set(message.id, error.message);
	} finally {
		pending.delete(key);
		redraw(message.id);
	}
}
