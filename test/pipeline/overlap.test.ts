import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Painted, PainterClient, type PainterOptions } from '../../src/pipeline/client.ts';
import type { PaintJob } from '../../src/pipeline/protocol.ts';
import { modelOf } from './golden.ts';
import { jobOf } from './recipes.ts';

// real diffusion, on cores that other tests use too
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const demo = modelOf('demo');
const options = { modelFolder: demo, taggerFolder: `${demo}/tagger`, device: 'cpu' as const, log: () => {} };

/** Hands a painter a job, and perhaps takes it back once it is drawn; `drawn` resolves when the painter takes the next one. */
function hand(painter: PainterClient, job: PaintJob, abort?: AbortController) {
	const drawn = Promise.withResolvers<void>();
	const onDrawn = () => {
		drawn.resolve();
		abort?.abort(new Error('changed my mind'));
	};
	const done = painter.paint(job, { onDrawn, ...(abort && { signal: abort.signal }) });
	done.catch(() => {});
	return { drawn: drawn.promise, done };
}

describe('a painter that draws a job while it finishes the one before', () => {
	let painter: PainterClient;
	beforeAll(async () => {
		painter = await PainterClient.start(options);
	});
	afterAll(() => painter.close());

	const hashes = ({ pictures }: Painted) => pictures.map(({ sha256 }) => sha256);
	const first = (id: string) => jobOf(id, { seeds: [1, 2, 3, 4], width: 128, height: 128 });
	const second = (id: string) => jobOf(id, { seeds: [5], steps: 6 }, { modelPath: modelOf('tiny-random') });

	test('makes of each the same files as one after the other, with ratings of its own', async () => {
		const alone = [await painter.paint(first('a')), await painter.paint(second('b'))];
		const order: string[] = [];
		const one = hand(painter, first('c'));
		await one.drawn;
		expect(painter.isIdle).toBe(false);
		const other = hand(painter, second('d'));
		for (const [name, { done }] of Object.entries({ one, other })) void done.then(() => order.push(name));
		const both = await Promise.all([one.done, other.done]);
		expect(both.map(hashes)).toEqual(alone.map(hashes));
		expect(both.map(({ pictures }) => pictures.map(({ seen }) => seen))).toEqual(
			alone.map(({ pictures }) => pictures.map(({ seen }) => seen)),
		);
		expect(order).toEqual(['one', 'other']);
		expect(painter.isIdle).toBe(true);
	});

	test('cancels the one that is finished, and looks at the upload of the other before it draws', async () => {
		const parentImage = (await painter.paint(second('e'))).pictures[0]!.bytes;
		const abort = new AbortController();
		const one = hand(painter, first('f'), abort);
		await one.drawn;
		const order: string[] = [];
		const over = { parent: { sha256: 'f'.repeat(64) }, strength: 0.5 };
		const other = painter.paint(jobOf('g', over, { parentImage }), {
			onProgress: () => order.push('step'),
			mayUse: async ({ seen }) => {
				order.push(seen ? 'seen' : 'not seen');
				return true;
			},
		});
		expect((await other).pictures).toHaveLength(1);
		expect(order).toEqual(['seen', 'step']);
		await expect(one.done).rejects.toThrow('changed my mind');
	});
});

describe('a painter that ends with two jobs', () => {
	const program = fileURLToPath(new URL('./programs/overlapping-painter.ts', import.meta.url));
	/** How the two jobs end. */
	async function endsOf(
		ids: [string, string],
		changes: Partial<PainterOptions> = {},
		end?: (it: PainterClient) => void,
	) {
		const painter = await PainterClient.start({ ...options, program, restartDelayMs: 60_000, ...changes });
		try {
			const one = hand(painter, jobOf(ids[0]));
			await one.drawn;
			const other = painter.paint(jobOf(ids[1]), { onProgress: () => end?.(painter) });
			const ends = await Promise.allSettled([one.done, other]);
			return ends.map((it) => (it.status === 'fulfilled' ? it.value : it.reason));
		} finally {
			await painter.close();
		}
	}
	const died = (isBystander: boolean) => expect.objectContaining({ name: 'PainterDied', isBystander });

	test('because the tagger is silent gives up on the ratings of that one, and says that the other is not to blame', async () => {
		const [one, other] = await endsOf(['silent', 'other'], { ratingMs: 100 });
		expect(one).toMatchObject({ pictures: [{ seed: 1 }], problem: 'The tagger did not answer within 0.1 s' });
		expect(one.pictures[0].seen).toBeUndefined();
		expect(other).toEqual(died(true));
	});

	test('for want of memory says over which', async () => {
		expect(await endsOf(['drawn', 'memory'])).toEqual([died(true), died(false)]);
	});

	test('without a word may have ended over either', async () => {
		expect(await endsOf(['drawn', 'other'], {}, (painter) => painter.kill())).toEqual([died(false), died(false)]);
	});
});
