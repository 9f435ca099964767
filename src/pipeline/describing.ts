import { UserError } from '../errors.ts';
import type { DescribedPicture, FromPainter, ToPainter } from './protocol.ts';

/** Pictures that may wait to be looked at: they lie in memory, and who comes behind so many would wait too long. */
const mostWaiting = 4;

const failed = ['describe-failed', 'This picture could not be looked at. Please try again in a minute.'] as const;

/** The pictures that one painter is asked to look at, besides its jobs, in the order in which they came. */
export class Describing {
	readonly #pending = new Map<string, PromiseWithResolvers<DescribedPicture>>();
	#count = 0;

	/** How many wait for their answer. */
	get size(): number {
		return this.#pending.size;
	}

	/**
	 * Asks for a look at a picture.
	 *
	 * @param send is called when a painter is there; it rejects where none comes.
	 * @throws {UserError} `painter-busy` when too many wait or the time is over, `describe-failed`, or what is wrong with the file
	 */
	async ask(
		image: Uint8Array,
		send: (message: ToPainter) => Promise<void>,
		timeoutMs: number,
	): Promise<DescribedPicture> {
		if (this.size >= mostWaiting) throw busy();
		const id = `describe-${this.#count++}`;
		const answer = Promise.withResolvers<DescribedPicture>();
		this.#pending.set(id, answer);
		const timer = setTimeout(() => answer.reject(busy()), timeoutMs);
		send({ type: 'describe', id, image }).catch(() => answer.reject(new UserError(...failed)));
		try {
			return await answer.promise;
		} finally {
			clearTimeout(timer);
			this.#pending.delete(id);
		}
	}

	/** Takes an answer; one that nobody waits for any more is dropped. */
	take({ id, seen, refusal }: Extract<FromPainter, { type: 'described' }>): void {
		const answer = this.#pending.get(id);
		if (seen) answer?.resolve(seen);
		else answer?.reject(refusal ? new UserError(refusal.code, refusal.message) : new UserError(...failed));
	}

	/** The painter is gone, and with it what it was asked. */
	fail(): void {
		for (const answer of this.#pending.values()) answer.reject(new UserError(...failed));
	}
}

function busy(): UserError {
	return new UserError(
		'painter-busy',
		'The painter is busy with large pictures and did not come to look at yours. Please try again later.',
	);
}
