import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layOut, memberTagOf } from '../../src/queue/fair.ts';

interface Sent {
	lane: string;
	user: string;
	cost: number;
}

/** Plays enqueueing and taking with the rules of `accept` and `advanceClocks`; one painter, everything sent at once. */
function playAll(sent: Sent[]): Sent[] {
	let clock = 0;
	const lanes = new Map<string, { served: number; memberClock: number; finish: Map<string, number> }>();
	let waiting: (Sent & { id: string; startTag: number; memberTag: number; createdAt: Date })[] = [];
	sent.forEach((job, i) => {
		const lane = lanes.get(job.lane) ?? { served: 0, memberClock: 0, finish: new Map() };
		lanes.set(job.lane, lane);
		const clocks = { clock, served: lane.served, memberClock: lane.memberClock };
		const memberTag = memberTagOf(clocks, lane.finish.get(job.user) ?? 0);
		lane.finish.set(job.user, memberTag + job.cost);
		const added = { ...job, id: `${i}`, startTag: 0, memberTag, createdAt: new Date(i) };
		const mine = [...waiting.filter((w) => w.lane === job.lane), added];
		const tags = layOut(mine, clocks, (w) => w.id === added.id);
		waiting = [...waiting, added].map((w) => (w.lane === job.lane ? { ...w, startTag: tags.get(w.id)! } : w));
	});
	const order: Sent[] = [];
	while (waiting.length > 0) {
		waiting.sort((a, b) => a.startTag - b.startTag || a.createdAt.getTime() - b.createdAt.getTime());
		const { lane, user, cost, startTag } = waiting.shift()!;
		clock = Math.max(clock, startTag);
		order.push({ lane, user, cost });
	}
	return order;
}

describe('start-time fair queueing', () => {
	test('a guild that floods waits behind one job of each other guild', () => {
		const flood = Array.from({ length: 50 }, () => ({ lane: 'flood', user: 'a', cost: 10 }));
		const order = playAll([...flood, { lane: 'quiet', user: 'b', cost: 10 }]);
		expect(order.findIndex(({ lane }) => lane === 'quiet')).toBeLessThanOrEqual(1);
	});

	test('a member who floods waits behind one job of each other member of the guild', () => {
		const flood = Array.from({ length: 50 }, () => ({ lane: 'g', user: 'a', cost: 10 }));
		const order = playAll([...flood, { lane: 'g', user: 'b', cost: 10 }]);
		expect(order.findIndex(({ user }) => user === 'b')).toBeLessThanOrEqual(1);
	});

	test('a member’s own jobs stay in order', () => {
		const order = playAll([3, 1, 2].map((cost) => ({ lane: 'g', user: 'a', cost })));
		expect(order.map(({ cost }) => cost)).toEqual([3, 1, 2]);
	});

	test('two guilds that both wait never differ by more than one largest job', () => {
		const costs = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 5, maxLength: 40 });
		fc.assert(
			fc.property(costs, costs, (a, b) => {
				const order = playAll([
					...a.map((cost) => ({ lane: 'a', user: 'x', cost })),
					...b.map((cost) => ({ lane: 'b', user: 'y', cost })),
				]);
				const served = { a: 0, b: 0 };
				const left = { a: a.length, b: b.length };
				for (const { lane, cost } of order) {
					served[lane as 'a' | 'b'] += cost;
					left[lane as 'a' | 'b']--;
					if (left.a === 0 || left.b === 0) break;
					expect(Math.abs(served.a - served.b)).toBeLessThanOrEqual(Math.max(...a, ...b));
				}
			}),
		);
	});

	test('no job is lost or doubled by laying out anew', () => {
		const jobs = fc.array(
			fc.record({
				lane: fc.constantFrom('a', 'b', 'c'),
				user: fc.constantFrom('x', 'y'),
				cost: fc.integer({ min: 1, max: 40 }),
			}),
		);
		fc.assert(fc.property(jobs, (sent) => void expect(playAll(sent)).toHaveLength(sent.length)));
	});
});
