import type { ButtonInteraction } from 'discord.js';
import type { Generation } from '../../db/generations.ts';
import { markRemoved, markTakenDown } from '../../db/removals.ts';
import { UserError } from '../../errors.ts';
import type { Call, Component } from '../context.ts';
import { decide } from '../decisions.ts';
import { isModerator } from '../moderator.ts';
import { takeAway } from '../removal.ts';
import { targetOf } from './target.ts';

/**
 * 🗑: takes the message and our copies of its pictures away. For the author, at once; for moderators, whose removals are in the log
 * and can be undone for a while.
 */
export const remove: Component = {
	verb: 'delete',
	async button(interaction, press, call) {
		const { db, store } = call;
		const generation = await targetOf(db, interaction, press);
		if (!mayEnd(interaction, generation)) {
			throw new UserError('not-yours', 'Only the author of these pictures or a moderator can delete them.');
		}
		await interaction.deferUpdate();
		await markGone(interaction, generation, call);
		// Where the bot is not in the server, this press alone lets it delete the message.
		const isDown = await interaction.deleteReply().then(
			() => true,
			() => false,
		);
		if (isDown) await markTakenDown(db, generation.id);
		const { left, later } = await takeAway({ db, store, rest: interaction.client.rest }, [generation.id]);
		if (left > 0)
			throw new UserError('message-left', 'The pictures are deleted, but Discord does not let me delete this message.');
		if (later > 0)
			throw new UserError(
				'message-later',
				'The pictures are deleted. Discord failed at the message, which goes as soon as that works again.',
			);
	},
};

async function markGone(interaction: ButtonInteraction, generation: Generation, call: Call): Promise<void> {
	const { guildId, user } = interaction;
	if (user.id !== generation.userId && guildId !== null) {
		await decide(call, { guildId, actorId: user.id, generation }, { kind: 'remove' });
		return;
	}
	await call.db.transaction((tx) => markRemoved(tx, [generation.id]));
}

/** Answers whether someone may delete or cancel a generation. */
export function mayEnd(interaction: ButtonInteraction, generation: Generation): boolean {
	return interaction.user.id === generation.userId || isModerator(interaction.memberPermissions);
}
