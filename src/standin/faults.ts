import { z } from 'zod';

/** An accident to happen to the next request that fits. */
export interface Fault {
	/** Any method when left out. */
	method?: string;
	/** Tested against the path after `/api/v10`, decoded. */
	path: RegExp;
	/** Answers with this status instead of handling the request. */
	status?: number;
	body?: unknown;
	headers?: Record<string, string>;
	/** Cuts the connection without an answer. */
	destroy?: boolean;
	/** Waits first; alone, the request is then handled as usual. */
	delayMs?: number;
	/** Handles the request first and only then spoils the answer: the bot cannot know that it was carried out. */
	afterHandling?: boolean;
	/** How many requests it happens to; 1 when left out. */
	times?: number;
}

const faultShape = z.strictObject({
	method: z.string().optional(),
	path: z.string(),
	status: z.int().min(100).max(599).optional(),
	body: z.unknown().optional(),
	headers: z.record(z.string(), z.string()).optional(),
	destroy: z.boolean().optional(),
	delayMs: z.number().min(0).optional(),
	afterHandling: z.boolean().optional(),
	times: z.int().min(1).optional(),
});

/** The accidents still to come, oldest first. */
export class Faults {
	#waiting: { fault: Fault; left: number }[] = [];

	push(...faults: Fault[]): void {
		for (const fault of faults) this.#waiting.push({ fault, left: fault.times ?? 1 });
	}

	clear(): void {
		this.#waiting = [];
	}

	get size(): number {
		return this.#waiting.length;
	}

	/** Takes the first fault that fits a request, using it up. */
	take(method: string, path: string): Fault | undefined {
		const entry = this.#waiting.find(
			({ fault }) => (fault.method === undefined || fault.method === method) && fault.path.test(path),
		);
		if (entry === undefined) return undefined;
		entry.left -= 1;
		if (entry.left === 0) this.#waiting.splice(this.#waiting.indexOf(entry), 1);
		return entry.fault;
	}
}

/** Reads a fault sent as JSON by a test in another process; `path` is a regular expression's source. */
export function parseFault(value: unknown): Fault {
	const { path, ...rest } = faultShape.parse(value);
	const known = Object.fromEntries(Object.entries(rest).filter(([, field]) => field !== undefined));
	return { ...known, path: new RegExp(path) };
}
