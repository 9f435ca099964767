import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiscordAPIError } from 'discord.js';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Deciding, decide, undoDecision, undoLast } from '../../src/commands/decisions.ts';
import { purgeFiles, removePictures } from '../../src/commands/removal.ts';
import { historyOf } from '../../src/db/audit.ts';
import { findCard, openCard } from '../../src/db/cards.ts';
import { descendantsOf } from '../../src/db/descendants.ts';
import { endGeneration, findGeneration } from '../../src/db/generations.ts';
import { imagesOf, insertImages } from '../../src/db/images.ts';
import { addToOutbox, claimOutbox, findDelivery, markDelivered } from '../../src/db/outbox.ts';
import { markRemoved, restoreRemoved } from '../../src/db/removals.ts';
import { addReport, countReportedBefore } from '../../src/db/reports.ts';
import { sanctionsInForce } from '../../src/db/sanctions.ts';
import { generations } from '../../src/db/schema.ts';
import { ImageStore, imageKey } from '../../src/images/store.ts';
import { accept, type Origin, type Wish } from '../../src/queue/accept.ts';
import { databaseKinds } from '../support/databases.ts';
import { originOf, recipe, useQueue, wish } from '../support/queue.ts';

const [mod, otherMod] = ['501', '502'];
const guildId = '700';
const inAWeek = () => new Date(Date.now() + 7 * 86_400_000);

/** Discord's answer to a request to delete, when it is not "done". */
function refusal(status: number, code: number): DiscordAPIError {
	const request = { method: 'DELETE', url: 'u', files: undefined, body: undefined };
	return new DiscordAPIError({ code, message: `refused with ${code}` }, code, status, 'DELETE', 'u', request);
}

