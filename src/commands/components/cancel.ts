import { UserError } from '../../errors.ts';
import { cancel as cancelGeneration } from '../../queue/settle.ts';
import type { Component } from '../context.ts';
import { mayEnd } from './remove.ts';
import { targetOf } from './target.ts';

/** The button beside a place in line or a progress bar. */
export const cancel: Component = {
	verb: 'cancel',
	async button(interaction, press, call) {
		const generation = await targetOf(call.db, interaction, press);
		if (!mayEnd(interaction, generation)) {
			throw new UserError('not-yours', 'Only the author or a moderator can cancel this.');
		}
		await interaction.deferUpdate();
		const outcome = await cancelGeneration(call, generation.id);
		if (outcome === 'cancelled') call.wakeOutbox();
		if (outcome === 'ended')
			throw new UserError('too-late', 'This is finished already, so there is nothing to cancel.');
	},
};
