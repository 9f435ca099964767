import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIMessage } from 'discord-api-types/v10';
import type { InstalledFacts, Services } from '../../src/commands/context.ts';
import type { Database, Db } from '../../src/db/client.ts';
import { findGeneration, type Generation, takeGeneration } from '../../src/db/generations.ts';
import { cards } from '../../src/db/schema.ts';
import { findVersion } from '../../src/db/settings.ts';
import { ProgressBoard } from '../../src/discord/board.ts';
import { CardPoster } from '../../src/discord/card-poster.ts';
import { choresOf } from '../../src/discord/chores.ts';
import { createClient, logIn, serve } from '../../src/discord/client.ts';
import { deliver } from '../../src/discord/delivery.ts';
import { attachmentSource, downloadAttachment } from '../../src/discord/download.ts';
import { factsNow, memberNow } from '../../src/discord/facts.ts';
import { ImageStore } from '../../src/images/store.ts';
import type { Log } from '../../src/log.ts';
import { openModelFolder } from '../../src/model/folder.ts';
import { changeSettings } from '../../src/moderation/change.ts';
import { defaultThresholds } from '../../src/moderation/thresholds.ts';
import type { Picture, Ratings } from '../../src/pipeline/protocol.ts';
import { Jobs } from '../../src/queue/jobs.ts';
import { Outbox } from '../../src/queue/outbox.ts';
import { settlePainted } from '../../src/queue/settle.ts';
import { Sweeper } from '../../src/queue/sweeper.ts';
import { type InteractionHandle, type Standin, startStandin } from '../../src/standin/index.ts';
import { makePng } from '../standin/support/png.ts';
import type { TestDatabase } from './databases.ts';
import { isResult, textOf } from './page.ts';

/** Pictures as the tagger sees them. */
export const rated = (ratings: Partial<Ratings>): Ratings => ({
	general: 0,
	sensitive: 0,
	questionable: 0,
	explicit: 0,
	...ratings,
});

/**
 * The whole bot in this process, connected to a stand-in of its own, with an easel in place of the painter: what is accepted is
 * finished at once, with the ratings that a test chose, or when `paintsAtOnce` is off, never.
 */
export class Workshop {
	readonly discord: Standin;
	readonly db: Db;
	readonly store: ImageStore;
	readonly services: Services;
	/** What was said to the operator. */
	readonly logged: { message: string; facts: Record<string, unknown> | undefined }[];
	ratings: Ratings = rated({ general: 1 });
	paintsAtOnce = true;
	/** What the tagger sees in a generation's pictures; `undefined` where it fails. */
	seen: (generation: Generation) => Picture['seen'] = () => ({ ratings: this.ratings, youthTags: {} });
	/** What happens around a wish: while it waits, while it is painted, when it is painted and not yet told, when it is told. */
	meanwhile: (moment: 'waiting' | 'painting' | 'painted' | 'told', generation: Generation) => Promise<void> | void =
		() => {};
	readonly #closers: (() => Promise<unknown>)[];

	private constructor(
		parts: Pick<Workshop, 'discord' | 'db' | 'store' | 'logged'>,
		closers: (() => Promise<unknown>)[],
	) {
		this.discord = parts.discord;
		this.db = parts.db;
		this.store = parts.store;
		this.logged = parts.logged;
		this.services = {} as Services;
		this.#closers = closers;
	}

