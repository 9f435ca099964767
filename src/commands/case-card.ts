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
import type { Generation } from '../db/generations.ts';
import type { Sanction } from '../db/sanctions.ts';
import { altText, shorten } from './alt-text.ts';
import { entryInWords } from './audit-words.ts';
import type { CaseFile, CasePictures } from './case-file.ts';
import { encodePress, type Verb } from './custom-id.ts';
import { escaped } from './escape.ts';

const colours = { open: 0xd0323a, kept: 0x2f9a6e, removed: 0x6b7280 };
const headings = { open: '🚩 Reported', kept: '✅ Kept', removed: '🗑️ Removed' };

/** How long members' texts get, escaped: Discord takes 4,000 characters in a message, and the rest of a card fills half of them. */
const longest = { prompt: 1000, negative: 350, reason: 150 };
const shownReasons = 4;

/** How long a time-out can be, by what the select sends. */
export const timeouts = { '1h': 3600, '1d': 86_400, '1w': 604_800 } as const;
const timeoutLabels = { '1h': 'One hour', '1d': 'One day', '1w': 'One week' } as const;

/** The card of a case: what was reported, about whom, what was done, and what can be done. Pictures are under spoiler. */
export function caseCard(file: CaseFile, pictures: CasePictures): APIMessageTopLevelComponent[] {
	const { card } = file;
	const box = new ContainerBuilder()
		.setAccentColor(colours[card.state])
		.addTextDisplayComponents(text([heading(file), ...recipeLines(file)].join('\n')));
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

function heading({ card, generation, messageId }: CaseFile): string {
	const { userId, channelId, createdAt, deletedAt } = generation;
	const link = messageId ? ` · [message](${linkTo(generation, messageId)})` : '';
	const gone =
		deletedAt === null || card.state === 'removed' ? '' : `\nThe pictures were deleted <t:${seconds(deletedAt)}:R>.`;
	return `### ${headings[card.state]}\nBy <@${userId}> in <#${channelId}> <t:${seconds(createdAt)}:R>${link}${gone}`;
}

function recipeLines({ generation, images, parent, descendants }: CaseFile): string[] {
	const { recipe, request } = generation;
	const facts = [
		`${recipe.width}×${recipe.height}`,
		recipe.upscaler === undefined ? `${recipe.steps} steps` : `enlarged by ${recipe.upscaler}`,
		recipe.sampler,
		`guidance ${recipe.guidanceScale}`,
		`${recipe.seeds.length === 1 ? 'seed' : 'seeds'} ${recipe.seeds.join(', ')}`,
		...(descendants > 0 ? [`${descendants} made from it`] : []),
	];
	const negative = request.negative?.trim();
	return [
		`**${within(longest.prompt, request.prompt)}**`,
		...(negative ? [`Negative: ${within(longest.negative, negative)}`] : []),
		`-# ${facts.join(' · ')}`,
		...images.map((image) => `-# ${ratingLine(image, images.length > 1)}`),
		...(parent ? [`-# Made from ${parentLink(parent)}`] : []),
	];
}

const ratingNames = ['general', 'sensitive', 'questionable', 'explicit'] as const;

/** Says how probable a rating is, if it is at all. */
function percent(name: string, share: number): string[] {
	const percents = Math.round(share * 100);
	return percents > 0 ? [`${name} ${percents} %`] : [];
}

function ratingLine({ ratings, position, shown }: CaseFile['images'][number], isOneOfMany: boolean): string {
	const which = isOneOfMany ? `Picture ${position + 1}: ` : 'Ratings: ';
	const seen = ratings ? ratingNames.flatMap((name) => percent(name, ratings[name])).join(', ') : 'not rated';
	return `${which}${seen}${shown === 'withheld' ? ' (was not posted)' : shown === 'spoiler' ? ' (posted under a spoiler)' : ''}`;
}

function parentLink({ generation, messageId }: NonNullable<CaseFile['parent']>): string {
	const by = `a picture by <@${generation.userId}>`;
	return messageId ? `[the parent](${linkTo(generation, messageId)}), ${by}` : `${by}, which is not posted any more`;
}

function personLines({ generation, reportedBefore, sanctions }: CaseFile): string[] {
	const warnings = sanctions.filter(({ kind }) => kind === 'warning');
	const others = sanctions.filter(({ kind }) => kind !== 'warning');
	const count = (n: number, what: string) => `${n === 0 ? 'no' : n} ${what}${n === 1 ? '' : 's'}`;
	return [
		`<@${generation.userId}>: ${count(reportedBefore, 'other reported picture')}, ${count(warnings.length, 'warning')} in force`,
		...others.map((sanction) => `-# ${sanctionInWords(sanction)}`),
	];
}

/** Says a time-out or ban that is in force. */
function sanctionInWords({ kind, actorId, expiresAt }: Sanction): string {
	const end = expiresAt ? `until <t:${seconds(expiresAt)}:f>` : 'until it is undone';
	return `${kind === 'ban' ? 'Banned' : 'Timed out'} from the bot by <@${actorId}>, ${end}`;
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

/** Escapes a member's text and cuts it to a length, never within an escape. */
function within(most: number, userText: string): string {
	let length = most;
	for (;;) {
		const shown = escaped(shorten(userText, length));
		if (shown.length <= most) return shown;
		length = Math.floor((length * most) / shown.length) - 1;
	}
}

/** A link to a message. */
export function linkTo({ guildId, channelId }: Pick<Generation, 'guildId' | 'channelId'>, messageId: string): string {
	return `https://discord.com/channels/${guildId ?? '@me'}/${channelId}/${messageId}`;
}

const text = (content: string) => new TextDisplayBuilder().setContent(content);
const seconds = (moment: Date) => Math.floor(moment.getTime() / 1000);
