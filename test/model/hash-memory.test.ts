import { readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hashModel, openModelFolder } from '../../src/model/folder.ts';
import { HashMemory } from '../../src/model/hash-memory.ts';
import { hashInstalled } from '../../src/model/installed.ts';
import { copyOfTinyModel, temporaryFolder, tinyModel } from './support.ts';

const first = 'a'.repeat(64);
const second = 'b'.repeat(64);

async function fileAndMemory() {
	const folder = await temporaryFolder();
	const [path, kept] = [join(folder, 'w.safetensors'), join(folder, 'hashes.json')];
	await writeFile(path, 'weights');
	const files = [{ path, name: 'w.safetensors' }];
	/** What another start would say, if reading the file gave this. */
	const recall = async (sha256: string, asked = files) =>
		(await HashMemory.open(kept)).recall(asked, () => Promise.resolve(sha256));
	return { folder, path, kept, files, recall };
}

/** Writes a file in place, until its time shows it: within one tick of the system's clock it would not. */
async function rewrite(path: string, content: string | Uint8Array): Promise<void> {
	const changed = async () => (await stat(path, { bigint: true })).ctimeNs;
	const before = await changed();
	do await writeFile(path, content);
	while ((await changed()) === before);
}

test('a file that is the same is not read again, by the next start neither', async () => {
	const { recall } = await fileAndMemory();
	expect(await recall(first)).toBe(first);
	expect(await recall(second)).toBe(first);
});

test.for<[string, (path: string) => Promise<void>]>([
	['longer', (path) => writeFile(path, 'weights and more')],
	['written again with as many bytes', (path) => rewrite(path, 'Weights')],
	[
		'written again with its old time',
		async (path) => {
			const { atime, mtime } = await stat(path);
			await rewrite(path, 'Weights');
			await utimes(path, atime, mtime);
		},
	],
	[
		'another in its place, as old',
		async (path) => {
			const { atime, mtime } = await stat(path);
			await writeFile(`${path}.new`, 'Weights');
			await utimes(`${path}.new`, atime, mtime);
			await rename(`${path}.new`, path);
		},
	],
])('a file that is %s is read anew', async ([, change]) => {
	const { path, recall } = await fileAndMemory();
	await recall(first);
	await change(path);
	expect(await recall(second)).toBe(second);
	expect(await recall(first)).toBe(second);
});

test('one that changes while it is read is not remembered', async () => {
	const { path, kept, files, recall } = await fileAndMemory();
	const memory = await HashMemory.open(kept);
	await memory.recall(files, async () => {
		await rewrite(path, 'Weights');
		return first;
	});
	expect(await recall(second)).toBe(second);
});

test('the same file under another name in the hash is another hash', async () => {
	const { path, recall } = await fileAndMemory();
	await recall(first);
	expect(await recall(second, [{ path, name: 'vae/w.safetensors' }])).toBe(second);
	expect(await recall(second)).toBe(first);
});

test.for(['{', '[{"files":[],"sha256":"x"}]', ''])('a memory that holds %j counts as empty', async (text) => {
	const { kept, recall } = await fileAndMemory();
	await writeFile(kept, text);
	expect(await recall(first)).toBe(first);
	expect(await recall(second)).toBe(first);
});

test('what cannot be read is said, and not remembered', async () => {
	const { folder, recall } = await fileAndMemory();
	const memory = await HashMemory.open(join(folder, 'none', 'hashes.json'));
	const missing = [{ path: join(folder, 'missing'), name: '' }];
	await expect(memory.recall(missing, () => Promise.reject(new Error('there is none')))).rejects.toThrow(
		'there is none',
	);
	// nor is it a failure that the memory itself cannot be written
	expect(await memory.recall(missing, () => Promise.resolve(first))).toBe(first);
	expect(await recall(second)).toBe(second);
});

test('a model is known by all of its files', async () => {
	const model = await openModelFolder(await copyOfTinyModel());
	const kept = join(await temporaryFolder(), 'hashes.json');
	const whole = await hashModel(await openModelFolder(tinyModel));
	expect((await hashInstalled(model, await HashMemory.open(kept))).hash).toBe(whole);
	expect((await readFile(kept, 'utf8')).match(/"path"/g)).toHaveLength(4);
	const vae = join(model.path, 'vae/diffusion_pytorch_model.safetensors');
	const bytes = await readFile(vae);
	bytes[bytes.length - 1] = bytes.at(-1)! ^ 1;
	await rewrite(vae, bytes);
	const changed = await hashInstalled(model, await HashMemory.open(kept));
	expect(changed.hash).toBe(await hashModel(model));
	expect(changed.hash).not.toBe(whole);
});
