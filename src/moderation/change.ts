import { type AuditEntry, addAudit, findAudit } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import { lockLane } from '../db/fair.ts';
import { findUndo, findVersion, latestChanges, writeSettings } from '../db/settings.ts';
import { UserError } from '../errors.ts';
import { applyPatch, changedSince, type Difference, difference, type Values, withoutDefaults } from './patch.ts';
import { compileRules } from './rules.ts';
import { channelSettingsSchema, guildSettingsSchema } from './settings.ts';

/** How a change of settings is called in the audit log. */
export const settingsAction = 'settings';

/** One change of one row of settings. */
export interface Change {
	guildId: string;
	/** '' for the whole server. */
	channelId: string;
	actorId: string;
	/** What the one who changes has seen; 0 where there is no row yet. */
	version: number;
	/** A JSON merge patch: `null` takes a key back to its default, or in a channel to what the server says. */
	patch: Values;
}

/**
 * What became of a change. `overtaken`: others were quicker, `meanwhile` is what they changed, oldest first, and nothing of this
 * one was written. `stale`: what was to be undone has been changed again, `since` then.
 */
export type ChangeOutcome =
	| { kind: 'changed'; entry: AuditEntry }
	| { kind: 'unchanged' }
	| { kind: 'overtaken'; meanwhile: AuditEntry[] }
	| { kind: 'stale'; since: Difference };

/**
 * Changes settings: the next version and its audit row are written in one transaction, or nothing is.
 *
 * @throws {UserError} `bad-setting` or `bad-rule` when the patch does not lead to settings that can be
 */
export function changeSettings(db: Db, change: Change): Promise<ChangeOutcome> {
	return db.transaction((tx) => write(tx, change));
}

/**
 * Takes a change back by a new one, unless what it changed was changed again since.
 *
 * @throws {UserError} `no-such-change` or `undone-already`
 */
export function undoChange(
	db: Db,
	{ guildId, actorId, entryId }: { guildId: string; actorId: string; entryId: number },
): Promise<ChangeOutcome> {
	return db.transaction(async (tx) => {
		const entry = await findAudit(tx, guildId, entryId);
		if (entry?.action !== settingsAction || !entry.before || !entry.after)
			throw new UserError('no-such-change', 'This change is not in the log of this server.');
		if (await findUndo(tx, entryId))
			throw new UserError('undone-already', 'This change was undone before. The history shows by whom.');
		const channelId = entry.channelId ?? '';
		const row = await findVersion(tx, guildId, channelId);
		const since = changedSince(readSettings(channelId, row?.values), { before: entry.before, after: entry.after });
		if (since) return { kind: 'stale', since };
		const version = row?.version ?? 0;
		return write(tx, { guildId, channelId, actorId, version, patch: entry.before }, entryId);
	});
}

async function write(tx: Db, change: Change, undoes?: number): Promise<ChangeOutcome> {
	const { guildId, channelId, actorId, version, patch } = change;
	// Wishes are accepted under the same lock: each was either accepted before this change, and is found when what waits is judged
	// again, or sees it in its last look.
	await lockLane(tx, guildId);
	const row = await findVersion(tx, guildId, channelId);
	const at = row?.version ?? 0;
	if (at !== version) return overtaken(tx, change, at);
	const old = readSettings(channelId, row?.values);
	const now = parsed(channelId, applyPatch(old, patch));
	const found = difference(old, now);
	if (!found) return { kind: 'unchanged' };
	const values = channelId === '' ? withoutDefaults(now, defaults) : now;
	if (!(await writeSettings(tx, { guildId, channelId, version, values })))
		return overtaken(tx, change, (await findVersion(tx, guildId, channelId))?.version ?? 0);
	const entry = await addAudit(tx, {
		guildId,
		actorId,
		action: settingsAction,
		channelId: channelId === '' ? null : channelId,
		...found,
		...(undoes !== undefined && { undoes }),
	});
	return { kind: 'changed', entry };
}

/** Each version has one audit row, so the newest of those are what was missed. */
async function overtaken(tx: Db, { guildId, channelId, version }: Change, now: number): Promise<ChangeOutcome> {
	const missed = Math.max(1, Math.min(now - version, mostTold));
	const meanwhile = await latestChanges(tx, guildId, { channelId, limit: missed });
	return { kind: 'overtaken', meanwhile: meanwhile.toReversed() };
}

const mostTold = 5;
const defaults: Values = guildSettingsSchema.parse({});

/** Reads a row's values whole, defaults filled in. Keys that cannot be read count as not there, so that a change heals the row. */
export function readSettings(channelId: string, values: Values = {}): Values {
	const schema = channelId === '' ? guildSettingsSchema : channelSettingsSchema;
	const whole = schema.safeParse(values);
	if (whole.success) return whole.data;
	const keys = Object.entries(schema.shape).filter(
		([key, type]) => key in values && type.safeParse(values[key]).success,
	);
	return schema.parse(Object.fromEntries(keys.map(([key]) => [key, values[key]])));
}

function parsed(channelId: string, values: Values): Values {
	const schema = channelId === '' ? guildSettingsSchema : channelSettingsSchema;
	if (Array.isArray(values.rules)) compileRules(values.rules);
	const result = schema.safeParse(values);
	if (result.success) return result.data;
	const { path, message } = result.error.issues[0]!;
	throw new UserError('bad-setting', `The setting \`${path.join('.')}\` cannot be that: ${message}.`);
}
