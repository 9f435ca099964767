import { isDeepStrictEqual } from 'node:util';
import {
	type AnySelectMenuInteraction,
	type ButtonInteraction,
	type ChatInputCommandInteraction,
	DiscordAPIError,
	type MessageContextMenuCommandInteraction,
	type MessageFlags,
	type ModalSubmitInteraction,
	RESTJSONErrorCodes,
} from 'discord.js';
import type { Db } from '../db/client.ts';
import type { Generation } from '../db/generations.ts';
import { touchUpload } from '../db/uploads.ts';
import { UserError } from '../errors.ts';
import { admitOrHold, type MemberFacts, reasonFor } from '../moderation/gate.ts';
import { limitFor, lookUpMember } from '../moderation/member.ts';
import { lookUpPlace, type Place } from '../moderation/place.ts';
import { rephrase } from '../moderation/rephrase.ts';
import { suitFor } from '../prompt/recipe.ts';
import { accept, type Origin, type Terms, type Wish } from '../queue/accept.ts';
import { uploadedFiles } from '../recipe.ts';
import { isFromApproved } from './approved.ts';
import type { Call } from './context.ts';
import { refuseParent } from './parent.ts';
import { tellWarnings } from './warnings.ts';

export type Asking =
	| ChatInputCommandInteraction
	| MessageContextMenuCommandInteraction
	| ButtonInteraction
	| AnySelectMenuInteraction
	| ModalSubmitInteraction;

/**
 * The one door to the queue: the gate, then a deferred reply, then acceptance, with a last look of the gate inside its transaction.
 * Every command and component that wants pictures comes through here.
 *
 * @param deferred where the first answer was given before, since something had to be fetched: `admitWish` comes before that
 * @returns the generation, and whether it was there before this press
 * @throws {UserError} when the gate or the queue refuses
 */
export async function submit(
	interaction: Asking,
	call: Call,
	wish: Wish,
	deferred?: { replyId: string | null },
): Promise<{ generation: Generation; isNew: boolean }> {
	// The gate needs nothing but what we have, so a refusal is the first answer and stays private.
	const { guildId, user } = interaction;
	const isApproved = await isFromApproved(call.db, guildId, wish);
	const terms = termsOf(wish, call.place, call.member, isApproved);
	await refuseParent(call, terms.wish.recipe, interaction);
	if (guildId !== null) await tellWarnings(call.db, guildId, user.id);
	const { replyId } = deferred ?? { replyId: await deferOnce(interaction) };
	const accepted = await accept(call, { ...originOf(interaction, call), replyId }, terms.wish, async (tx) => {
		const now = await changedSince(interaction, call, tx);
		return now ? termsOf(wish, now.place, now.member, isApproved) : terms;
	});
	if (accepted.isNew) call.announce(accepted.generation);
	for (const sha256 of uploadedFiles(wish.recipe)) await touchUpload(call.db, { guildId, userId: user.id, sha256 });
	return accepted;
}

/**
 * Asks the gate about a wish whose pictures still have to be fetched, so that nothing is fetched for what may not be drawn. It is
 * asked again when the wish is submitted.
 *
 * @throws {UserError} as `submit` does
 */
export function admitWish(call: Call, wish: Wish): void {
	termsOf(wish, call.place, call.member);
}

/**
 * Looks once more at what holds, within the transaction that accepts: since the press a moderator may have changed a setting, or
 * punished this member. `undefined`: nothing changed.
 */
export async function changedSince(
	{ guildId, user }: Pick<Asking, 'guildId' | 'user'>,
	call: Call,
	tx: Db,
): Promise<{ place: Place; member: MemberFacts | undefined } | undefined> {
	const place = await lookUpPlace(tx, guildId, call.place.seen);
	const known = guildId === null || !call.member ? undefined : { userId: user.id, ...call.member };
	const member = guildId === null || !known ? undefined : await lookUpMember(tx, guildId, known);
	const isSame = place.version === call.place.version && isDeepStrictEqual(member?.sanction, call.member?.sanction);
	return isSame ? undefined : { place, member };
}

/**
 * Says what a wish comes to in a place for a member: what is drawn, what is shown of what was typed, and whether a moderator looks
 * at it first.
 *
 * @param isApproved moderators looked at its very words before
 * @throws {UserError} `gate-<rule>`
 */
export function termsOf(
	wish: Wish,
	{ channel, settings, ceiling, guild }: Place,
	member: MemberFacts | undefined,
	isApproved = false,
): Terms {
	const suited = suitFor(wish.recipe, ceiling);
	const { recipe, held } = admitOrHold({ recipe: suited, channel, settings, member, isApproved });
	if (held && guild.logChannelId === null)
		throw new UserError(
			'nobody-to-ask',
			`${reasonFor(held)} They have not chosen a channel for that yet, so nobody can be asked: \`/settings\` does it, under Reports.`,
		);
	const { request, note } = rephrase(wish.request, settings.rules);
	const notes = [...(wish.notes ?? []), ...(note === undefined ? [] : [note])];
	const final = { ...wish, recipe, request, notes };
	return { wish: final, quota: limitFor(guild, member), heldFor: held?.match, isApproved };
}

/**
 * Defers, publicly if `flags` do not say otherwise, and once more where the answer was lost: if Discord took the first one, it says "already acknowledged".
 *
 * @returns the id of the reply, where Discord told
 */
export async function deferOnce(interaction: Asking, flags?: MessageFlags.Ephemeral): Promise<string | null> {
	// A file that had to be fetched first took its time.
	if (interaction.deferred)
		return interaction.fetchReply().then(
			({ id }) => id,
			() => null,
		);
	for (let isSecond = false; ; isSecond = true) {
		try {
			const response = await interaction.deferReply({ withResponse: true, ...(flags && { flags }) });
			return response.interaction.responseMessageId ?? null;
		} catch (error) {
			if (error instanceof DiscordAPIError && error.code === RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged) {
				interaction.deferred = true;
				interaction.ephemeral = flags !== undefined;
				return null;
			}
			if (isSecond || error instanceof DiscordAPIError) throw error;
		}
	}
}

/** Where and from whom a wish comes; by which message it is answered is not known yet. */
export function originOf(interaction: Asking, call: Call): Omit<Origin, 'replyId'> {
	return {
		interactionId: interaction.id,
		applicationId: interaction.applicationId,
		interactionToken: interaction.token,
		createdAt: interaction.createdAt,
		guildId: interaction.guildId,
		channelId: interaction.channelId!,
		userId: interaction.user.id,
		seenAgeRestricted: call.seenAgeRestricted,
		ceiling: call.place.ceiling,
		uploadLimit: interaction.attachmentSizeLimit,
		locale: interaction.locale,
	};
}
