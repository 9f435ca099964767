import {
	ActionRowBuilder,
	type APIMessageTopLevelComponent,
	ButtonBuilder,
	ButtonStyle,
	ContainerBuilder,
	SectionBuilder,
	TextDisplayBuilder,
} from 'discord.js';
import { type AuditEntry, searchAudit, undoneAmong } from '../db/audit.ts';
import { countOpenCards, isHeldState, type ListedCase, listCases } from '../db/cards.ts';
import type { Db } from '../db/client.ts';
import { messagesOf } from '../db/outbox.ts';
import { settingsAction } from '../moderation/change.ts';
import { auditActions, entryInWords } from './audit-words.ts';
import { linkTo } from './case-lines.ts';
import { encodePress, type Verb } from './custom-id.ts';
import { isDecision } from './decisions.ts';

export const auditViews = ['actions', 'reports'] as const;
export type AuditView = (typeof auditViews)[number];

/** What somebody looks for in the log. */
export interface AuditSearch {
	show: AuditView;
	/** Who did it, or who reported. */
	byId?: string | undefined;
	/** To whom it was done, or whose pictures were reported. */
	aboutId?: string | undefined;
	action?: string | undefined;
}

const pageSize = 6;

/** Writes a search into the id of a press: `<view>_<by>_<about>_<action>`. */
export function encodeSearch({ show, byId = '', aboutId = '', action = '' }: AuditSearch): string {
	return [show[0], byId, aboutId, action].join('_');
}

/** Reads it back; what nobody wrote is a search for everything. */
export function decodeSearch(id: string): AuditSearch {
	const [view, byId, aboutId, action] = id.split('_');
	const show = auditViews.find((name) => name[0] === view) ?? 'actions';
	return { show, byId: byId || undefined, aboutId: aboutId || undefined, action: action || undefined };
}

/** One page of a server's log or of its reports, newest first, with buttons to the next and to undo. */
export async function auditPage(
	db: Db,
	{ guildId, logChannelId }: { guildId: string; logChannelId: string | null },
	search: AuditSearch,
	page: number,
): Promise<APIMessageTopLevelComponent[]> {
	const { byId, aboutId, action } = search;
	const window = { limit: pageSize + 1, offset: page * pageSize };
	const box = new ContainerBuilder();
	let found: number;
	if (search.show === 'reports') {
		const cases = await listCases(db, guildId, { byId, aboutId }, window);
		const open = await countOpenCards(db, guildId);
		const where = logChannelId
			? `They go to <#${logChannelId}>.`
			: 'No channel for reports is chosen yet: `/settings` does that.';
		box.addTextDisplayComponents(text(`### 🚩 Reports\n${open} to be decided. ${where}`));
		for (const it of cases.slice(0, pageSize)) box.addSectionComponents(caseSection(it));
		found = cases.length;
	} else {
		const entries = await searchAudit(db, guildId, { actorId: byId, userId: aboutId, action }, window);
		box.addTextDisplayComponents(text(`### What was done${searchInWords(search)}`));
		await addEntries(box, db, entries.slice(0, pageSize));
		found = entries.length;
	}
	if (found === 0) box.addTextDisplayComponents(text(page === 0 ? 'Nothing was found.' : 'There is nothing older.'));
	return [box.addActionRowComponents(pager(search, page, found > pageSize)).toJSON()];
}

async function addEntries(box: ContainerBuilder, db: Db, entries: AuditEntry[]): Promise<void> {
	const undone = await undoneAmong(
		db,
		entries.map(({ id }) => id),
	);
	const posted = await messagesOf(
		db,
		entries.flatMap(({ generationId }) => generationId ?? []),
	);
	for (const entry of entries) {
		const { id, guildId, channelId, generationId, action } = entry;
		const messageId = generationId === null ? undefined : posted.get(generationId);
		const link = messageId && channelId ? ` · [message](${linkTo({ guildId, channelId }, messageId)})` : '';
		const line = text(`${entryInWords(entry)}${link}${undone.has(id) ? '\n-# was undone' : ''}`);
		const canUndo = !undone.has(id) && (isDecision(action) || action === settingsAction);
		if (canUndo)
			box.addSectionComponents(
				new SectionBuilder()
					.addTextDisplayComponents(line)
					.setButtonAccessory(button('audit-undo', String(id), 'Undo', ButtonStyle.Secondary)),
			);
		else box.addTextDisplayComponents(line);
	}
}

const states = {
	open: 'to be decided',
	kept: 'kept',
	removed: 'removed',
	held: 'waits for a moderator',
	approved: 'let through',
	refused: 'refused',
	ended: 'ended',
} as const;

function caseSection({ card, userId, reports, newest }: ListedCase): SectionBuilder {
	const times = reports === 1 ? 'once' : `${reports} times`;
	const problem =
		card.lastError && card.messageId === null ? `\n-# Not in the channel for reports: ${card.lastError}` : '';
	const when = `<t:${Math.floor(newest.getTime() / 1000)}:R>`;
	const what = isHeldState(card.state)
		? `<@${userId}>’s wish was held ${when}`
		: `<@${userId}>’s picture was reported ${times}, last ${when}`;
	const line = `${what}: **${states[card.state]}**${problem}`;
	return new SectionBuilder()
		.addTextDisplayComponents(text(line))
		.setButtonAccessory(button('case', card.generationId, 'Open', ButtonStyle.Secondary));
}

function searchInWords({ byId, aboutId, action }: AuditSearch): string {
	const label = action && action in auditActions ? auditActions[action as keyof typeof auditActions] : undefined;
	return [
		...(label ? [` · ${label.toLowerCase()}`] : []),
		...(byId ? [` · by <@${byId}>`] : []),
		...(aboutId ? [` · about <@${aboutId}>`] : []),
	].join('');
}

function pager(search: AuditSearch, page: number, hasOlder: boolean): ActionRowBuilder<ButtonBuilder> {
	const id = encodeSearch(search);
	const to = (verb: Verb, label: string, position: number, isOff: boolean) =>
		button(verb, id, label, ButtonStyle.Secondary, position).setDisabled(isOff);
	return new ActionRowBuilder<ButtonBuilder>().addComponents(
		to('audit-newer', '← Newer', Math.max(0, page - 1), page === 0),
		to('audit', 'Older →', page + 1, !hasOlder),
	);
}

function button(verb: Verb, id: string, label: string, style: ButtonStyle, position?: number): ButtonBuilder {
	const customId = encodePress({ verb, id, ...(position !== undefined && { position }) });
	return new ButtonBuilder().setCustomId(customId).setLabel(label).setStyle(style);
}

const text = (content: string) => new TextDisplayBuilder().setContent(content);
