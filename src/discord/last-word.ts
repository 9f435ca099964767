import type { Client, RawFile } from 'discord.js';
import { altText } from '../commands/alt-text.ts';
import { memberFactsNow } from '../commands/member-now.ts';
import { objectionTo } from '../commands/parent.ts';
import { judgeImages, pictureNote, refusalNote, replacedNote } from '../commands/withheld.ts';
import type { Db } from '../db/client.ts';
import { type Generation, noteFailure } from '../db/generations.ts';
import { type Image, imagesOf, noteShown } from '../db/images.ts';
import { findDelivery } from '../db/outbox.ts';
import { chargeShown } from '../db/usage.ts';
import { type ImageStore, MissingImageError } from '../images/store.ts';
import { judge, type MemberFacts } from '../moderation/gate.ts';
import { lookUpPlace, type Place } from '../moderation/place.ts';
import type { RatingThresholds } from '../moderation/thresholds.ts';
import { stepsOf } from '../queue/price.ts';
import { say, type Words } from '../words/index.ts';
import { chooseBest } from './best-of.ts';
import { factsAsked, memberNow } from './facts.ts';
import { wordsOf } from './language.ts';
import { endedLayout, forgottenLayout, type MessageBody, resultLayout, withheldLayout } from './layouts.ts';

export interface LastWordOptions {
	client: Client<true>;
	db: Db;
	store: ImageStore;
	/** What is installed now. */
	models: readonly { hash: string; name: string; upscaler: object | undefined; upscalers?: readonly object[] }[];
	thresholds: RatingThresholds;
}

/** The message that ends a generation, and what only its author is told besides. */
export interface LastWord {
	body: MessageBody & { attachments: { id: string; description: string }[] };
	files: RawFile[];
	note?: string | undefined;
}

/**
 * Composes what a generation comes to in its channel as that is now: it may have changed since the pictures were asked for, so the
 * gate is asked again, and then about each picture. What of it is shown is noted, and charged, before anything is sent. Safe to repeat: a
 * later answer replaces an earlier one.
 */
export async function composeLastWord(options: LastWordOptions, generation: Generation): Promise<LastWord> {
	const { db } = options;
	const facts = await factsAsked(options.client, generation.channelId, generation.seenAgeRestricted);
	const place = await lookUpPlace(db, generation.guildId, facts);
	const words = wordsOf(options.client, generation, place.guild);
	const refusal = refusalOf(generation, place, await memberAtFirst(options, generation, place));
	if (generation.state === 'cancelled')
		return wordless(refusal ? forgottenLayout(generation, words) : endedLayout(generation, words.cancelled, words));
	if (generation.state === 'failed') {
		const failure = generation.failure ?? 'This failed. Nothing was charged.';
		// The reason may name the word that is refused.
		// What was seen in a member's upload is told to them alone.
		const { recipe, guildId, userId } = generation;
		const judging = { ceiling: place.ceiling, thresholds: options.thresholds };
		const isAboutUpload = (await objectionTo(db, recipe, { guildId, userId }, judging)) !== undefined;
		const isRefused =
			refusal !== undefined || isAboutUpload || (generation.heldFor !== null && generation.approvedAt === null);
		return isRefused
			? { ...wordless(withheldLayout(generation, words)), note: failure }
			: wordless(endedLayout(generation, say(words, failure), words));
	}
	const images = await chooseBest(options, generation, await imagesOf(db, generation.id), place);
	if (refusal) {
		await book(db, generation, images, new Map(), refusal);
		return { ...wordless(withheldLayout(generation, words)), note: refusal };
	}
	return showPictures(options, generation, images, place, words);
}

