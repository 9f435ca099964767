import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFolder } from '../../src/db/folder-lock.ts';

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'atelier-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a folder has one owner, and the second one is told what to do', async () => {
	const unlock = await lockFolder(folder);
	await expect(lockFolder(folder)).rejects.toThrow(/another Atelier uses this folder.*STATE_DIR=state-2/);
	await unlock();
	await (await lockFolder(folder))();
});

test('a path too long for a socket is locked as well', async () => {
	const deep = join(folder, 'x'.repeat(90), 'y'.repeat(60));
	const unlock = await lockFolder(deep);
	await expect(lockFolder(deep)).rejects.toThrow(/another Atelier/);
	await unlock();
});
