import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { findGeneration } from '../../src/db/generations.ts';
import { generations, usage } from '../../src/db/schema.ts';
import { accept } from '../../src/queue/accept.ts';
import type { Quota } from '../../src/queue/quota.ts';
import { endWaiting } from '../../src/queue/settle.ts';
import { databaseKinds } from '../support/databases.ts';
import { originOf, useQueue, wish } from '../support/queue.ts';

const dayMs = 86_400_000;

describe.each(databaseKinds)('a member’s quota on %s', (kind) => {
	const queue = useQueue(kind);
	let members = 0;
	const newMember = () => String(60_000 + members++);
	/** Each wish is for two pictures. */
	const ask = (userId: string, quota: Quota, guildId = '700') =>
		accept(queue, originOf({ userId, guildId }), wish, quota);
	const fail = async (id: string) => endWaiting(queue, id, { state: 'failed', failure: 'no' });
	/** Lets time pass, for one wish. */
	const age = async (id: string, ms: number) => {
		const createdAt = new Date(Date.now() - ms);
		await queue.db.update(usage).set({ createdAt }).where(eq(usage.generationId, id));
		await queue.db.update(generations).set({ createdAt }).where(eq(generations.id, id));
	};

	test('ends with the last picture of the day, and says what is left', async () => {
		const userId = newMember();
		await ask(userId, { perDay: 3 });
		await expect(ask(userId, { perDay: 3 })).rejects.toMatchObject({
			code: 'day-is-over',
			message: expect.stringContaining('You have 1 of 3 pictures left for today, and this asks for 2'),
		});
		await expect(ask(userId, { perDay: 2 })).rejects.toThrow(
			/You may paint 2 pictures in 24 hours here, and have\. .*<t:\d+:R>/,
		);
		await expect(ask(newMember(), { perDay: 0 })).rejects.toMatchObject({ code: 'day-is-over' });
	});

	test('of two wishes at once for the last pictures one is accepted', async () => {
		const userId = newMember();
		const both = await Promise.allSettled([ask(userId, { perDay: 2 }), ask(userId, { perDay: 2 })]);
		expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
		expect(await queue.db.$count(usage, eq(usage.userId, userId))).toBe(1);
	});

	test('is given back by what brings no pictures', async () => {
		const userId = newMember();
		const { generation } = await ask(userId, { perDay: 2, cooldown: 60 });
		await expect(ask(userId, { perDay: 2 })).rejects.toMatchObject({ code: 'day-is-over' });
		expect(await fail(generation.id)).toBe(true);
		expect((await ask(userId, { perDay: 2, cooldown: 60 })).isNew).toBe(true);
	});

	test('comes back picture by picture, 24 hours after each was asked for', async () => {
		const userId = newMember();
		const { generation } = await ask(userId, { perDay: 2 });
		await age(generation.id, dayMs - 60_000);
		await expect(ask(userId, { perDay: 2 })).rejects.toMatchObject({ code: 'day-is-over' });
		await age(generation.id, dayMs + 1000);
		expect((await ask(userId, { perDay: 2 })).isNew).toBe(true);
	});

	test('asks for a pause between two wishes', async () => {
		const userId = newMember();
		const { generation } = await ask(userId, { cooldown: 60 });
		await expect(ask(userId, { cooldown: 60 })).rejects.toMatchObject({
			code: 'too-soon',
			message: expect.stringContaining('This server asks for 60 seconds between two wishes'),
		});
		await age(generation.id, 61_000);
		expect((await ask(userId, { cooldown: 60 })).isNew).toBe(true);
	});

	test('limits what waits at once, never above the operator’s own limit', async () => {
		const userId = newMember();
		const { generation } = await ask(userId, { atOnce: 1 });
		await expect(ask(userId, { atOnce: 1 })).rejects.toMatchObject({ code: 'too-many-waiting' });
		await fail(generation.id);
		for (let i = 0; i < queue.memberWaiting; i++) await ask(userId, { atOnce: 100 });
		await expect(ask(userId, { atOnce: 100 })).rejects.toMatchObject({ code: 'too-many-waiting' });
	});

	test('is each server’s own, and each member’s', async () => {
		const userId = newMember();
		await ask(userId, { perDay: 2, cooldown: 60 });
		expect((await ask(userId, { perDay: 2, cooldown: 60 }, '701')).isNew).toBe(true);
		expect((await ask(newMember(), { perDay: 2, cooldown: 60 })).isNew).toBe(true);
	});

	test('the same interaction again costs nothing more', async () => {
		const origin = originOf({ userId: newMember() });
		const [first, second] = [
			await accept(queue, origin, wish, { perDay: 2 }),
			await accept(queue, origin, wish, { perDay: 2 }),
		];
		expect(second).toMatchObject({ isNew: false, generation: { id: first.generation.id } });
	});

	test('a wish that waits no more cannot be ended once more', async () => {
		const { generation } = await ask(newMember(), {});
		expect(await Promise.all([fail(generation.id), fail(generation.id)])).toContain(false);
		expect(await findGeneration(queue.db, generation.id)).toMatchObject({ state: 'failed', failure: 'no' });
	});
});
