import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { SetupError } from '../../src/errors.ts';
import { readRecipe } from '../../src/images/metadata.ts';
import { PainterClient, PainterDied, PaintFailed, type PaintProgress } from '../../src/pipeline/client.ts';
import { modelOf } from './golden.ts';
import { jobOf, parent, recipeOf } from './recipes.ts';

// real diffusion, on cores that other tests use too
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const program = (name: string) => fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url));
const options = {
	modelFolder: modelOf('demo'),
	taggerFolder: `${modelOf('demo')}/tagger`,
	device: 'cpu' as const,
	log: () => {},
	restartDelayMs: 10,
};

describe('a painter', () => {
	let painter: PainterClient;
	beforeAll(async () => {
		painter = await PainterClient.start(options);
	});
	afterAll(() => painter.close());

	test('says on what it runs', async () => {
		expect(await painter.whenReady()).toMatchObject({ device: 'cpu', note: expect.stringContaining('CPU') });
	});

	test('gives a finished file for each seed, with its own recipe inside', async () => {
		const progress: PaintProgress[] = [];
		const { pictures, stats } = await painter.paint(jobOf('a', { seeds: [0, 9] }), {
			onProgress: (p) => progress.push(p),
		});
		expect(progress.filter((p) => !p.preview).map((p) => `${p.step}/${p.steps}`)).toEqual(['1/3', '2/3', '3/3']);
		expect(pictures.map(({ seed, width, height }) => ({ seed, width, height }))).toEqual([
			{ seed: 0, width: 96, height: 64 },
			{ seed: 9, width: 96, height: 64 },
		]);
		for (const { bytes, seed, sha256, small } of pictures) {
			expect(readRecipe(bytes)).toEqual(recipeOf({ seeds: [seed] }));
			expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
			expect(small).toBeUndefined();
		}
		expect(stats.runMs).toBeGreaterThan(0);
		expect(stats.runMs).toBeLessThan(stats.paintMs);
	});

	test('gives the same bytes for the same recipe, alone or among others', async () => {
		const four = await painter.paint(jobOf('four', { seeds: [3, 0, 5, 8] }));
		const one = await painter.paint(jobOf('one', { seeds: [5] }));
		expect(four.pictures[2]!.sha256).toBe(one.pictures[0]!.sha256);
	});

	test('makes small files beside the PNGs for a channel that takes little', async () => {
		const { pictures } = await painter.paint(jobOf('small', {}, { maxFileBytes: 4_000 }));
		expect(pictures[0]!.bytes.length).toBeGreaterThan(4_000);
		expect(pictures[0]!.small!.bytes.length).toBeLessThanOrEqual(4_000);
	});

	test('varies and enlarges a stored picture', async () => {
		const first = await painter.paint(jobOf('first'));
		const parentImage = first.pictures[0]!.bytes;
		const varied = await painter.paint(jobOf('v', { seeds: [1, 2], parent, strength: 0.6 }, { parentImage }));
		expect(new Set([first, varied].flatMap(({ pictures }) => pictures.map((p) => p.sha256))).size).toBe(3);
		const large = { width: 384, height: 256, parent, upscaler: 'SRVGGNetCompact-x4' };
		const enlarged = await painter.paint(jobOf('u', large, { parentImage }));
		expect(enlarged.pictures.map(({ width, height }) => [width, height])).toEqual([[384, 256]]);
	});

	test('says why it cannot do a job, and does the next', async () => {
		const failing = painter.paint(jobOf('odd', { width: 100 }));
		await expect(failing).rejects.toThrow(PaintFailed);
		await expect(failing).rejects.toThrow('Expected width and height to be multiples of 32, got 100 × 64');
		expect((await painter.paint(jobOf('even'))).pictures).toHaveLength(1);
	});

	test('says what is in a picture while it paints, and what is wrong with a file', async () => {
		const [picture] = (await painter.paint(jobOf('to-describe', { seeds: [1] }))).pictures;
		let isPainting = true;
		const painting = painter.paint(jobOf('besides', { steps: 40 })).then(() => {
			isPainting = false;
		});
		const seen = await painter.describe(picture!.bytes);
		expect(isPainting).toBe(true);
		expect(seen).toMatchObject({ width: 96, height: 64, youthTags: {}, ratings: { general: expect.any(Number) } });
		await expect(painter.describe(Uint8Array.of(1, 2, 3))).rejects.toThrow(/no PNG, JPEG or WebP/);
		await painting;
	});

	test('stops between two steps when cancelled, and lives on', async () => {
		const pid = painter.pid;
		const abort = new AbortController();
		const steps: number[] = [];
		const painting = painter.paint(jobOf('long', { steps: 100, seeds: [0, 1, 2, 3] }), {
			signal: abort.signal,
			onProgress: ({ step }) => {
				steps.push(step);
				abort.abort(new Error('changed my mind'));
			},
		});
		await expect(painting).rejects.toThrow('changed my mind');
		expect(Math.max(...steps)).toBeLessThan(50);
		expect((await painter.paint(jobOf('next'))).pictures).toHaveLength(1);
		expect(painter.pid).toBe(pid);
	});

	test('does not start a job that is cancelled already', async () => {
		const onProgress = vi.fn();
		const signal = AbortSignal.abort(new Error('too late'));
		await expect(painter.paint(jobOf('late'), { signal, onProgress })).rejects.toThrow('too late');
		expect(onProgress).not.toHaveBeenCalled();
	});

	test('killed within a job is replaced, and the same job then gives the same bytes', async () => {
		const expected = await painter.paint(jobOf('before'));
		const pid = painter.pid;
		const died = once(painter, 'died');
		const painting = painter.paint(jobOf('killed', { steps: 100 }), { onProgress: () => painter.kill() });
		await expect(painting).rejects.toThrow(PainterDied);
		await expect(painting).rejects.toMatchObject({ exitSignal: 'SIGKILL' });
		await died;
		const again = await painter.paint(jobOf('after')); // waits for the new process
		expect(painter.pid).not.toBe(pid);
		expect(again.pictures[0]!.sha256).toBe(expected.pictures[0]!.sha256);
	});
});

