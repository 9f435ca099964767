import type { Feed, Output, Session } from './session.ts';

/**
 * A network that is open only while it is used. ONNX Runtime keeps the memory of the largest run until a session is closed; where
 * networks that need much follow each other, that of one at a time is enough.
 */
export class BriefSession {
	readonly #open: () => Promise<Session>;
	#session: Session | undefined;

	constructor(open: () => Promise<Session>) {
		this.#open = open;
	}

	/** Runs it as `Session.run` does, and opens it first if it is closed. */
	async run(feeds: Readonly<Record<string, Feed>>, wanted?: readonly string[]): Promise<Record<string, Output>> {
		this.#session ??= await this.#open();
		return this.#session.run(feeds, wanted);
	}

	/** Closes it until the next run. */
	async rest(): Promise<void> {
		const session = this.#session;
		this.#session = undefined;
		await session?.release();
	}
}
