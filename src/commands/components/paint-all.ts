import type { ButtonInteraction } from 'discord.js';
import { type Confirmation, endConfirmation, findConfirmation } from '../../db/confirmations.ts';
import { UserError } from '../../errors.ts';
import type { Call, Component } from '../context.ts';
import type { Press } from '../custom-id.ts';
import { submitAll } from '../submit-all.ts';

/** Paint all: what was asked about before so many jobs are started. */
const paintAll: Component = {
	verb: 'paint-all',
	async button(interaction, press, call) {
		const { id, kind, wishes } = await questionOf(interaction, press, call);
		await submitAll(
			interaction,
			call,
			wishes.map((wish) => ({ kind, ...wish })),
			async (tx) => {
				if (!(await endConfirmation(tx, id))) throw new UserError(...answered);
			},
		);
	},
};

/** Cancel: nothing is started. */
const paintNone: Component = {
	verb: 'paint-none',
	async button(interaction, press, call) {
		const { id } = await questionOf(interaction, press, call);
		await endConfirmation(call.db, id);
		await interaction.update({ content: 'Nothing was started.', components: [] });
	},
};

/** The answers to the question whether so many jobs are meant. */
export const paintAllComponents: Component[] = [paintAll, paintNone];

/** @throws {UserError} `already-answered` */
async function questionOf(interaction: ButtonInteraction, { id }: Press, { db }: Call): Promise<Confirmation> {
	const question = await findConfirmation(db, id, interaction.user.id);
	if (question?.channelId === interaction.channelId) return question;
	throw new UserError(...answered);
}

const answered = ['already-answered', 'This was answered before, or too long ago. Use /imagine to ask again.'] as const;
