/** Takes the time of many steps of one thread: by the clock on the wall, and of the processor, which others cannot lengthen. */
export class Clock {
	readonly #ms: number[] = [];
	longestMs = 0;
	longestCpuMs = 0;

	/** Runs a step. @returns whether it took longer than all before */
	time(step: () => void): boolean {
		const cpu = process.threadCpuUsage();
		const start = performance.now();
		try {
			step();
		} finally {
			const ms = performance.now() - start;
			const { user, system } = process.threadCpuUsage(cpu);
			this.#ms.push(ms);
			this.longestCpuMs = Math.max(this.longestCpuMs, (user + system) / 1000);
			if (ms > this.longestMs) this.longestMs = ms;
		}
		return this.#ms.at(-1) === this.longestMs;
	}

	/** Milliseconds that so great a share of the steps took at most. */
	percentile(share: number): number {
		const sorted = this.#ms.toSorted((a, b) => a - b);
		return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
	}

	over(ms: number): number {
		return this.#ms.filter((it) => it > ms).length;
	}
}
