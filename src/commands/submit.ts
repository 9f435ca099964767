import {
	type ButtonInteraction,
	type ChatInputCommandInteraction,
	DiscordAPIError,
	type ModalSubmitInteraction,
	RESTJSONErrorCodes,
} from 'discord.js';
import type { Generation } from '../db/generations.ts';
import { admit } from '../moderation/gate.ts';
import { limitFor } from '../moderation/member.ts';
import { suitFor } from '../prompt/recipe.ts';
import { accept, type Origin, type Wish } from '../queue/accept.ts';
import type { Call } from './context.ts';
import { tellWarnings } from './warnings.ts';

type Asking = ChatInputCommandInteraction | ButtonInteraction | ModalSubmitInteraction;

/**
 * The one door to the queue: the gate, then a deferred reply, then acceptance. Every command and component that wants pictures
 * comes through here.
 *
 * @returns the generation, and whether it was there before this press
 * @throws {UserError} when the gate or the queue refuses
 */
export async function submit(
	interaction: Asking,
	call: Call,
	wish: Wish,
): Promise<{ generation: Generation; isNew: boolean }> {
	// The gate needs nothing but what we have, so a refusal is the first answer and stays private.
	const { channel, settings, ceiling } = call.place;
	const recipe = admit({ recipe: suitFor(wish.recipe, ceiling), channel, settings, member: call.member });
	if (interaction.guildId !== null) await tellWarnings(call.db, interaction.guildId, interaction.user.id);
	const replyId = await deferOnce(interaction);
	const origin = { ...originOf(interaction, replyId), seenAgeRestricted: call.seenAgeRestricted };
	const quota = limitFor(call.place.guild, call.member);
	const accepted = await accept(call, origin, { ...wish, recipe }, quota);
	if (accepted.isNew) call.announce(accepted.generation);
	return accepted;
}

/**
 * Defers publicly, and once more where the answer was lost: if Discord took the first one, it says "already acknowledged".
 *
 * @returns the id of the reply, where Discord told
 */
async function deferOnce(interaction: Asking): Promise<string | null> {
	for (let isSecond = false; ; isSecond = true) {
		try {
			const response = await interaction.deferReply({ withResponse: true });
			return response.interaction.responseMessageId ?? null;
		} catch (error) {
			if (error instanceof DiscordAPIError && error.code === RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged) {
				interaction.deferred = true;
				interaction.ephemeral = false;
				return null;
			}
			if (isSecond || error instanceof DiscordAPIError) throw error;
		}
	}
}

function originOf(interaction: Asking, replyId: string | null): Origin {
	return {
		interactionId: interaction.id,
		applicationId: interaction.applicationId,
		interactionToken: interaction.token,
		createdAt: interaction.createdAt,
		guildId: interaction.guildId,
		channelId: interaction.channelId!,
		userId: interaction.user.id,
		replyId,
		uploadLimit: interaction.attachmentSizeLimit,
	};
}
