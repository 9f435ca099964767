import { and, eq, inArray, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ErasureServices, erase, fulfilDeletions } from '../../src/commands/erasure.ts';
import { openCard } from '../../src/db/cards.ts';
import { askDeletion, latestDeletion } from '../../src/db/deletions.ts';
import { findGeneration, takeGeneration } from '../../src/db/generations.ts';
import { findImage, imagesOf } from '../../src/db/images.ts';
import { claimOutbox, findDelivery, liftLeases, markAbandoned, markDelivered } from '../../src/db/outbox.ts';
import { addReport } from '../../src/db/reports.ts';
import { addSanction, sanctionsInForce } from '../../src/db/sanctions.ts';
import { audit, deletions, fairMembers, generations, reports, usage } from '../../src/db/schema.ts';
import { writeSettings } from '../../src/db/settings.ts';
import { sumUsage } from '../../src/db/usage.ts';
import { choresOf } from '../../src/discord/chores.ts';
import { UserError } from '../../src/errors.ts';
import { type ImageStore, imageKey } from '../../src/images/store.ts';
import { checkQuota } from '../../src/queue/quota.ts';
import { databaseKinds } from '../support/databases.ts';
import { discordError, Eraser, hold, makeStore, messageOf, paint } from '../support/holdings.ts';
import { useQueue } from '../support/queue.ts';

const never = new AbortController().signal;

