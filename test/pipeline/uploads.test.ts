import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PainterClient, UploadRefused } from '../../src/pipeline/client.ts';
import type { PaintJob, SeenInPicture } from '../../src/pipeline/protocol.ts';
import { readSources, readUpload } from '../../src/pipeline/sources.ts';
import type { Recipe } from '../../src/recipe.ts';
import { makePng } from '../standin/support/png.ts';
import { modelOf } from './golden.ts';
import { jobOf, parent } from './recipes.ts';

// real diffusion, on cores that other tests use too
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const upload = { sha256: 'f'.repeat(64) };
const size = { width: 96, height: 64 };

describe('a member’s picture in a painter', () => {
	let painter: PainterClient;
	let bytes: Uint8Array;
	beforeAll(async () => {
		painter = await PainterClient.start({
			modelFolder: modelOf('demo'),
			taggerFolder: `${modelOf('demo')}/tagger`,
			device: 'cpu',
			log: () => {},
			restartDelayMs: 10,
		});
		const prompt = '1girl, nude, explicit, nsfw';
		const { pictures } = await painter.paint(
			jobOf('first', { prompt, negative: 'safe', width: 128, height: 128, steps: 20 }),
		);
		bytes = pictures[0]!.bytes;
	});
	afterAll(() => painter.close());

	const over = (id: string, file: Uint8Array) =>
		jobOf(id, { ...size, parent: upload, strength: 0.5 }, { parentImage: file });

	test('is looked at before anything is drawn, and drawn over when it may be', async () => {
		const order: string[] = [];
		const seen: SeenInPicture[] = [];
		const { pictures } = await painter.paint(over('a', bytes), {
			onProgress: () => order.push('drawn'),
			mayUse: async (looked) => {
				order.push('asked');
				seen.push(looked.seen!);
				return true;
			},
		});
		expect(order[0]).toBe('asked');
		expect(order.filter((it) => it === 'asked')).toHaveLength(1);
		expect(seen[0]!.ratings.explicit).toBeGreaterThan(0.9);
		expect(pictures).toMatchObject([size]);
	});

	test('is not drawn over when it may not be, or nobody was there to say so; the painter lives on', async () => {
		const drawn: unknown[] = [];
		const options = { onProgress: (step: unknown) => drawn.push(step) };
		const no = new Error('too explicit');
		const { pid } = painter;
		await expect(painter.paint(over('b', bytes), { ...options, mayUse: () => Promise.reject(no) })).rejects.toBe(no);
		await expect(painter.paint(over('c', bytes), options)).rejects.toThrow('No upload may be used');
		expect(drawn).toEqual([]);
		await painter.paint(jobOf('d', { steps: 1 }));
		expect(painter.pid).toBe(pid);
	});

	test('that waits for its answer is cancelled at once', async () => {
		const abort = new AbortController();
		const mayUse = async (): Promise<true> => {
			abort.abort();
			return new Promise(() => {});
		};
		await expect(painter.paint(over('e', bytes), { signal: abort.signal, mayUse })).rejects.toMatchObject({
			name: 'AbortError',
		});
	});

	test.for([
		['no picture', Buffer.from('GIF89a, or not even that'), 'no PNG, JPEG or WebP'],
		['half a picture', readFileSync('docs/page.png').subarray(0, 2000), 'damaged'],
		['a picture of a few pixels', makePng(8, 8, 1), 'too small'],
	] as const)('is refused in words for the member where it is %s', async ([, file, says]) => {
		const asked = vi.fn<() => Promise<true>>();
		const painting = painter.paint(over('f', file), { mayUse: asked });
		await expect(painting).rejects.toThrow(says);
		await expect(painting).rejects.toBeInstanceOf(UploadRefused);
		expect(asked).not.toHaveBeenCalled();
	});
});

test('an upload covers the size, ours is stretched to it, and what is extended lies on its canvas', async () => {
	const file = makePng(64, 64, 7);
	const model = { sizeMultiple: 32, vaeScaleFactor: 8 };
	const read = async (changes: Partial<Recipe>, more: Partial<PaintJob> = {}) => {
		const job = jobOf('a', { ...size, strength: 0.5, ...changes }, { parentImage: file, ...more });
		const sent = await readUpload(job);
		return { sent, ...(await readSources(job, sent, model)) };
	};
	expect(await read({ parent: upload })).toMatchObject({ parentImage: size, sent: { width: 64, height: 64 } });
	const ours = await read({ parent });
	expect(ours).toMatchObject({ parentImage: size });
	expect(ours.sent).toBeUndefined();
	const hires = { scale: 1.5, strength: 0.55 };
	expect(await read({ parent, hires })).toMatchObject({ parentImage: { width: 64, height: 32 } });
	const extend = { left: 32, top: 0, right: 0, bottom: 0 };
	const more = await read({ parent, extend });
	expect(more).toMatchObject({ parentImage: size, mask: size });
	expect(more.mask!.data.subarray(0, 96).indexOf(0)).toBe(32 + 16);
	const same = { parentImage: makePng(96, 64, 7), maskImage: makePng(96, 64, 7) };
	await expect(read({ parent, mask: { sha256: 'm' } }, same)).rejects.toThrow('marks no part');
});
