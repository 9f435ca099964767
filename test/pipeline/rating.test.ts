import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { decodeImage } from '../../src/images/decode.ts';
import { encodePreview } from '../../src/images/encode.ts';
import { PainterBroken, PainterClient, type PainterOptions } from '../../src/pipeline/client.ts';
import { youthTagsIn } from '../../src/pipeline/youth-tags.ts';
import { writeTagger } from '../support/taggers.ts';
import { modelOf } from './golden.ts';
import { jobOf, parent } from './recipes.ts';

// real diffusion, on cores that other tests use too
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'atelier-rating-'));
});
afterAll(() => rm(folder, { recursive: true }));

const options = { modelFolder: modelOf('demo'), device: 'cpu' as const, restartDelayMs: 10 };
/** Grey levels, the mean over a preview: what scaling down and up again may take away. Measured 3.8, and 12.2 at 32 pixels. */
const lossOfScaling = 6;

/** How much of a picture is lost when it is made `side` pixels wide and large again: mean of grey levels. */
async function detailBeyond(bytes: Uint8Array, side: number, size: { width: number; height: number }): Promise<number> {
	const whole = (await decodeImage(bytes, size)).data;
	const small = await decodeImage(bytes, { width: side, height: Math.round((side * size.height) / size.width) });
	const again = await decodeImage(await encodePreview(small, Math.max(size.width, size.height)), size);
	return whole.reduce((sum, value, i) => sum + Math.abs(value - again.data[i]!), 0) / whole.length;
}

/** Runs a painter for one test; `said` is what it logged. */
async function withPainter(
	changes: Partial<PainterOptions>,
	use: (painter: PainterClient, said: string[]) => Promise<void>,
): Promise<void> {
	const said: string[] = [];
	const taggerFolder = join(modelOf('demo'), 'tagger');
	const painter = await PainterClient.start({ ...options, taggerFolder, log: (line) => said.push(line), ...changes });
	try {
		await use(painter, said);
	} finally {
		await painter.close();
	}
}

test('every picture comes with what the tagger saw in it and a score: painted, varied and enlarged', () =>
	withPainter({ scorerFolder: join(modelOf('demo'), 'aesthetic') }, async (painter) => {
		expect(await painter.whenReady()).toMatchObject({ isScoring: true });
		const prompt = '1girl, solo, blue hair, smile, outdoors, day';
		const drawn = { width: 128, height: 128, steps: 20 };
		const safe = await painter.paint(jobOf('s', { prompt: `safe, ${prompt}`, ...drawn, seeds: [1, 2] }));
		expect(safe.pictures.map(({ seen }) => seen!.ratings.general > 0.5)).toEqual([true, true]);
		const job = jobOf('e', { prompt: `${prompt}, explicit, nsfw`, negative: null, ...drawn, seeds: [3] });
		const { pictures, stats, problem } = await painter.paint(job);
		expect(pictures[0]!.seen).toMatchObject({ youthTags: {} });
		expect(pictures[0]!.aesthetic).toBeGreaterThan(0);
		expect(pictures[0]!.aesthetic).toBeLessThan(1);
		expect(pictures[0]!.seen!.ratings.explicit).toBeGreaterThan(0.5);
		expect(problem).toBeUndefined();
		expect(stats.rateMs).toBeGreaterThan(0);
		const parentImage = pictures[0]!.bytes;
		const large = { width: 512, height: 512, parent, upscaler: 'SRVGGNetCompact-x4' };
		const enlarged = await painter.paint(jobOf('u', large, { parentImage }));
		expect(enlarged.pictures[0]!.seen!.ratings.explicit).toBeGreaterThan(0.5);
		const varied = await painter.paint(jobOf('v', { ...job.recipe, parent, strength: 0.3 }, { parentImage }));
		expect(varied.pictures[0]!.seen!.ratings.explicit).toBeGreaterThan(0.5);
	}));

