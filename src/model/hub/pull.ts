import { mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { chooseFiles } from './choose.ts';
import { type Hub, HubError, type HubFile, type HubTree } from './client.ts';
import { type DownloadOptions, download } from './download.ts';
import { partOf, sizeOf } from './part.ts';
import { type PullRecord, readRecord, writeRecord } from './record.ts';

export interface PullOptions extends Omit<DownloadOptions, 'onProgress'> {
	/** The folder that models lie in. */
	models: string;
	/** `owner/name`. */
	repo: string;
	revision: string;
	/** One file of several. */
	file?: string | undefined;
	/** It is a LoRA: it goes where all models find it. */
	lora?: boolean;
	onStart: (plan: { commit: string; files: number; bytes: number; bytesThere: number }) => void;
	/** Told how much of everything is there. */
	onProgress: (bytes: number, file: string) => void;
	/** Bytes that are free where a path lies; the file system's own answer unless given. */
	freeBytes?: (path: string) => Promise<number>;
}

/** Room left for everything else. */
const reserveBytes = 64_000_000;
const repoPattern = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;

/**
 * Fetches a model, a tagger, a scorer or a LoRA from the hub into the folder of models, ready for use, and writes down what it is.
 * Nothing lies on the disk twice. What is there already is checked, not fetched.
 *
 * @returns its name and its record.
 * @throws {HubError} in words for the operator.
 */
export async function pull(hub: Hub, options: PullOptions): Promise<{ name: string; record: PullRecord }> {
	const { models, repo, revision, file, lora = false, signal } = options;
	if (!repoPattern.test(repo))
		throw new HubError(`${JSON.stringify(repo)} is no model: names are like cagliostrolab/animagine-xl-3.1.`);
	const tree = await hub.list(repo, revision, signal);
	const choice = chooseFiles(tree, { file, lora });
	const isOneFile = choice.kind === 'checkpoint' || choice.kind === 'lora';
	const name = isOneFile ? choice.files[0]!.path.replace(/\.safetensors$/, '') : repo.split('/')[1]!;
	const folder = choice.kind === 'lora' ? join(models, 'loras') : models;
	await refuseOther(folder, name, repo);
	const wanted = choice.files.map((one) => ({ file: one, path: isOneFile ? one.path : `${name}/${one.path}` }));
	const record: PullRecord = {
		repo,
		commit: tree.commit,
		kind: choice.kind,
		use: isOneFile ? choice.files[0]!.path : name,
		files: wanted.map(({ file: { size, sha256, gitSha1 }, path }) => ({
			path,
			size,
			...(sha256 !== undefined && { sha256 }),
			gitSha1,
		})),
	};
	await requireRoom(tree, folder, wanted, options);
	// first, so that what was fetched in part can be told from what somebody put there
	await mkdir(join(folder, name), { recursive: true });
	await writeRecord(folder, name, record);
	await fetchAll(hub, tree, folder, wanted, options);
	return { name, record };
}

async function requireRoom(
	tree: HubTree,
	folder: string,
	wanted: readonly { file: HubFile; path: string }[],
	{ onStart, freeBytes = freeBytesAt }: PullOptions,
): Promise<void> {
	const bytes = wanted.reduce((sum, { file }) => sum + file.size, 0);
	let bytesThere = 0;
	for (const { file, path } of wanted) bytesThere += await thereOf(file, join(folder, path));
	await mkdir(folder, { recursive: true });
	const free = await freeBytes(folder);
	const needed = bytes - bytesThere + reserveBytes;
	if (free < needed)
		throw new HubError(
			`${tree.repo} needs ${gigabytes(bytes - bytesThere)} more, and ${gigabytes(free)} are free at ${folder}. Make room, or choose another place with --to.`,
		);
	onStart({ commit: tree.commit, files: wanted.length, bytes, bytesThere });
}

async function fetchAll(
	hub: Hub,
	tree: HubTree,
	folder: string,
	wanted: readonly { file: HubFile; path: string }[],
	{ onProgress, ...options }: PullOptions,
): Promise<void> {
	let done = 0;
	for (const { file, path } of wanted) {
		await download(hub, tree, file, join(folder, path), {
			...options,
			onProgress: (there) => onProgress(done + there, path),
		});
		done += file.size;
	}
}

/** Two repositories may have the same name; their files must not be mixed. */
async function refuseOther(folder: string, name: string, repo: string): Promise<void> {
	const before = await readRecord(folder, name);
	if (before && before.repo !== repo)
		throw new HubError(
			`${join(folder, name)} is ${before.repo} already. Remove it first, or choose another place with --to.`,
		);
}

async function thereOf(file: HubFile, target: string): Promise<number> {
	const whole = await sizeOf(target);
	return whole === file.size ? whole : Math.min(await sizeOf(partOf(file, target)), file.size);
}

async function freeBytesAt(path: string): Promise<number> {
	const { bavail, bsize } = await statfs(path);
	return bavail * bsize;
}

/** Writes an amount of bytes for people. */
export function gigabytes(bytes: number): string {
	return bytes < 1e8 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
