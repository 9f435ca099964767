/** Lets a loop sleep until something happens or a time is over, whichever comes first. A fire while nobody waits is kept. */
export class Signal {
	#fired = false;
	#release: (() => void) | undefined;

	fire(): void {
		this.#fired = true;
		this.#release?.();
	}

	async wait(timeoutMs: number): Promise<void> {
		if (!this.#fired) {
			const { promise, resolve } = Promise.withResolvers<void>();
			const timer = setTimeout(resolve, timeoutMs);
			this.#release = resolve;
			await promise;
			clearTimeout(timer);
			this.#release = undefined;
		}
		this.#fired = false;
	}
}
