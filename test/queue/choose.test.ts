import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseHead, type Head, mostOvertaken } from '../../src/queue/choose.ts';

const head = (model: string, priority: number, cost = 10): Head => ({ model, priority, cost, createdAt: new Date(0) });
const bench = (loaded: string, overtaken = 0, most = 100) => ({
	isLoaded: (model: string) => loaded.split('').includes(model),
	overtaken,
	mostOvertaken: most,
});

describe('which job a painter takes next', () => {
	test('is the one whose turn it is, where its model is open', () => {
		const heads = [head('a', -20), head('b', -10)];
		expect(chooseHead(heads, bench('b'))).toEqual({ head: heads[1], isOutOfTurn: false });
		expect(chooseHead(heads, bench('ab'))?.head.model).toBe('b');
		expect(chooseHead([], bench('a'))).toBeUndefined();
	});

	test('is one of the open model, until as much work went out of turn as is fair', () => {
		const heads = [head('a', -20, 30), head('b', -10)];
		expect(chooseHead(heads, bench('a', 70))).toEqual({ head: heads[0], isOutOfTurn: true });
		expect(chooseHead(heads, bench('a', 71))).toEqual({ head: heads[1], isOutOfTurn: false });
	});

	test('is never out of turn where opening a model costs nothing', () => {
		expect(mostOvertaken(0)).toBe(0);
		expect(chooseHead([head('a', -20), head('b', -10)], bench('a', 0, mostOvertaken(0)))?.head.model).toBe('b');
	});

	test('of two with one place is the older', () => {
		const later = { ...head('a', -10), createdAt: new Date(1) };
		expect(chooseHead([later, head('b', -10)], bench('ab'))?.head.model).toBe('b');
	});
});

/** Serves a line of jobs with one painter that keeps one model open, as the dispatcher does. */
function serve(jobs: Head[], loadMs: number) {
	const waiting = [...jobs];
	let loaded = '';
	let overtaken = 0;
	let opened = 0;
	let time = 0;
	const wait = new Map<Head, number>();
	while (waiting.length > 0) {
		const heads = [...Map.groupBy(waiting, ({ model }) => model).values()].map(
			(own) => own.toSorted((a, b) => b.priority - a.priority)[0]!,
		);
		const most = mostOvertaken(opened === 0 ? 0 : loadMs);
		const choice = chooseHead(heads, { isLoaded: (model) => model === loaded, overtaken, mostOvertaken: most })!;
		overtaken = choice.isOutOfTurn ? overtaken + choice.head.cost : 0;
		if (choice.head.model !== loaded) {
			loaded = choice.head.model;
			opened++;
			time += loadMs / 100;
		}
		wait.set(choice.head, time);
		time += choice.head.cost;
		waiting.splice(waiting.indexOf(choice.head), 1);
	}
	return { opened, time, wait };
}

test('two guilds with a model each: models are opened a fifth of the time at most, and nobody waits long for it', () => {
	const loadMs = 20_000;
	const jobs = Array.from({ length: 200 }, (_, i) => head(i % 2 ? 'a' : 'b', -i * 10, 20));
	const { opened, time } = serve(jobs, loadMs);
	const work = jobs.length * 20;
	expect(opened).toBeGreaterThan(2);
	expect((opened * loadMs) / 100).toBeLessThan(0.3 * work);
	expect(time).toBe(work + (opened * loadMs) / 100);
});

test('whatever is asked for, the next in turn waits for four loads of work and no more, and all are served', () => {
	const job = fc.record({ model: fc.constantFrom('a', 'b', 'c'), cost: fc.integer({ min: 1, max: 300 }) });
	fc.assert(
		fc.property(
			fc.array(job, { minLength: 1, maxLength: 40 }),
			fc.integer({ min: 0, max: 30_000 }),
			(asked, loadMs) => {
				const jobs = asked.map(({ model, cost }, i) => head(model, -i, cost));
				const { wait, opened } = serve(jobs, loadMs);
				expect(wait.size).toBe(jobs.length);
				for (const [i, one] of jobs.entries()) {
					const before = jobs.slice(0, i).reduce((sum, { cost }) => sum + cost, 0);
					// What went before it in turn, and for each opening of a model what may go out of turn meanwhile.
					const most = before + opened * (mostOvertaken(loadMs) + loadMs / 100);
					expect(wait.get(one)!).toBeLessThanOrEqual(most + 1e-6);
				}
			},
		),
		{ numRuns: 300 },
	);
});
