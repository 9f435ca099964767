import type { ButtonInteraction, ModalSubmitInteraction } from 'discord.js';
import type { Db } from '../../db/client.ts';
import { findGeneration, type Generation } from '../../db/generations.ts';
import { type Image, imagesOf } from '../../db/images.ts';
import { UserError } from '../../errors.ts';
import type { Press } from '../custom-id.ts';

/**
 * Finds what a button is about. A press counts only in the channel where the generation is shown: a `customId` that somebody
 * made up opens nothing elsewhere.
 *
 * @throws {UserError} `unknown-picture` when there is no such generation here, or its pictures were deleted
 */
export async function targetOf(
	db: Db,
	interaction: ButtonInteraction | ModalSubmitInteraction,
	press: Press,
): Promise<Generation> {
	const generation = await findGeneration(db, press.id);
	if (!generation || generation.channelId !== interaction.channelId || generation.deletedAt)
		throw new UserError(...gone);
	return generation;
}

/** Finds the one picture that a button is about. */
export async function pictureOf(db: Db, generation: Generation, press: Press): Promise<Image> {
	const image = (await imagesOf(db, generation.id))[press.position ?? 0];
	if (!image) throw new UserError(...gone);
	return image;
}

/** What a member is told whose button leads nowhere. */
export const gone = ['unknown-picture', 'This picture is no longer there. Use /imagine to paint a new one.'] as const;
