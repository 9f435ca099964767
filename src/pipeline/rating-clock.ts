import type { Painted } from './painting.ts';
import type { FromPainter } from './protocol.ts';

interface Ends {
	onDone: (painted: Painted) => void;
	/** Called with what is known by then. */
	onSilence: (unrated: Painted) => void;
}

/** The part of a job in which the tagger and the scorer look at the finished pictures, and the clock that runs meanwhile. */
export class RatingClock {
	readonly #limitMs: number;
	readonly #ends: Ends;
	#painted: Painted | undefined;
	#left = 0;
	#timer: NodeJS.Timeout | undefined;

	/** @param limitMs how long either may look at one picture */
	constructor(limitMs: number, ends: Ends) {
		this.#limitMs = limitMs;
		this.#ends = ends;
	}

	start({ pictures, stats, isScored = false }: Extract<FromPainter, { type: 'painted' }>): void {
		this.#painted = { pictures, stats: { ...stats, rateMs: 0 } };
		this.#left = pictures.length * (isScored ? 2 : 1);
		this.#wait();
	}

	take(message: Extract<FromPainter, { type: 'rated' | 'scored' }>): void {
		const picture = this.#painted?.pictures[message.position];
		if (!this.#painted || !picture) return;
		if (message.type === 'scored') picture.aesthetic = message.score;
		else {
			if (message.seen) picture.seen = message.seen;
			if (message.problem !== undefined) this.#painted.problem = message.problem;
		}
		this.#painted.stats.rateMs += message.ms;
		this.#left--;
		this.stop();
		if (this.#left > 0) this.#wait();
		else this.#ends.onDone(this.#painted);
	}

	stop(): void {
		clearTimeout(this.#timer);
	}

	#wait(): void {
		this.#timer = setTimeout(() => {
			const painted = this.#painted!;
			const isRated = painted.pictures.every(({ seen }) => seen);
			const problem = `The tagger did not answer within ${this.#limitMs / 1000} s`;
			this.#ends.onSilence(isRated ? painted : { ...painted, problem });
		}, this.#limitMs);
	}
}
