import { afterEach, beforeEach, expect, type Mock, test, vi } from 'vitest';
import { type Chore, Sweeper } from '../../src/queue/sweeper.ts';
import { quiet } from '../support/queue.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Watched extends Chore {
	run: Mock<Chore['run']>;
}

function chore(name: string, { run = async () => {}, ...given }: Partial<Chore> = {}): Watched {
	return { name, everyMs: 60_000, run: vi.fn(run), ...given };
}

/** Runs a sweeper for a while, then ends it. */
async function sweeping(chores: Chore[], during: (sweeper: Sweeper) => Promise<unknown>): Promise<void> {
	const sweeper = new Sweeper({ chores, log: quiet });
	sweeper.start();
	await vi.advanceTimersByTimeAsync(0);
	await during(sweeper);
	await sweeper.stop();
}

test('does every chore at the start, and again each time it is due', async () => {
	const often = chore('often');
	const seldom = chore('seldom', { everyMs: 150_000 });
	await sweeping([often, seldom], async () => {
		expect([often.run, seldom.run].map((run) => run.mock.calls.length)).toEqual([1, 1]);
		await vi.advanceTimersByTimeAsync(160_000);
	});
	expect([often.run, seldom.run].map((run) => run.mock.calls.length)).toEqual([3, 2]);
});

test('a wake brings forward what is urgent, and nothing else', async () => {
	const urgent = chore('urgent', { isUrgent: true });
	const calm = chore('calm');
	await sweeping([urgent, calm], async (sweeper) => {
		sweeper.wake();
		await vi.advanceTimersByTimeAsync(0);
	});
	expect([urgent.run, calm.run].map((run) => run.mock.calls.length)).toEqual([2, 1]);
});

test('a wake during the urgent chore itself is not lost', async () => {
	const { promise, resolve } = Promise.withResolvers<void>();
	const urgent = chore('urgent', { isUrgent: true, run: () => promise });
	await sweeping([urgent], async (sweeper) => {
		sweeper.wake();
		resolve();
		await vi.advanceTimersByTimeAsync(0);
	});
	expect(urgent.run).toHaveBeenCalledTimes(2);
});

test('a chore that fails holds up neither the others nor its own next turn', async () => {
	const broken = chore('broken', { run: () => Promise.reject(new Error('no')) });
	const fine = chore('fine');
	await sweeping([broken, fine], () => vi.advanceTimersByTimeAsync(60_000));
	expect(broken.run).toHaveBeenCalledTimes(2);
	expect(fine.run).toHaveBeenCalledTimes(2);
});

test('a stop tells the chore under way, waits for it, and begins no other', async () => {
	let isOver = false;
	const run = (signal: AbortSignal) =>
		new Promise<void>((resolve) =>
			signal.addEventListener('abort', () => {
				isOver = true;
				resolve();
			}),
		);
	const next = chore('next');
	await sweeping([chore('long', { run }), next], async () => {});
	expect(isOver).toBe(true);
	expect(next.run).not.toHaveBeenCalled();
});
