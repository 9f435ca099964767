import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ModelFolder, openModelFolder } from '../../src/model/folder.ts';
import { openFurtherModels } from '../../src/model/installed.ts';
import { demoModel, tinyModel } from './support.ts';

let root: string;
let first: ModelFolder;
beforeAll(async () => {
	root = await mkdtemp(join(tmpdir(), 'atelier-installed-'));
	await cp(tinyModel, join(root, 'models/tiny-xl'), { recursive: true });
	await cp(tinyModel, join(root, 'elsewhere/Tiny_XL'), { recursive: true });
	await cp(demoModel, join(root, 'models/demo'), { recursive: true });
	await mkdir(join(root, 'models/loras'));
	await writeFile(join(root, 'models/broken.safetensors'), 'not one');
	first = await openModelFolder(join(root, 'models/demo'));
});
afterEach(() => skipped.splice(0));
afterAll(() => rm(root, { recursive: true, force: true }));

const skipped: string[] = [];
const names = async (...named: string[]) => {
	const onSkipped = ({ message }: Error) => void skipped.push(message);
	return (await openFurtherModels(named, first, { onSkipped, folder: join(root, 'models') })).map(({ name }) => name);
};

describe('models beside the first', () => {
	test('are found by their names, their paths or altogether, each once', async () => {
		expect(await names()).toEqual([]);
		expect(await names('tiny-xl', 'demo', join(root, 'models/tiny-xl'))).toEqual(['tiny-xl']);
		expect(await names(`${root}/elsewhere/Tiny_XL`)).toEqual(['Tiny_XL']);
	});

	test('are all that lie in the folder, but for those that cannot be opened', async () => {
		expect(await names('*')).toEqual(['tiny-xl']);
		expect(skipped).toEqual([expect.stringContaining('broken.safetensors')]);
	});

	test('must be there, whole, and of different names', async () => {
		await expect(names('nothing')).rejects.toThrow(
			/models.nothing` or `\S+models.nothing\.safetensors` to be a model, there is none/,
		);
		await expect(names('broken')).rejects.toThrow(/broken\.safetensors/);
		await expect(names('tiny-xl', `${root}/elsewhere/Tiny_XL`)).rejects.toThrow(
			/different names, got .*tiny-xl and .*Tiny_XL/,
		);
	});
});
