import { randomBytes } from 'node:crypto';
import { ActionRowBuilder, ButtonBuilder, ButtonStyle, MessageFlags } from 'discord.js';
import type { Db } from '../db/client.ts';
import { keepConfirmation } from '../db/confirmations.ts';
import { measurePace } from '../db/generations.ts';
import { sampledKinds, type Wish } from '../queue/accept.ts';
import { acceptAll } from '../queue/accept-all.ts';
import { costOf } from '../queue/price.ts';
import { checkQuota } from '../queue/quota.ts';
import { shorten } from './alt-text.ts';
import type { Call } from './context.ts';
import { encodePress } from './custom-id.ts';
import { escaped } from './escape.ts';
import { refuseParent } from './parent.ts';
import { type Asking, changedSince, deferOnce, originOf, submit, termsOf } from './submit.ts';
import { tellWarnings } from './warnings.ts';

/** As many jobs of one wish are started without a question. */
export const mostUnasked = 5;

/** How many of the prompts a question shows, and how much of each. */
const shown = { prompts: 5, characters: 150 };

/**
 * Brings what one text came to through the door to the queue: one wish as any other, a few at once, and many only when their
 * member has said yes.
 *
 * @throws {UserError} when the gate or the queue refuses one of them
 */
export async function submitWishes(interaction: Asking, call: Call, wishes: readonly Wish[]): Promise<void> {
	const [only, second] = wishes;
	if (only && !second) await submit(interaction, call, only);
	else if (wishes.length <= mostUnasked) await submitAll(interaction, call, wishes);
	else await askFirst(interaction, call, wishes);
}

/**
 * Submits several wishes, all or none of them. Each is a job with a message of its own; the answer, which only the member sees, says
 * how many there are.
 *
 * @param before is done in the same transaction, first
 * @throws {UserError} when the gate or the queue refuses one of them
 */
export async function submitAll(
	interaction: Asking,
	call: Call,
	wishes: readonly Wish[],
	before: (tx: Db) => Promise<void> = async () => {},
): Promise<void> {
	const terms = wishes.map((wish) => termsOf(wish, call.place, call.member));
	const { guildId, user } = interaction;
	for (const { wish } of terms) await refuseParent(call, wish.recipe, interaction);
	if (guildId !== null) await tellWarnings(call.db, guildId, user.id);
	if (interaction.isButton()) await interaction.deferUpdate();
	else await deferOnce(interaction, MessageFlags.Ephemeral);
	const { generations, isNew } = await acceptAll(call, originOf(interaction, call), async (tx) => {
		await before(tx);
		const now = await changedSince(interaction, call, tx);
		return now ? wishes.map((wish) => termsOf(wish, now.place, now.member)) : terms;
	});
	const content = `${sizeOf(wishes)} Each gets a message of its own here, with its own Cancel.`;
	// The jobs are accepted by now, and what becomes of them is told in their own messages.
	await interaction.editReply({ content, components: [] }).catch(() => {});
	// Only now: a follow-up to an unanswered interaction would become its answer.
	if (isNew) for (const generation of generations) call.announce(generation);
}

/** Asks whether many jobs are meant, after everything that would refuse them has been asked. */
async function askFirst(interaction: Asking, call: Call, wishes: readonly Wish[]): Promise<void> {
	const terms = wishes.map((wish) => termsOf(wish, call.place, call.member));
	const { guildId, channelId, user } = interaction;
	const { quota = {} } = terms[0]!;
	const lane = guildId ?? `dm:${user.id}`;
	const atOnce = Math.min(call.memberWaiting, quota.atOnce ?? call.memberWaiting);
	await checkQuota(
		call.db,
		{ lane, guildId, userId: user.id },
		picturesOf(wishes),
		{ ...quota, atOnce },
		wishes.length,
	);
	const pace = await measurePace(call.db, sampledKinds);
	const seconds = wishes.reduce((sum, { recipe }) => sum + costOf(recipe, pace), 0) / 10;
	const time = seconds < 90 ? `${Math.ceil(seconds)} seconds` : `${Math.ceil(seconds / 60)} minutes`;

	const id = randomBytes(10).toString('hex');
	const kept = wishes.map(({ request, recipe, notes = [], parentImageId }) => ({
		request,
		recipe,
		notes,
		...(parentImageId !== undefined && { parentImageId }),
	}));
	await keepConfirmation(call.db, {
		id,
		userId: user.id,
		guildId,
		channelId: channelId!,
		kind: wishes[0]!.kind,
		wishes: kept,
	});
	const prompts = wishes
		.slice(0, shown.prompts)
		.map(({ request }, i) => `${i + 1}. ${escaped(shorten(request.prompt, shown.characters))}`);
	const more = wishes.length > shown.prompts ? [`-# and ${wishes.length - shown.prompts} more`] : [];
	await interaction.reply({
		content: [`**${sizeOf(wishes)}** About ${time} of painting.`, ...prompts, ...more].join('\n'),
		components: [
			new ActionRowBuilder<ButtonBuilder>().addComponents(
				new ButtonBuilder()
					.setCustomId(encodePress({ verb: 'paint-all', id }))
					.setLabel(`Paint all ${wishes.length}`)
					.setStyle(ButtonStyle.Primary),
				new ButtonBuilder()
					.setCustomId(encodePress({ verb: 'paint-none', id }))
					.setLabel('Cancel')
					.setStyle(ButtonStyle.Secondary),
			),
		],
		flags: MessageFlags.Ephemeral,
		allowedMentions: { parse: [] },
	});
}

/** `This makes 12 jobs of 4 pictures, 48 in all.` */
function sizeOf(wishes: readonly Wish[]): string {
	const counts = new Set(wishes.map(({ recipe }) => recipe.seeds.length));
	const [each] = counts;
	const all = picturesOf(wishes);
	if (counts.size > 1) return `This makes ${wishes.length} jobs, ${all} pictures in all.`;
	return `This makes ${wishes.length} jobs of ${each === 1 ? '1 picture' : `${each} pictures`}, ${all} in all.`;
}

function picturesOf(wishes: readonly Wish[]): number {
	return wishes.reduce((sum, { recipe }) => sum + recipe.seeds.length, 0);
}
