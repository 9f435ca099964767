import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { findGeneration } from '../../src/db/generations.ts';
import { ImageStore } from '../../src/images/store.ts';
import { type Painted, type PainterClient, PainterDied } from '../../src/pipeline/client.ts';
import type { PaintJob } from '../../src/pipeline/protocol.ts';
import { accept } from '../../src/queue/accept.ts';
import { Dispatcher } from '../../src/queue/dispatcher.ts';
import type { Jobs } from '../../src/queue/jobs.ts';
import { cancel } from '../../src/queue/settle.ts';
import { Signal } from '../../src/queue/signal.ts';
import { databaseKinds } from '../support/databases.ts';
import { originOf, quiet, recipe, useQueue, wish } from '../support/queue.ts';

interface Painting extends PromiseWithResolvers<Painted> {
	id: string;
	drawn: () => void;
	paint: () => void;
}

/** A painter that does with each job what the test says. */
class Easel {
	readonly paintings: Painting[] = [];
	readonly loaded = new Set(['/a']);
	readonly loadMs = 0;
	kill(): void {}
	paint({ id, recipe: { seeds, width, height } }: PaintJob, options: { onDrawn?: () => void; signal?: AbortSignal }) {
		const done = Promise.withResolvers<Painted>();
		options.signal?.addEventListener('abort', () => done.reject(options.signal!.reason));
		const bytes = new Uint8Array([1]);
		const pictures = seeds.map((seed) => ({ seed, width, height, bytes, sha256: `${seed}` }));
		const paint = () => done.resolve({ pictures, stats: { paintMs: 1, runMs: 1, rateMs: 1 }, problem: 'not asked' });
		this.paintings.push({ ...done, id: id.split('.')[0]!, drawn: () => options.onDrawn?.(), paint });
		return done.promise;
	}
}

describe.each(databaseKinds)('painters on %s', (kind) => {
	const queue = useQueue(kind);
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'atelier-painters-'));
	});
	afterAll(() => rm(folder, { recursive: true }));

	test('one of two that was too late for a job takes the next one at once, not at its next look', async () => {
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

	/** A painter with jobs of one guild, which may hold one painter at a time. */
	async function open(jobs: number) {
		const easel = new Easel();
		const dispatcher = new Dispatcher({
			database: queue.database,
			jobs: queue.jobs,
			store: new ImageStore(folder),
			painters: [easel as unknown as PainterClient],
			models: new Map([['a', { name: 'a', path: '/a' }]]),
			guildPainters: 1,
			log: quiet,
		});
		onTestFinished(() => dispatcher.stop());
		const ids: string[] = [];
		for (let i = 0; i < jobs; i++)
			ids.push((await accept(queue, originOf(), { ...wish, recipe: { ...recipe, model: 'a' } })).generation.id);
		dispatcher.start();
		const begun = (count: number) => vi.waitFor(() => expect(easel.paintings).toHaveLength(count), 10_000);
		const ended = (id: string, state = 'painted') =>
			vi.waitFor(async () => expect((await findGeneration(queue.db, id))?.state).toBe(state), 10_000);
		return { easel, ids, begun, ended };
	}

	test('a painter is given the next job of the same guild when one is drawn, and each is settled by itself', async () => {
		const { easel, ids, begun, ended } = await open(2);
		await begun(1);
		await new Promise((resolve) => setTimeout(resolve, 50));
		expect(easel.paintings).toHaveLength(1);
		easel.paintings[0]!.drawn();
		await begun(2);
		expect(easel.paintings.map(({ id }) => id)).toEqual(ids);
		easel.paintings[1]!.paint();
		await ended(ids[1]!);
		expect((await findGeneration(queue.db, ids[0]!))?.state).toBe('running');
		easel.paintings[0]!.paint();
		await ended(ids[0]!);
	});

	test('a painter that ended over one of two hands back the other without a word', async () => {
		const { easel, ids, begun, ended } = await open(2);
		await begun(1);
		easel.paintings[0]!.drawn();
		await begun(2);
		easel.paintings[0]!.paint();
		easel.paintings[1]!.reject(new PainterDied(null, 'SIGKILL', '', true));
		await begun(3);
		expect(easel.paintings[2]!.id).toBe(ids[1]);
		easel.paintings[2]!.paint();
		for (const id of ids) await ended(id);
		expect(await findGeneration(queue.db, ids[1]!)).toMatchObject({ attempt: 2, crashes: 0 });
	});

	test('a painter that ended over either loses none: both are painted again, each alone', async () => {
		const { easel, ids, begun, ended } = await open(2);
		await begun(1);
		easel.paintings[0]!.drawn();
		await begun(2);
		for (const { reject } of [...easel.paintings]) reject(new PainterDied(null, 'SIGSEGV'));
		await begun(3);
		easel.paintings[2]!.drawn();
		await new Promise((resolve) => setTimeout(resolve, 50));
		expect(easel.paintings).toHaveLength(3);
		easel.paintings[2]!.paint();
		await begun(4);
		easel.paintings[3]!.paint();
		for (const id of ids) {
			await ended(id);
			expect(await findGeneration(queue.db, id)).toMatchObject({ attempt: 2, crashes: 1 });
		}
	});

	test('a painter stops a job whose member cancelled it by the time it is drawn', async () => {
		const { easel, ids, begun, ended } = await open(1);
		await begun(1);
		expect(await cancel(queue, ids[0]!)).toBe('stopping');
		easel.paintings[0]!.drawn();
		await ended(ids[0]!, 'cancelled');
	});
});
