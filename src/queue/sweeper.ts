import { isDatabaseAway, rootCause } from '../db/client.ts';
import type { Log } from '../log.ts';
import { Signal } from './signal.ts';

/** Something that has to be done now and then, in steps that leave others their turn. */
export interface Chore {
	/** For the log: "… could not be done". */
	name: string;
	everyMs: number;
	/** Whether `wake` brings it forward. */
	isUrgent?: boolean;
	/** Does what is to be done; it may be called again at any time, and ends early when `signal` says so. */
	run(signal: AbortSignal): Promise<unknown>;
}

/** Does chores one after the other: each at the start, since the last run may have been cut off, and whenever it is due again. */
export class Sweeper {
	readonly #chores: { chore: Chore; dueAt: number }[];
	readonly #log: Log;
	readonly #wake = new Signal();
	readonly #abort = new AbortController();
	#running: Promise<void> | undefined;

	constructor({ chores, log }: { chores: Chore[]; log: Log }) {
		this.#chores = chores.map((chore) => ({ chore, dueAt: 0 }));
		this.#log = log;
	}

	start(): void {
		this.#running = this.#loop();
	}

	/** Brings urgent chores forward. */
	wake(): void {
		for (const entry of this.#chores) if (entry.chore.isUrgent) entry.dueAt = 0;
		this.#wake.fire();
	}

	/** Ends after the step that is under way; the rest is done at the next start. */
	async stop(): Promise<void> {
		this.#abort.abort();
		this.#wake.fire();
		await this.#running;
	}

	async #loop(): Promise<void> {
		const { signal } = this.#abort;
		while (!signal.aborted) {
			for (const entry of this.#chores) {
				if (signal.aborted || entry.dueAt > performance.now()) continue;
				entry.dueAt = performance.now() + entry.chore.everyMs;
				await this.#run(entry.chore);
			}
			const next = Math.min(...this.#chores.map(({ dueAt }) => dueAt));
			await this.#wake.wait(Math.max(0, next - performance.now()));
		}
	}

	async #run({ name, run }: Chore): Promise<void> {
		try {
			await run(this.#abort.signal);
		} catch (error) {
			const away = isDatabaseAway(error);
			this.#log[away ? 'warn' : 'error'](`${name} could not be done`, { error: away ? rootCause(error) : error });
		}
	}
}
