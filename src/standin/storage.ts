import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Snapshot } from './state.ts';
import { type FirstSnapshot, upgraded } from './upgrade.ts';

/** How long changes are gathered before they are written: what a SIGKILL may cost. */
const saveDelayMs = 50;

/** The state file cannot be used; the message says which file and what to do. */
export class StateFileError extends Error {
	override name = 'StateFileError';
}

const rows = z.array(z.looseObject({ id: z.string() }));
const snapshotShape = z.looseObject({
	version: z.literal([1, 2]),
	url: z.string(),
	lastId: z.string().regex(/^\d+$/),
	application: z.object({ id: z.string(), name: z.string() }),
	users: rows,
	guilds: rows,
	channels: rows,
	files: rows,
	messages: rows,
	interactions: rows,
	commands: z.array(z.object({ scope: z.string(), list: rows })),
});

/** Keeps the state and the bytes of attachments: in a folder when there is one, else in memory only. */
export class Storage {
	readonly #folder: string | null;
	readonly #bytes = new Map<string, Buffer>();
	#timer: NodeJS.Timeout | null = null;
	#snapshot: (() => Snapshot) | null = null;

	constructor(folder: string | null) {
		this.#folder = folder;
		if (folder !== null) mkdirSync(path.join(folder, 'attachments'), { recursive: true });
	}

	get #file(): string {
		return path.join(this.#folder ?? '', 'state.json');
	}

	/**
	 * Reads the state of the last run, or null when there is none. Addresses of files that begin with the last run's base are
	 * rewritten to `url`, because a free port differs from run to run.
	 * @throws {StateFileError} when the file cannot be parsed or is no state.
	 */
	load(url: string): Snapshot | null {
		if (this.#folder === null || !existsSync(this.#file)) return null;
		const refuse = (why: string, cause?: unknown) =>
			new StateFileError(`${this.#file}: ${why}. Move the file away to start afresh.`, { cause });
		let parsed: unknown;
		try {
			parsed = JSON.parse(readFileSync(this.#file, 'utf8'));
		} catch (error) {
			throw refuse(`expected JSON, got: ${error instanceof Error ? error.message : String(error)}`, error);
		}
		const checked = snapshotShape.safeParse(parsed);
		if (!checked.success) {
			const first = checked.error.issues[0];
			throw refuse(`not a state of this stand-in: \`${first?.path.join('.')}\`: ${first?.message}`, checked.error);
		}
		return rebase(upgraded(parsed as Snapshot | FirstSnapshot), checked.data.url, url);
	}

	/** Writes the state soon; calls in between are gathered into one write. */
	save(snapshot: () => Snapshot): void {
		this.#snapshot = snapshot;
		if (this.#folder === null) return;
		this.#timer ??= setTimeout(() => this.flush(), saveDelayMs);
	}

	/** Writes what `save` still holds back. */
	flush(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
		if (this.#folder === null || this.#snapshot === null) return;
		// Renaming is atomic: a kill leaves the old state or the new one, never half of one.
		writeFileSync(`${this.#file}.new`, JSON.stringify(this.#snapshot()));
		renameSync(`${this.#file}.new`, this.#file);
		this.#snapshot = null;
	}

	/** Keeps the bytes of an attachment; they are on disk when this returns. */
	writeBytes(id: string, bytes: Buffer): void {
		if (this.#folder === null) this.#bytes.set(id, bytes);
		else writeFileSync(this.#bytesFile(id), bytes);
	}

	readBytes(id: string): Buffer | undefined {
		if (this.#folder === null) return this.#bytes.get(id);
		const file = this.#bytesFile(id);
		return existsSync(file) ? readFileSync(file) : undefined;
	}

	deleteBytes(id: string): void {
		if (this.#folder === null) this.#bytes.delete(id);
		else rmSync(this.#bytesFile(id), { force: true });
	}

	#bytesFile(id: string): string {
		// Only snowflakes name files, so nothing that a client sends can leave the folder.
		if (!/^\d+$/.test(id)) throw new RangeError(`Expected \`id\` to be a snowflake, got \`${id}\``);
		return path.join(this.#folder ?? '', 'attachments', id);
	}
}

function rebase<T>(value: T, from: string, to: string): T {
	if (from === to) return value;
	return JSON.parse(JSON.stringify(value), (_key, inner: unknown) =>
		typeof inner === 'string' && inner.startsWith(`${from}/`) ? to + inner.slice(from.length) : inner,
	) as T;
}
