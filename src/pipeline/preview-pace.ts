/** How often the bot hears of a preview at most. */
const previewEveryMs = 700;
/** How much of a job previews may cost. */
const mostShare = 0.01;

/** Decides when a preview is worth making: seldom enough for people, cheap enough for the picture that waits for it. */
export class PreviewPace {
	readonly #now: () => number;
	/** What one is going to take. */
	#oneMs: number;
	readonly #start: number;
	#lastAt: number;
	#spentMs = 0;
	#isMaking = false;

	/** @param oneMs What a preview took in the last job. */
	constructor(oneMs = 0, now: () => number = () => performance.now()) {
		this.#oneMs = oneMs;
		this.#now = now;
		this.#start = now();
		this.#lastAt = this.#start;
	}

	/** Milliseconds that previews took so far. */
	get spentMs(): number {
		return this.#spentMs;
	}

	/** What the last preview took, of this job or of an earlier one. */
	get oneMs(): number {
		return this.#oneMs;
	}

	/** Whether a preview is due: not while one is made, and not before the job is so long that with it all are a hundredth of it. */
	get isDue(): boolean {
		const now = this.#now();
		if (this.#isMaking || now - this.#lastAt < previewEveryMs) return false;
		return this.#spentMs + this.#oneMs <= mostShare * (now - this.#start);
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
			this.#oneMs = this.#now() - start;
			this.#spentMs += this.#oneMs;
		}
	}
}
