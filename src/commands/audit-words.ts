import type { AuditEntry } from '../db/audit.ts';
import { type CardState, isHeldState } from '../db/cards.ts';
import { shorten } from './alt-text.ts';
import { linesOf } from './settings/history.ts';

/** What can be searched for in the log, and how it is called. */
export const auditActions = {
	settings: 'Settings changed',
	keep: 'Report: kept',
	remove: 'Removed',
	'remove-all': 'Removed with descendants',
	warn: 'Warned',
	timeout: 'Timed out',
	ban: 'Banned from the bot',
	approve: 'Held wish let through',
	refuse: 'Held wish refused',
	lapse: 'Held wish ended by time',
	undo: 'Undone',
	trial: 'Rules tried',
} as const;

const longestEntry = 500;

/** Says who did what and when, in Discord's markdown; of settings what they were and are, a line for each. */
export function entryInWords(entry: AuditEntry): string {
	const who = entry.actorId === null ? 'The bot' : `<@${entry.actorId}>`;
	const head = `${who} ${deed(entry)} · <t:${seconds(entry.createdAt)}:R>`;
	return entry.action === 'settings' ? shorten([head, ...linesOf(entry)].join('\n'), longestEntry) : head;
}

function deed(entry: AuditEntry): string {
	const { action, userId } = entry;
	const after = (entry.after ?? {}) as { generations?: string[]; until?: string; pictures?: number };
	const them = userId === null ? 'a member' : `<@${userId}>`;
	const until = after.until ? ` until <t:${seconds(new Date(after.until))}:f>` : '';
	const picture = `a picture of ${them}`;
	const word = (entry.before as { heldFor?: unknown } | null)?.heldFor;
	const heldFor = typeof word === 'string' ? ` (\`${word}\`)` : '';
	switch (action) {
		case 'keep':
			return `kept ${picture}`;
		case 'remove':
			return `removed ${picture}`;
		case 'remove-all': {
			const others = (after.generations?.length ?? 1) - 1;
			return `removed ${picture}${others > 0 ? ` and ${others} made from it` : ''}`;
		}
		case 'warn':
			return `warned ${them}${until && `, which counts${until}`}`;
		case 'timeout':
			return `timed ${them} out from the bot${until}`;
		case 'ban':
			return `banned ${them} from the bot`;
		case 'approve':
			return `let a held wish of ${them} through${heldFor}`;
		case 'refuse':
			return `refused a held wish of ${them}${heldFor}`;
		case 'lapse':
			return `ended a held wish of ${them}${heldFor}, at which nobody looked within three days`;
		case 'erase':
			return entry.actorId === null
				? `deleted ${erased(entry)} of ${them}, since this server keeps pictures no longer`
				: `deleted their data, and with it ${erased(entry)}`;
		case 'trial':
			return 'tried rules without switching them on';
		case 'undo':
			return undone(entry);
		case 'settings':
			return `${entry.undoes === null ? 'changed' : 'changed back'} settings`;
		default:
			return `did \`${action}\``;
	}
}

function erased({ before }: AuditEntry): string {
	const { state, reports } = (before ?? {}) as { state?: CardState; reports?: number };
	return state && isHeldState(state) && !reports ? 'a held wish' : 'a reported picture';
}

function undone({ before }: AuditEntry): string {
	const what = String((before as { action?: unknown } | null)?.action ?? '');
	const label = what in auditActions ? auditActions[what as keyof typeof auditActions] : 'something';
	return `undid: ${label.toLowerCase()}`;
}

const seconds = (moment: Date) => Math.floor(moment.getTime() / 1000);
