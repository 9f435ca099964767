import PQueue from 'p-queue';
import { type Db, rootCause } from '../db/client.ts';
import { claimOutbox, markAbandoned, markDelivered, type OutboxRow, postpone } from '../db/outbox.ts';
import { chargeShown } from '../db/usage.ts';
import type { Log } from '../log.ts';
import { Signal } from './signal.ts';

/** Discord will never take it: the channel is gone, or we are no longer allowed in. */
export class Undeliverable extends Error {}

/** Somebody deleted the message that waited for it: they do not want to see it. */
export class Unwanted extends Undeliverable {}

/** Longer than one delivery may last; after a crash somebody else tries again then. */
const leaseSeconds = 30;
const pollMs = 1000;
const atOnce = 4;
const longestBackoffSeconds = 300;
/** Longer than any outage of Discord's; what cannot be delivered by then never will be. */
const giveUpAfterMs = 24 * 3_600_000;

/**
 * Tells Discord the last word on every generation, again and again until it confirms. The deliverer must be safe to repeat:
 * a crash between Discord's answer and our note of it brings the same row again.
 */
export class Outbox {
	readonly #db: Db;
	readonly #deliver: (generationId: string) => Promise<{ messageId?: string }>;
	readonly #log: Log;
	readonly #wake = new Signal();
	readonly #deliveries = new PQueue({ concurrency: atOnce });
	#running: Promise<void> | undefined;
	#stopping = false;

	constructor(options: {
		db: Db;
		deliver: (generationId: string) => Promise<{ messageId?: string }>;
		log: Log;
	}) {
		this.#db = options.db;
		this.#deliver = options.deliver;
		this.#log = options.log;
	}

	start(): void {
		this.#running = this.#loop();
	}

	/** Looks at once instead of at the next poll. */
	wake(): void {
		this.#wake.fire();
	}

	/** Ends after the deliveries that are under way. */
	async stop(): Promise<void> {
		this.#stopping = true;
		this.#wake.fire();
		await this.#running;
		await this.#deliveries.onIdle();
	}

	async #loop(): Promise<void> {
		while (!this.#stopping) {
			const rows = await this.#claim();
			for (const row of rows) void this.#deliveries.add(() => this.#attempt(row));
			if (rows.length === 0) await this.#wake.wait(pollMs);
			else await this.#deliveries.onSizeLessThan(1);
		}
	}

	async #claim(): Promise<OutboxRow[]> {
		try {
			return await claimOutbox(this.#db, atOnce, leaseSeconds);
		} catch (error) {
			this.#log.warn('the outbox cannot be read', { error: rootCause(error) });
			return [];
		}
	}

	async #attempt(row: OutboxRow): Promise<void> {
		const { generationId } = row;
		try {
			const { messageId } = await this.#deliver(generationId);
			await markDelivered(this.#db, row, messageId);
		} catch (error) {
			await this.#setAside(row, error).catch((failure: unknown) => {
				// The lease runs out and brings the row again.
				this.#log.warn('an outbox row could not be put off', { generationId, error: rootCause(failure) });
			});
		}
	}

	async #setAside(row: OutboxRow, error: unknown): Promise<void> {
		const { generationId, attempts, createdAt, deliveredAt } = row;
		const why = error instanceof Error ? error.message : String(error);
		if (error instanceof Undeliverable || Date.now() - createdAt.getTime() > giveUpAfterMs) {
			this.#log.warn('a result cannot be delivered', { generationId, why });
			await this.#db.transaction(async (tx) => {
				await markAbandoned(tx, generationId, why);
				// Nobody ever saw it, through no doing of theirs.
				if (deliveredAt === null && !(error instanceof Unwanted))
					await chargeShown(tx, generationId, { pictures: 0, steps: 0 });
			});
			return;
		}
		const seconds = Math.min(longestBackoffSeconds, 2 ** Math.min(attempts - 1, 10));
		this.#log.warn('a delivery failed and will be tried again', { generationId, attempts, seconds, why });
		await postpone(this.#db, generationId, seconds, why);
	}
}
