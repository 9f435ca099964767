import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readConfig } from '../src/config.ts';
import { findGeneration } from '../src/db/generations.ts';
import { SetupError } from '../src/errors.ts';
import { createLog } from '../src/log.ts';
import { accept } from '../src/queue/accept.ts';
import { openStudio, type Studio } from '../src/studio.ts';
import { originOf, recipe, wish } from './support/queue.ts';

// two painters with real networks, on cores that other tests use too
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;
let studio: Studio;
const lines: string[] = [];
const log = createLog('info', (line) => lines.push(line));
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'atelier-studio-'));
	studio = await openStudio(configOf('cpu,cpu'), log);
	studio.dispatcher.start();
});
afterAll(async () => {
	await studio.close();
	await rm(folder, { recursive: true, force: true });
});

function configOf(device: string) {
	return readConfig({ DEVICE: device, STATE_DIR: join(folder, 'state'), AESTHETIC_DIR: 'none', UPSCALERS_DIR: 'none' });
}

async function ask(steps: number): Promise<string> {
	const { db, jobs } = { db: studio.database.db, jobs: studio.jobs };
	const asked = { ...recipe, model: studio.models[0].hash, steps };
	const { generation } = await accept({ db, jobs, memberWaiting: 9 }, originOf(), { ...wish, recipe: asked });
	studio.dispatcher.wake();
	return generation.id;
}

const end = (id: string) =>
	vi.waitFor(
		async () => {
			const generation = await findGeneration(studio.database.db, id);
			expect(generation?.state).toBe('painted');
			return generation!;
		},
		{ timeout: 40_000, interval: 20 },
	);

test('each device has a painter, and those on the processor share its threads', () => {
	expect(studio.painters).toHaveLength(2);
	expect(new Set(studio.painters.map(({ pid }) => pid)).size).toBe(2);
	const said = lines.join('\n');
	for (const painter of ['painter 1', 'painter 2'])
		expect(said).toMatch(
			new RegExp(`${painter} is ready: running on the CPU, as configured, with \\d+ of its threads`),
		);
});

test('two jobs are painted at the same time, and where one painter dies the other goes on', async () => {
	const [first, second] = studio.painters;
	const ids = [await ask(40), await ask(40)];
	await vi.waitFor(() => expect(studio.painters.map(({ isIdle }) => isIdle)).toEqual([false, false]), {
		timeout: 20_000,
		interval: 5,
	});
	const { pid } = second!;
	first!.kill();
	const ended = await Promise.all(ids.map(end));
	expect(ended.map(({ crashes }) => crashes).toSorted()).toEqual([0, 1]);
	expect(second!.pid).toBe(pid);
	await first!.whenReady();
	await Promise.all([await ask(2), await ask(2)].map(end));
});

test('a device that cannot be used is named, and nothing is left running', async () => {
	const opening = openStudio({ ...configOf('cpu,dml:7'), stateDir: join(folder, 'other') }, log);
	await expect(opening).rejects.toThrow(SetupError);
	await expect(opening).rejects.toThrow(/^DEVICE = "cpu,dml:7": expected the device `dml:7` to work, got: /);
});
