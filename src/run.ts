import { setTimeout as wait } from 'node:timers/promises';
import { SetupError } from './errors.ts';

/** How long a signal waits for a start that is under way. */
const startPatienceMs = 5000;

/** What must be undone, in the order in which it was done; it is undone backwards. */
type OnClose = (closer: () => Promise<unknown>) => void;

/**
 * Runs a program until SIGINT or SIGTERM, then undoes what it set up. A mistake in the set-up ends it with one line and exit
 * code 1; a second signal ends it at once.
 *
 * @param survives tells errors of the outside world that must not end the program when nobody waits for them
 */
export async function runProgram(
	program: (onClose: OnClose, fail: (error: SetupError) => void) => Promise<void>,
	survives: (error: unknown) => boolean,
): Promise<void> {
	// About one time in six that Postgres is cut off, a promise inside the driver (postgres 3.4.9) is rejected that nobody can
	// wait for. Whoever waits for an answer has theirs, so this alone is no reason to end; anything else is.
	process.on('unhandledRejection', (error) => {
		if (survives(error)) return;
		console.error(error);
		process.exit(1);
	});
	const closers: (() => Promise<unknown>)[] = [];
	let closing: Promise<void> | undefined;
	const close = () => {
		closing ??= (async () => {
			for (const closer of closers.splice(0).reverse()) {
				await closer().catch((error: unknown) => console.error(error));
			}
		})();
		return closing;
	};
	const fail = (error: SetupError) => {
		if (closing) return;
		console.error(error.message);
		void close().then(() => process.exit(1));
	};
	const started = program((closer) => closers.push(closer), fail);
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => {
			process.once(signal, () => process.exit(130));
			// A signal during the start waits for it, for a while: what is half open could not be undone.
			const start = started.catch(() => {});
			void Promise.race([start, wait(startPatienceMs)])
				.then(close)
				.then(() => process.exit(0));
		});
	}
	try {
		await started;
	} catch (error) {
		if (closing) return;
		await close();
		console.error(error instanceof SetupError ? error.message : error);
		process.exit(1);
	}
}
