import {
	ActionRowBuilder,
	type APIMessageTopLevelComponent,
	ButtonBuilder,
	ButtonStyle,
	ContainerBuilder,
	TextDisplayBuilder,
} from 'discord.js';
import type { HeldState } from '../db/cards.ts';
import { entryInWords } from './audit-words.ts';
import type { CaseFile } from './case-file.ts';
import { linkTo, personLines, recipeLines } from './case-lines.ts';
import { encodePress, type Verb } from './custom-id.ts';
import { asCode } from './settings/describe.ts';

/** What a held wish can come to. */
const states = {
	held: { heading: '✋ A wish waits for you', colour: 0xe0a030 },
	approved: { heading: '✅ Let through', colour: 0x2f9a6e },
	refused: { heading: '❌ Refused', colour: 0x6b7280 },
	ended: { heading: '⏹️ No longer to be decided', colour: 0x6b7280 },
} as const satisfies Record<HeldState, object>;

/** The card of a wish at which moderators look before it is drawn: what was asked for, by whom, for which word, and what to do. */
export function heldCard(file: CaseFile, state: HeldState): APIMessageTopLevelComponent[] {
	const { card, generation, history } = file;
	const { userId, channelId, createdAt, heldFor, replyId } = generation;
	const link = replyId ? ` · [message](${linkTo(generation, replyId)})` : '';
	const lines = [
		`### ${states[state].heading}`,
		`By <@${userId}> in <#${channelId}> <t:${seconds(createdAt)}:R>${link}`,
		`**Held for:** ${asCode(heldFor ?? '')}`,
		...recipeLines(file),
		...personLines(file),
		...(state === 'held'
			? ['-# Nothing is painted or charged until you let it through. After three days it ends by itself.']
			: []),
		...(state === 'ended' ? ['-# Its author or a rule ended it, or nobody looked at it within three days.'] : []),
		...history.map((entry) => `-# ${entryInWords(entry)}`),
	];
	const box = new ContainerBuilder()
		.setAccentColor(states[state].colour)
		.addTextDisplayComponents(new TextDisplayBuilder().setContent(lines.join('\n')));
	if (state !== 'held') return [box.toJSON()];
	const button = (verb: Verb, label: string, emoji: string, style: ButtonStyle) =>
		new ButtonBuilder()
			.setCustomId(encodePress({ verb, id: card.generationId }))
			.setLabel(label)
			.setEmoji({ name: emoji })
			.setStyle(style);
	const row = new ActionRowBuilder<ButtonBuilder>().addComponents(
		button('held-approve', 'Let it through', '✅', ButtonStyle.Success),
		button('held-refuse', 'Refuse', '❌', ButtonStyle.Danger),
	);
	return [box.addActionRowComponents(row).toJSON()];
}

const seconds = (moment: Date) => Math.floor(moment.getTime() / 1000);
