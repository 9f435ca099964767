import { type Client, RESTJSONErrorCodes, Routes } from 'discord.js';
import { type Db, rootCause } from '../db/client.ts';
import { ahead, type Generation, noteReply, openGenerations } from '../db/generations.ts';
import { type Progress, readProgress } from '../db/progress.ts';
import type { Log } from '../log.ts';
import { lookUpPlace } from '../moderation/place.ts';
import { replyOf } from '../queue/accept-all.ts';
import { wordsOf } from './language.ts';
import { heldLayout, type MessageBody, progressLayout, queuedLayout } from './layouts.ts';
import { discordErrorCode } from './rest-errors.ts';

/** A new state shows at once; while it lasts, edits are this far apart. Discord's limits leave room for more, nobody reads faster. */
const roundMs = 2000;
const previewName = 'preview.webp';

/**
 * Keeps the first replies of open generations up to date: place in line, then a bar and a preview. Everything comes from the
 * database, so that it does not matter which host paints, or whether this process was started a second ago.
 */
export class ProgressBoard {
	readonly #client: Client<true>;
	readonly #db: Db;
	readonly #log: Log;
	readonly #painters: number;
	readonly #edits = new Map<string, { state: string; shown: string; at: number; edit: Promise<void> }>();
	readonly #closed = new Set<string>();
	/** The messages of those that have a follow-up of their own, by what they show. */
	readonly #followUps = new Map<string, string>();
	/** Generations that are being looked at: two looks at once would both find something to say. */
	readonly #busy = new Set<string>();
	#timer: NodeJS.Timeout | undefined;
	#isLooking = false;
	#round: Promise<void> = Promise.resolve();

	constructor(options: { client: Client<true>; db: Db; log: Log; painters: number }) {
		this.#client = options.client;
		this.#db = options.db;
		this.#log = options.log;
		this.#painters = options.painters;
	}

	start(): void {
		this.#timer = setInterval(() => this.look(), roundMs / 2);
	}

	/** Looks for news at once instead of at the next round. */
	look(): void {
		if (!this.#timer || this.#isLooking) return;
		this.#isLooking = true;
		this.#round = this.#update()
			.catch((error: unknown) => this.#log.warn('progress cannot be shown', { error: rootCause(error) }))
			.finally(() => {
				this.#isLooking = false;
			});
	}

	async stop(): Promise<void> {
		clearInterval(this.#timer);
		this.#timer = undefined;
		await this.#round;
		await Promise.all([...this.#edits.values()].map(({ edit }) => edit));
	}

	/** Shows a generation that was just accepted, without waiting for the next round. */
	async show(generation: Generation): Promise<void> {
		await this.#show(generation, undefined);
	}

	/** Lets no more edits of a generation begin, and waits for the one that is under way. */
	async close(generationId: string): Promise<void> {
		this.#closed.add(generationId);
		await this.#edits.get(generationId)?.edit;
		this.#edits.delete(generationId);
		this.#followUps.delete(generationId);
	}

	async #update(): Promise<void> {
		const open = (await openGenerations(this.#db)).filter((generation) => this.#isOurs(generation));
		const progress = await readProgress(
			this.#db,
			open.filter(({ state }) => state === 'running').map(({ id }) => id),
		);
		for (const generation of open) await this.#show(generation, progress.get(generation.id));
		const ids = new Set(open.map(({ id }) => id));
		for (const id of this.#closed) if (!ids.has(id)) this.#closed.delete(id);
	}

	/** Each guild has one shard, and so one board. */
	#isOurs({ guildId }: Generation): boolean {
		return guildId === null || this.#client.guilds.cache.has(guildId);
	}

	async #show(generation: Generation, progress: Progress | undefined): Promise<void> {
		if (this.#busy.has(generation.id)) return;
		this.#busy.add(generation.id);
		try {
			await this.#showAlone(generation, progress);
		} finally {
			this.#busy.delete(generation.id);
		}
	}

	async #showAlone(generation: Generation, progress: Progress | undefined): Promise<void> {
		const { id } = generation;
		const last = this.#edits.get(id);
		const isNews = last?.state !== generation.state;
		if (this.#closed.has(id) || (!isNews && performance.now() - last.at < roundMs)) return;
		// "Running" is worth an edit of its own only with a bar to show.
		if (isNews && generation.state === 'running' && !progress) return;
		const body = await this.#layout(generation, progress);
		const shown = JSON.stringify(body);
		if (this.#closed.has(id) || shown === last?.shown) return;
		const edit = (last?.edit ?? Promise.resolve()).then(() => this.#edit(generation, body, progress?.preview ?? null));
		this.#edits.set(id, { state: generation.state, shown, at: performance.now(), edit });
	}

	async #layout(generation: Generation, progress: Progress | undefined): Promise<MessageBody> {
		const { guild } = await lookUpPlace(this.#db, generation.guildId, { ageRestricted: 'unknown' });
		const words = wordsOf(this.#client, generation, guild);
		if (generation.state === 'held') return heldLayout(generation, words);
		if (generation.state === 'running') {
			const { step, steps, preview } = progress ?? { step: 0, steps: generation.recipe.steps, preview: null };
			return progressLayout(generation, { step, steps, ...(preview && { preview: previewName }) }, words);
		}
		const before = await ahead(this.#db, generation);
		const seconds = (before.cost / this.#painters + generation.cost) / 10;
		return queuedLayout(generation, { place: before.jobs + 1, seconds }, words);
	}

	async #edit(generation: Generation, body: MessageBody, preview: Uint8Array | null): Promise<void> {
		if (this.#closed.has(generation.id)) return;
		const { id, applicationId, interactionToken, tokenExpiresAt, channelId, replyId } = generation;
		const isOld = tokenExpiresAt.getTime() <= Date.now() && replyId !== null;
		const reply = replyOf(generation) ?? this.#followUps.get(id);
		// What a moderator lets through hours later is shown by the bot as itself: the token is dead.
		const route = isOld
			? Routes.channelMessage(channelId, replyId)
			: Routes.webhookMessage(applicationId, interactionToken, reply ?? '@original');
		const hasPreview = preview !== null && generation.state === 'running';
		const attachments = hasPreview ? [{ id: '0', description: 'A rough preview of the picture' }] : [];
		const files = hasPreview ? [{ name: previewName, data: Buffer.from(preview), contentType: 'image/webp' }] : [];
		try {
			if (reply === undefined && !isOld) {
				const message = { body: { ...body, attachments }, files, auth: false };
				const sent = await this.#client.rest.post(Routes.webhook(applicationId, interactionToken), message);
				const { id: messageId } = sent as { id: string };
				this.#followUps.set(id, messageId);
				await noteReply(this.#db, id, messageId);
				return;
			}
			await this.#client.rest.patch(route, { body: { ...body, attachments }, files, auth: isOld });
		} catch (error) {
			if (goneCodes.has(discordErrorCode(error) ?? 0)) this.#closed.add(generation.id);
			// The next round, or the result, brings newer news.
			this.#log.debug('a progress edit failed', { generationId: generation.id, error: String(error) });
		}
	}
}

const goneCodes = new Set<number>([
	RESTJSONErrorCodes.UnknownMessage,
	RESTJSONErrorCodes.UnknownWebhook,
	RESTJSONErrorCodes.InvalidWebhookToken,
]);
