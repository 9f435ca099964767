import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { addToOutbox, findDelivery } from '../../src/db/outbox.ts';
import { outbox, usage } from '../../src/db/schema.ts';
import { spendUsage } from '../../src/db/usage.ts';
import { accept } from '../../src/queue/accept.ts';
import { Outbox, Undeliverable, Unwanted } from '../../src/queue/outbox.ts';
import { cancel } from '../../src/queue/settle.ts';
import { databaseKinds } from '../support/databases.ts';
import { originOf, quiet, useQueue, wish } from '../support/queue.ts';

describe.each(databaseKinds)('the outbox on %s', (kind) => {
	const queue = useQueue(kind);
	const ended = async () => {
		const { generation } = await accept(queue, originOf(), wish);
		await cancel(queue, generation.id);
		return generation.id;
	};
	/** Runs an outbox until it made `count` attempts on a generation. */
	const attemptsOf = async (id: string, outcomes: (Error | { messageId?: string })[]) => {
		const seen: string[] = [];
		const { promise, resolve } = Promise.withResolvers<void>();
		const box = new Outbox({
			db: queue.db,
			log: quiet,
			deliver: async (generationId) => {
				if (generationId !== id) return {};
				const outcome = outcomes[seen.push(generationId) - 1]!;
				if (seen.length === outcomes.length) resolve();
				if (outcome instanceof Error) throw outcome;
				return outcome;
			},
		});
		box.start();
		await promise;
		await box.stop();
		return findDelivery(queue.db, id);
	};

	test('what was delivered is not delivered again', async () => {
		const id = await ended();
		expect(await attemptsOf(id, [{ messageId: '5' }])).toMatchObject({
			state: 'delivered',
			messageId: '5',
			attempts: 1,
		});
		const later = new Outbox({ db: queue.db, log: quiet, deliver: () => Promise.reject(new Error('again')) });
		later.start();
		await later.stop();
		expect(await findDelivery(queue.db, id)).toMatchObject({ state: 'delivered', attempts: 1 });
	});

	test('what failed is tried again until it is confirmed', async () => {
		const row = await attemptsOf(await ended(), [new Error('socket hang up'), new Error('502'), {}]);
		expect(row).toMatchObject({ state: 'delivered', attempts: 3, lastError: null });
	});

	test('what Discord refuses for good is given up, with the reason kept', async () => {
		const row = await attemptsOf(await ended(), [new Undeliverable('channel is gone')]);
		expect(row).toMatchObject({ state: 'abandoned', lastError: 'channel is gone' });
	});

	test.each([
		['charges nothing where nobody ever could see it', new Undeliverable('channel is gone'), 'refunded'],
		['charges what its author did not want to see', new Unwanted('reply was deleted'), 'spent'],
	])('what is given up %s', async (_, error, state) => {
		const { generation } = await accept(queue, originOf({ userId: state }), wish);
		await spendUsage(queue.db, generation.id, 5);
		await addToOutbox(queue.db, generation.id);
		await attemptsOf(generation.id, [error]);
		expect(await queue.db.select().from(usage).where(eq(usage.generationId, generation.id))).toMatchObject([{ state }]);
	});

	test('a row that a dead process held comes back when its lease is over', async () => {
		const id = await ended();
		const past = new Date(Date.now() - 1000);
		await queue.db.update(outbox).set({ attempts: 1, dueAt: past }).where(eq(outbox.generationId, id));
		expect(await attemptsOf(id, [{}])).toMatchObject({ state: 'delivered', attempts: 2 });
	});

	test('two processes never hold the same row', async () => {
		const ids = await Promise.all(Array.from({ length: 4 }, ended));
		const seen: string[] = [];
		const { promise, resolve } = Promise.withResolvers<void>();
		const boxes = [1, 2].map(
			() =>
				new Outbox({
					db: queue.db,
					log: quiet,
					deliver: async (id) => {
						if (seen.push(id) === ids.length) resolve();
						return {};
					},
				}),
		);
		for (const box of boxes) box.start();
		await promise;
		for (const box of boxes) await box.stop();
		expect(seen.toSorted()).toEqual(ids.toSorted());
	});
});
