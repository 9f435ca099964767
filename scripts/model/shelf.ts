import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SetupError } from '../../src/errors.ts';
import { openAestheticFolder } from '../../src/model/aesthetic-folder.ts';
import {
	compileAesthetic,
	compilePreviewDecoder,
	compileTextEncoder,
	compileUnet,
	compileVaeDecoder,
	compileVaeEncoder,
} from '../../src/model/compile.ts';
import { openModelFolder } from '../../src/model/folder.ts';
import type { Kind } from '../../src/model/hub/choose.ts';
import { isWhole, partOf } from '../../src/model/hub/part.ts';
import { type PullRecord, readRecord, recordPath } from '../../src/model/hub/record.ts';
import { vaeDecoder } from '../../src/model/networks/vae.ts';
import { isPreviewDecoder, openPreviewDecoder } from '../../src/model/preview-decoder.ts';
import { readHeader } from '../../src/model/safetensors.ts';
import { openTaggerFolder } from '../../src/model/tagger-folder.ts';
import { openVaeFolder } from '../../src/model/vae-files.ts';

/** Something in the folder of models. */
export interface Shelved {
	kind: Kind;
	name: string;
	/** A folder, or a file. */
	path: string;
	bytes: number;
	/** If it was fetched by us. */
	record: PullRecord | undefined;
}

/** Lists what lies in the folder of models, by name. */
export async function listShelf(models: string): Promise<Shelved[]> {
	const found: Shelved[] = [];
	const add = async (kind: Kind, folder: string, entry: string) => {
		const name = entry.replace(/\.safetensors$/, '');
		const path = join(folder, entry);
		found.push({ kind, name, path, bytes: await bytesOf(path), record: await readRecord(folder, name) });
	};
	for (const entry of await entriesOf(models)) {
		const inside = await entriesOf(join(models, entry));
		if (entry.endsWith('.safetensors')) await add('checkpoint', models, entry);
		else if (inside.includes('model_index.json') && inside.includes('unet')) await add('model', models, entry);
		else if (inside.includes('selected_tags.csv')) await add('tagger', models, entry);
		else if (inside.includes('preprocessor_config.json')) await add('scorer', models, entry);
		else if (inside.includes('config.json') && inside.includes('diffusion_pytorch_model.safetensors'))
			await add('vae', models, entry);
	}
	for (const file of await entriesOf(join(models, 'loras')))
		if (file.endsWith('.safetensors')) await add('lora', join(models, 'loras'), file);
	return found;
}

/**
 * Finds one by its name.
 *
 * @throws {SetupError} naming what there is.
 */
export async function findShelved(models: string, name: string): Promise<Shelved> {
	const all = await listShelf(models);
	const found = all.find((one) => one.name === name || one.path === name);
	if (found) return found;
	const names = all.map((one) => one.name).join(', ');
	throw new SetupError(
		`There is no ${JSON.stringify(name)} in ${models}. There is ${names === '' ? 'nothing' : names}.`,
	);
}

/**
 * Checks one: every file against the hash that it was fetched with, and whether it can be used.
 *
 * @returns sentences about what is wrong; none if all is well.
 */
export async function verifyShelved({ kind, path, record }: Shelved): Promise<string[]> {
	const wrong: string[] = [];
	for (const file of record?.files ?? []) {
		const own = join(folderOf({ path }), file.path);
		if (!(await isWhole({ ...file, sha256: file.sha256 }, own))) wrong.push(`${own} is damaged or was changed.`);
	}
	try {
		await requireUsable(kind, path);
	} catch (error) {
		if (!(error instanceof SetupError)) throw error;
		wrong.push(error.message);
	}
	return wrong;
}

/**
 * Opens and compiles all of its networks, as the painter will.
 *
 * @throws {SetupError} saying what is wrong with it.
 */
export async function requireUsable(kind: Kind, path: string): Promise<void> {
	const target = { compute: 'f32' } as const;
	switch (kind) {
		case 'model':
		case 'checkpoint': {
			const model = await openModelFolder(path);
			for (const which of [1, 2] as const) compileTextEncoder(model, which, target);
			compileUnet(model, target);
			compileVaeDecoder(model, target);
			compileVaeEncoder(model, target);
			return;
		}
		case 'tagger':
			await openTaggerFolder(path);
			return;
		case 'scorer':
			compileAesthetic(await openAestheticFolder(path), target);
			return;
		case 'vae':
			if (await isPreviewDecoder(path)) compilePreviewDecoder(await openPreviewDecoder(path), target);
			else {
				const { config, weights } = await openVaeFolder(path);
				vaeDecoder('vae_decoder', weights, config, target);
			}
			return;
		case 'lora':
			await readHeader(path);
	}
}

/**
 * Deletes what was fetched, and nothing else.
 *
 * @returns what is left there, if anything.
 * @throws {SetupError} if it was not fetched by us.
 */
export async function removeShelved(shelved: Shelved): Promise<string | undefined> {
	const { record, path, name } = shelved;
	if (!record) throw new SetupError(`${path} was not fetched by npm run model. Delete it by hand.`);
	const folder = folderOf(shelved);
	const own = [
		...record.files.map((file) => join(folder, file.path)),
		...record.files.map((file) => partOf({ ...file, sha256: file.sha256 }, join(folder, file.path))),
		recordPath(folder, name),
	];
	for (const file of own) await rm(file, { force: true });
	const folders = new Set(own.map((file) => dirname(file)).filter((one) => one !== folder));
	// a folder that still holds something stays
	for (const one of [...folders].sort((a, b) => b.length - a.length)) await rmdir(one).catch(() => {});
	return (await entriesOf(join(folder, name))).length > 0 ? join(folder, name) : undefined;
}

/** The folder that its record's paths are relative to. */
function folderOf({ path }: Pick<Shelved, 'path'>): string {
	return dirname(path);
}

async function entriesOf(folder: string): Promise<string[]> {
	return (await readdir(folder).catch((): string[] => [])).sort();
}

async function bytesOf(path: string): Promise<number> {
	const found = await stat(path);
	if (!found.isDirectory()) return found.size;
	let sum = 0;
	for (const entry of await entriesOf(path)) sum += await bytesOf(join(path, entry));
	return sum;
}
