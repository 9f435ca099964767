import {
	type ButtonInteraction,
	LabelBuilder,
	type MessageContextMenuCommandInteraction,
	MessageFlags,
	ModalBuilder,
	type ModalSubmitInteraction,
	TextInputBuilder,
	TextInputStyle,
} from 'discord.js';
import { openCard } from '../../db/cards.ts';
import type { Generation } from '../../db/generations.ts';
import { addReport, countReportsBy, reportsOf } from '../../db/reports.ts';
import { UserError } from '../../errors.ts';
import { cleanText } from '../../prompt/text.ts';
import type { Call, Component } from '../context.ts';
import { encodePress, type Press } from '../custom-id.ts';
import { targetOf } from './target.ts';

const reasonField = 'reason';
const longestReason = 500;
/** A member's reports in any 24 hours: enough for who looks after a channel, too few to flood moderators. */
const mostPerDay = 10;
const dayMs = 86_400_000;

/** 🚩: asks why, and tells the moderators. */
export const report: Component = {
	verb: 'report',
	async button(interaction, press, call) {
		await askForReport(interaction, press, call);
	},
	async modal(interaction, press, call) {
		const { id, guildId } = await reportable(interaction, press, call);
		const reason = cleanText(interaction.fields.getTextInputValue(reasonField).slice(0, longestReason));
		await call.db.transaction(async (tx) => {
			const added = await addReport(tx, { generationId: id, userId: interaction.user.id, guildId: guildId!, reason });
			if (!added) throw new UserError(...again);
			await openCard(tx, id, guildId!);
		});
		await interaction.reply({
			content: call.place.guild.logChannelId
				? 'Thank you. The moderators have your report, and nobody else sees it.'
				: 'Thank you. The moderators see your report in `/audit`; they have not chosen a channel for reports yet.',
			flags: MessageFlags.Ephemeral,
		});
	},
};

/** Asks a member what is wrong with pictures that they may report. */
export async function askForReport(
	interaction: ButtonInteraction | MessageContextMenuCommandInteraction,
	press: Press,
	call: Call,
): Promise<void> {
	const { id } = await reportable(interaction, press, call);
	const input = new TextInputBuilder()
		.setCustomId(reasonField)
		.setStyle(TextInputStyle.Paragraph)
		.setMaxLength(longestReason)
		.setRequired(false);
	await interaction.showModal(
		new ModalBuilder()
			.setCustomId(encodePress({ verb: 'report', id }))
			.setTitle('Report to the moderators')
			.addLabelComponents(
				new LabelBuilder()
					.setLabel('What is wrong?')
					.setDescription('Only this server’s moderators see it. You may leave it empty.')
					.setTextInputComponent(input),
			),
	);
}

const again = ['reported-before', 'You have reported this already. The moderators see it.'] as const;

/** Finds what is to be reported, when there is somebody to report it to, and this member may. */
async function reportable(
	interaction: ButtonInteraction | ModalSubmitInteraction | MessageContextMenuCommandInteraction,
	press: Press,
	{ db, member }: Call,
): Promise<Generation> {
	const generation = await targetOf(db, interaction, press);
	const { id: userId } = interaction.user;
	if (generation.userId === userId)
		throw new UserError('own-picture', 'These pictures are your own. Press 🗑️ to delete them.');
	if (!interaction.inCachedGuild() || generation.guildId === null)
		throw new UserError('no-moderators', 'Nobody moderates the bot here. Use Discord’s own report instead.');
	if (member?.sanction?.kind === 'ban')
		throw new UserError(
			'banned',
			'The moderators of this server banned you from the bot, so it takes no reports of yours.',
		);
	if (generation.state === 'held')
		throw new UserError('held-already', 'A moderator looks at this already, before anything is drawn.');
	if ((await reportsOf(db, generation.id)).some((it) => it.userId === userId)) throw new UserError(...again);
	const made = await countReportsBy(db, userId, new Date(Date.now() - dayMs));
	if (made >= mostPerDay)
		throw new UserError(
			'too-many-reports',
			`You have made ${made} reports in 24 hours, and ${mostPerDay} is the most. Write to a moderator instead.`,
		);
	return generation;
}
