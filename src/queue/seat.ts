import type { Db } from '../db/client.ts';
import type { PainterClient } from '../pipeline/client.ts';
import { chooseHead, mostOvertaken } from './choose.ts';
import type { Jobs, TakenJob, WaitingHead } from './jobs.ts';

/** How long a painter leaves a job to those that have its model open, where there are others. */
const yieldMs = 1500;

/** A model that lies on this host. */
export interface PaintModel {
	name: string;
	/** Absolute. */
	path: string;
}

interface SeatOptions {
	db: Db;
	jobs: Jobs;
	models: ReadonlyMap<string, PaintModel>;
	guildPainters: number;
	/** Painters of this host, this one among them. */
	painters: number;
	/** Whether other painters may take what this one leaves. */
	hasOthers: boolean;
}

/** A painter's place at the queue: chooses its next job, and remembers what it did with the order of jobs. */
export class Seat {
	readonly painter: PainterClient;
	readonly #options: SeatOptions;
	#overtaken = 0;
	/** The job that it leaves to others, and since when. */
	#left: { id: string; since: number } | undefined;

	constructor(painter: PainterClient, options: SeatOptions) {
		this.painter = painter;
		this.#options = options;
	}

	/** Takes a job for the painter. Where another painter, of this host or of others, was quicker, there may be a next one. */
	async take(): Promise<TakenJob | undefined> {
		for (let tries = this.#options.painters + 1; tries > 0; tries--) {
			const result = await this.#tryToTake();
			if (result !== 'too late') return result;
		}
		return undefined;
	}

	/** Takes the job that `chooseHead` says. */
	async #tryToTake(): Promise<TakenJob | 'too late' | undefined> {
		const { db, jobs, models, guildPainters } = this.#options;
		const heads = await jobs.heads(db, [...models.keys()], guildPainters);
		const isLoaded = (hash: string) => this.painter.loaded.has(models.get(hash)?.path ?? '');
		const bench = { isLoaded, overtaken: this.#overtaken, mostOvertaken: mostOvertaken(this.painter.loadMs) };
		const choice = chooseHead(heads, bench);
		if (!choice || (!isLoaded(choice.head.model) && this.#leaves(choice.head))) return undefined;
		const job = await jobs.take(guildPainters, choice.head);
		if (!job) return 'too late';
		this.#overtaken = choice.isOutOfTurn ? this.#overtaken + choice.head.cost : 0;
		return job;
	}

	/** Says whether a job is left for a moment to painters that have its model open already. */
	#leaves({ id }: WaitingHead): boolean {
		if (!this.#options.hasOthers) return false;
		if (this.#left?.id !== id) this.#left = { id, since: performance.now() };
		return performance.now() - this.#left.since < yieldMs;
	}
}
