import type { Issue } from './rest/api-error.ts';
import type { LoggedExchange } from './rest/exchange.ts';

/** A request that Discord refuses, or an answer of ours that Discord's document does not allow. */
export interface Violation {
	by: 'bot' | 'stand-in';
	method: string;
	path: string;
	message: string;
	issues: Issue[];
	body: unknown;
}

/** A request for something that the stand-in does not have. */
export interface UnknownRoute {
	method: string;
	path: string;
}

const maxLog = 5000;

/** What was said so far, and what was wrong with it. */
export class Records {
	readonly log: LoggedExchange[] = [];
	readonly violations: Violation[] = [];
	readonly unknownRoutes: UnknownRoute[] = [];

	/** Adds to the log, forgetting the oldest of a long run. */
	note(exchange: LoggedExchange): void {
		this.log.push(exchange);
		if (this.log.length > maxLog) this.log.shift();
	}

	/** Forgets violations and unknown routes: a test that provoked one does so after looking at it. */
	clear(): void {
		this.violations.length = 0;
		this.unknownRoutes.length = 0;
	}

	/** Throws an error listing everything that Discord would have refused. */
	assertClean(): void {
		const lines = [
			...this.unknownRoutes.map(({ method, path }) => `unknown route: ${method} ${path}`),
			...this.violations.map(describeViolation),
		];
		if (lines.length > 0) throw new Error(`Discord would have refused:\n${lines.join('\n')}`);
	}
}

function describeViolation({ by, method, path, message, issues }: Violation): string {
	const details = issues.map((it) => `    ${it.path.join('.') || '(body)'}: ${it.code} ${it.message}`);
	return [`${by}: ${method} ${path}: ${message}`, ...details].join('\n');
}
