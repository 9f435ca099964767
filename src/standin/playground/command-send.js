import { postFile, RefusedError } from './api.js';
import { nestOptions } from './command-options.js';
import { interact } from './interactions.js';
import { showSending } from './messages.js';
import { store } from './store.js';

/**
 * Sends a command. Once the stand-in took it, `onAccepted` is called and the log shows how it goes.
 * @param {import('./command-options.js').Entry} entry
 * @param {{ name: string, type: number, value: unknown }[]} values
 * @param {() => void} onAccepted
 * @returns {Promise<string | null>} why Discord's client would not send it, null when it was sent
 */
export async function sendCommand(entry, values, onAccepted) {
	let sending;
	const accept = () => {
		onAccepted();
		sending = showSending(entry.name);
	};
	const action = {
		kind: 'slash',
		user_id: store.userId,
		channel_id: store.channelId,
		command_id: entry.command.id,
	};
	try {
		const sent = [];
		for (const option of values) sent.push({ ...option, value: await sentValue(option.value) });
		const event = await interact({ ...action, options: nestOptions(entry, sent) }, accept);
		if (event.type === 'failed') sending.fail(event.message || 'The application did not respond');
		else sending.done();
		return null;
	} catch (error) {
		if (error instanceof RefusedError) return error.message;
		throw error;
	}
}

/** A file goes ahead of its command, which then names it by its id. */
async function sentValue(value) {
	return value instanceof File ? (await postFile(store.userId, store.channelId, value)).id : value;
}
