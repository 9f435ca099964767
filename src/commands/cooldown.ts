import { UserError } from '../errors.ts';

/** More members than this are not remembered: those who came first are free again a little early. */
const mostRemembered = 10_000;

/** Lets each member use something once in a while. Kept in memory: a restart forgives. */
export class Cooldown {
	readonly #ms: number;
	readonly #now: () => number;
	readonly #freeAt = new Map<string, number>();

	constructor(ms: number, now: () => number = Date.now) {
		this.#ms = ms;
		this.#now = now;
	}

	/**
	 * Counts one use.
	 *
	 * @throws {UserError} `too-fast`, saying when the next one is free
	 */
	take(userId: string): void {
		const now = this.#now();
		const freeAt = this.#freeAt.get(userId) ?? 0;
		if (freeAt > now)
			throw new UserError(
				'too-fast',
				`One picture at a time, please: the next can be described <t:${Math.ceil(freeAt / 1000)}:R>.`,
			);
		this.#freeAt.delete(userId); // so that the oldest stands first
		this.#freeAt.set(userId, now + this.#ms);
		if (this.#freeAt.size > mostRemembered) this.#freeAt.delete(this.#freeAt.keys().next().value!);
	}
}
