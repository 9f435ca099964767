import {
	type Client,
	type RawFile,
	RESTJSONErrorCodes,
	type RESTPostAPIChannelMessageResult,
	Routes,
} from 'discord.js';
import type { Db } from '../db/client.ts';
import { findGeneration, type Generation } from '../db/generations.ts';
import { type Image, imagesOf } from '../db/images.ts';
import type { ImageStore } from '../images/store.ts';
import { judge, reasonFor } from '../moderation/gate.ts';
import { Undeliverable } from '../queue/outbox.ts';
import { factsNow } from './facts.ts';
import { altText, endedLayout, type MessageBody, resultLayout } from './layouts.ts';
import { discordErrorCode, isRefusal } from './rest-errors.ts';

/** Left of a token's fifteen minutes when we stop trusting it: an upload takes a while, and clocks differ. */
const tokenMarginMs = 20_000;

export interface DeliveryOptions {
	client: Client<true>;
	db: Db;
	store: ImageStore;
	model: { name: string; upscaler: object | undefined };
	/** Waits until no progress edit of the generation is under way, and lets none follow: the last word must stay the last. */
	closeProgress(generationId: string): Promise<void>;
}

/**
 * Tells Discord how a generation ended, as the outbox asks. Safe to repeat: while the interaction's token lives it edits the
 * first reply (the same edit twice is one), after that it posts with a nonce that Discord enforces.
 *
 * @throws {Undeliverable} when the channel or the message is gone, or we may not post there
 */
export async function deliver(options: DeliveryOptions, generationId: string): Promise<{ messageId?: string }> {
	const generation = await findGeneration(options.db, generationId);
	if (!generation || generation.deletedAt) throw new Undeliverable('the pictures were deleted meanwhile');
	await options.closeProgress(generationId);
	const message = await compose(options, generation);
	const tokenLeftMs = generation.tokenExpiresAt.getTime() - Date.now();
	if (tokenLeftMs > tokenMarginMs) {
		try {
			return await editFirstReply(options.client, generation, message);
		} catch (error) {
			if (!isRefusal(error)) throw error;
			const code = discordErrorCode(error);
			// Somebody deleted the reply: they do not want to see it, and we do not post it again.
			if (code === RESTJSONErrorCodes.UnknownMessage)
				throw new Undeliverable('the reply was deleted', { cause: error });
		}
	}
	return postToChannel(options.client, generation, message);
}

interface Composed {
	body: MessageBody & { attachments: { id: string; description: string }[] };
	files: RawFile[];
}

async function compose(options: DeliveryOptions, generation: Generation): Promise<Composed> {
	const ended = (why: string): Composed => ({ body: { ...endedLayout(generation, why), attachments: [] }, files: [] });
	if (generation.state === 'cancelled') return ended('Cancelled. Nothing was charged.');
	if (generation.state === 'failed') return ended(generation.failure ?? 'This failed. Nothing was charged.');

	// The channel may have changed since the pictures were asked for, so the gate is asked again.
	const verdict = judge({ recipe: generation.recipe, channel: await factsNow(options.client, generation.channelId) });
	if (!verdict.allow) return ended(`Not shown: ${reasonFor(verdict)}`);

	const images = await imagesOf(options.db, generation.id);
	const files = await Promise.all(images.map((image) => load(options.store, image)));
	const startedAt = generation.startedAt ?? generation.createdAt;
	const seconds = ((generation.finishedAt ?? new Date()).getTime() - startedAt.getTime()) / 1000;
	const layout = resultLayout(generation, {
		files: files.map((file) => file.name),
		seconds,
		modelName: options.model.name,
		canUpscale: options.model.upscaler !== undefined,
	});
	const attachments = files.map((_, i) => ({ id: String(i), description: altText(generation, i) }));
	return { body: { ...layout, attachments }, files };
}

async function load(store: ImageStore, image: Image): Promise<RawFile> {
	const file = image.smallFile ?? image.file;
	const ending = file.split('.').at(-1)!;
	const contentType = ending === 'jpg' ? 'image/jpeg' : `image/${ending}`;
	return { name: `atelier-${image.id}.${ending}`, data: Buffer.from(await store.get(file)), contentType };
}

async function editFirstReply(client: Client<true>, generation: Generation, { body, files }: Composed) {
	const route = Routes.webhookMessage(generation.applicationId, generation.interactionToken, '@original');
	// Without `auth` a dead interaction token costs us nothing but this answer.
	const message = (await client.rest.patch(route, { body, files, auth: false })) as RESTPostAPIChannelMessageResult;
	return { messageId: message.id };
}

async function postToChannel(client: Client<true>, generation: Generation, { body, files }: Composed) {
	try {
		const message = (await client.rest.post(Routes.channelMessages(generation.channelId), {
			body: { ...body, nonce: generation.id, enforce_nonce: true },
			files,
		})) as RESTPostAPIChannelMessageResult;
		return { messageId: message.id };
	} catch (error) {
		if (isRefusal(error)) throw new Undeliverable(`Discord refused it: ${(error as Error).message}`, { cause: error });
		throw error;
	}
}
