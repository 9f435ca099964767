import { type ButtonInteraction, MessageFlags } from 'discord.js';
import type { Generation } from '../../db/generations.ts';
import { imagesOf } from '../../db/images.ts';
import { findDelivery } from '../../db/outbox.ts';
import { UserError } from '../../errors.ts';
import { enlarge } from '../../prompt/derive.ts';
import { altText } from '../alt-text.ts';
import type { Call, Component } from '../context.ts';
import { submit } from '../submit.ts';
import { gone, pictureOf, targetOf } from './target.ts';

/** U1–U4: one picture, enlarged. A second press shows the picture that the first one made. */
export const upscale: Component = {
	verb: 'up',
	async button(interaction, press, call) {
		const { upscaler } = call.model;
		if (!upscaler)
			throw new UserError('no-upscaler', 'The model that is loaded has no upscaler, so nothing can be enlarged.');
		const generation = await targetOf(call.db, interaction, press);
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
	{ db, store }: Call,
): Promise<void> {
	await interaction.deleteReply();
	const [image] = await imagesOf(db, generation.id);
	if (!image) {
		await interaction.followUp({
			content: 'This picture is being enlarged already. It comes as soon as it is done.',
			flags: MessageFlags.Ephemeral,
		});
		return;
	}
	const file = image.smallFile ?? image.file;
	if (!(await store.exists(file))) throw new UserError(...gone);
	const messageId = (await findDelivery(db, generation.id))?.messageId;
	const link = `https://discord.com/channels/${generation.guildId ?? '@me'}/${generation.channelId}/${messageId}`;
	await interaction.followUp({
		content: `This picture was enlarged before${messageId ? `: ${link}` : '.'}`,
		files: [
			{
				attachment: Buffer.from(await store.get(file)),
				name: `atelier-${image.id}.${file.split('.').at(-1)}`,
				description: altText(generation, 0),
			},
		],
		flags: MessageFlags.Ephemeral,
	});
}
