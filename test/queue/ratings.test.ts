import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findGeneration } from '../../src/db/generations.ts';
import { imagesOf } from '../../src/db/images.ts';
import { findDelivery } from '../../src/db/outbox.ts';
import { ImageStore } from '../../src/images/store.ts';
import { createLog } from '../../src/log.ts';
import { PainterClient } from '../../src/pipeline/client.ts';
import { accept } from '../../src/queue/accept.ts';
import { Dispatcher } from '../../src/queue/dispatcher.ts';
import { RatingWatch } from '../../src/queue/rating-watch.ts';
import { databaseKinds } from '../support/databases.ts';
import { originOf, quiet, recipe, useQueue, wish } from '../support/queue.ts';

describe('the operator hears of a tagger that does not work', () => {
	const watching = () => {
		const lines: string[] = [];
		let now = 0;
		const watch = new RatingWatch(
			createLog('info', (line) => lines.push(line)),
			() => now,
		);
		const note = (unrated: number, at: number, rated = 0) => {
			now = at;
			watch.note({ generationId: 'g', rated, unrated, problem: unrated > 0 ? 'it broke' : undefined });
		};
		return { lines, watch, note };
	};

	test('at once, then once a minute with the number of pictures', () => {
		const { lines, watch, note } = watching();
		note(0, 0, 4);
		expect([lines, watch.state]).toEqual([[], { ok: true }]);
		note(3, 1000, 1);
		note(4, 2000);
		note(4, 60_999);
		expect(lines).toHaveLength(1);
		expect(lines[0]).toMatch(/ error pictures could not be rated.*"unrated":3,"problem":"it broke"/);
		note(4, 61_000);
		expect(lines[1]).toMatch(/"unrated":15/);
		expect(watch.state).toEqual({ ok: false, unrated: 15, since: new Date(1000), problem: 'it broke' });
	});

	test('and when it works again; the next failure counts anew', () => {
		const { lines, watch, note } = watching();
		note(2, 0);
		note(0, 1000, 2);
		expect(lines[1]).toMatch(/works again.*"unrated":2/);
		expect(watch.state).toEqual({ ok: true });
		note(1, 2000);
		expect(lines[2]).toMatch(/"unrated":1,/);
	});
});

describe.each(databaseKinds)('a tagger that hangs, on %s', (kind) => {
	const queue = useQueue(kind);
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'atelier-ratings-'));
	});
	afterAll(() => rm(folder, { recursive: true }));

	test('loses no job: each ends once, without ratings, and the one beside it is not counted as crashed', async () => {
		const program = fileURLToPath(new URL('../pipeline/programs/silent-tagger.ts', import.meta.url));
		const client = { modelFolder: '', taggerFolder: '', device: 'cpu', log: () => {}, restartDelayMs: 10 } as const;
		const painter = await PainterClient.start({ ...client, program, ratingMs: 100 });
		const dispatcher = new Dispatcher({
			database: queue.database,
			jobs: queue.jobs,
			store: new ImageStore(folder),
			painters: [painter],
			models: new Map([[recipe.model, { name: 'demo', path: '' }]]),
			guildPainters: 1,
			log: quiet,
		});
		dispatcher.start();
		try {
			const ids = await Promise.all([1, 2].map(async () => (await accept(queue, originOf(), wish)).generation.id));
			dispatcher.wake();
			for (const id of ids) {
				await vi.waitFor(async () => expect((await findGeneration(queue.db, id))?.state).toBe('painted'), 20_000);
				expect(await findGeneration(queue.db, id)).toMatchObject({ crashes: 0 });
				expect((await imagesOf(queue.db, id)).map(({ ratings }) => ratings?.general)).toEqual([1, undefined]);
				expect((await findDelivery(queue.db, id))?.state).toBe('pending');
			}
			expect(dispatcher.tagger).toMatchObject({
				ok: false,
				unrated: 2,
				problem: expect.stringMatching(/did not answer/),
			});
			expect(await queue.jobs.take(1)).toBeUndefined();
		} finally {
			await dispatcher.stop();
			await painter.close();
		}
	}, 60_000);
});
