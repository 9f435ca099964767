import {
	type Client,
	type RawFile,
	RESTJSONErrorCodes,
	type RESTPostAPIChannelMessageResult,
	Routes,
} from 'discord.js';
import { altText } from '../commands/alt-text.ts';
import type { Db } from '../db/client.ts';
import { findGeneration, type Generation } from '../db/generations.ts';
import { type Image, imagesOf } from '../db/images.ts';
import { type ImageStore, MissingImageError } from '../images/store.ts';
import { judge, reasonFor } from '../moderation/gate.ts';
import { lookUpPlace } from '../moderation/place.ts';
import { Undeliverable } from '../queue/outbox.ts';
import { factsNow } from './facts.ts';
import { endedLayout, type MessageBody, resultLayout } from './layouts.ts';
import { discordErrorCode, isRefusal, isUnauthorized } from './rest-errors.ts';

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
 * Tells Discord how a generation ended, as the outbox asks. Safe to repeat: it edits the first reply, by the interaction's token
 * while that lives, as the bot afterwards (the same edit twice is one). Only where the reply cannot be edited it posts a message
 * of its own, with a nonce that Discord enforces.
 *
 * @throws {Undeliverable} when the channel or the message is gone, or we may not post there
 */
export async function deliver(options: DeliveryOptions, generationId: string): Promise<{ messageId?: string }> {
	const generation = await findGeneration(options.db, generationId);
	if (!generation || generation.deletedAt) throw new Undeliverable('the pictures were deleted meanwhile');
	await options.closeProgress(generationId);
	const message = await compose(options, generation);
	for (const edit of editsFor(generation)) {
		try {
			const { id } = (await options.client.rest.patch(edit.route, { ...message, auth: edit.auth })) as { id: string };
			return { messageId: id };
		} catch (error) {
			if (!edit.isRefusal(error)) throw error;
			// Somebody deleted the reply: they do not want to see it, and we do not post it again.
			if (discordErrorCode(error) === RESTJSONErrorCodes.UnknownMessage)
				throw new Undeliverable('the reply was deleted', { cause: error });
		}
	}
	return postToChannel(options.client, generation, message);
}

/** The ways to the first reply, the better one first. */
function editsFor({ applicationId, interactionToken, tokenExpiresAt, channelId, replyId }: Generation) {
	const byToken = {
		route: Routes.webhookMessage(applicationId, interactionToken, '@original'),
		// Without `auth` a dead token costs us nothing but this answer.
		auth: false,
		isRefusal: (error: unknown) => isRefusal(error) || isUnauthorized(error),
	};
	const asBot = replyId && { route: Routes.channelMessage(channelId, replyId), auth: true, isRefusal };
	const tokenLives = tokenExpiresAt.getTime() - Date.now() > tokenMarginMs;
	return [...(tokenLives ? [byToken] : []), ...(asBot ? [asBot] : [])];
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
	const facts = await factsNow(options.client, generation.channelId, generation.seenAgeRestricted);
	const { channel, settings } = await lookUpPlace(options.db, generation.guildId, facts);
	const verdict = judge({ recipe: generation.recipe, channel, settings });
	if (!verdict.allow) return ended(`Not shown: ${reasonFor(verdict)}`);

	const images = await imagesOf(options.db, generation.id);
	const files = await Promise.all(images.map((image) => load(options.store, image))).catch((error: unknown) => {
		if (error instanceof MissingImageError) return undefined;
		throw error;
	});
	if (!files) return ended('The pictures were painted, but their files are gone. Please ask again.');
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
