import { MessageFlags, RESTJSONErrorCodes, type RESTPostAPIChannelMessageResult, Routes } from 'discord.js';
import { deleteFiles, takeDown } from '../commands/removal.ts';
import { findGeneration, type Generation } from '../db/generations.ts';
import { findDelivery } from '../db/outbox.ts';
import { replyOf } from '../queue/accept-all.ts';
import { Undeliverable, Unwanted } from '../queue/outbox.ts';
import { say, wordsFor } from '../words/index.ts';
import { composeLastWord, type LastWord, type LastWordOptions } from './last-word.ts';
import { discordErrorCode, isRefusal, isUnauthorized } from './rest-errors.ts';

/** Left of a token's fifteen minutes when we stop trusting it: an upload takes a while, and clocks differ. */
const tokenMarginMs = 20_000;

export interface DeliveryOptions extends LastWordOptions {
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
	// The last edit may be the one that made the message.
	await options.closeProgress(generationId);
	const generation = await findGeneration(options.db, generationId);
	if (!generation) throw new Undeliverable('there is no such generation');
	if (generation.deletedAt) return forget(options, generation);
	const { note, ...message } = await composeLastWord(options, generation);
	for (const edit of editsFor(generation)) {
		try {
			const { id } = (await options.client.rest.patch(edit.route, { ...message, auth: edit.auth })) as { id: string };
			if (note !== undefined && !edit.auth) await tellAuthor(options, generation, note);
			return { messageId: id };
		} catch (error) {
			if (!edit.isRefusal(error)) throw error;
			if (discordErrorCode(error) === RESTJSONErrorCodes.UnknownMessage)
				throw (await isThere(options.client, generation.channelId))
					? // Somebody does not want to see it, and we do not post it again.
						new Unwanted('the reply was deleted', { cause: error })
					: new Undeliverable('the channel was deleted', { cause: error });
		}
	}
	return postToChannel(options, generation, message);
}

/** Asks Discord whether a channel is there. What it does not say counts as a yes. */
async function isThere(client: DeliveryOptions['client'], channelId: string): Promise<boolean> {
	const error = await client.rest.get(Routes.channel(channelId)).then(
		() => undefined,
		(failure: unknown) => failure,
	);
	return discordErrorCode(error) !== RESTJSONErrorCodes.UnknownChannel;
}

/** The last word on pictures that were removed is that nothing shows them. */
async function forget({ client, db, store }: DeliveryOptions, generation: Generation): Promise<{ messageId?: string }> {
	// What was painted after the removal has files too.
	if (!generation.purgeAt || generation.purgeAt.getTime() <= Date.now())
		await deleteFiles({ db, store }, generation.id);
	const outcome = await takeDown({ db, rest: client.rest }, generation);
	if (outcome === 'left') throw new Undeliverable('Discord does not let us delete the message of removed pictures');
	return {};
}

/** The ways to the first reply, the better one first. */
function editsFor(generation: Generation) {
	const { applicationId, interactionToken, tokenExpiresAt, channelId, replyId } = generation;
	const reply = replyOf(generation);
	const byToken = reply && {
		route: Routes.webhookMessage(applicationId, interactionToken, reply),
		// Without `auth` a dead token costs us nothing but this answer.
		auth: false,
		isRefusal: (error: unknown) => isRefusal(error) || isUnauthorized(error),
	};
	const asBot = replyId && { route: Routes.channelMessage(channelId, replyId), auth: true, isRefusal };
	const tokenLives = tokenExpiresAt.getTime() - Date.now() > tokenMarginMs;
	return [...(tokenLives && byToken ? [byToken] : []), ...(asBot ? [asBot] : [])];
}

/** Says something to the author alone, while their interaction lives. If it does not arrive, the button Why? still tells. */
async function tellAuthor(
	{ client }: DeliveryOptions,
	{ applicationId, interactionToken, locale }: Generation,
	content: string,
): Promise<void> {
	const body = {
		content: say(wordsFor(locale), content),
		flags: MessageFlags.Ephemeral,
		allowed_mentions: { parse: [] },
	};
	await client.rest.post(Routes.webhook(applicationId, interactionToken), { body, auth: false }).catch(() => {});
}

async function postToChannel({ client, db }: DeliveryOptions, generation: Generation, { body, files }: LastWord) {
	// Pictures that were removed and came back are posted a second time, and a nonce only once.
	const since = (await findDelivery(db, generation.id))?.createdAt.getTime() ?? 0;
	const nonce = `${generation.id}-${(Math.floor(since / 1000) % 36 ** 4).toString(36)}`;
	try {
		const message = (await client.rest.post(Routes.channelMessages(generation.channelId), {
			body: { ...body, nonce, enforce_nonce: true },
			files,
		})) as RESTPostAPIChannelMessageResult;
		return { messageId: message.id };
	} catch (error) {
		if (isRefusal(error)) throw new Undeliverable(`Discord refused it: ${(error as Error).message}`, { cause: error });
		throw error;
	}
}
