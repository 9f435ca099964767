import { createHash } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Cursor, type ExportPart, exportPart, exportStart } from '../../src/commands/export.ts';
import { findGeneration } from '../../src/db/generations.ts';
import { imagesOf } from '../../src/db/images.ts';
import type { Owned } from '../../src/db/privacy.ts';
import { addSanction } from '../../src/db/sanctions.ts';
import { generations, images } from '../../src/db/schema.ts';
import { recipeHash, recipeSchema } from '../../src/recipe.ts';
import { databaseKinds } from '../support/databases.ts';
import { hold, makeStore } from '../support/holdings.ts';
import { useQueue } from '../support/queue.ts';
import { readZip } from '../support/zip.ts';

/** Bytes that no two pictures share. */
const bytesOf = (seed: string, size: number) => {
	const block = createHash('sha512').update(seed).digest();
	return new Uint8Array(Buffer.alloc(size, block));
};

describe.each(databaseKinds)('an export, on %s', (kind) => {
	const queue = useQueue(kind);
	let pictures: Awaited<ReturnType<typeof makeStore>>;
	let users = 100;
	let me: string;
	beforeAll(async () => {
		pictures = await makeStore();
	});
	afterAll(() => pictures.remove());
	beforeEach(() => {
		me = String(users++);
	});
	const services = () => ({ db: queue.db, jobs: queue.jobs, memberWaiting: 5, store: pictures.store });

	/** All parts, as a member gets them who presses every button. */
	async function exportAll(owned: Owned, limit = 10 * 2 ** 20) {
		const parts: (Pick<ExportPart, 'zip'> & { files: Map<string, Buffer> })[] = [];
		for (let next: Cursor | undefined = exportStart; next; ) {
			const part: ExportPart = await exportPart(services(), owned, next, limit);
			expect(part.zip.length).toBeLessThanOrEqual(limit);
			parts.push({ zip: part.zip, files: await readZip(part.zip) });
			next = part.next;
			if (parts.length > 200) throw new Error('Expected the parts to come to an end');
		}
		const files = new Map(parts.flatMap((part) => [...part.files]));
		const json = (name: string) => JSON.parse(files.get(name)!.toString('utf8')) as Record<string, unknown>;
		return { parts, files, json };
	}
	const fileNames = (files: Map<string, Buffer>, folder: string) =>
		[...files.keys()].filter((name) => name.startsWith(folder)).toSorted();

	test('holds every wish as it is stored, with a recipe that gives the stored hash, and every picture', async () => {
		const prompt = '1girl, 初音ミク, "zitat"\nzweite Zeile';
		const id = await hold(services(), { userId: me, recipe: { prompt }, bytes: (i) => bytesOf(`${i}`, 5000) });
		const { files, json } = await exportAll({ userId: me });
		const stored = (await findGeneration(queue.db, id))!;
		const exported = json(`generations/${id}.json`);
		const { interactionToken, ...rest } = JSON.parse(JSON.stringify(stored)) as Record<string, unknown>;
		expect(exported).toMatchObject(rest);
		expect(interactionToken).toBe('token');
		expect(JSON.stringify(exported)).not.toContain('interactionToken');
		expect(recipeHash(recipeSchema.parse(exported.recipe))).toBe(stored.recipeHash);
		expect(exported.pictures).toMatchObject(
			(await imagesOf(queue.db, id)).map(({ seed, sha256 }) => ({ seed, sha256, export: 'here' })),
		);
		expect(fileNames(files, 'pictures/')).toEqual([`pictures/${id}-0.png`, `pictures/${id}-1.png`]);
		expect(new Uint8Array(files.get(`pictures/${id}-1.png`)!)).toEqual(bytesOf('1', 5000));
		expect(files.get('README.txt')!.toString()).toContain('account.json');
	});

	test('holds what is stored besides, but not which moderator decided', async () => {
		const id = await hold(services(), { userId: me });
		await addSanction(queue.db, { guildId: '700', userId: me, kind: 'warning', actorId: '987654321' });
		const { json, files } = await exportAll({ userId: me });
		expect(json('account.json')).toMatchObject({
			userId: me,
			usage: [{ generationId: id, pictures: 2, state: 'spent' }],
			sanctions: [{ kind: 'warning', guildId: '700' }],
			reports: [],
		});
		expect(files.get('account.json')!.toString()).not.toContain('987654321');
	});

	test('holds nothing of anybody else, and of one place alone when that is asked for', async () => {
		await hold(services(), { userId: '1' });
		const here = await hold(services(), { userId: me });
		const dm = await hold(services(), { userId: me, guildId: null });
		const names = async (owned: Owned) => fileNames((await exportAll(owned)).files, 'generations/');
		expect(await names({ userId: me, guildId: '700' })).toEqual([`generations/${here}.json`]);
		expect(await names({ userId: me, guildId: null })).toEqual([`generations/${dm}.json`]);
		expect(await names({ userId: me })).toEqual([here, dm].map((id) => `generations/${id}.json`).toSorted());
	});

	test.for([
		{ what: 'withheld', shown: 'withheld' as const, says: 'withheld: not handed out' },
		{ what: 'not shown yet', shown: null, says: 'not shown yet' },
	])('hands out no picture that was $what', async ({ shown, says }) => {
		const id = await hold(services(), { userId: me, shown });
		const { files, json } = await exportAll({ userId: me });
		expect(fileNames(files, 'pictures/')).toEqual([]);
		expect(json(`generations/${id}.json`).pictures).toMatchObject([{ export: says }, { export: says }]);
	});

	test('hands out no picture that was removed', async () => {
		const id = await hold(services(), { userId: me });
		await queue.db.update(generations).set({ deletedAt: new Date() }).where(eq(generations.id, id));
		const { files, json } = await exportAll({ userId: me });
		expect(fileNames(files, 'pictures/')).toEqual([]);
		expect(json(`generations/${id}.json`).pictures).toMatchObject([{ export: 'deleted' }, { export: 'deleted' }]);
	});

	test('takes the smaller copy where the picture itself fits into no part', async () => {
		const id = await hold(services(), { userId: me, bytes: () => bytesOf('large', 300_000) });
		const smallFile = `images/${id}-0-small.webp`;
		await pictures.store.put(smallFile, bytesOf('small', 1000));
		await queue.db
			.update(images)
			.set({ smallFile })
			.where(eq(images.id, `${id}-0`));
		const { files } = await exportAll({ userId: me }, 200_000);
		expect(fileNames(files, 'pictures/')).toEqual([`pictures/${id}-0-small.webp`]);
	});

	test('does without a picture whose file is gone', async () => {
		const id = await hold(services(), { userId: me });
		await pictures.store.delete(`images/${id}-0.png`);
		expect(fileNames((await exportAll({ userId: me })).files, 'pictures/')).toEqual([`pictures/${id}-1.png`]);
	});

	test('comes in parts that fit, and they hold every wish, and every picture once', { timeout: 120_000 }, async () => {
		const sizes = fc.array(fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1, maxLength: 4 }), {
			minLength: 1,
			maxLength: 8,
		});
		await fc.assert(
			fc.asyncProperty(sizes, fc.integer({ min: 160_000, max: 400_000 }), async (wanted, limit) => {
				const userId = String(users++);
				const expected = new Map<string, Uint8Array>();
				for (const own of wanted) {
					const bytes = (i: number) => bytesOf(`${userId} ${i}`, own[i]!);
					const id = await hold(services(), { userId, recipe: { seeds: own.map((_, i) => i) }, bytes });
					for (const i of own.keys()) expected.set(`pictures/${id}-${i}.png`, bytes(i));
				}
				const { parts, files } = await exportAll({ userId }, limit);
				const given = parts.flatMap((part) => fileNames(part.files, 'pictures/'));
				expect(given.toSorted()).toEqual([...expected.keys()].toSorted());
				for (const [name, bytes] of expected) expect(Buffer.compare(files.get(name)!, bytes)).toBe(0);
				expect(fileNames(files, 'generations/')).toHaveLength(wanted.length);
			}),
			{ numRuns: 15 },
		);
	});

	test('takes the loop no long step, however much there is, and hands all of it out', { timeout: 60_000 }, async () => {
		const id = await hold(services(), { userId: me });
		const { db } = queue;
		const many = 12_000;
		await db.execute(sql`insert into usage (generation_id, user_id, state, pictures, steps, work)
			select ${me}::text || '-' || n, ${me}, 'spent', 1, 20, 1 from generate_series(1, ${many}::int) n`);
		const template = (await findGeneration(db, id))!;
		const wishes = 1000;
		for (let i = 0; i < wishes; i += 500)
			await db.insert(generations).values(
				Array.from({ length: 500 }, (_, k) => {
					const own = `${me}-${i + k}`;
					return { ...template, id: own, interactionId: own, createdAt: new Date(Date.now() + i + k) };
				}),
			);
		const steps = watchSteps();
		const { files } = await exportAll({ userId: me });
		expect(steps.longest()).toBeLessThan(longestStepMs[kind]);
		const accounts = [...files].flatMap(([name, text]) =>
			/^account(-\d+)?\.json$/.test(name) ? [JSON.parse(text.toString()) as { usage: { generationId: string }[] }] : [],
		);
		expect(new Set(accounts.flatMap((it) => it.usage.map(({ generationId }) => generationId)))).toHaveProperty(
			'size',
			many + 1,
		);
		expect(fileNames(files, 'generations/')).toHaveLength(wishes + 1);
	});

	test('that has no room for all pages of an account in a part goes on with them in the next', async () => {
		await queue.db.execute(sql`insert into usage (generation_id, user_id, state, pictures, steps, work)
			select ${me}::text || '-' || n, ${me}, 'spent', 1, 20, 1 from generate_series(1, 1500) n`);
		const id = await hold(services(), { userId: me });
		const { parts, files } = await exportAll({ userId: me }, 150_000);
		expect(parts.length).toBeGreaterThan(1);
		const texts = parts.flatMap((part) =>
			[...part.files].flatMap(([name, text]) => (name.startsWith('account') ? [text.toString()] : [])),
		);
		expect(texts.join('').match(/"generationId"/g)).toHaveLength(1501);
		expect(files.has(`generations/${id}.json`)).toBe(true);
	});
});

/** The embedded database computes in this thread as well; on a busy machine the same work takes longer by its caches. */
const longestStepMs = { postgres: 50, embedded: 100 };

/** Measures the longest turn of the loop in time that this thread computed: others on the machine do not count. */
function watchSteps() {
	let last = process.threadCpuUsage();
	let longest = 0;
	let isOver = false;
	const turn = () => {
		const now = process.threadCpuUsage();
		longest = Math.max(longest, (now.user + now.system - last.user - last.system) / 1000);
		last = now;
		if (!isOver) setImmediate(turn);
	};
	setImmediate(turn);
	return {
		longest: () => {
			isOver = true;
			return longest;
		},
	};
}
