import {
	ActionRowBuilder,
	ButtonBuilder,
	ButtonStyle,
	ContainerBuilder,
	InteractionContextType,
	MessageFlags,
	SlashCommandBuilder,
	TextDisplayBuilder,
} from 'discord.js';
import type { Db } from '../db/client.ts';
import { type Deletion, latestDeletion, ownedBy } from '../db/deletions.ts';
import { countStored, type Owned, type StoredCounts } from '../db/privacy.ts';
import type { Command } from './context.ts';
import { encodePress, type Verb } from './custom-id.ts';

/** What a button of the panel is about: this server (or these direct messages), or everything. */
export type Reach = 'here' | 'all';

export const mydata: Command = {
	data: new SlashCommandBuilder()
		.setName('mydata')
		.setDescription('See, export or delete what is stored about you')
		.setContexts(InteractionContextType.Guild, InteractionContextType.BotDM)
		.toJSON(),
	async execute(interaction, { db }) {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		await interaction.editReply(await panelFor(db, { userId: interaction.user.id, guildId: interaction.guildId }));
	},
};

/** Everything that belongs to who presses, or only what lies where they press. */
export function ownedIn(reach: Reach, { userId, guildId }: { userId: string; guildId: string | null }): Owned {
	return reach === 'all' ? { userId } : { userId, guildId };
}

/** The panel: what is stored, and the ways to have it or to be rid of it. */
export async function panelFor(db: Db, who: { userId: string; guildId: string | null }) {
	const here = await countStored(db, ownedIn('here', who));
	const all = await countStored(db, ownedIn('all', who));
	const deletion = await latestDeletion(db, who.userId);
	const place = placeWords(who.guildId);
	const lines = [
		'## What is stored about you',
		`**${place.title}:** ${countsText(here)}`,
		`**Everywhere:** ${countsText(all)}`,
		...(deletion ? [await deletionText(db, deletion)] : []),
		'-# Prompts, recipes, pictures, when and where you asked, and your Discord id; `/about` says who sees it and for how long.',
	];
	const box = new ContainerBuilder().addTextDisplayComponents(text(lines.join('\n')));
	const isAny = { here: hasAny(here), all: hasAny(all) };
	box.addActionRowComponents(
		row(
			button('export', 'here', `Export ${place.short}`, ButtonStyle.Primary).setDisabled(!isAny.here),
			button('export', 'all', 'Export everything', ButtonStyle.Primary).setDisabled(!isAny.all),
		),
		row(
			button('erase', 'here', `Delete ${place.short}…`, ButtonStyle.Danger).setDisabled(!isAny.here),
			button('erase', 'all', 'Delete everything…', ButtonStyle.Danger).setDisabled(!isAny.all),
			button('mydata', 'show', 'Look again', ButtonStyle.Secondary),
		),
	);
	return message(box);
}

/** Asks once more, saying exactly what goes and what stays. */
export async function confirmationFor(db: Db, reach: Reach, who: { userId: string; guildId: string | null }) {
	const counts = await countStored(db, ownedIn(reach, who));
	const { title, short } = placeWords(who.guildId);
	const reported =
		counts.reports > 0
			? ` The ${counts.reports === 1 ? 'report' : `${counts.reports} reports`} that you made too.`
			: '';
	const sent =
		counts.uploads > 0
			? ` ${plural(counts.uploads, 'picture')} that you sent to have something made from (${sizeText(counts.uploadBytes)}).`
			: '';
	const waiting =
		counts.open > 0
			? ` ${plural(counts.open, 'wish', 'wishes')} still in line or being painted will be cancelled.`
			: '';
	const lines = [
		`## Delete what is stored about you ${reach === 'all' ? 'everywhere' : `in ${short}`}?`,
		`**Goes, for good:** ${plural(counts.generations, 'wish', 'wishes')} with prompts and recipes, ${plural(counts.pictures, 'picture')} (${sizeText(counts.bytes)}) with the files, and the messages that show them.${sent}${reported}${waiting} Nobody can bring it back, so export it first if you want to keep it.`,
		'**Stays:**',
		'- what moderators decided about you, and the entries of their log, with your Discord id',
		'- how many pictures you painted in the last 24 hours, so that a daily limit holds; a day later your id is taken from that, too',
		'- pictures that others made from yours: they are theirs. The link to yours goes',
		'- messages in servers and channels that I cannot reach any more: ask the moderators there to delete them',
		...(reach === 'here' ? [`-# Only ${title.toLowerCase()}; the rest stays as it is.`] : []),
	];
	const box = new ContainerBuilder()
		.setAccentColor(0xd0323a)
		.addTextDisplayComponents(text(lines.join('\n')))
		.addActionRowComponents(
			row(
				button('erase-now', reach, 'Delete for good', ButtonStyle.Danger),
				button('mydata', 'show', 'Keep it all', ButtonStyle.Secondary),
			),
		);
	return message(box);
}

