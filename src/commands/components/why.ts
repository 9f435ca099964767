import { MessageFlags } from 'discord.js';
import type { Generation } from '../../db/generations.ts';
import { imagesOf } from '../../db/images.ts';
import { UserError } from '../../errors.ts';
import { judge } from '../../moderation/gate.ts';
import { mayModeratorsSee } from '../../moderation/picture.ts';
import { heldMs } from '../../queue/held.ts';
import type { Call, Component } from '../context.ts';
import { isModerator } from '../moderator.ts';
import { judgeImages } from '../withheld.ts';
import { targetOf } from './target.ts';

/** Says why pictures are not shown: to who asked for them, and to moderators, who also see them where Discord lets them. */
export const why: Component = {
	verb: 'why',
	async button(interaction, press, call) {
		const generation = await targetOf(call.db, interaction, press);
		const isAuthor = interaction.user.id === generation.userId;
		const moderates = isModerator(interaction.memberPermissions);
		if (!isAuthor && !moderates)
			throw new UserError('not-yours', 'Only who asked for these pictures and moderators are told why.');
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const note =
			generation.failure ?? (generation.state === 'held' ? heldNote(generation) : 'All of these pictures are shown.');
		const files = moderates ? await withheldFiles(generation, call) : [];
		await interaction.editReply({
			content: isAuthor ? note : `This is what <@${generation.userId}> was told:\n${note}`,
			files,
			allowedMentions: { parse: [] },
		});
	},
};

function heldNote({ heldFor, createdAt }: Generation): string {
	const until = Math.floor((createdAt.getTime() + heldMs) / 1000);
	return `This server’s moderators look at \`${heldFor}\` before it is drawn. They have your wish; nothing is charged until they let it through. If nobody has looked at it <t:${until}:R>, it ends by itself.`;
}

/** The withheld pictures that a moderator may look at in this channel as it is now, covered. */
async function withheldFiles(generation: Generation, { db, store, place, thresholds }: Call) {
	const { channel, settings } = place;
	const isApproved = generation.approvedAt !== null;
	const verdict = judge({ recipe: generation.recipe, channel, settings, isApproved });
	if (!verdict.allow && (verdict.rule === 'minors' || verdict.rule === 'real-people')) return [];
	const withheld = (await imagesOf(db, generation.id)).filter(({ shown }) => shown === 'withheld');
	const files = judgeImages(withheld, generation.recipe, place, thresholds)
		.filter(({ verdict }) => mayModeratorsSee(verdict, channel))
		.map(async ({ image }) => {
			const file = image.smallFile ?? image.file;
			if (!(await store.exists(file))) return [];
			const name = `SPOILER_atelier-${image.id}.${file.split('.').at(-1)}`;
			return [{ attachment: Buffer.from(await store.get(file)), name, description: `Picture ${image.position + 1}` }];
		});
	return (await Promise.all(files)).flat();
}