describe.each(databaseKinds)('what a member asks to have deleted, on %s', (kind) => {
	const queue = useQueue(kind);
	let pictures: Awaited<ReturnType<typeof makeStore>>;
	let rest: Eraser;
	let services: ErasureServices & { store: ImageStore; memberWaiting: number };
	let users = 100;
	let me: string;

	beforeAll(async () => {
		pictures = await makeStore();
	});
	afterAll(() => pictures.remove());
	beforeEach(() => {
		rest = new Eraser();
		services = { db: queue.db, jobs: queue.jobs, memberWaiting: 5, store: pictures.store, rest };
		me = String(users++);
	});

	const mine = () => queue.db.select().from(generations).where(eq(generations.userId, me));
	const usageOf = (id: string) => queue.db.select().from(usage).where(eq(usage.generationId, id));
	const fulfil = () => fulfilDeletions(services, never);

	test('goes: rows, files and messages, everywhere', async () => {
		const ids = [
			await hold(services, { userId: me }),
			await hold(services, { userId: me, guildId: '701' }),
			await hold(services, { userId: me, guildId: null }),
		];
		const messages = await Promise.all(ids.map((id) => messageOf(queue.db, id)));
		await askDeletion(queue.db, { userId: me });
		expect(await fulfil()).toBe(false);
		expect(await mine()).toEqual([]);
		expect(rest.deleted.toSorted()).toEqual(messages.toSorted());
		for (const id of ids) {
			expect(await findImage(queue.db, `${id}-0`)).toBeUndefined();
			expect(await findDelivery(queue.db, id)).toBeUndefined();
			expect(await services.store.exists(imageKey(`${id}-0`))).toBe(false);
		}
		expect((await latestDeletion(queue.db, me))?.finishedAt).toBeInstanceOf(Date);
	});

	test.for([
		{ name: 'one server', guildId: '700', goes: '700' },
		{ name: 'direct messages', guildId: null, goes: null },
	])('goes in $name alone, when that is asked for', async ({ guildId, goes }) => {
		for (const place of ['700', '701', null]) await hold(services, { userId: me, guildId: place });
		await askDeletion(queue.db, { userId: me, guildId });
		await fulfil();
		const left = (await mine()).map((row) => row.guildId);
		expect(left.toSorted()).toEqual(['700', '701', null].filter((place) => place !== goes).toSorted());
	});

	test('leaves what others have, and what they made from it, without the link', async () => {
		const own = await hold(services, { userId: me });
		const [parent] = await imagesOf(queue.db, own);
		const made = { parent: { imageId: parent!.id, sha256: parent!.sha256 }, strength: 0.5 };
		const child = await hold(services, { userId: '1', recipe: made, parentImageId: parent!.id });
		await askDeletion(queue.db, { userId: me });
		await fulfil();
		expect(await findGeneration(queue.db, child)).toMatchObject({ parentImageId: null, deletedAt: null });
		expect(await services.store.exists(imageKey(`${child}-0`))).toBe(true);
		expect(rest.deleted).not.toContain(await messageOf(queue.db, child));
	});

	test('leaves what was asked for later', async () => {
		await hold(services, { userId: me });
		await askDeletion(queue.db, { userId: me });
		await new Promise((resolve) => setTimeout(resolve, 5));
		const later = await hold(services, { userId: me });
		await fulfil();
		expect((await mine()).map(({ id }) => id)).toEqual([later]);
	});

	test('is cancelled where it waits in line', async () => {
		const id = await hold(services, { userId: me, until: 'queued' });
		await askDeletion(queue.db, { userId: me });
		expect(await fulfil()).toBe(false);
		expect(await mine()).toEqual([]);
		expect(await queue.jobs.take(100)).toBeUndefined();
		expect(await usageOf(id)).toMatchObject([{ state: 'refunded' }]);
		expect(rest.deleted).toEqual([encodeURIComponent('@original')]);
	});

	test('goes as soon as a painter has let go of it, with the files that come late', async () => {
		const id = await hold(services, { userId: me, until: 'queued' });
		const job = (await queue.jobs.take(100))!;
		const taken = (await takeGeneration(queue.db, job.generationId))!;
		await askDeletion(queue.db, { userId: me });
		expect(await fulfil()).toBe(true);
		expect(await findGeneration(queue.db, id)).toMatchObject({ state: 'running', cancelRequested: true });
		expect(await paint(services, job, taken)).toBe(true);
		expect(await fulfil()).toBe(true);
		await services.store.delete(imageKey(`${id}-0`));
		await services.store.delete(imageKey(`${id}-1`));
		await markDelivered(queue.db, (await findDelivery(queue.db, id))!, undefined);
		expect(await fulfil()).toBe(false);
		expect(await mine()).toEqual([]);
	});

	test('waits for Discord where it gives no answer, and counts what it does not let us delete', async () => {
		const later = await hold(services, { userId: me, daysAgo: 2 });
		await hold(services, { userId: me, daysAgo: 1 });
		rest.answers.push(
			() => new Error('socket hang up'),
			() => discordError(50_001, 403),
		);
		await askDeletion(queue.db, { userId: me });
		expect(await fulfil()).toBe(true);
		expect((await mine()).map(({ id }) => id)).toEqual([later]);
		expect(await latestDeletion(queue.db, me)).toMatchObject({ messagesLeft: 1, finishedAt: null });
		await markAbandoned(queue.db, later, 'given up');
		expect(await fulfil()).toBe(false);
		expect(await latestDeletion(queue.db, me)).toMatchObject({ messagesLeft: 2 });
	});

	test('does not take moderators their record: decisions stay, and a reported picture leaves a trace', async () => {
		const id = await hold(services, { userId: me });
		await addSanction(queue.db, { guildId: '700', userId: me, kind: 'ban', actorId: '9', generationId: id });
		await addReport(queue.db, { generationId: id, userId: '2', guildId: '700', reason: 'no' });
		await openCard(queue.db, id, '700');
		const other = await hold(services, { userId: '3' });
		await addReport(queue.db, { generationId: other, userId: me, guildId: '700', reason: 'mine' });
		await askDeletion(queue.db, { userId: me });
		await fulfil();
		expect(await sanctionsInForce(queue.db, '700', me)).toMatchObject([{ kind: 'ban' }]);
		expect(await queue.db.select().from(audit).where(eq(audit.generationId, id))).toMatchObject([
			{ action: 'erase', actorId: me, userId: me, guildId: '700', before: { state: 'open', reports: 1 } },
		]);
		expect(
			await queue.db
				.select()
				.from(reports)
				.where(inArray(reports.userId, [me, '2'])),
		).toEqual([]);
	});

	test('takes along what was said in the very moment before', async () => {
		const other = await hold(services, { userId: '3' });
		const said = () => queue.db.select().from(reports).where(eq(reports.userId, me));
		for (let i = 0; i < 30; i++) {
			await addReport(queue.db, { generationId: other, userId: me, guildId: '700', reason: 'mine' });
			await askDeletion(queue.db, { userId: me });
			await fulfil();
			expect(await said()).toEqual([]);
		}
	});

	test('does not win back a day’s pictures or a cool-down, and a day later even that is forgotten', async () => {
		const id = await hold(services, { userId: me, guildId: '702' });
		const old = await hold(services, { userId: me, guildId: '702', daysAgo: 3 });
		await askDeletion(queue.db, { userId: me });
		await fulfil();
		const who = { lane: '702', guildId: '702', userId: me };
		await expect(checkQuota(queue.db, who, 1, { perDay: 2 })).rejects.toThrow(UserError);
		await expect(checkQuota(queue.db, who, 1, { cooldown: 60 })).rejects.toThrow('60 seconds');
		expect(await usageOf(old)).toMatchObject([{ userId: '', state: 'spent' }]);
		expect(await usageOf(id)).toMatchObject([{ userId: me }]);

		const before = await sumUsage(queue.db, '702');
		await queue.db
			.update(deletions)
			.set({ createdAt: sql`${deletions.createdAt} - interval '25 hours'` })
			.where(eq(deletions.userId, me));
		await queue.db
			.update(usage)
			.set({ createdAt: sql`${usage.createdAt} - interval '25 hours'` })
			.where(eq(usage.generationId, id));
		await fulfil();
		expect(await usageOf(id)).toMatchObject([{ userId: '' }]);
		expect(await sumUsage(queue.db, '702')).toEqual(before);
		expect(await latestDeletion(queue.db, me)).toBeUndefined();
		expect(await queue.db.select().from(fairMembers).where(eq(fairMembers.userId, me))).toEqual([]);
	});

	test('goes to the end, wherever the process was killed', async () => {
		for (let steps = 0; ; steps++) {
			for (let i = 0; i < 3; i++) await hold(services, { userId: me, daysAgo: 3 - i });
			await askDeletion(queue.db, { userId: me });
			let left = steps;
			const killed = () => {
				if (left-- === 0) throw new Killed();
			};
			const mortal = killedAfter(services, killed);
			const wasKilled = await fulfilDeletions(mortal, never).then(
				() => false,
				(error: unknown) => {
					if (!(error instanceof Killed)) throw error;
					return true;
				},
			);
			// What was in the air when Discord was being asked is looked after by the outbox, when the lease is over.
			await liftLeases(queue.db);
			for (const row of await claimOutbox(queue.db, 100, 0)) await markDelivered(queue.db, row, undefined);
			expect(await fulfil()).toBe(false);
			expect(await mine()).toEqual([]);
			if (!wasKilled) {
				expect(steps).toBeGreaterThan(9);
				break;
			}
		}
	});

	test('the same wish again counts for all up to now, and once', async () => {
		await askDeletion(queue.db, { userId: me, guildId: '700' });
		await Promise.all([1, 2, 3].map(() => askDeletion(queue.db, { userId: me, guildId: '700' })));
		await askDeletion(queue.db, { userId: me });
		expect(await queue.db.select().from(deletions).where(eq(deletions.userId, me))).toHaveLength(2);
		await fulfil();
	});
});

