import { type ButtonInteraction, MessageFlags } from 'discord.js';
import { lastOfCase } from '../../db/audit.ts';
import { findCard } from '../../db/cards.ts';
import type { Db } from '../../db/client.ts';
import { findGeneration, type Generation } from '../../db/generations.ts';
import { UserError } from '../../errors.ts';
import { admit } from '../../moderation/gate.ts';
import { limitFor } from '../../moderation/member.ts';
import { lookUpPlace } from '../../moderation/place.ts';
import { suitFor } from '../../prompt/recipe.ts';
import { approveHeld, type Reviewing, refuseHeld } from '../../queue/held.ts';
import type { Call, Component } from '../context.ts';
import type { Press } from '../custom-id.ts';
import { memberFactsNow } from '../member-now.ts';
import { moderatesGuild } from '../moderator.ts';
import { showCase } from './case.ts';

/** ✅ and ❌ on the card of a wish at which moderators look first. */
export const heldComponents: Component[] = [
	{
		verb: 'held-approve',
		async button(interaction, press, call) {
			const { who, generation } = await reviewing(interaction, press, call);
			await interaction.deferUpdate();
			const approved = await approve(call, who, generation);
			if (!approved) throw await decidedMeanwhile(call.db, who);
			call.announce(approved);
			await refresh(interaction, call, who);
		},
	},
	{
		verb: 'held-refuse',
		async button(interaction, press, call) {
			const { who, generation } = await reviewing(interaction, press, call);
			await interaction.deferUpdate();
			if (!(await refuseHeld(call.db, who, refusalOf(generation)))) throw await decidedMeanwhile(call.db, who);
			call.wakeOutbox();
			await refresh(interaction, call, who);
		},
	},
];

/** Finds the wish that a press is about, for moderators of its guild. */
async function reviewing(
	interaction: ButtonInteraction,
	{ id }: Press,
	{ db, place }: Call,
): Promise<{ who: Reviewing; generation: Generation }> {
	const { guildId, user } = interaction;
	const card = await findCard(db, id);
	if (guildId === null || !moderatesGuild(interaction, place.guild) || (card && card.guildId !== guildId))
		throw new UserError('not-a-moderator', 'Only moderators of this server decide about this.');
	const generation = card && (await findGeneration(db, id));
	if (!generation || generation.heldFor === null)
		throw new UserError('no-such-wish', 'There is no such wish to decide about any more.');
	return { who: { guildId, actorId: user.id, generationId: id }, generation };
}

/** Lets a wish through by what holds now: for its channel, its author and the floor, whoever decides. */
async function approve(call: Call, who: Reviewing, { channelId, seenAgeRestricted, userId }: Generation) {
	const facts = await call.channelNow(channelId, seenAgeRestricted);
	const seen = await call.memberNow(who.guildId, userId);
	try {
		return await approveHeld(call, who, async (tx, { recipe }) => {
			const { channel, settings, ceiling, guild } = await lookUpPlace(tx, who.guildId, facts);
			const services = { db: tx, memberNow: async () => seen };
			const member = await memberFactsNow(services, { guildId: who.guildId, userId }, 'all');
			const suited = suitFor(recipe, ceiling);
			return {
				recipe: admit({ recipe: suited, channel, settings, member, isApproved: true }),
				quota: limitFor(guild, member),
			};
		});
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		throw new UserError(
			error.code,
			`Not let through, and nothing was changed, for this is what <@${userId}> would be told: ${error.message}`,
		);
	}
}

function refusalOf({ heldFor }: Generation): string {
	return `A moderator of this server looked at this, for the word \`${heldFor}\`, and did not want it drawn. Nothing was charged.`;
}

/** Says what became of a wish that somebody else decided about first. */
async function decidedMeanwhile(db: Db, { guildId, generationId }: Reviewing): Promise<UserError> {
	const last = await lastOfCase(db, guildId, generationId, ['approve', 'refuse', 'lapse']);
	const how = { approve: 'let it through', refuse: 'refused it' }[last?.action ?? ''];
	const what = last?.actorId && how ? `<@${last.actorId}> was quicker and ${how}` : 'It had ended before';
	return new UserError('decided-meanwhile', `${what}, so nothing was done.`);
}

/** The card in the moderators' channel is edited by who posts it; one that was opened from `/audit` is shown anew. */
async function refresh(interaction: ButtonInteraction, call: Call, { generationId }: Reviewing): Promise<void> {
	if (interaction.message.flags.has(MessageFlags.Ephemeral)) await showCase(interaction, generationId, call);
}
