import type { AuditEntry } from '../../db/audit.ts';
import { findUndo, latestChanges } from '../../db/settings.ts';
import { encodePress } from '../custom-id.ts';
import { changeLines, listed } from './describe.ts';
import { button, lineWith, type Part, row, type Section, sectionId, text } from './panel.ts';

const perPage = 4;
const longestEntry = 550;

/** The last changes, each with a way back. `arg`: only those older than this entry. */
export const history: Section = {
	name: 'history',
	label: 'History',
	hint: 'Who changed what, and a way back',
	async show({ call, guild }, arg) {
		const before = arg === '' ? undefined : Number(arg);
		const found = await latestChanges(call.db, guild.id, { before, limit: perPage + 1 });
		const entries = found.slice(0, perPage);
		const lines = await Promise.all(
			entries.map(async (entry): Promise<Part> => {
				const undone = await findUndo(call.db, entry.id);
				if (undone) return text(`${entryText(entry)}\n-# Undone ${when(undone)} by ${whom(undone)}`);
				return lineWith(entryText(entry), button(undoId(entry.id, 'history'), 'Undo'));
			}),
		);
		const pages = [
			...(arg === '' ? [] : [button(sectionId('history'), 'Newest')]),
			...(found.length > perPage ? [button(sectionId('history', String(entries.at(-1)!.id)), 'Older')] : []),
		];
		return [
			text('## History', ...(entries.length > 0 ? [] : ['Nothing was changed yet.'])),
			...lines,
			...(pages.length > 0 ? [row(...pages)] : []),
		];
	},
	fields: {},
};

/** The `customId` of a button that takes a change back and shows a section then. */
export function undoId(entryId: number, section: string, arg = ''): string {
	return encodePress({ verb: 'unset', id: [entryId, section, ...(arg === '' ? [] : [arg])].join('-') });
}

/** Tells an entry: who, when, and each value before → after. */
export function entryText(entry: AuditEntry): string {
	const isUndo = entry.undoes !== null ? ', as an undo' : '';
	return [`${whom(entry)}, ${when(entry)}${isUndo}:`, tellChange(entry, entry.channelId)].join('\n');
}

/** The values of an entry, before → after, a line for each. */
export function linesOf({ before, after, channelId }: AuditEntry): string[] {
	return changeLines({ before: before ?? {}, after: after ?? {} }, channelId);
}

/** Tells a change, before → after, as far as there is room. */
export function tellChange({ before, after }: Pick<AuditEntry, 'before' | 'after'>, channelId: string | null): string {
	return listed(changeLines({ before: before ?? {}, after: after ?? {} }, channelId), '\n', longestEntry);
}

function whom({ actorId }: AuditEntry): string {
	return actorId === null ? 'the bot' : `<@${actorId}>`;
}

function when({ createdAt }: AuditEntry): string {
	return `<t:${Math.floor(createdAt.getTime() / 1000)}:R>`;
}
