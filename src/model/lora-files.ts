import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ModelError, readFailure } from './errors.ts';
import type { HashMemory } from './hash-memory.ts';

/** A LoRA that may be asked for by name; nothing of it has been read. */
export interface LoraFile {
	/** The file's, without its ending. */
	name: string;
	path: string;
	/** Its name in error messages. */
	label: string;
}

/**
 * Lists the LoRAs of a model: `loras/<name>.safetensors` in its folder, and in the folder that models lie in, for all of them. Of two
 * with one name the model's own counts. Sorted by name.
 *
 * @param root The model folder, or the folder beside a single-file model.
 * @throws {ModelError} if such a folder is there and cannot be read.
 */
export async function findLoras(root: string): Promise<LoraFile[]> {
	const found = new Map<string, LoraFile>();
	for (const folder of [join(dirname(root), 'loras'), join(root, 'loras')])
		for (const file of await filesOf(folder)) {
			if (!file.endsWith('.safetensors')) continue;
			const name = file.slice(0, -'.safetensors'.length);
			found.set(name, { name, path: join(folder, file), label: `loras/${file}` });
		}
	return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Takes the SHA-256 of a LoRA's file, in hex: the hash by which sites that publish LoRAs name them.
 *
 * @throws {ModelError} if it cannot be read.
 */
export async function hashLora({ path, label }: Pick<LoraFile, 'path' | 'label'>): Promise<string> {
	const hash = createHash('sha256');
	try {
		for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
	} catch (error) {
		throw new ModelError(`\`${label}\`: expected to read it, ${readFailure(error)}`, { cause: error });
	}
	return hash.digest('hex');
}

/**
 * Takes the hashes of all LoRAs, one after another: a second for each gigabyte or so.
 *
 * @param memory which knows the hashes of files that were not changed since; without one, all are read.
 */
export async function hashLoras(
	files: readonly LoraFile[],
	memory?: HashMemory,
): Promise<(LoraFile & { sha256: string })[]> {
	const hashed: (LoraFile & { sha256: string })[] = [];
	for (const file of files) {
		const take = () => hashLora(file);
		const sha256 = memory ? await memory.recall([{ path: file.path, name: '' }], take) : await take();
		hashed.push({ ...file, sha256 });
	}
	return hashed;
}

async function filesOf(folder: string): Promise<string[]> {
	return readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
		if (error.code === 'ENOENT') return [];
		throw new ModelError(`\`${folder}\`: expected a folder, ${readFailure(error)}`, { cause: error });
	});
}
