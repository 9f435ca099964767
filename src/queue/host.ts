import { randomUUID } from 'node:crypto';
import { type Database, rootCause } from '../db/client.ts';
import { forgetHost, modelsOfHosts, noteHost } from '../db/hosts.ts';
import type { Log } from '../log.ts';
import type { Jobs } from './jobs.ts';
import { settleUnpainted } from './settle.ts';
import { Signal } from './signal.ts';

const beatMs = 10_000;
/** How long a host may be silent before its models count as gone: a worker may be starting again. */
const patienceSeconds = 120;

/**
 * What this program tells others of the models that it has, and what becomes of jobs whose model it lacks: they are left to other
 * hosts, and given up when none has the model. An embedded database has one host, so there nobody waits.
 */
export class Host {
	readonly #database: Database;
	readonly #jobs: Jobs;
	readonly #models: readonly string[];
	readonly #log: Log;
	readonly #onSettled: () => void;
	readonly #id = randomUUID();
	readonly #wake = new Signal();
	readonly #startedAt = performance.now();
	#said = '';
	#isStopping = false;
	#loop: Promise<void> = Promise.resolve();

	/** @param options.models Hashes. @param options.onSettled Called when jobs were given up. */
	constructor(options: {
		database: Database;
		jobs: Jobs;
		models: readonly string[];
		log: Log;
		onSettled: () => void;
	}) {
		this.#database = options.database;
		this.#jobs = options.jobs;
		this.#models = options.models;
		this.#log = options.log;
		this.#onSettled = options.onSettled;
	}

	start(): void {
		this.#loop = this.#run();
	}

	async stop(): Promise<void> {
		this.#isStopping = true;
		this.#wake.fire();
		await this.#loop;
		await forgetHost(this.#database.db, this.#id).catch(() => {}); // it will be forgotten anyway
	}

	async #run(): Promise<void> {
		while (!this.#isStopping) {
			try {
				await noteHost(this.#database.db, this.#id, this.#models);
				await this.#lookAtStrangers();
			} catch (error) {
				this.#log.warn('the models of this host could not be told to others', { error: rootCause(error) });
			}
			if (!this.#isStopping) await this.#wake.wait(beatMs);
		}
	}

	async #lookAtStrangers(): Promise<void> {
		const { db } = this.#database;
		const strangers = await this.#jobs.strangers(db, this.#models);
		const elsewhere = await modelsOfHosts(db, patienceSeconds);
		const isSure = this.#database.kind === 'embedded' || performance.now() - this.#startedAt > patienceSeconds * 1000;
		const lost = isSure ? strangers.filter(({ model }) => !elsewhere.has(model)) : [];
		for (const generationId of lost.flatMap(({ generationIds }) => generationIds)) await this.#giveUp(generationId);
		if (lost.length > 0) this.#onSettled();
		this.#say(strangers.filter((one) => !lost.includes(one)));
	}

	async #giveUp(generationId: string): Promise<void> {
		const books = { db: this.#database.db, jobs: this.#jobs };
		await settleUnpainted(books, generationId, { state: 'failed', failure: modelGone }, (tx) =>
			this.#jobs.cancelOf(tx, generationId),
		);
		this.#log.warn('a job was given up: its model is installed nowhere', { generationId });
	}

	/** Once, until there is something else to say. */
	#say(left: readonly { model: string; generationIds: string[] }[]): void {
		const models = left.map(({ model }) => model.slice(0, 10)).toSorted();
		const text = models.join(' ');
		if (text !== '' && text !== this.#said)
			this.#log.info('jobs of models that are not installed here are left to other hosts', { models });
		this.#said = text;
	}
}

/** What a member is told whose model has gone. */
export const modelGone =
	'The model that this was to be drawn with is no longer installed, so it was not painted. Nothing was charged. Ask again with another model.';
