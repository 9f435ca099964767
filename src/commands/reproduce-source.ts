import { ComponentType, type Message } from 'discord.js';
import { findGeneration, type Generation } from '../db/generations.ts';
import { findImage, imagesOf } from '../db/images.ts';
import { findUpload } from '../db/uploads.ts';
import { UserError } from '../errors.ts';
import type { ImagineRequest } from '../prompt/request.ts';
import { type Recipe, uploadedFiles } from '../recipe.ts';
import { gone } from './components/target.ts';
import type { Call } from './context.ts';
import { decodePress, type Press } from './custom-id.ts';

/** Who asks, and where. */
interface Asking {
	guildId: string | null;
	channelId: string | null;
	user: { id: string };
}

/** Finds what the buttons under one of our messages are about. */
export function pressIn({ author, client, components }: Message): Press | undefined {
	if (author.id !== client.user.id) return undefined;
	const boxes = components.flatMap((it) => (it.type === ComponentType.Container ? it.components : []));
	const rows = boxes.flatMap((it) => (it.type === ComponentType.ActionRow ? it.components : []));
	return rows.map(({ customId }) => decodePress(customId ?? '')).find((press) => press?.verb === 'report');
}

/**
 * Takes the recipe of stored pictures: of all that a message shows, or of one. A picture opens only in the channel where it is
 * shown, or to who asked for it: nobody learns by an id what was drawn elsewhere. Where a server leaves buttons to the author, this is
 * one of them.
 *
 * @throws {UserError} `unknown-picture`, `not-yours`
 */
export async function recipeOfOurs(
	{ db, place, member }: Pick<Call, 'db' | 'place' | 'member'>,
	{ channelId, user }: Asking,
	generation: Generation | undefined,
	position?: number,
): Promise<{ recipe: Recipe; imageIds: string[]; request: ImagineRequest }> {
	if (!generation || !mayOpen(generation, { channelId, user })) throw new UserError(...gone);
	if (place.guild.buttons !== 'everyone' && !member?.isModerator && generation.userId !== user.id)
		throw new UserError('not-yours', 'In this server only the author and moderators draw a picture again.');
	const shown = (await imagesOf(db, generation.id))
		.filter((image) => image.shown === 'open' || image.shown === 'spoiler')
		.filter((image) => position === undefined || image.position === position);
	if (shown.length === 0) throw new UserError(...gone);
	const { keep: _, ...recipe } = generation.recipe;
	const imageIds = shown.map(({ id }) => id);
	return { recipe: { ...recipe, seeds: shown.map(({ seed }) => seed) }, imageIds, request: generation.request };
}

/**
 * Asks whether what a recipe is made from may be used: a recipe out of a file can name any picture of ours, and to draw a little over
 * it would show it.
 *
 * @param isStored the recipe is one that we keep: its uploads were allowed then
 * @throws {UserError} `parent-gone`
 */
export async function requireSources(
	{ db }: Pick<Call, 'db'>,
	asking: Asking,
	recipe: Recipe,
	isStored: boolean,
): Promise<void> {
	const { parent } = recipe;
	if (parent?.imageId !== undefined) {
		const image = await findImage(db, parent.imageId);
		const generation = image && (await findGeneration(db, image.generationId));
		const isShown = image?.shown === 'open' || image?.shown === 'spoiler';
		if (!generation || image?.sha256 !== parent.sha256 || !isShown || !mayOpen(generation, asking)) throw missing();
	}
	const owner = { userId: asking.user.id, guildId: asking.guildId };
	for (const sha256 of uploadedFiles(recipe)) {
		const upload = await findUpload(db, { ...owner, sha256 });
		if (!upload || (!isStored && upload.userId !== owner.userId)) throw missing();
	}
}

function mayOpen(generation: Generation, { channelId, user }: Pick<Asking, 'channelId' | 'user'>): boolean {
	const isHere = generation.channelId === channelId || generation.userId === user.id;
	return isHere && generation.deletedAt === null && generation.state === 'painted';
}

function missing(): UserError {
	return new UserError(
		'parent-gone',
		'The picture that this one was made from is not here any more, so it cannot be drawn again.',
	);
}
