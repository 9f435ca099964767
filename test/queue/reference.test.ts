import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findGeneration, takeGeneration } from '../../src/db/generations.ts';
import type { Reference } from '../../src/db/schema.ts';
import { generations } from '../../src/db/schema.ts';
import { noteUpload, uploadKey } from '../../src/db/uploads.ts';
import { ImageStore, imageKey } from '../../src/images/store.ts';
import type { Comparison, Picture } from '../../src/pipeline/protocol.ts';
import { accept } from '../../src/queue/accept.ts';
import { fetchReferences } from '../../src/queue/reference.ts';
import { settlePainted } from '../../src/queue/settle.ts';
import { databaseKinds } from '../support/databases.ts';
import { originOf, useQueue, wish } from '../support/queue.ts';

const stats = { paintMs: 1, runMs: 1, rateMs: 1 };
const equal: Comparison = {
	before: { width: 8, height: 8 },
	drawnBy: 'x',
	isLossy: false,
	most: 0,
	share: 0,
	psnr: Infinity,
};
const picture = (seed: number, compared?: Comparison): Picture => {
	return { seed, width: 8, height: 8, bytes: Uint8Array.of(seed), sha256: `${seed}`, compared };
};

describe.each(databaseKinds)('what pictures repeat, on %s', (kind) => {
	const queue = useQueue(kind);
	let folder: string;
	let store: ImageStore;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'atelier-reference-'));
		store = new ImageStore(folder);
	});
	afterAll(() => rm(folder, { recursive: true }));

	/** Accepts a wish and finishes it with these pictures. */
	async function painted(pictures: Picture[], changes: { reference?: Reference; notes?: string[] } = {}) {
		const { generation } = await accept(queue, originOf(), { ...wish, ...changes });
		const job = (await queue.jobs.take(10))!;
		const taken = (await takeGeneration(queue.db, job.generationId))!;
		await settlePainted({ ...queue, store }, job, taken, pictures, stats);
		return (await findGeneration(queue.db, generation.id))!;
	}

	test('is fetched in the order of the seeds; what was deleted, or is not there, is nothing', async () => {
		const [first, second] = [await painted([picture(1), picture(2)]), await painted([picture(3)])];
		await queue.db.update(generations).set({ deletedAt: new Date() }).where(eq(generations.id, second.id));
		const imageIds = [`${first.id}-1`, `${second.id}-0`, 'never-0', `${first.id}-0`];
		await store.delete(imageKey(`${first.id}-0`));
		const files = await fetchReferences({ db: queue.db, store }, { ...first, reference: { imageIds } });
		expect(files).toEqual([Uint8Array.of(2), null, null, null]);
		expect(await fetchReferences({ db: queue.db, store }, first)).toBeUndefined();
	});

	test('is the file that a member sent, while it is kept', async () => {
		const generation = await painted([picture(1)]);
		const { userId, guildId, channelId } = generation;
		const of = (sha256: string) => fetchReferences({ db: queue.db, store }, { ...generation, reference: { sha256 } });
		const name = { userId, guildId, sha256: 'ab' };
		await store.put(uploadKey(name), Uint8Array.of(7));
		await noteUpload(queue.db, { ...name, channelId, sizeBytes: 1 });
		expect(await of('ab')).toEqual([Uint8Array.of(7)]);
		expect(await of('cd')).toEqual([null]);
	});

	test('is told of behind the other notes, once the pictures are finished', async () => {
		const reference = { imageIds: ['a'] };
		const told = await painted([picture(1, equal)], { reference, notes: ['First.'] });
		expect(told.notes).toEqual(['First.', 'Equal, pixel for pixel, to the picture that it repeats.']);
		expect((await painted([picture(1)], { notes: ['First.'] })).notes).toEqual(['First.']);
	});
});
