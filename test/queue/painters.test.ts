import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { findGeneration } from '../../src/db/generations.ts';
import { ImageStore } from '../../src/images/store.ts';
import type { PainterClient } from '../../src/pipeline/client.ts';
import type { PaintJob } from '../../src/pipeline/protocol.ts';
import { accept } from '../../src/queue/accept.ts';
import { Dispatcher } from '../../src/queue/dispatcher.ts';
import type { Jobs } from '../../src/queue/jobs.ts';
import { Signal } from '../../src/queue/signal.ts';
import { databaseKinds } from '../support/databases.ts';
import { originOf, quiet, recipe, useQueue, wish } from '../support/queue.ts';

describe.each(databaseKinds)('two painters on %s', (kind) => {
	const queue = useQueue(kind);
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'atelier-painters-'));
	});
	afterAll(() => rm(folder, { recursive: true }));

	test('one that was too late for a job takes the next one at once, not at its next look', async () => {
		const both = Promise.withResolvers<void>();
		let painting = 0;
		const easel = {
			loaded: new Set(['/a']),
			loadMs: 0,
			kill: () => {},
			paint: async ({ recipe: { seeds, width, height } }: PaintJob) => {
				if (++painting === 2) both.resolve();
				await both.promise;
				const pictures = seeds.map((seed) => ({
					seed,
					width,
					height,
					bytes: new Uint8Array([seed]),
					sha256: `${seed}`,
				}));
				return { pictures, stats: { paintMs: 1, runMs: 1, rateMs: 1 }, problem: 'not asked' };
			},
		};
		const ask = () => accept(queue, originOf(), { ...wish, recipe: { ...recipe, model: 'a' } });
		const ids = [(await ask()).generation.id, (await ask()).generation.id];
		const wait = vi.spyOn(Signal.prototype, 'wait');
		onTestFinished(() => wait.mockRestore());
		// as if the job had gone to the other one in between
		const take = vi.spyOn(queue.jobs as Jobs, 'take').mockResolvedValueOnce(undefined);
		onTestFinished(() => take.mockRestore());
		const dispatcher = new Dispatcher({
			database: queue.database,
			jobs: queue.jobs,
			store: new ImageStore(folder),
			painters: [easel, { ...easel }] as unknown as PainterClient[],
			models: new Map([['a', { name: 'a', path: '/a' }]]),
			guildPainters: 4,
			log: quiet,
		});
		onTestFinished(() => dispatcher.stop());
		dispatcher.start();
		await both.promise;
		const looks = wait.mock.calls.filter(([ms]) => ms === 1000);
		expect(looks).toEqual([]);
		for (const id of ids)
			await vi.waitFor(async () => expect((await findGeneration(queue.db, id))?.state).toBe('painted'), 10_000);
	});
});
