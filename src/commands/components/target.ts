import type { ButtonInteraction, ModalSubmitInteraction } from 'discord.js';
import type { Db } from '../../db/client.ts';
import { findGeneration, type Generation } from '../../db/generations.ts';
import { type Image, imagesOf } from '../../db/images.ts';
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
	interaction: ButtonInteraction | ModalSubmitInteraction,
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

/** Finds the one picture that a button is about; what was withheld is as good as not there. */
export async function pictureOf(db: Db, generation: Generation, press: Press): Promise<Image> {
	const image = (await imagesOf(db, generation.id)).find(({ position }) => position === (press.position ?? 0));
	if (!image || (image.shown !== 'open' && image.shown !== 'spoiler')) throw new UserError(...gone);
	return image;
}

/** What a member is told whose button leads nowhere. */
export const gone = ['unknown-picture', 'This picture is no longer there. Use /imagine to paint a new one.'] as const;