async function showPictures(
	{ db, store, models, thresholds }: LastWordOptions,
	generation: Generation,
	images: readonly Image[],
	place: Place,
	words: Words,
): Promise<LastWord> {
	const judged = judgeImages(images, generation.recipe, place, thresholds);
	const shown = judged.flatMap(({ image, verdict }) =>
		verdict.show === 'withheld' ? [] : [{ image, isSpoiler: verdict.show === 'spoiler' }],
	);
	const files = await Promise.all(shown.map(({ image }) => load(store, image))).catch((error: unknown) => {
		if (error instanceof MissingImageError) return undefined;
		throw error;
	});
	if (!files) {
		await book(db, generation, images, new Map(), null);
		return wordless(endedLayout(generation, words.filesGone, words));
	}
	const note = pictureNote(judged, place);
	await book(
		db,
		generation,
		images,
		new Map(shown.map(({ image, isSpoiler }) => [image.position, isSpoiler])),
		note ?? null,
	);
	if (shown.length === 0) return { ...wordless(withheldLayout(generation, words)), note };
	const startedAt = generation.startedAt ?? generation.createdAt;
	const model = models.find(({ hash }) => hash === generation.recipe.model);
	const layout = resultLayout(
		generation,
		{
			pictures: shown.map(({ image: { position, seed, aesthetic }, isSpoiler }, i) => ({
				position,
				seed,
				file: files[i]!.name,
				isSpoiler,
				aesthetic,
			})),
			withheld: images.length - shown.length,
			seconds: ((generation.finishedAt ?? new Date()).getTime() - startedAt.getTime()) / 1000,
			modelName: model?.name ?? words.modelGone(generation.recipe.model.slice(0, 10)),
			canUpscale: [model?.upscaler, ...(model?.upscalers ?? [])].some((it) => it !== undefined),
		},
		words,
	);
	const attachments = shown.map(({ image }, i) => ({
		id: String(i),
		description: altText(generation, image.position, words),
	}));
	return { body: { ...layout, attachments }, files, note };
}

/**
 * Looks up who asked, as they are at this moment: who was banned or lost the role meanwhile gets nothing posted. What was posted
 * once is a matter of its pictures alone: a moderator may bring it back whatever became of its author.
 */
async function memberAtFirst(
	{ client, db }: LastWordOptions,
	{ id, guildId, userId }: Generation,
	{ settings }: Place,
): Promise<MemberFacts | undefined> {
	if (guildId === null || (await findDelivery(db, id))?.deliveredAt) return undefined;
	const services = { db, memberNow: (...who: [string, string]) => memberNow(client, ...who) };
	return memberFactsNow(services, { guildId, userId }, settings);
}

/** Says why a generation may not be shown in a place, if it may not. */
function refusalOf(
	{ recipe, approvedAt }: Generation,
	{ channel, settings }: Place,
	member: MemberFacts | undefined,
): string | undefined {
	const gate = { channel, settings, member, isApproved: approvedAt !== null };
	const verdict = judge({ ...gate, recipe });
	if (!verdict.allow) return refusalNote(verdict);
	if (!verdict.recipe) return undefined;
	// Rules that replace each other's words do so for ever: they were applied already.
	const again = judge({ ...gate, recipe: verdict.recipe });
	return again.allow && again.recipe ? undefined : replacedNote;
}

/** Notes what is shown and charges for it, together. `shown` holds the positions of the pictures that are, and whether they are covered. */
async function book(
	db: Db,
	{ id, recipe }: Generation,
	images: readonly Image[],
	shown: ReadonlyMap<number, boolean>,
	note: string | null,
): Promise<void> {
	const how = (isSpoiler: boolean | undefined) =>
		isSpoiler === undefined ? 'withheld' : isSpoiler ? 'spoiler' : 'open';
	await db.transaction(async (tx) => {
		await noteShown(
			tx,
			id,
			images.map(({ position }) => ({ position, shown: how(shown.get(position)) })),
		);
		// Of a choice of the best, each picture stands for its share of the candidates.
		const share = recipe.keep === undefined ? 1 : recipe.seeds.length / Math.max(1, images.length);
		const pictures = Math.round(shown.size * share);
		await chargeShown(tx, id, { pictures, steps: stepsOf(recipe) * pictures });
		await noteFailure(tx, id, note);
	});
}

function wordless(layout: MessageBody): LastWord {
	return { body: { ...layout, attachments: [] }, files: [] };
}

async function load(store: ImageStore, image: Image): Promise<RawFile> {
	const file = image.smallFile ?? image.file;
	const ending = file.split('.').at(-1)!;
	const contentType = ending === 'jpg' ? 'image/jpeg' : `image/${ending}`;
	return { name: `atelier-${image.id}.${ending}`, data: Buffer.from(await store.get(file)), contentType };
}