describe.each(databaseKinds)('taking pictures away on %s', (kind) => {
	const queue = useQueue(kind);
	let folder: string;
	let store: ImageStore;
	/** What Discord was asked to delete, and what it answers; by itself it does as asked. */
	let deleted: string[];
	let answers: Error[];
	const rest = {
		delete: async (route: string) => {
			deleted.push(route);
			const answer = answers.shift();
			if (answer) throw answer;
		},
	};
	const services = () => ({ db: queue.db, store, rest });

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'atelier-removal-'));
		store = new ImageStore(folder);
	});
	afterAll(() => rm(folder, { recursive: true, force: true }));
	beforeEach(() => {
		deleted = [];
		answers = [];
	});

	/** A finished generation of one picture, posted as a message. */
	async function painted(given: { origin?: Partial<Origin>; wish?: Partial<Wish> } = {}) {
		const origin = originOf({ userId: `6${Math.random().toString().slice(2, 10)}`, guildId, ...given.origin });
		const { generation } = await accept(queue, origin, { ...wish, ...given.wish });
		const { id } = generation;
		await endGeneration(queue.db, id, { state: 'painted' });
		const file = imageKey(`${id}-0`);
		const smallFile = imageKey(`${id}-0-small`, 'webp');
		for (const key of [file, smallFile]) await store.put(key, Buffer.from(key));
		const picture = { width: 8, height: 8, sha256: 'a', sizeBytes: 9, seed: 0 };
		await insertImages(queue.db, [{ id: `${id}-0`, generationId: id, position: 0, file, smallFile, ...picture }]);
		await addToOutbox(queue.db, id);
		await markDelivered(queue.db, { generationId: id, attempts: 0 }, `9${id.slice(0, 5)}`);
		await queue.db
			.update(generations)
			.set({ tokenExpiresAt: new Date(0) })
			.where(eq(generations.id, id));
		return (await findGeneration(queue.db, id))!;
	}
	const filesOf = async (id: string) => {
		const images = await imagesOf(queue.db, id);
		const keys = images.flatMap(({ file, smallFile }) => [file, smallFile!]);
		return (await Promise.all(keys.map((key) => store.exists(key)))).filter(Boolean).length;
	};
	const madeFrom = (parent: { id: string }, given: Parameters<typeof painted>[0] = {}) =>
		painted({ ...given, wish: { kind: 'variation', parentImageId: `${parent.id}-0`, ...given.wish } });

	test('record, files of both sizes and message go, and a second time changes nothing', async () => {
		const one = await painted();
		expect(await removePictures(services(), [one])).toEqual({ removed: 1, messagesLeft: 0, messagesLater: 0 });
		expect(await filesOf(one.id)).toBe(0);
		expect(deleted).toHaveLength(1);
		expect(await findGeneration(queue.db, one.id)).toMatchObject({ deletedAt: expect.any(Date), purgeAt: null });
		expect(await findDelivery(queue.db, one.id)).toMatchObject({ state: 'delivered', messageId: null });
		expect(await removePictures(services(), [one])).toEqual({ removed: 0, messagesLeft: 0, messagesLater: 0 });
		expect(deleted).toHaveLength(1);
	});

	test('files that are kept for an undo go when their time is over, and not before', async () => {
		const one = await painted();
		await removePictures(services(), [one], { keepFilesUntil: inAWeek() });
		expect(await purgeFiles(services(), [one.id])).toBe(0);
		expect(await filesOf(one.id)).toBe(2);
		await queue.db
			.update(generations)
			.set({ purgeAt: new Date(0) })
			.where(eq(generations.id, one.id));
		expect(await purgeFiles(services(), [one.id])).toBe(1);
		expect(await filesOf(one.id)).toBe(0);
	});

	test('files that were kept for an undo do not outlive the wish to delete them', async () => {
		const one = await painted();
		await removePictures(services(), [one], { keepFilesUntil: inAWeek() });
		await removePictures(services(), [one]);
		expect(await filesOf(one.id)).toBe(0);
		expect(await restoreRemoved(queue.db, [one.id])).toEqual([]);
	});

	test.for([
		['was deleted by hand', refusal(404, 10_008), { messagesLeft: 0, messagesLater: 0 }, 'delivered'],
		['is in a channel closed to us', refusal(403, 50_001), { messagesLeft: 1, messagesLater: 0 }, 'abandoned'],
		['may not be deleted', refusal(403, 50_013), { messagesLeft: 1, messagesLater: 0 }, 'abandoned'],
		['is not answered for', refusal(500, 0), { messagesLeft: 0, messagesLater: 1 }, 'pending'],
	] as const)('the files go when the message %s', async ([, answer, outcome, state]) => {
		const one = await painted();
		answers = [answer];
		expect(await removePictures(services(), [one])).toEqual({ removed: 1, ...outcome });
		expect(await filesOf(one.id)).toBe(0);
		expect(await findDelivery(queue.db, one.id)).toMatchObject({ state });
	});

	test('a message that is posted while its pictures are removed stays due', async () => {
		const one = await painted();
		await queue.db.transaction((tx) => markRemoved(tx, [one.id]));
		// The delivery that was under way began before.
		await markDelivered(queue.db, { generationId: one.id, attempts: 0 }, '77');
		expect(await findDelivery(queue.db, one.id)).toMatchObject({ state: 'pending', messageId: '77' });
		const due = await claimOutbox(queue.db, 100, 30);
		expect(due.map(({ generationId }) => generationId)).toContain(one.id);
	});

	test('what was made from a picture is found through all generations, in its own guild only', async () => {
		const root = await painted();
		const child = await madeFrom(root);
		const [grandchild, second] = [await madeFrom(child), await madeFrom(child)];
		await madeFrom(root, { origin: { guildId: '701' } });
		await painted();
		const found = (await descendantsOf(queue.db, root)).map(({ id }) => id).toSorted();
		expect(found).toEqual([child.id, grandchild.id, second.id].toSorted());
	});

	test('an enlargement that was made again meanwhile does not come back beside the new one', async () => {
		const root = await painted();
		const upscale: Partial<Wish> = { kind: 'upscale', recipe: { ...recipe, upscaler: 'twice', seeds: [0] } };
		const first = await madeFrom(root, { wish: upscale });
		await removePictures(services(), [first], { keepFilesUntil: inAWeek() });
		const again = await madeFrom(root, { wish: upscale });
		expect(again.id).not.toBe(first.id);
		expect(await restoreRemoved(queue.db, [first.id])).toEqual([]);
		await removePictures(services(), [again]);
		expect(await restoreRemoved(queue.db, [first.id])).toEqual([first.id]);
	});

	describe('a case', () => {
		/** A reported picture, and who decides about it having seen the card as it is. */
		async function opened(given?: Parameters<typeof painted>[0]) {
			const generation = await painted(given);
			await addReport(queue.db, { generationId: generation.id, userId: '404', guildId });
			await openCard(queue.db, generation.id, guildId);
			const who: Deciding = { guildId, actorId: mod!, generation, seen: 0 };
			return { generation, who, stateNow: async () => (await findCard(queue.db, generation.id))!.state };
		}
		const rejections = (all: PromiseSettledResult<unknown>[]) =>
			all.flatMap((it) => (it.status === 'rejected' ? [(it.reason as { code?: string }).code] : []));

		test('is decided once when two press at once, and the log has one row', async () => {
			const { generation, who, stateNow } = await opened();
			const outcomes = await Promise.allSettled([
				decide(queue, who, { kind: 'keep' }),
				decide(queue, { ...who, actorId: otherMod! }, { kind: 'remove' }),
			]);
			expect(rejections(outcomes)).toEqual(['decided-meanwhile']);
			const log = await historyOf(queue.db, guildId, generation.id, 10);
			expect(log).toHaveLength(1);
			expect(await stateNow()).toBe(log[0]!.action === 'keep' ? 'kept' : 'removed');
		});

		test('is undone step by step, the last one first, and each step once', async () => {
			const { who, stateNow } = await opened();
			await decide(queue, who, { kind: 'keep' });
			await decide(queue, { ...who, seen: 1 }, { kind: 'remove' });
			const both = [2, 2].map((seen) => undoLast(queue, { ...who, seen }));
			expect(rejections(await Promise.allSettled(both))).toEqual(['decided-meanwhile']);
			expect(await stateNow()).toBe('kept');
			await undoLast(queue, { ...who, seen: 3 });
			expect(await stateNow()).toBe('open');
			await expect(undoLast(queue, { ...who, seen: 4 })).rejects.toMatchObject({ code: 'nothing-to-undo' });
		});

		test('whose entry in the log is undone twice at once is undone once', async () => {
			const { who } = await opened();
			const { entry } = await decide(queue, who, { kind: 'ban' });
			const undo = { guildId, actorId: otherMod!, entryId: entry.id };
			const outcomes = await Promise.allSettled([undoDecision(queue, undo), undoDecision(queue, undo)]);
			expect(rejections(outcomes)).toEqual(['undone-already']);
			expect(await sanctionsInForce(queue.db, guildId, who.generation.userId)).toEqual([]);
		});

		test('of another guild’s log is not undone from here', async () => {
			const { who } = await opened();
			const { entry } = await decide(queue, who, { kind: 'ban' });
			const undo = undoDecision(queue, { guildId: '701', actorId: mod!, entryId: entry.id });
			await expect(undo).rejects.toMatchObject({ code: 'no-such-decision' });
			expect(await sanctionsInForce(queue.db, guildId, who.generation.userId)).toHaveLength(1);
		});

		test('ends what a banned member has waiting, and gives it back to nobody else', async () => {
			const { generation, who } = await opened();
			const mine = (await accept(queue, originOf({ userId: generation.userId, guildId }), wish)).generation;
			const elsewhere = (await accept(queue, originOf({ userId: generation.userId, guildId: '701' }), wish)).generation;
			await decide(queue, who, { kind: 'ban' });
			expect(await findGeneration(queue.db, mine.id)).toMatchObject({
				state: 'failed',
				failure: expect.stringMatching(/gave you a ban.*nothing is charged/) as string,
			});
			expect(await findGeneration(queue.db, elsewhere.id)).toMatchObject({ state: 'queued' });
		});

		test('removed with descendants takes what is still to be painted with it, and brings back what was', async () => {
			const { generation, who } = await opened();
			const child = await madeFrom(generation);
			const parentImageId = `${child.id}-0`;
			const waiting = (await accept(queue, originOf({ guildId }), { ...wish, kind: 'variation', parentImageId }))
				.generation;
			const { removed } = await decide(queue, who, { kind: 'remove-all' });
			expect(removed.toSorted()).toEqual([generation.id, child.id, waiting.id].toSorted());
			expect(await findGeneration(queue.db, waiting.id)).toMatchObject({ state: 'cancelled' });
			const { restored } = await undoLast(queue, { ...who, seen: 1 });
			expect(restored.toSorted()).toEqual([generation.id, child.id].toSorted());
			expect(await findDelivery(queue.db, child.id)).toMatchObject({ state: 'pending', messageId: null });
		});

		test('whose files are gone says so instead of bringing nothing back', async () => {
			const { generation, who, stateNow } = await opened();
			await decide(queue, who, { kind: 'remove' });
			await removePictures(services(), [generation]);
			await expect(undoLast(queue, { ...who, seen: 1 })).rejects.toMatchObject({ code: 'too-late' });
			expect(await stateNow()).toBe('removed');
		});

		test('counts against its author with others that were reported, but not with those that were kept', async () => {
			const { generation } = await opened();
			const origin = { userId: generation.userId };
			const kept = await opened({ origin });
			await opened({ origin });
			await opened();
			expect(await countReportedBefore(queue.db, generation)).toBe(2);
			await decide(queue, kept.who, { kind: 'keep' });
			expect(await countReportedBefore(queue.db, generation)).toBe(1);
		});

		test('lets a warning expire', async () => {
			const { who } = await opened();
			await decide(queue, who, { kind: 'warn', seconds: -1 });
			await decide(queue, { ...who, seen: 1 }, { kind: 'warn', seconds: 60 });
			expect(await sanctionsInForce(queue.db, guildId, who.generation.userId)).toHaveLength(1);
		});
	});
});
