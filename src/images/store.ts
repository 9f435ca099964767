import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Disk } from 'flydrive';
import { FSDriver } from 'flydrive/drivers/fs';
import type { WriteOptions } from 'flydrive/types';
import type { ImageFormat } from '../pipeline/protocol.ts';

/** Thrown where a picture is asked for that the store does not hold. */
export class MissingImageError extends Error {
	readonly key: string;
	constructor(key: string, options?: ErrorOptions) {
		super(`The image store holds no \`${key}\``, options);
		this.name = 'MissingImageError';
		this.key = key;
	}
}

/** Names the file of an image: `images/<id>.<ending>`. */
export function imageKey(imageId: string, format: ImageFormat = 'png'): string {
	const key = `images/${imageId}.${format === 'jpeg' ? 'jpg' : format}`;
	return checked(key);
}

/**
 * Where pictures are kept for good: Discord's own links expire. A folder for now; other disks of flydrive (S3) fit behind it.
 * Keys are relative paths of lower-case words, such as `imageKey` makes; any other is a `RangeError`.
 */
export class ImageStore {
	readonly #disk: Disk;

	/** @param disk a folder's path, or a disk of flydrive's whose `put` is all or nothing. */
	constructor(disk: string | Disk) {
		this.#disk = typeof disk === 'string' ? new Disk(new FolderDriver(disk)) : disk;
	}

	/** Keeps `bytes` under `key`, replacing what was there; a reader sees the old file or the new one, never a part. */
	async put(key: string, bytes: Uint8Array): Promise<void> {
		await this.#disk.put(checked(key), bytes);
	}

	/** Reads a whole file. @throws {MissingImageError} if there is none. */
	async get(key: string): Promise<Uint8Array> {
		try {
			return await this.#disk.getBytes(checked(key));
		} catch (error) {
			if (error instanceof RangeError || (await this.exists(key))) throw error;
			throw new MissingImageError(key, { cause: error });
		}
	}

	/** Removes a file; one that is not there is fine. */
	async delete(key: string): Promise<void> {
		await this.#disk.delete(checked(key));
	}

	async exists(key: string): Promise<boolean> {
		return this.#disk.exists(checked(key));
	}
}

/** flydrive's folder, with writes that are all or nothing: its own `put` truncates and its `move` copies. */
class FolderDriver extends FSDriver {
	readonly #root: string;
	constructor(root: string) {
		super({ location: root, visibility: 'private' });
		this.#root = root;
	}

	override async put(key: string, contents: string | Uint8Array, _options?: WriteOptions): Promise<void> {
		const path = join(this.#root, key);
		const temporary = `${path}.${randomUUID()}.part`;
		await mkdir(dirname(path), { recursive: true });
		try {
			const file = await open(temporary, 'wx');
			try {
				await file.writeFile(contents);
				await file.sync();
			} finally {
				await file.close();
			}
			await rename(temporary, path);
		} catch (error) {
			await rm(temporary, { force: true });
			throw error;
		}
	}
}

const keyPattern = /^[a-z0-9][a-z0-9_-]{0,63}(?:\/[a-z0-9][a-z0-9_-]{0,127}){0,3}\.[a-z0-9]{1,8}$/;

function checked(key: string): string {
	if (keyPattern.test(key)) return key;
	throw new RangeError(`Expected \`key\` to look like \`images/<id>.png\`, got ${JSON.stringify(key)}`);
}
