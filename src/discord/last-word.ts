import type { Client, RawFile } from 'discord.js';
import { altText } from '../commands/alt-text.ts';
import { judgeImages, pictureNote, refusalNote, replacedNote } from '../commands/withheld.ts';
import type { Db } from '../db/client.ts';
import { type Generation, noteFailure } from '../db/generations.ts';
import { type Image, imagesOf, noteShown } from '../db/images.ts';
import { chargeShown } from '../db/usage.ts';
import { type ImageStore, MissingImageError } from '../images/store.ts';
import { judge } from '../moderation/gate.ts';
import { lookUpPlace, type Place } from '../moderation/place.ts';
import type { RatingThresholds } from '../moderation/thresholds.ts';
import { stepsOf } from '../queue/price.ts';
import { factsNow } from './facts.ts';
import { endedLayout, forgottenLayout, type MessageBody, resultLayout, withheldLayout } from './layouts.ts';

export interface LastWordOptions {
	client: Client<true>;
	db: Db;
	store: ImageStore;
	model: { name: string; upscaler: object | undefined };
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
	const facts = await factsNow(options.client, generation.channelId, generation.seenAgeRestricted);
	const place = await lookUpPlace(db, generation.guildId, facts);
	const refusal = refusalOf(generation.recipe, place);
	if (generation.state === 'cancelled')
		return wordless(refusal ? forgottenLayout(generation) : endedLayout(generation, 'Cancelled. Nothing was charged.'));
	if (generation.state === 'failed') {
		const failure = generation.failure ?? 'This failed. Nothing was charged.';
		// The reason may name the word that is refused.
		return refusal
			? { ...wordless(withheldLayout(generation)), note: failure }
			: wordless(endedLayout(generation, failure));
	}
	const images = await imagesOf(db, generation.id);
	if (refusal) {
		await book(db, generation, images, new Map(), refusal);
		return { ...wordless(withheldLayout(generation)), note: refusal };
	}
	return showPictures(options, generation, images, place);
}

async function showPictures(
	{ db, store, model, thresholds }: LastWordOptions,
	generation: Generation,
	images: readonly Image[],
	place: Place,
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
		return wordless(endedLayout(generation, 'The pictures were painted, but their files are gone. Please ask again.'));
	}
	const note = pictureNote(judged, place);
	await book(
		db,
		generation,
		images,
		new Map(shown.map(({ image, isSpoiler }) => [image.position, isSpoiler])),
		note ?? null,
	);
	if (shown.length === 0) return { ...wordless(withheldLayout(generation)), note };
	const startedAt = generation.startedAt ?? generation.createdAt;
	const layout = resultLayout(generation, {
		pictures: shown.map(({ image, isSpoiler }, i) => ({ position: image.position, file: files[i]!.name, isSpoiler })),
		withheld: images.length - shown.length,
		seconds: ((generation.finishedAt ?? new Date()).getTime() - startedAt.getTime()) / 1000,
		modelName: model.name,
		canUpscale: model.upscaler !== undefined,
	});
	const attachments = shown.map(({ image }, i) => ({
		id: String(i),
		description: altText(generation, image.position),
	}));
	return { body: { ...layout, attachments }, files, note };
}

/** Says why a recipe may not be shown in a place, if it may not. */
function refusalOf(recipe: Generation['recipe'], { channel, settings }: Place): string | undefined {
	const verdict = judge({ recipe, channel, settings });
	if (!verdict.allow) return refusalNote(verdict);
	if (!verdict.recipe) return undefined;
	// A rule whose replacement holds the word itself (`cat` by `cat girl`) replaces for ever: it was applied already.
	const again = judge({ recipe: verdict.recipe, channel, settings });
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
		await chargeShown(tx, id, { pictures: shown.size, steps: stepsOf(recipe) * shown.size });
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
