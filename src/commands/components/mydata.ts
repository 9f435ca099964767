import { AttachmentBuilder, ButtonStyle, ContainerBuilder, FileBuilder, MessageFlags } from 'discord.js';
import { askDeletion } from '../../db/deletions.ts';
import { UserError } from '../../errors.ts';
import type { Component } from '../context.ts';
import type { Press } from '../custom-id.ts';
import { type Cursor, exportPart, exportStart } from '../export.ts';
import {
	button,
	confirmationFor,
	message,
	ownedIn,
	panelFor,
	plural,
	type Reach,
	row,
	sizeText,
	text,
} from '../mydata.ts';

/** Discord takes no larger request, whatever it takes for one file. */
const mostBytes = 24 * 2 ** 20;
/** Members whose zip is being written now: it takes seconds, and one at a time is enough for anybody. */
const writing = new Set<string>();

/** Draws the panel anew. */
const show: Component = {
	verb: 'mydata',
	async button(interaction, _press, { db }) {
		await interaction.deferUpdate();
		await interaction.editReply(await panelFor(db, { userId: interaction.user.id, guildId: interaction.guildId }));
	},
};

/** Hands one part of the export over, with a button for the next. */
const exportData: Component = {
	verb: 'export',
	async button(interaction, press, { db, store }) {
		const userId = interaction.user.id;
		const { reach, cursor, number } = readPart(press);
		if (writing.has(userId))
			throw new UserError('export-busy', 'Your export is being written just now. Please wait for it.');
		writing.add(userId);
		try {
			await interaction.deferReply({ flags: MessageFlags.Ephemeral });
			const limit = Math.min(interaction.attachmentSizeLimit, mostBytes);
			const owned = ownedIn(reach, { userId, guildId: interaction.guildId });
			const part = await exportPart({ db, store }, owned, cursor, limit);
			const name = `atelier-my-data-${number}.zip`;
			const isWhole = number === 1 && !part.next;
			const what = `${plural(part.generations, 'wish', 'wishes')} and ${plural(part.pictures, 'picture')}, ${sizeText(part.zip.length)}`;
			const box = new ContainerBuilder()
				.addTextDisplayComponents(text(`**${isWhole ? 'Your data' : `Your data, part ${number}`}:** ${what}`))
				.addFileComponents(new FileBuilder().setURL(`attachment://${name}`));
			if (part.next)
				box
					.addTextDisplayComponents(text('Discord takes no larger file here, so there is more to come.'))
					.addActionRowComponents(row(partButton(reach, part.next, number + 1)));
			await interaction.editReply({ ...message(box), files: [new AttachmentBuilder(part.zip, { name })] });
		} finally {
			writing.delete(userId);
		}
	},
};

/** Asks once more before anything is deleted. */
const erase: Component = {
	verb: 'erase',
	async button(interaction, press, { db }) {
		await interaction.deferUpdate();
		const who = { userId: interaction.user.id, guildId: interaction.guildId };
		await interaction.editReply(await confirmationFor(db, reachOf(press.id), who));
	},
};

/** Notes the wish; the sweeper fulfils it, whatever happens to this process. */
const eraseNow: Component = {
	verb: 'erase-now',
	async button(interaction, press, { db, wakeSweeper }) {
		await interaction.deferUpdate();
		const who = { userId: interaction.user.id, guildId: interaction.guildId };
		await askDeletion(db, ownedIn(reachOf(press.id), who));
		wakeSweeper();
		const box = new ContainerBuilder()
			.addTextDisplayComponents(
				text(
					'**Your data is being deleted now.** Pictures, prompts, files and messages go one after the other; this goes on even if the bot is restarted. Look again to see how far it is.',
				),
			)
			.addActionRowComponents(row(button('mydata', 'show', 'Look again', ButtonStyle.Secondary)));
		await interaction.editReply(message(box));
	},
};

export const mydataComponents: Component[] = [show, exportData, erase, eraseNow];

/**
 * `<reach>[-<id of the last generation of the part before>]`, or `<reach>-p<page>` while something besides generations is left, and the
 * number of the part and its first picture in one number.
 */
function partButton(reach: Reach, { account, after, picture }: Cursor, number: number) {
	const from = account === undefined ? after : `p${account}`;
	const id = from === undefined ? reach : `${reach}-${from}`;
	return button('export', id, `Part ${number}`, ButtonStyle.Primary, number * 10 + picture);
}

function readPart({ id, position = 10 }: Press): { reach: Reach; cursor: Cursor; number: number } {
	const [reach = '', from] = id.split('-');
	const number = Math.max(1, Math.floor(position / 10));
	// Generations' ids are hexadecimal.
	const page = /^p(\d{1,6})$/.exec(from ?? '')?.[1];
	const cursor =
		number === 1
			? exportStart
			: page !== undefined
				? { account: Number(page), after: undefined, picture: 0 }
				: { account: undefined, after: from, picture: position % 10 };
	return { reach: reachOf(reach), cursor, number };
}

function reachOf(id: string): Reach {
	if (id === 'here' || id === 'all') return id;
	throw new UserError('unknown-button', 'This button is no longer known. Use /mydata to start anew.');
}
