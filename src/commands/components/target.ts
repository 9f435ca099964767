import type { Db } from '../../db/client.ts';
import { findGeneration, type Generation } from '../../db/generations.ts';
import { findImage, type Image, imagesOf } from '../../db/images.ts';
import { findShown } from '../../db/outbox.ts';
import { UserError } from '../../errors.ts';
import type { Call } from '../context.ts';
import type { Press } from '../custom-id.ts';

/**
 * Finds what a button is about. A press counts only in the channel where the generation is shown: a `customId` that somebody
 * made up opens nothing elsewhere.
 *
 * @throws {UserError} `unknown-picture` when there is no such generation here, or its pictures were deleted
 */
export async function targetOf(db: Db, interaction: { channelId: string | null }, press: Press): Promise<Generation> {
	const generation = await findGeneration(db, press.id);
	if (!generation || generation.channelId !== interaction.channelId || generation.deletedAt)
		throw new UserError(...gone);
	return generation;
}

/**
 * Finds what a new wish is made from, and asks whether this member may: a server can leave U, V, 🔄 and ✏️ to the author.
 * Moderators always may.
 *
 * @throws {UserError} `not-yours`, or what `targetOf` throws
 */
export async function sourceOf(
	call: Pick<Call, 'db' | 'place' | 'member'>,
	interaction: { channelId: string | null; user: { id: string } },
	press: Press,
): Promise<Generation> {
	const generation = await targetOf(call.db, interaction, press);
	const isOpen = call.place.guild.buttons === 'everyone' || call.member?.isModerator === true;
	if (isOpen || interaction.user.id === generation.userId) return generation;
	throw new UserError(
		'not-yours',
		'In this server only the author and moderators use these buttons. Ask for pictures of your own with /imagine.',
	);
}

/**
 * Finds the picture that something new is made from: of an enlargement, which is larger than the model draws, what it was made from.
 *
 * @throws {UserError} as `sourceOf` and `pictureOf` do
 */
export async function originalOf(
	call: Pick<Call, 'db' | 'place' | 'member'>,
	interaction: Parameters<typeof sourceOf>[1],
	press: Press,
): Promise<{ generation: Generation; image: Image }> {
	const generation = await sourceOf(call, interaction, press);
	const image = await pictureOf(call.db, generation, press);
	const { upscaler, parent } = generation.recipe;
	if (upscaler === undefined || parent?.imageId === undefined) return { generation, image };
	const original = await findImage(call.db, parent.imageId);
	const drawn = original && (await findGeneration(call.db, original.generationId));
	if (!original || !drawn || drawn.deletedAt) throw new UserError(...gone);
	return { generation: drawn, image: original };
}

/** Finds what a message of ours in this channel shows. @throws {UserError} `unknown-picture` */
export async function shownIn(
	db: Db,
	{ channelId }: { channelId: string | null },
	messageId: string,
): Promise<Generation> {
	const id = await findShown(db, messageId);
	const generation = id === undefined ? undefined : await findGeneration(db, id);
	if (generation?.channelId === channelId && !generation.deletedAt) return generation;
	throw new UserError(
		'unknown-picture',
		'There is no picture of mine in this channel under that link. Copy the link from the menu of my message.',
	);
}

/** Finds the one picture that a button is about; what was withheld is as good as not there. */
export async function pictureOf(db: Db, generation: Generation, press: Press): Promise<Image> {
	const image = (await imagesOf(db, generation.id)).find(({ position }) => position === (press.position ?? 0));
	if (!image || (image.shown !== 'open' && image.shown !== 'spoiler')) throw new UserError(...gone);
	return image;
}

/** What a member is told whose button leads nowhere. */
export const gone = ['unknown-picture', 'This picture is no longer there. Use /imagine to paint a new one.'] as const;
