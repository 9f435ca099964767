import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { HubError, type HubFile } from './client.ts';

type Content = Pick<HubFile, 'size' | 'sha256' | 'gitSha1'>;

/** Where a file lies while it is fetched. The name holds its hash, so that parts of two versions are never joined. */
export function partOf(file: Content, target: string): string {
	return `${target}.${(file.sha256 ?? file.gitSha1).slice(0, 8)}.part`;
}

/** Says whether a file has the content that the hub names. */
export async function isWhole(file: Content, path: string): Promise<boolean> {
	if ((await stat(path).catch(() => undefined))?.size !== file.size) return false;
	const hash = newHash(file);
	for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
	return isHashOf(file, hash);
}

/** Bytes of a file; 0 if there is none. */
export async function sizeOf(path: string): Promise<number> {
	return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** The beginning of a file that is being fetched, and the hash of it. */
export class Part {
	readonly #handle: FileHandle;
	readonly #file: Content;
	#hash: Hash;
	#size = 0;

	private constructor(handle: FileHandle, file: Content) {
		this.#handle = handle;
		this.#file = file;
		this.#hash = newHash(file);
	}

	/** Opens what an earlier attempt left, or begins anew. */
	static async open(path: string, file: Content): Promise<Part> {
		const part = new Part(await open(path, 'a+'), file);
		try {
			if ((await part.#handle.stat()).size > file.size) await part.#handle.truncate(0);
			for await (const chunk of part.#handle.createReadStream({ autoClose: false, start: 0, highWaterMark: 1 << 20 }))
				part.#count(chunk as Buffer);
			return part;
		} catch (error) {
			await part.close();
			throw error;
		}
	}

	/** Bytes that are there. */
	get size(): number {
		return this.#size;
	}

	/** Throws away what is there. */
	async restart(): Promise<void> {
		await this.#handle.truncate(0);
		this.#size = 0;
		this.#hash = newHash(this.#file);
	}

	/** @throws {HubError} if the disk is full. */
	async write(chunk: Uint8Array): Promise<void> {
		try {
			for (let at = 0; at < chunk.length; ) at += (await this.#handle.write(chunk, at)).bytesWritten;
		} catch (error) {
			const code = (error as NodeJS.ErrnoException).code;
			if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
			throw new HubError(
				'The disk is full. Make room, then give the same command again: what has arrived is kept, and it goes on from there.',
				{ cause: error },
			);
		}
		this.#count(chunk);
	}

	/** Says whether it is whole and has the content that the hub names. */
	isRight(): boolean {
		return this.#size === this.#file.size && isHashOf(this.#file, this.#hash.copy());
	}

	/** Waits until the disk has it, so that a whole file is one after a power cut too. */
	sync(): Promise<void> {
		return this.#handle.sync();
	}

	close(): Promise<void> {
		return this.#handle.close();
	}

	#count(chunk: Uint8Array): void {
		this.#hash.update(chunk);
		this.#size += chunk.length;
	}
}

/** SHA-256 where the hub knows it, else git's hash of a blob. */
function newHash({ sha256, size }: Content): Hash {
	return sha256 === undefined ? createHash('sha1').update(`blob ${size}\0`) : createHash('sha256');
}

function isHashOf({ sha256, gitSha1 }: Content, hash: Hash): boolean {
	return hash.digest('hex') === (sha256 ?? gitSha1);
}
