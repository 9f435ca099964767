import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Hub, HubError, type HubFile, type HubTree, reasonOf } from './client.ts';
import { isWhole, Part, partOf, sizeOf } from './part.ts';

export interface DownloadOptions {
	/** Told how many bytes of the file are there, those of an earlier call included. */
	onProgress: (bytes: number) => void;
	/** How many attempts in a row may bring nothing. */
	attempts: number;
	/** Waiting time after the first of them; it doubles with each. */
	retryMs: number;
	/** How long nothing may arrive. */
	silenceMs: number;
	signal?: AbortSignal | undefined;
}

/**
 * Fetches one file to `target` and checks its hash. What arrives lies in a `.part` beside it until it is whole, so the disk holds
 * every byte once, and a later call goes on where this one ended. A file that is there already is checked instead.
 *
 * @throws {HubError} if it cannot be fetched, is not what the hub says, or the disk is full.
 */
export async function download(
	hub: Hub,
	tree: HubTree,
	file: HubFile,
	target: string,
	options: DownloadOptions,
): Promise<void> {
	const { onProgress, attempts, retryMs, signal } = options;
	if (await isWhole(file, target)) return onProgress(file.size);
	await mkdir(dirname(target), { recursive: true });
	const path = partOf(file, target);
	await dropOtherParts(target, path);
	let wasWrong = false;
	for (let failures = 0; ; ) {
		const before = await sizeOf(path);
		try {
			await attempt(hub, tree, file, path, options);
			await rename(path, target);
			return;
		} catch (error) {
			signal?.throwIfAborted();
			if (error instanceof WrongContent) {
				await rm(path, { force: true });
				if (wasWrong) throw error;
				wasWrong = true; // perhaps of an earlier attempt, so once more from the beginning
				continue;
			}
			if (!(error instanceof HubError) || !error.isPassing) throw error;
			failures = (await sizeOf(path)) > before ? 1 : failures + 1;
			if (failures >= attempts)
				throw new HubError(`${error.message} What has arrived is kept: the same command goes on from there.`, {
					cause: error,
				});
			await wait(retryMs * 2 ** (failures - 1), undefined, { signal });
		}
	}
}

class WrongContent extends HubError {}

/** Fetches what the part lacks; returns when it is whole and right. */
async function attempt(
	hub: Hub,
	tree: HubTree,
	file: HubFile,
	path: string,
	{ onProgress, silenceMs, signal }: DownloadOptions,
): Promise<void> {
	const part = await Part.open(path, file);
	try {
		onProgress(part.size);
		if (part.size < file.size) {
			const response = await hub.open(tree, file.path, part.size, signal);
			// it may send the file from its beginning all the same
			if (part.size > 0 && response.status !== 206) await part.restart();
			checkLength(response, file, part.size);
			for await (const chunk of chunksOf(response, file, { silenceMs, signal })) {
				if (part.size + chunk.length > file.size)
					throw new WrongContent(`The hub sends more of ${file.path} than the ${file.size} bytes that its list names.`);
				await part.write(chunk);
				onProgress(part.size);
			}
			if (part.size < file.size)
				throw new HubError(`The connection ended at byte ${part.size} of ${file.size} of ${file.path}.`, {
					isPassing: true,
				});
		}
		if (!part.isRight())
			throw new WrongContent(
				`${file.path} has arrived with another content than the hub's list names, twice: it was deleted. Something between here and the hub changes files, or the hub is broken.`,
			);
		await part.sync();
	} finally {
		await part.close();
	}
}

/** Compares what the answer says of itself with the list. */
function checkLength({ headers, status }: Response, file: HubFile, from: number): void {
	const length = headers.get('content-length');
	if (length !== null && Number(length) !== file.size - from)
		throw new HubError(`The hub announces ${length} bytes of ${file.path} where its list names ${file.size - from}.`, {
			isPassing: true,
		});
	const range = headers.get('content-range');
	if (status === 206 && range !== `bytes ${from}-${file.size - 1}/${file.size}`)
		throw new HubError(
			`The hub sends another part of ${file.path} than was asked for (${range ?? 'it does not say which'}).`,
			{
				isPassing: true,
			},
		);
}

async function* chunksOf(
	response: Response,
	file: HubFile,
	{ silenceMs, signal }: { silenceMs: number; signal: AbortSignal | undefined },
): AsyncGenerator<Uint8Array, void, void> {
	const reader = response.body?.getReader();
	if (!reader) return;
	try {
		for (;;) {
			const silence = Promise.withResolvers<never>();
			const timer = setTimeout(() => silence.reject(new Error('nothing arrived for a while')), silenceMs);
			const stop = () => silence.reject(signal?.reason);
			signal?.addEventListener('abort', stop, { once: true });
			try {
				const { done, value } = await Promise.race([reader.read(), silence.promise]);
				if (done) return;
				yield value;
			} finally {
				clearTimeout(timer);
				signal?.removeEventListener('abort', stop);
			}
		}
	} catch (cause) {
		signal?.throwIfAborted();
		if (cause instanceof HubError) throw cause;
		throw new HubError(`The connection broke while ${file.path} was fetched (${reasonOf(cause)}).`, {
			isPassing: true,
			cause,
		});
	} finally {
		await reader.cancel().catch(() => {});
	}
}

/** Parts of other versions of a file would never be finished. */
async function dropOtherParts(target: string, own: string): Promise<void> {
	const folder = dirname(target);
	for (const name of await readdir(folder))
		if (name.startsWith(`${basename(target)}.`) && name.endsWith('.part') && join(folder, name) !== own)
			await rm(join(folder, name));
}
