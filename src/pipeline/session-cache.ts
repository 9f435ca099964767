import type { CompiledGraph } from '../model/graph.ts';
import type { Session } from './session.ts';

/** A network that may be needed: equal keys mean equal networks. */
export interface Wanted {
	key: string;
	compile: () => CompiledGraph;
}

interface Entry {
	session: Session;
	bytes: number;
}

/**
 * Open networks of which there may be more variants than memory holds: those that were used longest ago are released. What one call
 * takes is open together; it may exceed the bounds, since painting needs it.
 */
export class SessionCache {
	readonly #open: (graph: CompiledGraph) => Promise<Session>;
	readonly #bytesOf: (graph: CompiledGraph) => number;
	readonly #mostBytes: number;
	readonly #mostSessions: number;
	/** Used longest ago first. */
	readonly #entries = new Map<string, Entry>();
	#runMsOfReleased = 0;

	/** @param options.bytesOf What a network will take when it is open. */
	constructor(options: {
		open: (graph: CompiledGraph) => Promise<Session>;
		bytesOf: (graph: CompiledGraph) => number;
		mostBytes: number;
		mostSessions: number;
	}) {
		this.#open = options.open;
		this.#bytesOf = options.bytesOf;
		this.#mostBytes = options.mostBytes;
		this.#mostSessions = options.mostSessions;
	}

	/** How many networks are open. */
	get size(): number {
		return this.#entries.size;
	}

	/** Whether a network is open now whose key begins so. */
	has(prefix: string): boolean {
		return [...this.#entries.keys()].some((key) => key.startsWith(prefix));
	}

	/** Milliseconds spent in runs of all networks, also those released since. */
	get runMs(): number {
		return [...this.#entries.values()].reduce((sum, { session }) => sum + session.runMs, this.#runMsOfReleased);
	}

	/**
	 * Gives networks that are open, in the order asked for; room is made before new ones are opened.
	 *
	 * @throws {SetupError} if one cannot be compiled or opened.
	 */
	async take(wanted: readonly Wanted[]): Promise<Session[]> {
		const missing = wanted
			.filter(({ key }) => !this.#entries.has(key))
			.map(({ key, compile }) => ({ key, graph: compile() }));
		for (const { key } of wanted) this.#touch(key);
		const bytes = missing.reduce((sum, { graph }) => sum + this.#bytesOf(graph), 0);
		await this.#makeRoom(bytes, missing.length, new Set(wanted.map(({ key }) => key)));
		for (const { key, graph } of missing)
			this.#entries.set(key, { session: await this.#open(graph), bytes: this.#bytesOf(graph) });
		return wanted.map(({ key }) => this.#entries.get(key)!.session);
	}

	/** Releases all networks, or only those whose keys begin so. */
	async release(prefix = ''): Promise<void> {
		for (const key of [...this.#entries.keys()]) if (key.startsWith(prefix)) await this.#drop(key);
	}

	#touch(key: string): void {
		const entry = this.#entries.get(key);
		if (!entry) return;
		this.#entries.delete(key);
		this.#entries.set(key, entry);
	}

	async #makeRoom(bytes: number, sessions: number, keep: ReadonlySet<string>): Promise<void> {
		for (const key of [...this.#entries.keys()]) {
			const used = [...this.#entries.values()].reduce((sum, entry) => sum + entry.bytes, 0);
			if (used + bytes <= this.#mostBytes && this.#entries.size + sessions <= this.#mostSessions) return;
			if (!keep.has(key)) await this.#drop(key);
		}
	}

	async #drop(key: string): Promise<void> {
		const { session } = this.#entries.get(key)!;
		this.#entries.delete(key);
		this.#runMsOfReleased += session.runMs;
		await session.release();
	}
}
