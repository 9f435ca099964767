import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { findGeneration, takeGeneration } from '../../src/db/generations.ts';
import { findDelivery } from '../../src/db/outbox.ts';
import { readProgress } from '../../src/db/progress.ts';
import { sumUsage } from '../../src/db/usage.ts';
import { ImageStore } from '../../src/images/store.ts';
import { createLog } from '../../src/log.ts';
import { ModelUnusable, type PainterClient } from '../../src/pipeline/client.ts';
import type { PaintJob } from '../../src/pipeline/protocol.ts';
import { accept } from '../../src/queue/accept.ts';
import { Dispatcher } from '../../src/queue/dispatcher.ts';
import { databaseKinds } from '../support/databases.ts';
import { originOf, recipe, useQueue, wish } from '../support/queue.ts';

/** A painter that is done at once, and keeps one model open. */
class Easel {
	readonly painted: string[] = [];
	opened = 0;
	loadMs = 0;
	loaded: ReadonlySet<string>;
	broken = '';
	opening: Promise<void> | undefined;
	constructor(path: string) {
		this.loaded = new Set([path]);
	}
	async paint(
		{ recipe: { seeds, width, height }, modelPath = '' }: PaintJob,
		{ onLoading }: { onLoading?: () => void } = {},
	) {
		if (modelPath === this.broken) throw new ModelUnusable('no such file');
		if (!this.loaded.has(modelPath)) {
			this.opened++;
			onLoading?.();
			await this.opening;
		}
		this.loaded = new Set([modelPath]);
		this.painted.push(modelPath);
		const pictures = seeds.map((seed) => ({ seed, width, height, bytes: new Uint8Array([seed]), sha256: `${seed}` }));
		return { pictures, stats: { paintMs: 1, runMs: 1, rateMs: 1 }, problem: 'not asked' };
	}
	kill() {}
}

describe.each(databaseKinds)('several models on %s', (kind) => {
	const queue = useQueue(kind);
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'atelier-models-'));
	});
	afterAll(() => rm(folder, { recursive: true }));

	const lines: string[] = [];
	const host = (easels: Easel[], models: string[]) => {
		const dispatcher = new Dispatcher({
			database: queue.database,
			jobs: queue.jobs,
			store: new ImageStore(folder),
			painters: easels as unknown as PainterClient[],
			models: new Map(models.map((name) => [name, { name, path: `/${name}` }])),
			guildPainters: 4,
			log: createLog('info', (line) => lines.push(line)),
		});
		onTestFinished(() => dispatcher.stop());
		return dispatcher;
	};
	const ask = async (model: string, guildId = '700') =>
		(await accept(queue, originOf({ guildId }), { ...wish, recipe: { ...recipe, model } })).generation.id;
	const ended = (id: string, state: string) =>
		vi.waitFor(async () => expect((await findGeneration(queue.db, id))?.state).toBe(state), 10_000);

	test('each job is painted with its own model, and a host takes none of which it lacks the model', async () => {
		const [both, one] = [new Easel('/a'), new Easel('/c')];
		const hosts = [host([both], ['a', 'b']), host([one], ['c'])];
		const ids = [await ask('a'), await ask('b'), await ask('a'), await ask('c'), await ask('b')];
		for (const dispatcher of hosts) dispatcher.start();
		for (const id of ids) await ended(id, 'painted');
		expect(both.painted.toSorted()).toEqual(['/a', '/a', '/b', '/b']);
		expect(one.painted).toEqual(['/c']);
	});

	test('a painter that has the model open comes first', async () => {
		const [open, other] = [new Easel('/b'), new Easel('/a')];
		const dispatcher = host([other, open], ['a', 'b']);
		dispatcher.start();
		const ids = [await ask('b'), await ask('b')];
		dispatcher.wake();
		for (const id of ids) await ended(id, 'painted');
		expect([open.painted.length, other.opened]).toEqual([2, 0]);
	});

	test('jobs of two models that wait together are painted in runs, not by turns', async () => {
		const easel = new Easel('/a');
		easel.loadMs = 60_000;
		const ids: string[] = [];
		for (let i = 0; i < 4; i++) ids.push(await ask('a', '701'), await ask('b', '702'));
		host([easel], ['a', 'b']).start();
		for (const id of ids) await ended(id, 'painted');
		expect(easel.opened).toBe(1);
	});

	test('that a model is being opened shows, unless it is over at once', async () => {
		const easel = new Easel('/a');
		const id = await ask('b', '705');
		const opening = Promise.withResolvers<void>();
		easel.opening = opening.promise;
		host([easel], ['a', 'b']).start();
		const shown = async () => (await readProgress(queue.db, [id])).get(id);
		await vi.waitFor(async () => expect(await shown()).toMatchObject({ step: 0, steps: 0 }), 10_000);
		opening.resolve();
		await ended(id, 'painted');
		expect(await shown()).toBeUndefined();
	});

	test('a model that cannot be opened is said to the member, who is not charged, and to the operator', async () => {
		const easel = new Easel('/a');
		easel.broken = '/b';
		const id = await ask('b', '703');
		host([easel], ['a', 'b']).start();
		await ended(id, 'failed');
		expect((await findGeneration(queue.db, id))?.failure).toMatch(
			/^The model b cannot be opened .* Nothing was charged\./,
		);
		expect((await sumUsage(queue.db, '703')).pictures).toBe(0);
		expect(lines.join('\n')).toMatch(/ error a model cannot be opened.*no such file/);
	});

	test.skipIf(kind !== 'embedded')('a job whose model is nowhere ends with a sentence and is not charged', async () => {
		const waiting = await ask('gone', '704');
		// One that a crash left in a painter's hands.
		const job = (await queue.jobs.take(4))!;
		await takeGeneration(queue.db, waiting);
		await queue.jobs.handBack(job);
		const other = await ask('gone', '704');
		host([new Easel('/a')], ['a']).start();
		for (const id of [waiting, other]) {
			await ended(id, 'failed');
			expect((await findGeneration(queue.db, id))?.failure).toMatch(/no longer installed.* Nothing was charged/);
			expect((await findDelivery(queue.db, id))?.state).toBe('pending');
		}
		expect((await sumUsage(queue.db, '704')).pictures).toBe(0);
		expect(await queue.jobs.take(4)).toBeUndefined();
	});

	test.skipIf(kind === 'embedded')(
		'a job whose model is nowhere waits for a while, since a worker may be starting again',
		async () => {
			const id = await ask('gone');
			host([new Easel('/a')], ['a']).start();
			await vi.waitFor(() => expect(lines.join('\n')).toMatch(/left to other hosts.*"models":\["gone"\]/), 10_000);
			expect((await findGeneration(queue.db, id))?.state).toBe('queued');
		},
	);
});
