import { postInteraction } from './api.js';

/** Longer than the stand-in's own three seconds: only a lost event stream makes this matter. */
const patienceMs = 10_000;
const keptEvents = 100;

/** Interactions that this page sent and that wait: id -> function that takes the settling event. */
const waiting = new Map();
/** Ids of interactions of this page: another tab of the same user must not open our modals. */
const ours = new Set();
/** Events that came before the answer to our POST, by interaction id. */
const early = new Map();
let openModal = (_event) => {};

export function setModalOpener(open) {
	openModal = open;
}

/**
 * Sends an action and waits until the bot answered it.
 *
 * @param {import('../page-api.ts').PageAction} action
 * @param {() => void} [onAccepted] called when the stand-in took the action
 * @returns {Promise<import('../page-api.ts').PageEvent>} the event that settled it: answered, modal, choices or failed
 * @throws {RefusedError} when Discord's client would not have sent it
 */
export async function interact(action, onAccepted) {
	const { interaction_id: id } = await postInteraction(action);
	ours.add(id);
	onAccepted?.();
	return new Promise((resolve) => {
		const failure = { type: 'failed', interaction_id: id, message: 'This interaction failed' };
		const timer = setTimeout(() => settle(failure), patienceMs);
		const settle = (event) => {
			clearTimeout(timer);
			waiting.delete(id);
			resolve(event);
		};
		waiting.set(id, settle);
		for (const event of early.get(id) ?? []) deliver(event);
		early.delete(id);
	});
}

/** Takes an event with an `interaction_id` from the stream. */
export function takeInteractionEvent(event) {
	if (ours.has(event.interaction_id)) deliver(event);
	else {
		early.set(event.interaction_id, [...(early.get(event.interaction_id) ?? []), event]);
		if (early.size > keptEvents) early.delete(early.keys().next().value);
	}
}

function deliver(event) {
	if (event.type === 'modal') openModal(event);
	waiting.get(event.interaction_id)?.(event);
}
