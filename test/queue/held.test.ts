import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { findCard } from '../../src/db/cards.ts';
import { findGeneration } from '../../src/db/generations.ts';
import { audit, outbox, usage } from '../../src/db/schema.ts';
import { accept } from '../../src/queue/accept.ts';
import { approveHeld, heldMs, lapseHeld, refuseHeld } from '../../src/queue/held.ts';
import { cancel } from '../../src/queue/settle.ts';
import { databaseKinds } from '../support/databases.ts';
import { originOf, recipe, useQueue, wish } from '../support/queue.ts';

describe.each(databaseKinds)('a held wish on %s', (kind) => {
	const queue = useQueue(kind);
	let guilds = 0;
	const held = async () => {
		const guildId = String(7000 + guilds++);
		const terms = async () => ({ wish, heldFor: 'gun' });
		const { generation } = await accept(queue, originOf({ guildId }), wish, terms);
		return { id: generation.id, who: { guildId, actorId: 'mod', generationId: generation.id } };
	};
	const look = async () => ({ recipe, quota: {} });
	const stateOf = async (id: string) => (await findGeneration(queue.db, id))!.state;
	const cardOf = async (id: string) => (await findCard(queue.db, id))!.state;
	const usageOf = (id: string) => queue.db.select().from(usage).where(eq(usage.generationId, id));
	const decisionsOn = async (id: string) =>
		(await queue.db.select().from(audit).where(eq(audit.generationId, id))).map(({ action }) => action);
	/** Every job that waits. */
	const takeAll = async () => {
		const taken: string[] = [];
		for (let job = await queue.jobs.take(99); job; job = await queue.jobs.take(99)) {
			taken.push(job.generationId);
			await queue.jobs.finish(queue.db, job);
		}
		return taken;
	};

	test('has no job and no reservation until it is let through, and then one of each', async () => {
		const { id, who } = await held();
		expect([await takeAll(), await usageOf(id), await cardOf(id)]).toEqual([[], [], 'held']);
		expect(await approveHeld(queue, who, look)).toMatchObject({ id, state: 'queued' });
		expect(await usageOf(id)).toMatchObject([{ state: 'reserved', pictures: recipe.seeds.length }]);
		expect(await takeAll()).toEqual([id]);
		expect(await cardOf(id)).toBe('approved');
	});

	test('is decided once, whoever is quicker', async () => {
		for (let i = 0; i < 4; i++) {
			const { id, who } = await held();
			await Promise.all([
				approveHeld(queue, who, look),
				refuseHeld(queue.db, { ...who, actorId: 'other' }, 'no'),
				approveHeld(queue, who, look),
			]);
			const [decision, ...more] = await decisionsOn(id);
			expect(more).toEqual([]);
			expect(await stateOf(id)).toBe(decision === 'approve' ? 'queued' : 'failed');
			expect(await usageOf(id)).toHaveLength(decision === 'approve' ? 1 : 0);
			expect(await takeAll()).toEqual(decision === 'approve' ? [id] : []);
		}
	});

	test('that its author cancels at the same moment is over, and costs nothing', async () => {
		for (let i = 0; i < 4; i++) {
			const { id, who } = await held();
			await Promise.all(
				i % 2 ? [cancel(queue, id), approveHeld(queue, who, look)] : [approveHeld(queue, who, look), cancel(queue, id)],
			);
			if ((await stateOf(id)) === 'queued') await cancel(queue, id);
			expect(await stateOf(id)).toBe('cancelled');
			expect((await usageOf(id)).filter(({ state }) => state !== 'refunded')).toEqual([]);
			expect(await queue.db.select().from(outbox).where(eq(outbox.generationId, id))).toHaveLength(1);
		}
	});

	test('stays as it was where the last look or the quota refuses', async () => {
		const { id, who } = await held();
		const refusing = approveHeld(queue, who, () => Promise.reject(new Error('not here')));
		await expect(refusing).rejects.toThrow('not here');
		const none = approveHeld(queue, who, async () => ({ recipe, quota: { perDay: 1 } }));
		await expect(none).rejects.toMatchObject({ code: 'day-is-over' });
		expect([await stateOf(id), await cardOf(id), await decisionsOn(id)]).toEqual(['held', 'held', []]);
	});

	test('of another server is not to be decided', async () => {
		const { id, who } = await held();
		expect(await approveHeld(queue, { ...who, guildId: '1' }, look)).toBeUndefined();
		expect(await refuseHeld(queue.db, { ...who, guildId: '1' }, 'no')).toBe(false);
		expect(await stateOf(id)).toBe('held');
	});

	test('ends by itself when its time is over, and not before', async () => {
		const { id } = await held();
		await lapseHeld(queue, 50, Date.now() + heldMs - 60_000);
		expect(await stateOf(id)).toBe('held');
		await lapseHeld(queue, 50, Date.now() + heldMs + 1000);
		expect([await stateOf(id), await cardOf(id), await decisionsOn(id)]).toEqual(['failed', 'ended', ['lapse']]);
	});
});
