import { type ButtonInteraction, type MessageComponentInteraction, MessageFlags } from 'discord.js';
import { findCard } from '../../db/cards.ts';
import { findGeneration, type Generation } from '../../db/generations.ts';
import { UserError } from '../../errors.ts';
import { caseCard, timeouts } from '../case-card.ts';
import { caseFile, casePictures } from '../case-file.ts';
import type { Call, Component } from '../context.ts';
import type { Press } from '../custom-id.ts';
import { type Aftermath, type Decision, decide, undoLast } from '../decisions.ts';
import { moderatesGuild } from '../moderator.ts';
import { takeAway } from '../removal.ts';

const daySeconds = 86_400;

/** Opens the card of a case for one moderator, from `/audit`. */
const open: Component = {
	verb: 'case',
	async button(interaction, press, call) {
		const generation = await caseOf(interaction, press, call);
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		await showCase(interaction, generation.id, call);
	},
};

const undo: Component = {
	verb: 'case-undo',
	async button(interaction, press, call) {
		await settle(interaction, press, call, (who) => undoLast(call, who));
	},
};

const timeout: Component = {
	verb: 'case-timeout',
	async select(interaction, press, call) {
		const [time = ''] = interaction.values;
		const seconds = Object.hasOwn(timeouts, time) ? timeouts[time as keyof typeof timeouts] : undefined;
		if (seconds === undefined) throw new UserError('unknown-time', 'Choose one of the times in the list.');
		await settle(interaction, press, call, (who) => decide(call, who, { kind: 'timeout', seconds }));
	},
};

/** Every button and select of a card. */
export const caseComponents: Component[] = [
	open,
	button('case-keep', () => ({ kind: 'keep' })),
	button('case-remove', () => ({ kind: 'remove' })),
	button('case-remove-all', () => ({ kind: 'remove-all' })),
	button('case-warn', ({ place }) => ({ kind: 'warn', seconds: place.guild.strikeDays * daySeconds })),
	timeout,
	button('case-ban', () => ({ kind: 'ban' })),
	undo,
];

function button(verb: Component['verb'], decisionOf: (call: Call) => Decision): Component {
	return {
		verb,
		async button(interaction: ButtonInteraction, press: Press, call: Call) {
			await settle(interaction, press, call, (who) => decide(call, who, decisionOf(call)));
		},
	};
}

/** Finds the case that a press is about, for moderators of its guild. */
async function caseOf(
	interaction: MessageComponentInteraction,
	press: Press,
	{ db, place }: Call,
): Promise<Generation> {
	const card = await findCard(db, press.id);
	if (!moderatesGuild(interaction, place.guild) || (card && card.guildId !== interaction.guildId))
		throw new UserError('not-a-moderator', 'Only moderators of this server decide about reports.');
	const generation = card && (await findGeneration(db, card.generationId));
	if (!generation) throw new UserError('no-such-case', 'This report is no longer there.');
	return generation;
}

async function settle(
	interaction: MessageComponentInteraction,
	press: Press,
	call: Call,
	act: (who: Parameters<typeof decide>[1]) => Promise<Aftermath>,
): Promise<void> {
	const generation = await caseOf(interaction, press, call);
	const isPrivate = interaction.message.flags.has(MessageFlags.Ephemeral);
	await interaction.deferUpdate();
	const who = { guildId: interaction.guildId!, actorId: interaction.user.id, generation, seen: press.position ?? 0 };
	const aftermath = await act(who).catch(async (error: unknown) => {
		if (isPrivate && error instanceof UserError) await showCase(interaction, generation.id, call);
		throw error;
	});
	const note = await follow(interaction, call, aftermath);
	// The card in the moderators' channel is edited for all of them, by who posts it.
	if (isPrivate) await showCase(interaction, generation.id, call);
	if (note) await interaction.followUp({ content: note, flags: MessageFlags.Ephemeral });
}

/** Does outside of the database what a decision leads to; answers a word to the moderator where not all of it could be done. */
export async function follow(
	interaction: MessageComponentInteraction,
	{ db, store, wakeOutbox }: Call,
	{ entry, removed, restored }: Aftermath,
): Promise<string | undefined> {
	const { left, later } = await takeAway({ db, store, rest: interaction.client.rest }, removed);
	wakeOutbox();
	const sentences = [
		...(left > 0 ? [`Discord does not let me delete ${messages(left)}: please delete what is left by hand.`] : []),
		...(later > 0 ? [`Discord did not delete ${messages(later)} just now; that is tried again by itself.`] : []),
		...(entry.action === 'undo' && restored.length > 0
			? ['The pictures are posted again, as far as the channel allows them now.']
			: []),
	];
	return sentences.length > 0 ? sentences.join(' ') : undefined;
}

const messages = (n: number) => (n === 1 ? 'one message' : `${n} messages`);

/** Shows the card privately, as it is now. */
export async function showCase(
	interaction: MessageComponentInteraction,
	generationId: string,
	call: Call,
): Promise<void> {
	const file = await caseFile(call.db, generationId);
	if (!file) return;
	const pictures = await casePictures(call.store, file, call.place, call.thresholds);
	await interaction.editReply({
		flags: MessageFlags.IsComponentsV2,
		components: caseCard(file, pictures),
		files: pictures.files.map(({ name, data }) => ({ name, attachment: data })),
		attachments: [],
		allowedMentions: { parse: [] },
	});
}
