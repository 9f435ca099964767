import {
	ActionRowBuilder,
	type AnySelectMenuInteraction,
	type ButtonInteraction,
	MessageFlags,
	StringSelectMenuBuilder,
} from 'discord.js';
import type { Generation } from '../../db/generations.ts';
import { type Image, imagesOf } from '../../db/images.ts';
import { findDelivery } from '../../db/outbox.ts';
import { UserError } from '../../errors.ts';
import { admit } from '../../moderation/gate.ts';
import { enlarge } from '../../prompt/derive.ts';
import { recipeOfOne } from '../../recipe.ts';
import { altText } from '../alt-text.ts';
import type { Call, Component } from '../context.ts';
import { encodePress, type Press } from '../custom-id.ts';
import { modelOf } from '../models.ts';
import { submit } from '../submit.ts';
import { type Upscaler, upscalerNamed, upscalersOf } from '../upscalers.ts';
import { judgeImages, pictureNote } from '../withheld.ts';
import { gone, pictureOf, sourceOf } from './target.ts';

/** U1–U4: one picture, enlarged. A second press shows the picture that the first one made. Of several upscalers the member chooses. */
export const upscale: Component = {
	verb: 'up',
	async button(interaction, press, call) {
		const generation = await sourceOf(call, interaction, press);
		const [first, ...others] = upscalersOf(modelOf(call, generation.recipe));
		if (!first)
			throw new UserError('no-upscaler', 'The model of this picture has no upscaler, so it cannot be enlarged.');
		const image = await pictureOf(call.db, generation, press);
		if (others.length === 0) return enlargeBy(first, interaction, call, generation, image);
		await interaction.reply({
			content: 'How shall it be enlarged?',
			components: [choiceOf([first, ...others], press).toJSON()],
			flags: MessageFlags.Ephemeral,
		});
	},
};

/** The choice of an upscaler. */
export const upscaleBy: Component = {
	verb: 'up-by',
	async select(interaction, press, call) {
		const generation = await sourceOf(call, interaction, press);
		const image = await pictureOf(call.db, generation, press);
		const [name] = interaction.values;
		await enlargeBy(
			upscalerNamed(name, upscalersOf(modelOf(call, generation.recipe))),
			interaction,
			call,
			generation,
			image,
		);
	},
};

/** Discord's limit for the options of a select. */
const mostChoices = 25;

function choiceOf(upscalers: readonly Upscaler[], { id, position = 0 }: Press) {
	const select = new StringSelectMenuBuilder()
		.setCustomId(encodePress({ verb: 'up-by', id, position }))
		.setPlaceholder('Upscaler')
		.addOptions(
			upscalers
				.filter(({ name }) => name.length <= 100)
				.slice(0, mostChoices)
				.map(({ name, scale }) => ({
					label: name,
					value: name,
					description: scale === 1 ? 'cleans up, same size' : `${scale} times as wide and high`,
				})),
		);
	return new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(select);
}

async function enlargeBy(
	upscaler: Upscaler,
	interaction: ButtonInteraction | AnySelectMenuInteraction,
	call: Call,
	generation: Generation,
	image: Image,
): Promise<void> {
	const parent = { imageId: image.id, sha256: image.sha256 };
	const recipe = enlarge(recipeOfOne(generation.recipe, image.seed), 0, parent, upscaler);
	const wish = { kind: 'upscale', request: generation.request, recipe, parentImageId: image.id } as const;
	const accepted = await submit(interaction, call, wish);
	// The same press may reach us twice; then the reply is the picture's own.
	const isOwn = accepted.generation.interactionId === interaction.id;
	if (!accepted.isNew && !isOwn) await showExisting(interaction, accepted.generation, call);
}

async function showExisting(
	interaction: ButtonInteraction | AnySelectMenuInteraction,
	generation: Generation,
	{ db, store, place, member, thresholds }: Call,
): Promise<void> {
	const { channel, settings } = place;
	// It was painted for somebody else's wish, perhaps when this channel allowed more.
	admit({ recipe: generation.recipe, channel, settings, member, isApproved: generation.approvedAt !== null });
	const judged = judgeImages(await imagesOf(db, generation.id), generation.recipe, place, thresholds);
	const withheld = pictureNote(judged, place);
	if (withheld !== undefined) throw new UserError('picture-withheld', withheld);
	const [shown] = judged;
	const file = shown && (shown.image.smallFile ?? shown.image.file);
	if (file !== undefined && !(await store.exists(file))) throw new UserError(...gone);
	// A public "is thinking" would make the follow-up as public as it is; a refusal takes it away by itself.
	await interaction.deleteReply();
	if (!shown || file === undefined) {
		await interaction.followUp({
			content: 'This picture is being enlarged already. It comes as soon as it is done.',
			flags: MessageFlags.Ephemeral,
		});
		return;
	}
	const { image, verdict } = shown;
	const messageId = (await findDelivery(db, generation.id))?.messageId;
	const link = `https://discord.com/channels/${generation.guildId ?? '@me'}/${generation.channelId}/${messageId}`;
	await interaction.followUp({
		content: `This picture was enlarged before${messageId ? `: ${link}` : '.'}`,
		files: [
			{
				attachment: Buffer.from(await store.get(file)),
				name: `${verdict.show === 'spoiler' ? 'SPOILER_' : ''}atelier-${image.id}.${file.split('.').at(-1)}`,
				description: altText(generation, 0),
			},
		],
		flags: MessageFlags.Ephemeral,
	});
}
