import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { findGeneration, takeGeneration } from '../../src/db/generations.ts';
import { findDelivery } from '../../src/db/outbox.ts';
import { generations, type outbox, usage } from '../../src/db/schema.ts';
import { sumUsage } from '../../src/db/usage.ts';
import { UserError } from '../../src/errors.ts';
import { accept } from '../../src/queue/accept.ts';
import { cancel, settleUnpainted } from '../../src/queue/settle.ts';
import { databaseKinds } from '../support/databases.ts';
import { originOf, recipe, useQueue, wish } from '../support/queue.ts';

describe.each(databaseKinds)('the queue on %s', (kind) => {
	const queue = useQueue(kind);
	const count = async (table: typeof generations | typeof usage | typeof outbox) => queue.db.$count(table);
	const drain = async () => {
		for (let job = await queue.jobs.take(100); job; job = await queue.jobs.take(100)) {
			const { generationId } = job;
			const held = job;
			await settleUnpainted(queue, generationId, { state: 'failed' }, (tx) => queue.jobs.finish(tx, held));
		}
	};

	test('accepting writes the generation, its usage and its job together', async () => {
		const before = await count(usage);
		const { generation, isNew } = await accept(queue, originOf(), wish);
		expect(isNew).toBe(true);
		expect(generation).toMatchObject({ state: 'queued', recipe, kind: 'imagine', attempt: 0 });
		expect(await count(usage)).toBe(before + 1);
		expect((await queue.jobs.take(100))?.generationId).toBe(generation.id);
		await queue.jobs.cancel(queue.db, generation.jobId);
	});

	test('a failure in the middle of accepting leaves nothing behind', async () => {
		const [rows, booked] = [await count(generations), await count(usage)];
		const broken = { ...wish, recipe: { ...recipe, seeds: undefined as unknown as number[] } };
		await expect(accept(queue, originOf(), broken)).rejects.toThrow();
		const noRoom = { ...wish, request: undefined as never };
		await expect(accept(queue, originOf(), noRoom)).rejects.toThrow();
		expect([await count(generations), await count(usage)]).toEqual([rows, booked]);
		expect(await queue.jobs.take(100)).toBeUndefined();
	});

	test('the same interaction is accepted once', async () => {
		const origin = originOf();
		const [first, second] = await Promise.all([accept(queue, origin, wish), accept(queue, origin, wish)]);
		expect(second.generation.id).toBe(first.generation.id);
		expect([first.isNew, second.isNew].toSorted()).toEqual([false, true]);
		await drain();
	});

	test('two presses on the same U are one enlargement, by whomever', async () => {
		const { strength: _, ...rest } = { ...recipe, strength: undefined };
		const up = {
			kind: 'upscale' as const,
			request: wish.request,
			recipe: { ...rest, seeds: [0], parent: { imageId: 'i', sha256: 's' }, upscaler: 'x4' },
			parentImageId: 'i',
		};
		const both = await Promise.all([accept(queue, originOf(), up), accept(queue, originOf({ userId: '601' }), up)]);
		expect(new Set(both.map(({ generation }) => generation.id)).size).toBe(1);
		const other = await accept(queue, originOf(), { ...up, parentImageId: 'j' });
		expect(other.isNew).toBe(true);
		await drain();
		// A failed one does not stand in the way of another try.
		expect((await accept(queue, originOf(), up)).isNew).toBe(true);
		await drain();
	});

	test('a member with enough waiting is refused, others are not', async () => {
		const userId = '602';
		for (let i = 0; i < queue.memberWaiting; i++) await accept(queue, originOf({ userId }), wish);
		const attempt = accept(queue, originOf({ userId }), wish);
		await expect(attempt).rejects.toThrow(UserError);
		await expect(attempt).rejects.toThrow('You already have 5 jobs waiting here');
		expect((await accept(queue, originOf({ userId: '603' }), wish)).isNew).toBe(true);
		await drain();
	});

	test('jobs come out in fair order: guilds take turns, and so do members of a guild', async () => {
		await drain();
		const asked = [
			['g1', 'a'],
			['g1', 'a'],
			['g1', 'b'],
			['g2', 'c'],
			['g1', 'a'],
		] as const;
		for (const [guildId, userId] of asked) await accept(queue, originOf({ guildId, userId }), wish);
		const taken: string[] = [];
		for (let job = await queue.jobs.take(100); job; job = await queue.jobs.take(100)) {
			const generation = (await findGeneration(queue.db, job.generationId))!;
			taken.push(`${generation.guildId}${generation.userId}`);
			const held = job;
			await settleUnpainted(queue, generation.id, { state: 'failed' }, (tx) => queue.jobs.finish(tx, held));
		}
		const order = taken.join(' ');
		expect(order).toMatch(/^(g1a g2c|g2c g1a) g1b g1a g1a$/);
	});

	test('a lane that holds its painters gets no further job', async () => {
		await drain();
		await accept(queue, originOf({ guildId: 'h' }), wish);
		await accept(queue, originOf({ guildId: 'h' }), wish);
		const first = await queue.jobs.take(1);
		expect(first).toBeDefined();
		expect(await queue.jobs.take(1)).toBeUndefined();
		await queue.jobs.handBack(first!);
		await drain();
	});

	test('a cancelled job is not painted, is given back and is told about', async () => {
		const { generation } = await accept(queue, originOf({ userId: '604' }), wish);
		expect(await cancel(queue, generation.id)).toBe('cancelled');
		expect(await queue.jobs.take(100)).toBeUndefined();
		expect((await findGeneration(queue.db, generation.id))?.state).toBe('cancelled');
		expect((await findDelivery(queue.db, generation.id))?.state).toBe('pending');
		expect((await sumUsage(queue.db, '700', '604')).pictures).toBe(0);
		expect(await cancel(queue, generation.id)).toBe('ended');
	});

	test('a taker that was thought dead cannot end what a newer one has', async () => {
		const { generation } = await accept(queue, originOf(), wish);
		const job = (await queue.jobs.take(100))!;
		const zombie = (await takeGeneration(queue.db, generation.id))!;
		const heir = (await takeGeneration(queue.db, generation.id))!;
		const end = (attempt: number) =>
			settleUnpainted(queue, generation.id, { state: 'failed', attempt }, (tx) => queue.jobs.finish(tx, job));
		expect(await end(zombie.attempt)).toBe(false);
		expect((await findGeneration(queue.db, generation.id))?.state).toBe('running');
		expect(await end(heir.attempt)).toBe(true);
		expect(await end(heir.attempt)).toBe(false);
	});

	test('a job that is handed back is taken again, and its first taker can no longer finish it', async () => {
		await drain();
		const { generation } = await accept(queue, originOf(), wish);
		const first = (await queue.jobs.take(100))!;
		await queue.jobs.handBack(first);
		const second = (await queue.jobs.take(100))!;
		expect(second.generationId).toBe(generation.id);
		await queue.jobs.finish(queue.db, first);
		const [row] = await queue.db
			.select({ state: sql<string>`(select state::text from pgboss.job where id = ${generation.jobId}::uuid)` })
			.from(generations)
			.limit(1);
		expect(row?.state).toBe('active');
		await settleUnpainted(queue, generation.id, { state: 'failed' }, (tx) => queue.jobs.finish(tx, second));
	});
});
