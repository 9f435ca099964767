import type {
	AnySelectMenuInteraction,
	ButtonInteraction,
	ChatInputCommandInteraction,
	ModalSubmitInteraction,
} from 'discord.js';
import { MessageFlags } from 'discord.js';
import { findAudit } from '../../db/audit.ts';
import { UserError } from '../../errors.ts';
import { type Change, type ChangeOutcome, changeSettings, undoChange } from '../../moderation/change.ts';
import type { Rule } from '../../moderation/rules.ts';
import type { Call, Component } from '../context.ts';
import type { Press } from '../custom-id.ts';
import { rejudge, rejudgedText } from '../rejudge.ts';
import { guildOfManager, openDesk } from '../settings/desk.ts';
import { entryText, tellChange, undoId } from '../settings/history.ts';
import { type Act, button, type Field, type Note, type Section, type Use } from '../settings/panel.ts';
import { fieldNamed, sectionNamed } from '../settings/sections.ts';
import { viewOf } from '../settings/show.ts';

type Pressed = ButtonInteraction | AnySelectMenuInteraction | ModalSubmitInteraction;

/** What leads to a section; the id is its name, or `go` for the menu of all, or `open` for a panel of one's own. */
export const panel: Component = {
	verb: 'panel',
	async button(interaction, { id }, call) {
		const [name, arg] = parts(id);
		await show(interaction, call, name, arg);
	},
	async select(interaction, _, call) {
		await show(interaction, call, interaction.values[0] ?? '', '');
	},
};

/** What changes something; the id is the field and what it is about, the position is the version that was shown. */
export const set: Component = {
	verb: 'set',
	button: (interaction, press, call) => useField(interaction, press, call, (field) => field.button),
	select: (interaction, press, call) => useField(interaction, press, call, (field) => field.select),
	modal: (interaction, press, call) => useField(interaction, press, call, (field) => field.modal),
};

/** Takes a change back; the id is its entry in the log, then the section to show. */
export const unset: Component = {
	verb: 'unset',
	async button(interaction, { id }, call) {
		const guild = guildOfManager(interaction);
		const [entryId = '', name = '', arg = ''] = id.split('-');
		const outcome = await undoChange(call.db, {
			guildId: guild.id,
			actorId: interaction.user.id,
			entryId: Number(entryId),
		});
		const channelId = (await findAudit(call.db, guild.id, Number(entryId)))?.channelId ?? null;
		await tell(interaction, call, sectionNamed(name), arg, outcome, channelId);
	},
};

/** Answers with a panel: in place of the private one that was pressed on, else as a private message of its own. */
export async function show(
	interaction: Pressed | ChatInputCommandInteraction,
	call: Call,
	name = 'overview',
	arg = '',
	note?: Note,
): Promise<void> {
	const guild = guildOfManager(interaction);
	const desk = await openDesk(call, guild, interaction.channelId ?? '');
	const view = await viewOf(desk, sectionNamed(name), arg, note);
	const isPress = !interaction.isChatInputCommand();
	if (isPress && interaction.deferred) await interaction.editReply(view);
	else if (isPress && isOnPanel(interaction)) await interaction.update(view);
	else await interaction.reply({ ...view, flags: MessageFlags.IsComponentsV2 | MessageFlags.Ephemeral });
}

/** A form has no message to change unless it was opened from one. */
function isOnPanel(interaction: Pressed): interaction is ButtonInteraction {
	if (interaction.isModalSubmit() && !interaction.isFromMessage()) return false;
	return interaction.message?.flags.has(MessageFlags.Ephemeral) === true;
}

async function useField<I extends Pressed>(
	interaction: I,
	press: Press,
	call: Call,
	handlerOf: (field: Field) => ((use: Use<I>) => Act | Promise<Act>) | undefined,
): Promise<void> {
	const guild = guildOfManager(interaction);
	const [name, arg] = parts(press.id);
	const found = fieldNamed(name);
	const handler = found && handlerOf(found.field);
	if (!found || !handler)
		throw new UserError('unknown-button', 'This control is no longer known. Open `/settings` anew.');
	const desk = await openDesk(call, guild, interaction.channelId ?? '');
	const act = await handler({ interaction, desk, arg, version: press.position ?? 0 });
	switch (act.kind) {
		case 'ask':
			if (!interaction.isModalSubmit()) await interaction.showModal(act.modal);
			return;
		case 'show':
			return show(interaction, call, found.section.name, act.arg ?? '', act.note);
		case 'done':
			return;
		case 'change': {
			const { channelId, patch } = act;
			const version = press.position ?? 0;
			const change: Change = { guildId: guild.id, channelId, actorId: interaction.user.id, version, patch };
			const outcome = await changeSettings(call.db, change);
			return tell(interaction, call, found.section, act.arg ?? '', outcome, channelId === '' ? null : channelId);
		}
	}
}

/** Shows what became of a change, and lets what waits feel it. */
async function tell(
	interaction: Pressed,
	call: Call,
	section: Section,
	arg: string,
	outcome: ChangeOutcome,
	channelId: string | null,
): Promise<void> {
	await show(interaction, call, section.name, arg, noteOn(outcome, section, arg, channelId));
	if (outcome.kind !== 'changed') return;
	const { guildId, before, after } = outcome.entry;
	const rules = (of: typeof before) => (of?.rules ?? []) as Rule[];
	const content = rejudgedText(await rejudge(call, guildId, { before: rules(before), after: rules(after) }));
	if (content !== undefined) await interaction.followUp({ content, flags: MessageFlags.Ephemeral });
}

/** Of the changes that somebody missed: the history shows them all. */
const mostTold = 2;

function noteOn(outcome: ChangeOutcome, section: Section, arg: string, channelId: string | null): Note {
	switch (outcome.kind) {
		case 'changed': {
			const told = `**${outcome.entry.undoes === null ? 'Changed' : 'Undone'}.**\n${tellChange(outcome.entry, outcome.entry.channelId)}`;
			// There the newest change has its button already.
			if (section.name === 'history') return { text: told };
			return { text: told, button: button(undoId(outcome.entry.id, section.name, arg), 'Undo') };
		}
		case 'unchanged':
			return { text: 'That is how it was already, so nothing was changed.' };
		case 'overtaken': {
			const told = outcome.meanwhile.slice(-mostTold).map(entryText);
			const last = 'What you see now is how it is. Choose again if you still want something else.';
			return { text: ['**Not saved: somebody was quicker.**', ...told, last].join('\n'), isWarning: true };
		}
		case 'stale': {
			const told = tellChange(outcome.since, channelId);
			const last = 'Undo the newer change first, or choose what you want in its section.';
			return { text: ['**Not undone: this was changed again since.**', told, last].join('\n'), isWarning: true };
		}
	}
}

/** `channels-123` is the section `channels` and the argument `123`. */
function parts(id: string): [name: string, arg: string] {
	const [name = '', ...rest] = id.split('-');
	return [name, rest.join('-')];
}
