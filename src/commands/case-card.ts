import {
	ActionRowBuilder,
	type APIMessageTopLevelComponent,
	ButtonBuilder,
	ButtonStyle,
	ContainerBuilder,
	MediaGalleryBuilder,
	MediaGalleryItemBuilder,
	StringSelectMenuBuilder,
	TextDisplayBuilder,
} from 'discord.js';
import { isHeldState } from '../db/cards.ts';
import type { Generation } from '../db/generations.ts';
import { altText } from './alt-text.ts';
import { entryInWords } from './audit-words.ts';
import type { CaseFile, CasePictures } from './case-file.ts';
import { linkTo, longest, personLines, recipeLines, within } from './case-lines.ts';
import { encodePress, type Verb } from './custom-id.ts';
import { heldCard } from './held-card.ts';

const colours = { open: 0xd0323a, kept: 0x2f9a6e, removed: 0x6b7280 };
const headings = { open: '🚩 Reported', kept: '✅ Kept', removed: '🗑️ Removed' };
type ReportState = keyof typeof headings;

const shownReasons = 4;

/** How long a time-out can be, by what the select sends. */
export const timeouts = { '1h': 3600, '1d': 86_400, '1w': 604_800 } as const;
const timeoutLabels = { '1h': 'One hour', '1d': 'One day', '1w': 'One week' } as const;

/** The card of a case: what was reported, about whom, what was done, and what can be done. Pictures are under spoiler. */
export function caseCard(file: CaseFile, pictures: CasePictures): APIMessageTopLevelComponent[] {
	const { state } = file.card;
	if (isHeldState(state)) return heldCard(file, state);
	const box = new ContainerBuilder()
		.setAccentColor(colours[state])
		.addTextDisplayComponents(text([heading(file, state), ...recipeLines(file)].join('\n')));
	if (pictures.files.length > 0) box.addMediaGalleryComponents(gallery(file.generation, pictures));
	box.addTextDisplayComponents(
		text([...pictures.missing.map((line) => `-# ${line}`), ...personLines(file), ...reportLines(file)].join('\n')),
	);
	if (file.history.length > 0)
		box.addTextDisplayComponents(text(file.history.map((entry) => `-# ${entryInWords(entry)}`).join('\n')));
	return [
		box
			.addActionRowComponents(...buttonRows(file))
			.addActionRowComponents(timeoutRow(file))
			.toJSON(),
	];
}

function heading({ generation, messageId }: CaseFile, state: ReportState): string {
	const { userId, channelId, createdAt, deletedAt } = generation;
	const link = messageId ? ` · [message](${linkTo(generation, messageId)})` : '';
	const gone =
		deletedAt === null || state === 'removed' ? '' : `\nThe pictures were deleted <t:${seconds(deletedAt)}:R>.`;
	return `### ${headings[state]}\nBy <@${userId}> in <#${channelId}> <t:${seconds(createdAt)}:R>${link}${gone}`;
}

function reportLines({ reports }: CaseFile): string[] {
	const shown = reports.slice(0, shownReasons).map(({ userId, reason, createdAt }) => {
		const why = reason === '' ? 'no reason given' : `“${within(longest.reason, reason.replace(/\s+/g, ' '))}”`;
		return `🚩 <@${userId}> <t:${seconds(createdAt)}:R>: ${why}`;
	});
	const more = reports.length - shown.length;
	return more > 0 ? [...shown, `-# and ${more} more`] : shown;
}

function buttonRows({ card, generation, descendants, undoable }: CaseFile) {
	const isGone = generation.deletedAt !== null;
	const button = (verb: Verb, label: string, style: ButtonStyle, isOff = false) =>
		new ButtonBuilder()
			.setCustomId(encodePress({ verb, id: generation.id, position: card.decisions }))
			.setLabel(label)
			.setStyle(style)
			.setDisabled(isOff);
	const all = descendants > 0 ? `Remove with ${descendants} made from it` : 'Remove with descendants';
	return [
		new ActionRowBuilder<ButtonBuilder>().addComponents(
			button('case-keep', 'Keep', ButtonStyle.Success, isGone || card.state === 'kept'),
			button('case-remove', 'Remove', ButtonStyle.Danger, isGone),
			button('case-remove-all', all, ButtonStyle.Danger, descendants === 0),
		),
		new ActionRowBuilder<ButtonBuilder>().addComponents(
			button('case-warn', 'Warn', ButtonStyle.Secondary),
			button('case-ban', 'Ban from the bot', ButtonStyle.Secondary),
			button('case-undo', 'Undo', ButtonStyle.Primary, !undoable),
		),
	];
}

function timeoutRow({ card, generation }: CaseFile) {
	const select = new StringSelectMenuBuilder()
		.setCustomId(encodePress({ verb: 'case-timeout', id: generation.id, position: card.decisions }))
		.setPlaceholder('Time out from the bot …')
		.addOptions(Object.entries(timeoutLabels).map(([value, label]) => ({ value, label })));
	return new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(select);
}

function gallery(generation: Generation, { files }: CasePictures): MediaGalleryBuilder {
	return new MediaGalleryBuilder().addItems(
		files.map(({ name, position }) =>
			new MediaGalleryItemBuilder()
				.setURL(`attachment://${name}`)
				.setDescription(altText(generation, position))
				.setSpoiler(true),
		),
	);
}

const text = (content: string) => new TextDisplayBuilder().setContent(content);
const seconds = (moment: Date) => Math.floor(moment.getTime() / 1000);
