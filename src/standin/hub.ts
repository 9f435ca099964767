import type { StoredChannel, StoredInteraction, StoredMessage } from './state.ts';

/** What happened, for those who watch: the page's event stream and the test driver. */
export type HubEvent =
	| { type: 'message'; stored: StoredMessage; message: StoredMessage['message']; change: 'created' | 'edited' }
	| { type: 'message-deleted'; stored: StoredMessage }
	| { type: 'commands' }
	| { type: 'bot'; online: boolean }
	| { type: 'channel'; channel: StoredChannel }
	/** Guilds, channels, roles or members came, went or changed. */
	| { type: 'world' }
	/** A REST request was answered; the records hold it. */
	| { type: 'exchange' }
	| { type: 'answered'; interaction: StoredInteraction }
	| { type: 'failed'; interaction: StoredInteraction; message: string };

/**
 * Tells watchers what happened. An event is passed on in the next turn of the event loop: a route announces before it returns
 * and its response is written in the same turn, so a watcher never acts before the bot was answered.
 */
export class Hub {
	#listeners = new Set<(event: HubEvent) => void>();

	announce(event: HubEvent): void {
		setImmediate(() => {
			for (const listener of [...this.#listeners]) listener(event);
		});
	}

	/** Calls `listener` for each event until the returned function is called. */
	listen(listener: (event: HubEvent) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Forgets everybody who watches. */
	close(): void {
		this.#listeners.clear();
	}
}