test('a preview, which nobody has rated, is no finer than 16 pixels', () =>
	withPainter({}, async (painter) => {
		const previews: Uint8Array[] = [];
		const job = jobOf('p', { width: 128, height: 128, steps: 50, seeds: [0, 1, 2, 3] });
		await painter.paint(job, { onProgress: ({ preview }) => preview && previews.push(preview) });
		expect(previews.length).toBeGreaterThan(0);
		for (const preview of previews) {
			const { width, height } = await decodeImage(preview);
			expect(await detailBeyond(preview, 16, { width, height })).toBeLessThan(lossOfScaling);
		}
	}));

test('words for a young person come with it, and no others', async () => {
	const taggerFolder = await writeTagger(join(folder, 'young'), { questionable: 0.5, child: 0.75, '1girl': 1 });
	await withPainter({ taggerFolder }, async (painter) => {
		const { pictures } = await painter.paint(jobOf('young'));
		expect(pictures[0]!.seen!.youthTags).toEqual({ child: 0.75 });
	});
	const tag = (name: string, probability: number) => ({ name, probability, category: 'general' as const });
	expect(youthTagsIn([tag('loli', 0.9), tag('child', 0.01), tag('school_uniform', 1)])).toEqual({ loli: 0.9 });
});

describe('when the tagger does not do its work, the pictures come without ratings', () => {
	test('it fails: with the reason, and the painter lives on', async () => {
		const taggerFolder = await writeTagger(join(folder, 'fails'), {}, 'fails');
		await withPainter({ taggerFolder }, async (painter) => {
			const { pid } = painter;
			for (const id of ['first', 'second']) {
				const { pictures, problem } = await painter.paint(jobOf(id, { seeds: [0, 1] }));
				expect(pictures.map(({ seen }) => seen)).toEqual([undefined, undefined]);
				expect(problem).toMatch(/out of data bounds/);
			}
			expect(painter.pid).toBe(pid);
		});
	});

	test('it hangs inside ONNX Runtime: after the given time, and a new painter takes the next job', async () => {
		const taggerFolder = await writeTagger(join(folder, 'hangs'), {}, 'hangs');
		await withPainter({ taggerFolder, ratingMs: 500 }, async (painter, said) => {
			const { pid } = painter;
			const { pictures, problem } = await painter.paint(jobOf('first', { seeds: [0, 1] }));
			expect(pictures.map(({ bytes, seen }) => [bytes.length > 0, seen])).toEqual([
				[true, undefined],
				[true, undefined],
			]);
			expect(problem).toBe('The tagger did not answer within 0.5 s');
			expect(said.join('\n')).toMatch(/The tagger is silent over job first/);
			expect((await painter.paint(jobOf('second'))).pictures).toHaveLength(1);
			expect(painter.pid).not.toBe(pid);
		});
	});

	test('it is silent after the first of several: that one keeps its ratings', async () => {
		const program = fileURLToPath(new URL('./programs/silent-tagger.ts', import.meta.url));
		await withPainter({ program, ratingMs: 200 }, async (painter) => {
			const { pictures } = await painter.paint(jobOf('some', { seeds: [4, 5, 6] }));
			expect(pictures.map(({ seen }) => seen?.ratings.general)).toEqual([1, undefined, undefined]);
		});
	});

	test('it hangs and the job is cancelled: it is cancelled, and the painter replaced', async () => {
		const program = fileURLToPath(new URL('./programs/silent-tagger.ts', import.meta.url));
		await withPainter({ program, ratingMs: 60_000, cancelGraceMs: 50 }, async (painter) => {
			const died = once(painter, 'died');
			const abort = new AbortController();
			const onProgress = () => abort.abort(new Error('changed my mind'));
			const painting = painter.paint(jobOf('some', { seeds: [4, 5] }), { signal: abort.signal, onProgress });
			await expect(painting).rejects.toThrow('changed my mind');
			await died;
		});
	});
});

test('a painter does not start with a tagger that cannot work', async () => {
	const start = (taggerFolder: string) => PainterClient.start({ ...options, taggerFolder, log: () => {} });
	await expect(start(join(folder, 'nowhere'))).rejects.toThrow(PainterBroken);
	await expect(start(join(folder, 'nowhere'))).rejects.toMatchObject({
		part: 'tagger',
		message: '`selected_tags.csv`: expected to read it, there is none',
	});
});
