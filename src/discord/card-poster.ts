import { setTimeout as wait } from 'node:timers/promises';
import {
	type Client,
	MessageFlags,
	type RawFile,
	RESTJSONErrorCodes,
	type RESTPostAPIChannelMessageResult,
	Routes,
} from 'discord.js';
import { caseCard } from '../commands/case-card.ts';
import { caseFile, casePictures } from '../commands/case-file.ts';
import { type Card, claimCards, forgetCardMessage, markCardShown, postponeCard } from '../db/cards.ts';
import { type Db, rootCause } from '../db/client.ts';
import type { ImageStore } from '../images/store.ts';
import type { Log } from '../log.ts';
import { lookUpPlace } from '../moderation/place.ts';
import type { RatingThresholds } from '../moderation/thresholds.ts';
import { translated } from '../words/translated.ts';
import { factsAsked } from './facts.ts';
import { serverWords } from './language.ts';
import { discordErrorCode, isRefusal } from './rest-errors.ts';

const pollMs = 500;
const atOnce = 4;
/** Longer than one posting may last; after a crash somebody else tries again then. */
const leaseSeconds = 30;
const longestBackoffSeconds = 300;
/** How often it is tried again where a moderator has to do something first: choose a channel, let the bot in. */
const patienceSeconds = 300;
/** After that a report that could not be posted is found in `/audit` only. */
const giveUpAfterMs = 7 * 86_400_000;

export interface CardPosterOptions {
	client: Client<true>;
	db: Db;
	store: ImageStore;
	thresholds: RatingThresholds;
	log: Log;
}

/** The moderators' channel does not take a card until somebody changes something there. */
class NoPlace extends Error {}

/**
 * Keeps the cards of reports and of held wishes in the moderators' channels up to date. All of it comes from the database, where a card stays due until
 * Discord confirmed its newest version: a channel that is missing or closed loses nothing.
 */
export class CardPoster {
	readonly #options: CardPosterOptions;
	readonly #stop = new AbortController();
	#running: Promise<void> | undefined;

	constructor(options: CardPosterOptions) {
		this.#options = options;
	}

	start(): void {
		this.#running = this.#loop();
	}

	async stop(): Promise<void> {
		this.#stop.abort();
		await this.#running;
	}

	async #loop(): Promise<void> {
		const { signal } = this.#stop;
		while (!signal.aborted) {
			const claimed = await this.#claim();
			await Promise.all(claimed.map((card) => this.#attempt(card)));
			if (claimed.length === 0) await wait(pollMs, undefined, { signal }).catch(() => {});
		}
	}

	async #claim(): Promise<Card[]> {
		const { db, log } = this.#options;
		try {
			return await claimCards(db, atOnce, leaseSeconds);
		} catch (error) {
			log.warn('the cards of reports cannot be read', { error: rootCause(error) });
			return [];
		}
	}

	async #attempt(card: Card): Promise<void> {
		try {
			await showCard(this.#options, card);
		} catch (error) {
			await this.#setAside(card, error).catch((failure: unknown) => {
				this.#options.log.warn('a card could not be put off', { error: rootCause(failure) });
			});
		}
	}

	async #setAside(card: Card, error: unknown): Promise<void> {
		const { db, log } = this.#options;
		const { generationId, guildId, attempts, createdAt } = card;
		const why = error instanceof Error ? error.message : String(error);
		const isStuck = error instanceof NoPlace;
		// It is said once, and again when the reason changes.
		if (why !== card.lastError) log.warn('a report cannot be shown to the moderators', { guildId, generationId, why });
		const seconds = isStuck ? patienceSeconds : Math.min(longestBackoffSeconds, 2 ** Math.min(attempts - 1, 10));
		await postponeCard(db, generationId, seconds, why);
		if (isStuck && Date.now() - createdAt.getTime() > giveUpAfterMs) await markCardShown(db, card, null);
	}
}

/** Posts a card, or edits the one that is there. Safe to repeat: a post carries a nonce that Discord enforces. */
async function showCard(options: CardPosterOptions, card: Card): Promise<void> {
	const { client, db, store, thresholds } = options;
	const file = await caseFile(db, card.generationId);
	// Decided in `/audit` before it was ever posted: nobody needs to be told.
	const isUndecided = file?.card.state === 'open' || file?.card.state === 'held';
	if (!file || (card.messageId === null && !isUndecided)) return markCardShown(db, card, null);
	const channelId = card.channelId ?? (await chosenChannel(options, card.guildId));
	const place = await lookUpPlace(db, card.guildId, await factsAsked(client, channelId));
	const pictures = await casePictures(store, file, place, thresholds);
	const body = {
		flags: MessageFlags.IsComponentsV2,
		components: translated(caseCard(file, pictures), serverWords(client, card.guildId, place.guild)),
		attachments: pictures.files.map(({ name }, i) => ({ id: String(i), filename: name })),
		allowed_mentions: { parse: [] },
	};
	const files: RawFile[] = pictures.files.map(({ name, data }) => ({ name, data }));
	try {
		const messageId = await send(client, card, channelId, body, files);
		await markCardShown(db, file.card, { channelId, messageId });
	} catch (error) {
		const code = discordErrorCode(error);
		const isGone = code === RESTJSONErrorCodes.UnknownMessage || code === RESTJSONErrorCodes.UnknownChannel;
		// Somebody deleted the card, or the channel was changed: it is posted anew where reports go now.
		if (isGone && card.messageId !== null) return forgetCardMessage(db, card.generationId);
		if (isRefusal(error)) throw new NoPlace(`Discord refuses <#${channelId}>: ${(error as Error).message}`);
		throw error;
	}
}

async function send(
	{ rest }: Client<true>,
	{ generationId, messageId, version }: Card,
	channelId: string,
	body: object,
	files: RawFile[],
): Promise<string> {
	if (messageId !== null) {
		await rest.patch(Routes.channelMessage(channelId, messageId), { body, files });
		return messageId;
	}
	// The same card may be posted again after somebody deleted it, so its version is part of the nonce.
	const nonce = `${generationId}-${version.toString(36)}`.slice(0, 25);
	const message = (await rest.post(Routes.channelMessages(channelId), {
		body: { ...body, nonce, enforce_nonce: true },
		files,
	})) as RESTPostAPIChannelMessageResult;
	return message.id;
}

/** Where reports go in a guild now. @throws {NoPlace} when that is nowhere, or in another guild */
async function chosenChannel({ client, db }: CardPosterOptions, guildId: string): Promise<string> {
	const { guild } = await lookUpPlace(db, guildId, { ageRestricted: 'unknown' });
	const { logChannelId } = guild;
	if (logChannelId === null) throw new NoPlace('no channel is chosen for reports');
	const channel = await client.channels.fetch(logChannelId).catch((error: unknown) => {
		if (isRefusal(error)) throw new NoPlace(`Discord refuses <#${logChannelId}>: ${(error as Error).message}`);
		throw error;
	});
	if (!channel || channel.isDMBased() || channel.guildId !== guildId)
		throw new NoPlace(`<#${logChannelId}> is not a channel of this server`);
	return logChannelId;
}
