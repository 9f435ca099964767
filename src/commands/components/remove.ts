import type { ButtonInteraction } from 'discord.js';
import { type Generation, markDeleted } from '../../db/generations.ts';
import { imagesOf } from '../../db/images.ts';
import { UserError } from '../../errors.ts';
import type { Component } from '../context.ts';
import { isModerator } from '../moderator.ts';
import { targetOf } from './target.ts';

/** 🗑: takes the message and our copies of its pictures away. For the author and for moderators. */
export const remove: Component = {
	verb: 'delete',
	async button(interaction, press, { db, store }) {
		const generation = await targetOf(db, interaction, press);
		if (!mayEnd(interaction, generation)) {
			throw new UserError('not-yours', 'Only the author of these pictures or a moderator can delete them.');
		}
		await interaction.deferUpdate();
		// The message goes first: if Discord fails, the button is still there to be pressed again.
		await interaction.deleteReply();
		await markDeleted(db, generation.id);
		for (const image of await imagesOf(db, generation.id)) {
			await store.delete(image.file);
			if (image.smallFile) await store.delete(image.smallFile);
		}
	},
};

/** Answers whether someone may delete or cancel a generation. */
export function mayEnd(interaction: ButtonInteraction, generation: Generation): boolean {
	return interaction.user.id === generation.userId || isModerator(interaction.memberPermissions);
}
