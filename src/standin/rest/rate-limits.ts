import { createHash } from 'node:crypto';

const windowMs = 1000;
/** High enough that a bot that behaves never meets it, low enough that one in a loop is slowed down by its own library. */
const perWindow = 50;

/** Counts requests per bucket and writes Discord's rate-limit headers. Refuses nothing: faults do that. */
export class RateLimits {
	readonly #buckets = new Map<string, { used: number; resetMs: number }>();

	/** Headers for an answer. Callbacks to interactions have no limit, as on Discord. */
	headers(method: string, path: string): Record<string, string> {
		if (path.endsWith('/callback')) return {};
		const key = `${method} ${path.replace(/\d{17,19}/g, ':id')}`;
		const now = Date.now();
		for (const [old, { resetMs }] of this.#buckets) if (resetMs < now) this.#buckets.delete(old);
		const bucket = this.#buckets.get(key) ?? { used: 0, resetMs: now + windowMs };
		bucket.used += 1;
		this.#buckets.set(key, bucket);
		return {
			'x-ratelimit-limit': String(perWindow),
			'x-ratelimit-remaining': String(Math.max(0, perWindow - bucket.used)),
			'x-ratelimit-reset': String(bucket.resetMs / 1000),
			'x-ratelimit-reset-after': String((bucket.resetMs - now) / 1000),
			'x-ratelimit-bucket': createHash('sha256').update(key).digest('hex').slice(0, 32),
		};
	}
}
