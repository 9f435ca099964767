import { eq } from 'drizzle-orm';
import { describe, expect, test, vi } from 'vitest';
import { findGeneration, type Generation } from '../../src/db/generations.ts';
import { generations, usage } from '../../src/db/schema.ts';
import { ProgressBoard } from '../../src/discord/board.ts';
import { createLog } from '../../src/log.ts';
import { accept, type Terms } from '../../src/queue/accept.ts';
import { acceptAll, replyOf } from '../../src/queue/accept-all.ts';
import type { Quota } from '../../src/queue/quota.ts';
import { databaseKinds } from '../support/databases.ts';
import { originOf, useQueue, wish } from '../support/queue.ts';

describe.each(databaseKinds)('several wishes at once on %s', (kind) => {
	const queue = useQueue(kind);
	let members = 0;
	const newMember = () => String(80_000 + members++);
	const of = (userId: string) => queue.db.select().from(generations).where(eq(generations.userId, userId));
	const terms = (count: number, quota: Quota = {}): Terms[] => Array.from({ length: count }, () => ({ wish, quota }));
	const ask = (userId: string, count: number, quota: Quota = {}) =>
		acceptAll(queue, originOf({ userId, guildId: '900' }), async () => terms(count, quota));

	test('are accepted together, each with a place of its own, also where there is a pause between wishes', async () => {
		const userId = newMember();
		const { generations: made, isNew } = await ask(userId, 3, { cooldown: 60, perDay: 6 });
		expect(isNew).toBe(true);
		expect(new Set(made.map(({ id }) => id)).size).toBe(3);
		expect(made.map(({ startTag }) => startTag)).toEqual(
			made.map(({ startTag }) => startTag).toSorted((a, b) => a - b),
		);
		expect(await queue.db.$count(usage, eq(usage.userId, userId))).toBe(3);
	});

	test.for([
		[{ atOnce: 3 }, /This makes 4 jobs\. At most 3 of yours may wait here at a time\./],
		[{ perDay: 7 }, /You have 7 of 7 pictures left for today, and this asks for 8/],
	] as const)('are refused together', async ([quota, says]) => {
		const userId = newMember();
		await expect(ask(userId, 4, quota)).rejects.toThrow(says);
		expect(await of(userId)).toEqual([]);
	});

	test('leave nothing behind when one in the middle fails', async () => {
		const userId = newMember();
		const broken = { ...wish, request: null } as unknown as Terms['wish'];
		const origin = originOf({ userId, guildId: '900' });
		const attempt = acceptAll(queue, origin, async () => [...terms(2), { wish: broken }, ...terms(1)]);
		await expect(attempt).rejects.toThrow();
		expect(await of(userId)).toEqual([]);
		expect(await queue.db.$count(usage, eq(usage.userId, userId))).toBe(0);
	});

	test('count once, however often the same interaction comes', async () => {
		const origin = originOf({ userId: newMember(), guildId: '900' });
		const both = await Promise.all([1, 2].map(() => acceptAll(queue, origin, async () => terms(2))));
		expect(both.map(({ isNew }) => isNew).toSorted()).toEqual([false, true]);
		expect(both[0]!.generations.map(({ id }) => id)).toEqual(both[1]!.generations.map(({ id }) => id));
	});

	test('do not overtake what another member asks for later', async () => {
		const many = await ask(newMember(), 4);
		const { generation } = await accept(queue, originOf({ userId: newMember(), guildId: '900' }), wish);
		const tags = await Promise.all(
			many.generations.map(async ({ id }) => (await findGeneration(queue.db, id))!.startTag),
		);
		const later = (await findGeneration(queue.db, generation.id))!.startTag;
		expect(tags.filter((tag) => tag > later).length).toBeGreaterThanOrEqual(2);
	});

	test.runIf(kind === 'embedded')(
		'each has a message of its own: a follow-up, posted once and edited from then on',
		async () => {
			const posts: string[] = [];
			const patches: string[] = [];
			const rest = {
				post: vi.fn(async (route: string) => ({ id: String(5_000 + posts.push(route)) })),
				patch: vi.fn(async (route: string) => void patches.push(route)),
			};
			const client = { rest, guilds: { cache: new Map([['901', {}]]) } } as unknown as ConstructorParameters<
				typeof ProgressBoard
			>[0]['client'];
			const board = new ProgressBoard({ client, db: queue.db, log: createLog('error'), painters: 1 });
			const { generations: made } = await acceptAll(queue, originOf({ userId: '1', guildId: '901' }), async () => [
				{ wish },
				{ wish },
			]);
			expect(made.map(replyOf)).toEqual([null, null]);
			for (const generation of made) await board.show(generation);
			const stored = async ({ id }: Generation) => (await findGeneration(queue.db, id))!;
			await vi.waitFor(async () =>
				expect((await Promise.all(made.map(stored))).map(replyOf)).toEqual(['5001', '5002']),
			);
			await board.close(made[1]!.id);
			// The very object from before its message was known.
			const waited = { ...made[0]!, state: 'held' as const };
			await board.show(waited);
			await board.stop();
			expect(posts).toHaveLength(2);
			expect(patches).toEqual([expect.stringMatching(/\/messages\/5001$/)]);
		},
	);
});
