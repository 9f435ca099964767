/** How often the bot hears of a preview at most. */
const previewEveryMs = 700;
/** How much of a job previews may cost. */
const mostShare = 0.01;

/** Decides when a preview is worth making: seldom enough for people, cheap enough for the picture that waits for it. */
export class PreviewPace {
	readonly #now: () => number;
	readonly #start: number;
	#lastAt: number;
	#spentMs = 0;
	#isMaking = false;

	constructor(now: () => number = () => performance.now()) {
		this.#now = now;
		this.#start = now();
		this.#lastAt = this.#start;
	}

	/** Milliseconds that previews took so far, those of other processors' threads among them. */
	get spentMs(): number {
		return this.#spentMs;
	}

	/** Whether a preview is due: not while one is made, and not before the job is so long that all of them are a hundredth of it. */
	get isDue(): boolean {
		const now = this.#now();
		if (this.#isMaking || now - this.#lastAt < previewEveryMs) return false;
		return this.#spentMs <= mostShare * (now - this.#start);
	}

	/** Makes a preview and counts what it takes. */
	async make<T>(preview: () => Promise<T>): Promise<T> {
		this.#isMaking = true;
		const start = this.#now();
		this.#lastAt = start;
		try {
			return await preview();
		} finally {
			this.#isMaking = false;
			this.#spentMs += this.#now() - start;
		}
	}
}
