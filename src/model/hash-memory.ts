import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { z } from 'zod';

/** What a file is known by without being read. Nanoseconds and inodes are larger than what a number holds. */
const stampSchema = z.strictObject({
	path: z.string(),
	name: z.string(),
	size: z.string(),
	modified: z.string(),
	/** Moves also where a program puts `modified` back, as unpackers do. */
	changed: z.string(),
	inode: z.string(),
});
const entrySchema = z.strictObject({ files: z.array(stampSchema).min(1), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

export interface HashedFile {
	path: string;
	name: string;
}

type Stamp = z.output<typeof stampSchema>;
type Entry = z.output<typeof entrySchema>;

/** Hashes that are kept; the oldest go. */
const most = 1000;

/**
 * Remembers the hashes of large files from one start to the next, as long as they are the same files by path, size, times and inode.
 * Whoever changes a disk behind the system's back can deceive it: `npm run model verify` reads every byte.
 */
export class HashMemory {
	readonly #path: string;
	#entries: Entry[];

	private constructor(path: string, entries: Entry[]) {
		this.#path = path;
		this.#entries = entries;
	}

	/** @param path of the JSON file that it is kept in; one that is not there, or cannot be understood, counts as empty. */
	static async open(path: string): Promise<HashMemory> {
		const text = await readFile(path, 'utf8').catch(() => '[]');
		return new HashMemory(path, entriesIn(text));
	}

	/**
	 * Gives the hash of what these files hold together.
	 *
	 * @param files `name` is what the hash counts of their names: with another one it is another hash.
	 * @param take Reads them; called unless the hash is known. What it throws comes through, and a file that changes meanwhile is not
	 * remembered.
	 */
	async recall(files: readonly HashedFile[], take: () => Promise<string>): Promise<string> {
		const stamps = await stampsOf(files);
		const known = stamps && this.#entries.find((entry) => isSame(entry.files, stamps));
		if (known) return known.sha256;
		const sha256 = await take();
		if (stamps && isSame(stamps, await stampsOf(files))) await this.#remember({ files: stamps, sha256 });
		return sha256;
	}

	async #remember(entry: Entry): Promise<void> {
		const pathsOf = ({ files }: Entry) => JSON.stringify(files.map(({ path, name }) => [path, name]));
		const others = this.#entries.filter((other) => pathsOf(other) !== pathsOf(entry));
		this.#entries = [...others, entry].slice(-most);
		const own = `${this.#path}.${process.pid}`;
		// Several programs may share the folder: each writes whole files. Where none can be written, the next start reads the weights again.
		await writeFile(own, `${JSON.stringify(this.#entries, undefined, '\t')}\n`)
			.then(() => rename(own, this.#path))
			.catch(() => {});
	}
}

function entriesIn(text: string): Entry[] {
	try {
		return z.array(entrySchema).parse(JSON.parse(text));
	} catch {
		return [];
	}
}

/** @returns `undefined` where one of them cannot be looked at: whoever reads it says so. */
async function stampsOf(files: readonly HashedFile[]): Promise<Stamp[] | undefined> {
	try {
		const stats = await Promise.all(files.map(({ path }) => stat(path, { bigint: true })));
		return stats.map(({ size, mtimeNs, ctimeNs, ino }, i) => ({
			...files[i]!,
			size: `${size}`,
			modified: `${mtimeNs}`,
			changed: `${ctimeNs}`,
			inode: `${ino}`,
		}));
	} catch {
		return undefined;
	}
}

function isSame(a: readonly Stamp[], b: readonly Stamp[] | undefined): boolean {
	return JSON.stringify(a) === JSON.stringify(b);
}
