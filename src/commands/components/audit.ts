import { type ButtonInteraction, MessageFlags } from 'discord.js';
import { findAudit } from '../../db/audit.ts';
import { UserError } from '../../errors.ts';
import { settingsAction, undoChange } from '../../moderation/change.ts';
import type { Rule } from '../../moderation/rules.ts';
import { type AuditSearch, auditPage, decodeSearch } from '../audit-page.ts';
import type { Call, Component } from '../context.ts';
import type { Press } from '../custom-id.ts';
import { undoDecision } from '../decisions.ts';
import { moderatesGuild } from '../moderator.ts';
import { rejudge, rejudgedText } from '../rejudge.ts';
import { guildOfManager } from '../settings/desk.ts';
import { follow } from './case.ts';

/** The page buttons of `/audit`, and its undo. */
export const auditComponents: Component[] = [
	{ verb: 'audit', button: turn },
	{ verb: 'audit-newer', button: turn },
	{
		verb: 'audit-undo',
		async button(interaction, press, call) {
			const guildId = guildOf(interaction, call);
			const entry = /^\d{1,9}$/.test(press.id) ? await findAudit(call.db, guildId, Number(press.id)) : undefined;
			if (!entry) throw new UserError('no-such-entry', 'This is not in the log of this server.');
			await interaction.deferUpdate();
			const by = { guildId, actorId: interaction.user.id, entryId: entry.id };
			const note =
				entry.action === settingsAction
					? await undoSettings(call, interaction, by)
					: await follow(interaction, call, await undoDecision(call, by));
			await show(interaction, call, { show: 'actions' }, 0);
			if (note) await interaction.followUp({ content: note, flags: MessageFlags.Ephemeral });
		},
	},
];

async function undoSettings(
	call: Call,
	interaction: ButtonInteraction,
	by: { guildId: string; actorId: string; entryId: number },
): Promise<string | undefined> {
	// Moderators without Manage Server see what was changed, and leave it.
	guildOfManager(interaction);
	const outcome = await undoChange(call.db, by);
	switch (outcome.kind) {
		case 'changed': {
			const { before, after } = outcome.entry;
			const rules = (of: typeof before) => (of?.rules ?? []) as Rule[];
			return rejudgedText(await rejudge(call, by.guildId, { before: rules(before), after: rules(after) }));
		}
		case 'unchanged':
			return 'These settings are as they were before already.';
		case 'overtaken':
			return 'Somebody changed the settings at this moment, so nothing was done. Please try again.';
		case 'stale':
			return 'These settings were changed again since then. Undo the newer change first.';
	}
}

async function turn(interaction: ButtonInteraction, press: Press, call: Call): Promise<void> {
	guildOf(interaction, call);
	await interaction.deferUpdate();
	await show(interaction, call, decodeSearch(press.id), press.position ?? 0);
}

async function show(interaction: ButtonInteraction, call: Call, search: AuditSearch, page: number) {
	const { db, place } = call;
	const guild = { guildId: guildOf(interaction, call), logChannelId: place.guild.logChannelId };
	await interaction.editReply({
		flags: MessageFlags.IsComponentsV2,
		components: await auditPage(db, guild, search, page),
		allowedMentions: { parse: [] },
	});
}

function guildOf(interaction: ButtonInteraction, { place }: Call): string {
	const { guildId } = interaction;
	if (guildId === null || !moderatesGuild(interaction, place.guild))
		throw new UserError('not-a-moderator', 'Only moderators of a server see its log.');
	return guildId;
}
