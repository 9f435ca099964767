import type { Hub, HubEvent } from '../hub.ts';

/** What to wait for, and what to say when it does not come. */
export interface Wait<T> {
	hub: Hub;
	what: string;
	timeoutMs: number;
	/** Looks at what is now; called once before and then after each event. Throwing ends the wait. */
	look(event?: HubEvent): T | undefined;
	/** What was last seen, for the error. */
	seen(): unknown;
}

/** A wait took too long; the message shows what was last seen. */
export class WaitTimeout extends Error {
	override name = 'WaitTimeout';
}

/** Waits until `look` finds something. Event-driven: it looks after each event, never by the clock. */
export function waitFor<T>({ hub, what, timeoutMs, look, seen }: Wait<T>): Promise<T> {
	const { promise, resolve, reject } = Promise.withResolvers<T>();
	const attempt = (event?: HubEvent) => {
		try {
			const found = look(event);
			if (found !== undefined) resolve(found);
		} catch (error) {
			reject(error);
		}
	};
	const stop = hub.listen(attempt);
	const timer = setTimeout(() => {
		const last = JSON.stringify(seen(), null, 1) ?? 'nothing';
		reject(new WaitTimeout(`Waited ${timeoutMs} ms for ${what}. Last seen:\n${last.slice(0, 4000)}`));
	}, timeoutMs);
	// What is already there was perhaps announced in this very turn, before its response was written.
	setImmediate(attempt);
	return promise.finally(() => {
		stop();
		clearTimeout(timer);
	});
}
