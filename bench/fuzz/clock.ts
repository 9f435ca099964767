import { PerformanceObserver } from 'node:perf_hooks';
import { type Gap, now } from './witness.ts';

/** A step that took long by the clock on the wall, and what of it is known. */
export interface SlowStep {
	ms: number;
	/** What the thread computed meanwhile. The counter goes in steps of some milliseconds. */
	cpuMs: number;
	/** What the collector of garbage took of it. */
	gcMs: number;
	/** How long another thread, which only sleeps, was held up meanwhile: that is the machine. */
	heldUpMs: number;
}

/** Takes the time of many steps of one thread: by the clock on the wall, and of the processor, which others cannot lengthen. */
export class Clock {
	readonly #slowMs: number;
	readonly #ms: number[] = [];
	readonly #slow: (Gap & { cpuMs: number })[] = [];
	readonly #collections: Gap[] = [];
	readonly #observer = new PerformanceObserver((list) => {
		for (const { startTime, duration } of list.getEntries()) {
			const from = performance.timeOrigin + startTime;
			this.#collections.push({ from, to: from + duration });
		}
	});
	longestMs = 0;
	longestCpuMs = 0;

	/** @param slowMs from how many milliseconds on the wall a step is remembered with its circumstances */
	constructor(slowMs = 50) {
		this.#slowMs = slowMs;
		this.#observer.observe({ entryTypes: ['gc'] });
	}

	/** Runs a step. @returns whether it took longer than all before */
	time(step: () => void): boolean {
		const cpu = process.threadCpuUsage();
		const from = now();
		try {
			step();
		} finally {
			const to = now();
			const { user, system } = process.threadCpuUsage(cpu);
			const [ms, cpuMs] = [to - from, (user + system) / 1000];
			this.#ms.push(ms);
			this.longestCpuMs = Math.max(this.longestCpuMs, cpuMs);
			if (ms > this.longestMs) this.longestMs = ms;
			if (ms > this.#slowMs) this.#slow.push({ from, to, cpuMs });
		}
		return this.#ms.at(-1) === this.longestMs;
	}

	/** Milliseconds that so great a share of the steps took at most. */
	percentile(share: number): number {
		const sorted = this.#ms.toSorted((a, b) => a - b);
		return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
	}

	/** The slow steps, longest first. Ends the clock. @param heldUp when another thread was held up */
	async slow(heldUp: readonly Gap[] = []): Promise<SlowStep[]> {
		// what was collected is told when the thread comes to rest
		await new Promise((resolve) => setTimeout(resolve, 50));
		this.#observer.disconnect();
		const steps = this.#slow.map(({ cpuMs, ...step }) => ({
			ms: step.to - step.from,
			cpuMs,
			gcMs: shared(step, this.#collections),
			heldUpMs: shared(step, heldUp),
		}));
		return steps.sort((a, b) => b.ms - a.ms);
	}
}

/** How many milliseconds of a while fell into others. */
function shared(one: Gap, others: readonly Gap[]): number {
	return others.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(one.to, to) - Math.max(one.from, from)), 0);
}
