import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findGeneration } from '../../src/db/generations.ts';
import { imagesOf } from '../../src/db/images.ts';
import { ImageStore } from '../../src/images/store.ts';
import { PainterClient } from '../../src/pipeline/client.ts';
import { saysOutOfMemory } from '../../src/pipeline/out-of-memory.ts';
import { accept } from '../../src/queue/accept.ts';
import { Dispatcher } from '../../src/queue/dispatcher.ts';
import { databaseKinds } from '../support/databases.ts';
import { originOf, quiet, recipe, useQueue, wish } from '../support/queue.ts';

const program = fileURLToPath(new URL('../pipeline/programs/greedy-painter.ts', import.meta.url));
const four = { ...wish, recipe: { ...recipe, seeds: [9, 8, 7, 6] } };

describe.each(databaseKinds)('a painter without memory for what is asked, on %s', (kind) => {
	const queue = useQueue(kind);
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'atelier-memory-'));
	});
	afterAll(() => rm(folder, { recursive: true }));

	/** Paints a wish by painters that die over more than `most` pictures side by side. */
	async function paintedBy(most: number) {
		const painter = await PainterClient.start({
			...{ modelFolder: String(most), taggerFolder: '', device: 'cpu', log: () => {}, restartDelayMs: 1 },
			program,
		});
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
			const { generation } = await accept(queue, originOf(), four);
			dispatcher.wake();
			const ended = async () => {
				const now = await findGeneration(queue.db, generation.id);
				expect(['painted', 'failed']).toContain(now?.state);
				return now!;
			};
			const now = await vi.waitFor(ended, 30_000);
			return { ...now, seeds: (await imagesOf(queue.db, generation.id)).map(({ seed }) => seed) };
		} finally {
			await dispatcher.stop();
			await painter.close();
		}
	}

	test.for([
		[2, 1],
		[1, 2],
	] as const)(
		'which holds %d at a time draws four all the same, after %d deaths',
		{ timeout: 60_000 },
		async ([most, crashes]) => {
			expect(await paintedBy(most)).toMatchObject({ state: 'painted', crashes, seeds: [9, 8, 7, 6] });
		},
	);

	test('which holds not even one gives up, and says what helps', async () => {
		const { state, failure } = await paintedBy(0);
		expect([state, failure]).toEqual(['failed', expect.stringContaining('Try a smaller size.')]);
	}, 60_000);
});

test.for<[string, boolean]>([
	['std::bad_alloc', true],
	['BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 4294967296', true],
	['CUDA failure 2: out of memory ; GPU=0', true],
	['CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED', true],
	['Exception(3) 8007000E Not enough memory resources are available to complete this operation.', true],
	['Array buffer allocation failed', true],
	['Expected width and height to be multiples of 32, got 96 × 144', false],
	['Non-zero status code returned while running Conv node', false],
])('what says that memory ran out: %s', ([message, expected]) => {
	expect(saysOutOfMemory(new Error(message))).toBe(expected);
});
