import { performance } from 'node:perf_hooks';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

/** A while in which the witness wanted to run and did not, in milliseconds since the epoch. */
export interface Gap {
	from: number;
	to: number;
}

const sleepMs = 2;
/** Shorter ones are the operating system's ordinary work. */
const leastMs = 10;
const room = 10_000;

/**
 * A second thread that only sleeps and wakes up, and writes down when it was woken late. What holds it up is the machine: nothing that
 * the first thread computes can, as long as there are two cores for them.
 */
export class Witness {
	readonly #memory = new SharedArrayBuffer(8 * (1 + 2 * room));
	readonly #thread = new Worker(new URL(import.meta.url), { workerData: this.#memory });

	/** Waits until it watches. */
	async ready(): Promise<void> {
		await new Promise((resolve) => this.#thread.once('message', resolve));
	}

	/** Ends it. @returns when it was held up, in order */
	async end(): Promise<Gap[]> {
		await this.#thread.terminate();
		const [count = 0, ...times] = new Float64Array(this.#memory);
		return Array.from({ length: count }, (_, i) => ({ from: times[2 * i]!, to: times[2 * i + 1]! }));
	}
}

/** The clock that both threads share. */
export function now(): number {
	return performance.timeOrigin + performance.now();
}

if (!isMainThread && workerData instanceof SharedArrayBuffer) await watch(new Float64Array(workerData));

async function watch(gaps: Float64Array): Promise<never> {
	const { parentPort } = await import('node:worker_threads');
	const never = new Int32Array(new SharedArrayBuffer(4));
	parentPort?.postMessage('ready');
	for (let count = 0; ; ) {
		const from = now();
		Atomics.wait(never, 0, 0, sleepMs);
		const to = now();
		if (to - from < leastMs || count === room) continue;
		gaps.set([from, to], 1 + 2 * count);
		gaps[0] = ++count;
	}
}