async function deletionText(db: Db, deletion: Deletion): Promise<string> {
	const asked = `<t:${Math.floor(deletion.createdAt.getTime() / 1000)}:R>`;
	const left =
		deletion.messagesLeft > 0
			? ` ${plural(deletion.messagesLeft, 'message')} could not be deleted, since Discord does not let me in there.`
			: '';
	if (deletion.finishedAt) return `-# ✅ What you asked to have deleted ${asked} is gone.${left}`;
	const { generations } = await countStored(db, ownedBy(deletion));
	return `-# ⏳ What you asked to have deleted ${asked} is going: up to ${plural(generations, 'wish', 'wishes')} left.${left}`;
}

function countsText(counts: StoredCounts): string {
	const { generations, pictures, bytes, oldest, uploads, uploadBytes, reports, sanctions } = counts;
	const since = oldest ? `, since <t:${Math.floor(oldest.getTime() / 1000)}:D>` : '';
	const more = [
		...(uploads > 0 ? [`${plural(uploads, 'picture')} that you sent (${sizeText(uploadBytes)})`] : []),
		...(reports > 0 ? [`${plural(reports, 'report')} by you`] : []),
		...(sanctions > 0 ? [`${plural(sanctions, 'decision')} of moderators about you`] : []),
	];
	const wishes = `${plural(generations, 'wish', 'wishes')}, ${plural(pictures, 'picture')} (${sizeText(bytes)})${since}`;
	return [wishes, ...more].join(' · ');
}

function hasAny({ generations, uploads, reports, sanctions }: StoredCounts): boolean {
	return generations + uploads + reports + sanctions > 0;
}

function placeWords(guildId: string | null) {
	return guildId === null
		? { title: 'Direct messages', short: 'direct messages' }
		: { title: 'This server', short: 'this server' };
}

export function plural(n: number, one: string, many = `${one}s`): string {
	return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}

export function sizeText(bytes: number): string {
	const [value, unit] = bytes >= 1e5 ? [bytes / 1e6, 'MB'] : [bytes / 1e3, 'kB'];
	return `${value.toLocaleString('en', { maximumFractionDigits: 1 })} ${unit}`;
}

export function message(box: ContainerBuilder) {
	return {
		components: [box],
		flags: MessageFlags.IsComponentsV2,
		allowedMentions: { parse: [] },
	} as const;
}

export const text = (content: string) => new TextDisplayBuilder().setContent(content);
export const row = (...buttons: ButtonBuilder[]) => new ActionRowBuilder<ButtonBuilder>().addComponents(...buttons);

export function button(verb: Verb, id: string, label: string, style: ButtonStyle, position?: number): ButtonBuilder {
	const customId = encodePress({ verb, id, ...(position !== undefined && { position }) });
	return new ButtonBuilder().setCustomId(customId).setLabel(label).setStyle(style);
}