	/** @param on a kind of the tests' databases, or a database of the caller's own: outside of vitest there is no other. */
	static async open(on: Database['kind'] | TestDatabase = 'embedded'): Promise<Workshop> {
		const closers: (() => Promise<unknown>)[] = [];
		const logged: Workshop['logged'] = [];
		const say = (message: string, facts?: Record<string, unknown>) => void logged.push({ message, facts });
		const log: Log = { debug: () => {}, info: () => {}, warn: say, error: say };
		const place = typeof on === 'string' ? await (await import('./databases.ts')).makeDatabase(on) : on;
		closers.push(place.remove);
		const { db } = place.database;
		const jobs = await Jobs.start(place.database, log);
		closers.push(() => jobs.stop());
		const folder = await mkdtemp(join(tmpdir(), 'atelier-workshop-'));
		closers.push(() => rm(folder, { recursive: true, force: true }));
		const store = new ImageStore(folder);
		const discord = await startStandin();
		closers.push(() => discord.stop());
		const workshop = new Workshop({ discord, db, store, logged }, closers);

		const unconnected = createClient(discord.api);
		closers.push(() => unconnected.destroy());
		const client = await logIn(unconnected, discord.token, log, () => {});
		const models: [InstalledFacts, ...InstalledFacts[]] = [
			{ ...(await openModelFolder('models/demo')), hash: 'm'.repeat(64), loras: [] },
		];
		const thresholds = defaultThresholds;
		const delivery = { client, db, store, models, thresholds, closeProgress: (id: string) => board.close(id) };
		// It shows what is held; what is painted at once needs no progress.
		const board = new ProgressBoard({ client, db, log, painters: 1 });
		const outbox = new Outbox({
			db,
			log,
			deliver: async (id) => {
				const generation = await findGeneration(db, id);
				if (generation) await workshop.meanwhile('painted', generation);
				return deliver(delivery, id).finally(() => generation && workshop.meanwhile('told', generation));
			},
		});
		const cards = new CardPoster({ client, db, store, thresholds, log });
		const sweeper = new Sweeper({ chores: choresOf({ db, store, jobs, rest: client.rest }), log });
		Object.assign(workshop.services, {
			db,
			jobs,
			store,
			models,
			memberWaiting: 5,
			thresholds,
			randomSeed: () => randomInt(2 ** 32),
			announce: (generation) => {
				if (generation.state === 'held') void board.show(generation);
				else if (workshop.paintsAtOnce) void workshop.#paint(generation.id).then(() => outbox.wake());
			},
			wakeOutbox: () => outbox.wake(),
			wakeSweeper: () => sweeper.wake(),
			operator: {
				sourceUrl: 'https://git.example.com/atelier',
				contact: 'kei@example.com',
				signs: false,
				devices: ['cpu'],
			},
			channelNow: (channelId, seen) => factsNow(client, channelId, seen),
			memberNow: (guildId, userId) => memberNow(client, guildId, userId),
			download: (url, limits) => downloadAttachment(url, attachmentSource(discord.api), limits),
		} satisfies Partial<Services>);
		const interactions = serve(client, workshop.services, log);
		outbox.start();
		cards.start();
		sweeper.start();
		closers.push(async () => {
			await interactions.drain();
			await sweeper.stop();
			await outbox.stop();
			await cards.stop();
		});
		return workshop;
	}

	async close(): Promise<void> {
		for (const closer of this.#closers.toReversed()) await closer();
	}

	/** Chooses settings of the whole server, as a moderator does. */
	async choose(patch: Record<string, unknown>): Promise<void> {
		const { id: guildId } = this.discord.guild();
		const version = (await findVersion(this.db, guildId, ''))?.version ?? 0;
		await changeSettings(this.db, { guildId, channelId: '', actorId: this.discord.user('sora').id, version, patch });
	}

	/** Lets no card wait any longer before it is tried again. */
	async hurryCards(): Promise<void> {
		await this.db.update(cards).set({ dueAt: new Date() });
	}

	/** Asks for one picture, and waits for it. */
	async picture(by: string, prompt: string, channel = 'gallery'): Promise<APIMessage> {
		const handle = this.discord.user(by).slash('imagine', { prompt, count: 1 }, { channel });
		return this.shown(handle);
	}

	/** Waits for the pictures that an interaction ends in. */
	shown(handle: InteractionHandle): Promise<APIMessage> {
		return handle.waitFor(isResult, 20_000);
	}

	/** Waits for what somebody is told privately. */
	async told(handle: InteractionHandle, wanted: RegExp): Promise<string> {
		await handle.acked();
		const isIt = (message: APIMessage | undefined) => message && wanted.test(textOf(message));
		const first = [handle.original, ...handle.followups].find(isIt);
		const message =
			first ?? (await Promise.any([handle.waitFor((m) => !!isIt(m)), handle.waitForFollowup((m) => !!isIt(m))]));
		if ((Number(message.flags) & 64) === 0) throw new Error(`Expected it to be private: ${textOf(message)}`);
		return textOf(message);
	}

	async #paint(id: string): Promise<void> {
		const accepted = await findGeneration(this.db, id);
		if (accepted) await this.meanwhile('waiting', accepted);
		// Ended while it waited: by new rules, by its member.
		if (accepted && (await findGeneration(this.db, id))?.state !== 'queued') return;
		// However many are in hand already: a wish that is left lying here would be taken in place of the next one.
		const job = await this.services.jobs.take(1_000);
		const taken = job && (await takeGeneration(this.db, job.generationId));
		if (!taken)
			throw new Error(
				`Expected ${id} to wait: ${(await findGeneration(this.db, id))?.state}, took ${job?.generationId}`,
			);
		await this.meanwhile('painting', taken);
		const seen = this.seen(taken);
		const { width, height, seeds } = taken.recipe;
		const pictures = seeds.map((seed) => ({
			seed,
			width,
			height,
			bytes: makePng(width, height, seed),
			sha256: 'a'.repeat(64),
			...(seen && { seen }),
		}));
		const isOurs = await settlePainted(this.services, job, taken, pictures, { paintMs: 1, runMs: 1, rateMs: 1 });
		// It was ended while it was painted: the job ends with it, as the dispatcher sees to.
		if (!isOurs) await this.services.jobs.finish(this.db, job);
	}
}