describe.each(databaseKinds)('what is kept for no longer than needed, on %s', (kind) => {
	const queue = useQueue(kind);
	let pictures: Awaited<ReturnType<typeof makeStore>>;
	let services: ErasureServices & { store: ImageStore; memberWaiting: number };

	beforeAll(async () => {
		pictures = await makeStore();
		services = { db: queue.db, jobs: queue.jobs, memberWaiting: 5, store: pictures.store, rest: new Eraser() };
	});
	afterAll(() => pictures.remove());

	const sweep = async () => {
		for (const chore of choresOf(services)) await chore.run(never);
	};

	test('is gone when a server’s days are over, and there alone', async () => {
		await writeSettings(queue.db, { guildId: '710', channelId: '', version: 0, values: { retentionDays: 7 } });
		await writeSettings(queue.db, { guildId: '711', channelId: '', version: 0, values: { spoiler: 'always' } });
		const old = await hold(services, { userId: '1', guildId: '710', daysAgo: 8 });
		const young = await hold(services, { userId: '1', guildId: '710', daysAgo: 6 });
		const elsewhere = await hold(services, { userId: '1', guildId: '711', daysAgo: 400 });
		const message = await messageOf(queue.db, old);
		await sweep();
		expect(await findGeneration(queue.db, old)).toBeUndefined();
		expect(await services.store.exists(imageKey(`${old}-0`))).toBe(false);
		expect((services.rest as Eraser).deleted).toEqual([message]);
		for (const id of [young, elsewhere]) {
			expect(await findGeneration(queue.db, id)).toMatchObject({ deletedAt: null });
			expect(await services.store.exists(imageKey(`${id}-0`))).toBe(true);
		}
	});

	test('tokens go when Discord no longer takes them, and not before', async () => {
		const [over, alive] = [await hold(services, { userId: '1' }), await hold(services, { userId: '1' })];
		await queue.db
			.update(generations)
			.set({ tokenExpiresAt: sql`now() - interval '1 second'` })
			.where(eq(generations.id, over));
		await sweep();
		expect(await findGeneration(queue.db, over)).toMatchObject({ interactionToken: '' });
		expect(await findGeneration(queue.db, alive)).toMatchObject({ interactionToken: 'token' });
	});

	test('files that were kept for an undo go when that is over, and their prompt stays', async () => {
		const [over, undoable] = [await hold(services, { userId: '1' }), await hold(services, { userId: '1' })];
		for (const [id, hours] of [
			[over, -1],
			[undoable, 1],
		] as const)
			await queue.db
				.update(generations)
				.set({ deletedAt: sql`now()`, purgeAt: sql`now() + make_interval(hours => ${hours})` })
				.where(eq(generations.id, id));
		await sweep();
		expect(await services.store.exists(imageKey(`${over}-0`))).toBe(false);
		expect(await services.store.exists(imageKey(`${undoable}-0`))).toBe(true);
		expect(await findGeneration(queue.db, over)).toMatchObject({ request: { prompt: '1girl, solo, blue hair' } });
	});

	test('a stop ends it between two batches, and the next start goes on', async () => {
		const ids: string[] = [];
		for (let i = 0; i < 25; i++) ids.push(await hold(services, { userId: '5', guildId: '712', daysAgo: 9 }));
		const stop = new AbortController();
		const stopping: ErasureServices = {
			...services,
			rest: {
				delete: async () => {
					stop.abort();
				},
			},
		};
		const erasable = { of: { guildId: '712' }, until: new Date() };
		const left = () =>
			queue.db
				.select({ id: generations.id })
				.from(generations)
				.where(and(eq(generations.guildId, '712')));
		expect(await erase(stopping, erasable, stop.signal)).toBe(false);
		expect(await left()).toHaveLength(5);
		expect(await erase(services, erasable, never)).toBe(true);
		expect(await left()).toEqual([]);
	});
});

class Killed extends Error {}

/** Services that die before the step that `step` picks: a file, a message, or any use of the database. */
function killedAfter<T extends ErasureServices>(services: T, step: () => void): T {
	const dying = <U extends object>(thing: U, names: string[]): U =>
		new Proxy(thing, {
			get: (target, name) => {
				const value = Reflect.get(target, name);
				if (typeof value !== 'function') return value;
				return (...args: unknown[]) => {
					if (names.includes(String(name))) step();
					return value.apply(target, args);
				};
			},
		});
	return {
		...services,
		db: dying(services.db as object, ['select', 'update', 'delete', 'insert', 'transaction', 'execute']),
		store: dying(services.store as object, ['delete']),
		rest: dying(services.rest as object, ['delete']),
	} as T;
}
