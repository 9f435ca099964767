import type * as Fflate from 'fflate';

/** Bytes that a zip needs for one file besides its content and twice its name, and for its end: more than it really takes. */
const overheadOfFile = 128;
const overheadOfEnd = 32;
/** So much is added in one go: the checksum over it takes about a millisecond. */
const sliceBytes = 256 * 1024;

/** A zip that is built in memory in small steps, without compression: pictures are compressed already. */
export class ZipBuilder {
	readonly #library: typeof Fflate;
	readonly #zip: Fflate.Zip;
	/** Copied into as it comes: putting parts together in the end would take the loop 20 ms and more. */
	readonly #bytes: Buffer;
	#length = 0;
	#failure: Error | undefined;

	private constructor(library: typeof Fflate, limitBytes: number) {
		this.#library = library;
		this.#bytes = Buffer.allocUnsafe(limitBytes);
		this.#zip = new library.Zip((error, data) => {
			if (error) this.#failure = error;
			else this.#append(data);
		});
	}

	/** Loads the library when somebody wants their data: nothing else needs it. */
	static async open(limitBytes: number): Promise<ZipBuilder> {
		return new ZipBuilder(await import('fflate'), limitBytes);
	}

	/** How many bytes a file will take at most. */
	static sizeOf(name: string, contentBytes: number): number {
		return contentBytes + 2 * Buffer.byteLength(name) + overheadOfFile;
	}

	/** How many bytes of files it has room for in all, counted as `sizeOf` does. */
	get room(): number {
		return this.#bytes.length - overheadOfEnd;
	}

	/** Adds a file. `name` is a relative path with forward slashes. @throws {RangeError} if there is no room for it. */
	async add(name: string, content: Uint8Array, changedAt: Date): Promise<void> {
		const file = new this.#library.ZipPassThrough(name);
		file.mtime = changedAt;
		this.#zip.add(file);
		for (let at = 0; at < content.length; at += sliceBytes) {
			file.push(content.subarray(at, at + sliceBytes));
			await new Promise((resolve) => setImmediate(resolve));
		}
		file.push(new Uint8Array(0), true);
		if (this.#failure) throw this.#failure;
	}

	finish(): Buffer {
		this.#zip.end();
		if (this.#failure) throw this.#failure;
		return this.#bytes.subarray(0, this.#length);
	}

	#append(data: Uint8Array): void {
		const end = this.#length + data.length;
		if (end > this.#bytes.length)
			this.#failure = new RangeError(`Expected a zip of at most ${this.#bytes.length} bytes, got ${end}`);
		else this.#bytes.set(data, this.#length);
		this.#length = end;
	}
}
