import PQueue from 'p-queue';

/**
 * One p-queue for each guild whose jobs run in this process: it caps how many painters the guild holds here and keeps its
 * jobs in order. It holds only jobs that were taken; what waits is in the database.
 */
export class GuildQueues {
	readonly #queues = new Map<string, PQueue>();
	readonly #concurrency: number;

	constructor(concurrency: number) {
		this.#concurrency = concurrency;
	}

	/** Runs a task when the lane's turn comes, and forgets the lane's queue when it is empty. */
	async run<T>(lane: string, task: () => Promise<T>): Promise<T> {
		const queue = this.#queues.get(lane) ?? new PQueue({ concurrency: this.#concurrency });
		this.#queues.set(lane, queue);
		try {
			return await queue.add(task);
		} finally {
			if (queue.size === 0 && queue.pending === 0) this.#queues.delete(lane);
		}
	}

	/** How many lanes have a task here. */
	get size(): number {
		return this.#queues.size;
	}
}
