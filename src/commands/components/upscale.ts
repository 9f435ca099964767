import { type ButtonInteraction, MessageFlags } from 'discord.js';
import type { Generation } from '../../db/generations.ts';
import { imagesOf } from '../../db/images.ts';
import { findDelivery } from '../../db/outbox.ts';
import { UserError } from '../../errors.ts';
import { admit } from '../../moderation/gate.ts';
import { enlarge } from '../../prompt/derive.ts';
import { altText } from '../alt-text.ts';
import type { Call, Component } from '../context.ts';
import { submit } from '../submit.ts';
import { judgeImages, pictureNote } from '../withheld.ts';
import { gone, pictureOf, sourceOf } from './target.ts';

/** U1–U4: one picture, enlarged. A second press shows the picture that the first one made. */
export const upscale: Component = {
	verb: 'up',
	async button(interaction, press, call) {
		const { upscaler } = call.model;
		if (!upscaler)
			throw new UserError('no-upscaler', 'The model that is loaded has no upscaler, so nothing can be enlarged.');
		const generation = await sourceOf(call, interaction, press);
		const image = await pictureOf(call.db, generation, press);
		const parent = { imageId: image.id, sha256: image.sha256 };
		const recipe = enlarge({ ...generation.recipe, model: call.model.hash }, image.position, parent, upscaler);
		const wish = { kind: 'upscale', request: generation.request, recipe, parentImageId: image.id } as const;
		const accepted = await submit(interaction, call, wish);
		// The same press may reach us twice; then the reply is the picture's own.
		const isOwn = accepted.generation.interactionId === interaction.id;
		if (!accepted.isNew && !isOwn) await showExisting(interaction, accepted.generation, call);
	},
};

async function showExisting(
	interaction: ButtonInteraction,
	generation: Generation,
	{ db, store, place, member, thresholds }: Call,
): Promise<void> {
	const { channel, settings } = place;
	// It was painted for somebody else's wish, perhaps when this channel allowed more.
	admit({ recipe: generation.recipe, channel, settings, member });
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
