import { expect, test } from 'vitest';
import type { CompiledGraph } from '../../src/model/graph.ts';
import type { Session } from '../../src/pipeline/session.ts';
import { SessionCache } from '../../src/pipeline/session-cache.ts';

/** A cache of networks that only say when they are opened and released; a name's length is its size. */
function cacheOf(bounds: { mostBytes: number; mostSessions: number }) {
	const events: string[] = [];
	const cache = new SessionCache({
		...bounds,
		bytesOf: ({ name }) => name.length,
		open: async ({ name }) => {
			events.push(`+${name}`);
			return { name, runMs: name.length, release: async () => void events.push(`-${name}`) } as unknown as Session;
		},
	});
	const take = async (...names: string[]) => {
		events.length = 0;
		const wanted = names.map((key) => ({ key, compile: () => ({ name: key }) as CompiledGraph }));
		const sessions = await cache.take(wanted);
		expect(sessions.map(({ name }) => name)).toEqual(names);
		return events.join(' ');
	};
	return { cache, take, events };
}

test('what is open is given again', async () => {
	const { take } = cacheOf({ mostBytes: 100, mostSessions: 10 });
	expect(await take('a', 'bb')).toBe('+a +bb');
	expect(await take('bb', 'a')).toBe('');
	expect(await take('a', 'cc')).toBe('+cc');
});

test('room is made before anything is opened, by what was used longest ago', async () => {
	const { take } = cacheOf({ mostBytes: 6, mostSessions: 10 });
	await take('aa');
	await take('bb');
	await take('cc');
	await take('aa');
	expect(await take('dd')).toBe('-bb +dd');
	expect(await take('eeee')).toBe('-cc -aa +eeee');
});

test('sessions are counted too', async () => {
	const { take, cache } = cacheOf({ mostBytes: 100, mostSessions: 2 });
	await take('a', 'b');
	expect(await take('c')).toBe('-a +c');
	expect(cache.size).toBe(2);
});

test('what one call needs is open together, even beyond the bounds', async () => {
	const { take } = cacheOf({ mostBytes: 3, mostSessions: 1 });
	expect(await take('aaaa', 'bbbb')).toBe('+aaaa +bbbb');
	expect(await take('aaaa', 'cccc')).toBe('-bbbb +cccc');
});

test('time is counted also of networks that were released', async () => {
	const { take, cache, events } = cacheOf({ mostBytes: 3, mostSessions: 9 });
	await take('aaa');
	await take('bb');
	expect(cache.runMs).toBe(5);
	await cache.release();
	expect(events).toContain('-bb');
	expect(cache.runMs).toBe(5);
	expect(cache.size).toBe(0);
});
