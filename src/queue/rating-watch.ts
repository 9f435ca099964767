import type { Log } from '../log.ts';

/** How the tagger is doing, for `/health`. */
export type TaggerState =
	| { ok: true }
	| {
			ok: false;
			/** Pictures that were not rated since it last worked. */
			unrated: number;
			/** When the first of them was. */
			since: Date;
			problem: string;
	  };

const quietMs = 60_000;

/** Tells the operator of pictures that nobody rated: of the first at once, then once a minute with their number, until one is rated. */
export class RatingWatch {
	readonly #log: Log;
	readonly #now: () => number;
	#state: TaggerState = { ok: true };
	#toldAt = Number.NEGATIVE_INFINITY;

	constructor(log: Log, now: () => number = Date.now) {
		this.#log = log;
		this.#now = now;
	}

	get state(): TaggerState {
		return this.#state;
	}

	/** Takes note of one finished job: how many of its pictures were rated, and why the others were not. */
	note(job: { generationId: string; rated: number; unrated: number; problem: string | undefined }): void {
		const { generationId, rated, unrated } = job;
		if (unrated === 0) {
			if (rated > 0 && !this.#state.ok) {
				this.#log.info('the tagger works again', { unrated: this.#state.unrated });
				this.#state = { ok: true };
				this.#toldAt = Number.NEGATIVE_INFINITY;
			}
			return;
		}
		const before = this.#state.ok ? { unrated: 0, since: new Date(this.#now()) } : this.#state;
		const problem = job.problem ?? 'The painter did not say why';
		this.#state = { ok: false, unrated: before.unrated + unrated, since: before.since, problem };
		if (this.#now() - this.#toldAt < quietMs) return;
		this.#toldAt = this.#now();
		this.#log.error('pictures could not be rated, so they are not posted', {
			generationId,
			unrated: this.#state.unrated,
			problem,
		});
	}
}