test('refuses to start with a model that it cannot load, in plain words', async () => {
	const starting = PainterClient.start({ ...options, modelFolder: '/nowhere/model' });
	await expect(starting).rejects.toThrow(SetupError);
	await expect(starting).rejects.toThrow(/`\/nowhere\/model`: expected a model folder/);
});

test('refuses to start with a program that just ends', async () => {
	const starting = PainterClient.start({ ...options, program: '/nowhere/painter.ts' });
	await expect(starting).rejects.toThrow(PainterDied);
});

test('kills a painter that does not stop in time, and starts another', async () => {
	const painter = await PainterClient.start({ ...options, program: program('stubborn-painter'), cancelGraceMs: 20 });
	try {
		const pid = painter.pid;
		const ready = once(painter, 'ready');
		const abort = new AbortController();
		const painting = painter.paint(jobOf('stuck'), { signal: abort.signal, onProgress: () => abort.abort() });
		await expect(painting).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
		await ready;
		expect(painter.pid).not.toBe(pid);
	} finally {
		await painter.close();
	}
});

test('takes one job at a time', async () => {
	const painter = await PainterClient.start({ ...options, program: program('stubborn-painter') });
	const first = painter.paint(jobOf('first'));
	await expect(painter.paint(jobOf('second'))).rejects.toThrow('Expected one job at a time, got second during first');
	await Promise.all([expect(first).rejects.toThrow(PainterDied), painter.close()]);
	await expect(painter.paint(jobOf('third'))).rejects.toThrow('The painter is closed');
});

test.skipIf(process.platform !== 'linux')('ends when the bot is killed', async () => {
	const bot = spawn(process.execPath, [program('lonely-bot'), modelOf('demo')], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const [line] = (await once(bot.stdout, 'data')) as [Buffer];
	const pid = Number(line.toString());
	expect(isRunning(pid)).toBe(true);
	bot.kill('SIGKILL');
	await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 30_000 });
});

/** A process that ended but was not reaped yet does not run. */
function isRunning(pid: number): boolean {
	try {
		return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
	} catch {
		return false;
	}
}
