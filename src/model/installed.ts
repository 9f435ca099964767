import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ModelError } from './errors.ts';
import { hashModel, type ModelFolder, openModelFolder } from './folder.ts';
import type { HashMemory } from './hash-memory.ts';
import { hashLoras } from './lora-files.ts';

/** A model that members can choose. */
export interface InstalledModel extends ModelFolder {
	/** By which recipes name it. */
	hash: string;
	loras: (ModelFolder['loras'][number] & { sha256: string })[];
}

/** Where `npm run model pull` puts models. */
export const modelsFolder = 'models';
/** Stands for all that lies in that folder. */
const everything = '*';

/**
 * Opens the models that are offered beside the first: names in the folder of models, paths of folders or files, or `*` for all in that
 * folder that can be opened. What is the first itself, or named twice, counts once.
 *
 * @param options.onSkipped Told of what lies in the folder of models and cannot be opened.
 * @throws {ModelError} naming the one that is not there or wrong, or two of one name: members could not tell them apart.
 */
export async function openFurtherModels(
	named: readonly string[],
	first: ModelFolder,
	{
		vae,
		onSkipped,
		folder = modelsFolder,
	}: { vae?: string | undefined; onSkipped: (error: Error) => void; folder?: string },
): Promise<ModelFolder[]> {
	const models = new Map([[first.path, first]]);
	for (const name of named.filter((one) => one !== everything)) {
		const path = await pathOf(folder, name);
		if (!models.has(path)) models.set(path, await openModelFolder(path, { vae }));
	}
	for (const path of named.includes(everything) ? await modelsIn(folder) : []) {
		if (models.has(path)) continue;
		const model = await openModelFolder(path, { vae }).catch(onSkipped);
		if (model) models.set(path, model);
	}
	const paths = new Map<string, string>();
	for (const { name, path } of models.values()) {
		const other = paths.get(keyOf(name));
		if (other !== undefined) throw new ModelError(`expected models of different names, got ${other} and ${path}`);
		paths.set(keyOf(name), path);
	}
	return [...models.values()].filter((model) => model !== first);
}

/** Takes the hashes of a model and its LoRAs: all of its files are read that the memory does not know. */
export async function hashInstalled(model: ModelFolder, memory: HashMemory): Promise<InstalledModel> {
	return { ...model, hash: await hashModel(model, memory), loras: await hashLoras(model.loras, memory) };
}

/** A name as members may write it: the case does not matter, nor whether blanks, `_` or `-` part its words. */
function keyOf(name: string): string {
	return name.toLowerCase().replace(/[\s_-]+/g, ' ');
}

async function pathOf(folder: string, name: string): Promise<string> {
	const candidates = /[/\\]/.test(name) ? [name] : [join(folder, name), join(folder, `${name}.safetensors`)];
	for (const path of candidates) if (await isThere(path)) return resolve(path);
	throw new ModelError(`expected ${candidates.map((path) => `\`${path}\``).join(' or ')} to be a model, there is none`);
}

/** What looks like a model: a folder in diffusers' layout, or a file. */
async function modelsIn(folder: string): Promise<string[]> {
	const paths: string[] = [];
	for (const entry of (await readdir(folder).catch((): string[] => [])).sort()) {
		const isFolder =
			(await isThere(join(folder, entry, 'model_index.json'))) && (await isThere(join(folder, entry, 'unet')));
		if (isFolder || entry.endsWith('.safetensors')) paths.push(resolve(folder, entry));
	}
	return paths;
}

async function isThere(path: string): Promise<boolean> {
	return stat(path).then(
		() => true,
		() => false,
	);
}
