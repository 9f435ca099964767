import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { ModelUnusable, PainterClient } from '../../src/pipeline/client.ts';
import { ModelShelf } from '../../src/pipeline/model-shelf.ts';
import { modelOf } from './golden.ts';
import { jobOf } from './recipes.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const [demo, tiny] = [modelOf('demo'), modelOf('tiny-random')];
const options = { modelFolder: demo, taggerFolder: `${demo}/tagger`, device: 'cpu' as const, log: () => {} };

let painter: PainterClient;
beforeAll(async () => {
	// Room for one of them at a time.
	painter = await PainterClient.start({ ...options, modelBytes: 1 });
});
afterAll(() => painter.close());

const paint = async (modelPath?: string) => {
	const onLoading = vi.fn();
	const { pictures } = await painter.paint(jobOf('j', {}, { ...(modelPath && { modelPath }) }), { onLoading });
	return { sha256: pictures[0]!.sha256, told: onLoading.mock.calls.length, loaded: [...painter.loaded] };
};

test('a painter opens the model of each job, tells of it, and draws with each as if there were no other', async () => {
	const first = await paint();
	expect(first).toMatchObject({ told: 0, loaded: [demo] });
	const other = await paint(tiny);
	expect(other).toMatchObject({ told: 1, loaded: [tiny] });
	expect(painter.loadMs).toBeGreaterThan(0);
	expect(other.sha256).not.toBe(first.sha256);
	expect(await paint(tiny)).toEqual({ ...other, told: 0 });
	expect(await paint(demo)).toEqual({ ...first, told: 1 });
});

test('a model that cannot be opened fails its job alone', async () => {
	await expect(paint('/nowhere/model')).rejects.toThrow(ModelUnusable);
	await expect(paint('/nowhere/model')).rejects.toThrow('`/nowhere/model`: expected a model folder');
	expect(await paint(demo)).toMatchObject({ told: 0 });
});

test('where there is room, models stay open', async () => {
	const shelf = new ModelShelf({ device: 'cpu', mostBytes: 1e9 });
	const [a, b] = [await shelf.take(demo), await shelf.take(tiny)];
	onTestFinished(async () => {
		await a.networks.release();
		await b.networks.release();
	});
	const onOpening = vi.fn();
	expect([await shelf.take(demo, onOpening), await shelf.take(tiny, onOpening)]).toEqual([a, b]);
	expect(onOpening).not.toHaveBeenCalled();
	expect(shelf.loaded).toEqual([demo, tiny]);
});
