/** Discord counts milliseconds from the first second of 2015. */
const epochMs = 1_420_070_400_000n;

/** Makes IDs as Discord does: the time in the upper bits, so that they sort by age; 18 or 19 digits. */
export class Snowflakes {
	#last: bigint;

	constructor(last = '0') {
		this.#last = BigInt(last);
	}

	/** The newest ID given out: stored, so that IDs still rise after a restart even when the clock went back. */
	get last(): string {
		return String(this.#last);
	}

	/** Returns an ID greater than every earlier one. */
	next(atMs = Date.now()): string {
		const fromClock = (BigInt(atMs) - epochMs) << 22n;
		this.#last = fromClock > this.#last ? fromClock : this.#last + 1n;
		return String(this.#last);
	}
}

/** Returns when a snowflake was made, in milliseconds since 1970. */
export function snowflakeTimeMs(id: string): number {
	return Number((BigInt(id) >> 22n) + epochMs);
}

/** Writes a time as Discord does: microseconds and an offset instead of `Z`. */
export function discordTime(atMs = Date.now()): string {
	return new Date(atMs).toISOString().replace('Z', '000+00:00');
}
