import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findGeneration, takeGeneration } from '../../src/db/generations.ts';
import { imagesOf } from '../../src/db/images.ts';
import { usage } from '../../src/db/schema.ts';
import { composeLastWord, type LastWordOptions } from '../../src/discord/last-word.ts';
import { ImageStore } from '../../src/images/store.ts';
import { defaultThresholds } from '../../src/moderation/thresholds.ts';
import type { Picture } from '../../src/pipeline/protocol.ts';
import { accept } from '../../src/queue/accept.ts';
import { settlePainted } from '../../src/queue/settle.ts';
import { databaseKinds } from '../support/databases.ts';
import { originOf, recipe, useQueue, wish } from '../support/queue.ts';
import { rated } from '../support/workshop.ts';

const safe = rated({ general: 1 });
const nsfw = rated({ questionable: 1 });

describe.each(databaseKinds)('the best of many, on %s', (kind) => {
	const queue = useQueue(kind);
	let folder: string;
	let store: ImageStore;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'atelier-best-'));
		store = new ImageStore(folder);
	});
	afterAll(() => rm(folder, { recursive: true }));

	let guilds = 0;
	/** Paints candidates with these scores; those in `daring` come out above the ceiling. */
	const painted = async (scores: (number | undefined)[], keep: number, daring: number[] = []) => {
		const asked = { ...wish, recipe: { ...recipe, seeds: scores.map((_, i) => 100 + i), keep } };
		const { generation } = await accept(queue, originOf({ guildId: `88${guilds++}` }), asked);
		const job = (await queue.jobs.take(100))!;
		const taken = (await takeGeneration(queue.db, generation.id))!;
		const pictures = scores.map((aesthetic, i): Picture => {
			const seen = { ratings: daring.includes(i) ? nsfw : safe, youthTags: {} };
			return { seed: 100 + i, width: 160, height: 96, bytes: Uint8Array.of(i), sha256: `${i}`, seen, aesthetic };
		});
		await settlePainted({ ...queue, store }, job, taken, pictures, { paintMs: 10, runMs: 9, rateMs: 5 });
		return generation.id;
	};
	const channel = {
		id: '800',
		partial: false,
		guild: { shardId: 0 },
		nsfw: false,
		isDMBased: () => false,
		isThread: () => false,
	};
	const client = {
		channels: { cache: new Map([['800', channel]]), fetch: async () => channel },
		guilds: { cache: new Map() },
	} as unknown as LastWordOptions['client'];
	const compose = async (id: string) => {
		const options = {
			client,
			db: queue.db,
			store,
			models: [{ hash: recipe.model, name: 'demo', upscaler: {} }],
			thresholds: defaultThresholds,
		};
		const { body, files, note } = await composeLastWord(options, (await findGeneration(queue.db, id))!);
		return { text: JSON.stringify(body), bytes: files.map(({ data }) => (data as Buffer)[0]), note };
	};
	const costOf = async (id: string) => (await queue.db.select().from(usage).where(eq(usage.generationId, id)))[0]!;

	test('shows those with the highest scores, the best first, with their own seeds, and all candidates are charged', async () => {
		const id = await painted([0.1, 0.8, 0.3, undefined, 0.9, 0.5], 2);
		const { text, bytes, note } = await compose(id);
		expect(bytes).toEqual([4, 1]);
		expect(text).toContain('best 2 of 6 · seeds 104, 101');
		expect(text).toContain('Score: 1 very aesthetic (0.90) · 2 very aesthetic (0.80)');
		expect(note).toBeUndefined();
		expect(await costOf(id)).toMatchObject({ state: 'spent', pictures: 6, steps: 24 });
	});

	test('keeps nothing of the others, and says the same when it is asked again', async () => {
		const id = await painted([0.1, 0.8, 0.3, 0.9, 0.5], 2);
		const files = (await imagesOf(queue.db, id)).map(({ file }) => file);
		const first = await compose(id);
		expect(await Promise.all(files.map((file) => store.exists(file)))).toEqual([false, true, false, true, false]);
		expect(await imagesOf(queue.db, id)).toMatchObject([
			{ position: 0, seed: 103, shown: 'open' },
			{ position: 1, seed: 101, shown: 'open' },
		]);
		expect(await compose(id)).toEqual(first);
	});

	test('what is above the ceiling wins only where there is nothing else, and is withheld then, and not charged', async () => {
		const enough = await painted([0.2, 0.9, 0.3, 0.8, 0.1], 2, [1, 3]);
		expect(await compose(enough)).toMatchObject({ bytes: [2, 0], note: undefined });
		const short = await painted([0.2, 0.9, 0.7, 0.8, 0.6], 2, [1, 2, 3, 4]);
		const { bytes, text, note } = await compose(short);
		expect(bytes).toEqual([0]);
		expect(text).toContain('1 picture is not shown here');
		expect(note).toContain('1 of your 2 pictures is not shown');
		expect((await costOf(short)).pictures).toBe(3); // half of five, rounded up
	});

	test('without scores the first ones are shown, and it says so', async () => {
		const { bytes, text } = await compose(await painted([undefined, undefined, undefined], 1));
		expect(bytes).toEqual([0]);
		expect(text).toContain('first 1 of 3, as the scorer failed');
	});
});
