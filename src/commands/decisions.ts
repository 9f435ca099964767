import type { AuditEntry } from '../db/audit.ts';
import { addAudit, addUndo, findAudit, lastOfCase } from '../db/audit.ts';
import { type Card, decideCard, lockCard } from '../db/cards.ts';
import type { Db } from '../db/client.ts';
import { descendantsOf } from '../db/descendants.ts';
import { lockLane } from '../db/fair.ts';
import { type Generation, openOf } from '../db/generations.ts';
import { markRemoved, restoreRemoved } from '../db/removals.ts';
import { addSanction, liftSanction } from '../db/sanctions.ts';
import type { sanctionKinds } from '../db/schema.ts';
import { UserError } from '../errors.ts';
import { cancel, endOpen } from '../queue/settle.ts';
import type { Services } from './context.ts';

/** What a moderator can do about a picture, `undo` aside. The names are those of the audit log. */
export const decisions = ['keep', 'remove', 'remove-all', 'warn', 'timeout', 'ban'] as const;
export type Decision = { kind: 'keep' | 'remove' | 'remove-all' } | Punishment;
type Punishment =
	| { kind: 'ban' }
	/** How long it counts. */
	| { kind: 'warn' | 'timeout'; seconds: number };

/** For how long files of what a moderator removed are kept, so that it can be undone. */
const undoMs = 7 * 86_400_000;

/** Who decides, where, and about what. */
export interface Deciding {
	guildId: string;
	actorId: string;
	generation: Generation;
	/** How many decisions of the case the moderator has seen; left out where none are shown. */
	seen?: number | undefined;
}

/** What a decision leads to outside of the database, when it is committed. */
export interface Aftermath {
	entry: AuditEntry;
	/** Generations whose messages are to be deleted now. */
	removed: string[];
	/** Generations that come back. */
	restored: string[];
}

/**
 * Carries out a moderator's decision about a picture: the case, what it does and the audit row are one transaction.
 *
 * @throws {UserError} `decided-meanwhile` when somebody else was quicker
 */
export function decide(services: Pick<Services, 'db' | 'jobs'>, who: Deciding, decision: Decision): Promise<Aftermath> {
	return services.db.transaction(async (tx) => {
		const card = await seenCard(tx, who);
		const done = await carryOut({ db: tx, jobs: services.jobs }, who, decision);
		const state = done.state ?? card?.state;
		const entry = await addAudit(tx, {
			guildId: who.guildId,
			actorId: who.actorId,
			action: decision.kind,
			channelId: who.generation.channelId,
			generationId: who.generation.id,
			userId: who.generation.userId,
			...(card && { before: { state: card.state } }),
			after: { ...done.after, ...(card && { state }) },
		});
		if (card) await decideCard(tx, card.generationId, state!);
		return { entry, removed: done.removed ?? [], restored: [] };
	});
}

/**
 * Takes back what a moderator did last about a picture, of what was not taken back yet.
 *
 * @throws {UserError} `decided-meanwhile`, `nothing-to-undo`
 */
export function undoLast(services: Pick<Services, 'db'>, who: Deciding): Promise<Aftermath> {
	return services.db.transaction(async (tx) => {
		const card = await seenCard(tx, who);
		const last = await lastOfCase(tx, who.guildId, who.generation.id, decisions);
		if (!last) throw new UserError('nothing-to-undo', 'There is nothing to undo here.');
		return undo(tx, who.actorId, last, card);
	});
}

/**
 * Takes back one decision of the audit log, whatever came after it.
 *
 * @throws {UserError} `no-such-decision`, `undone-already`
 */
export function undoDecision(
	services: Pick<Services, 'db'>,
	{ guildId, actorId, entryId }: { guildId: string; actorId: string; entryId: number },
): Promise<Aftermath> {
	return services.db.transaction(async (tx) => {
		const entry = await findAudit(tx, guildId, entryId);
		if (!entry || !isDecision(entry.action))
			throw new UserError('no-such-decision', 'This is not in the log of this server, or cannot be undone.');
		const card = entry.generationId === null ? undefined : await lockCard(tx, entry.generationId);
		return undo(tx, actorId, entry, card);
	});
}

export function isDecision(action: string): boolean {
	return (decisions as readonly string[]).includes(action);
}

/** Locks the case, and refuses a press that was made without knowing of the newest decision. */
async function seenCard(tx: Db, { guildId, generation, seen }: Deciding): Promise<Card | undefined> {
	const card = await lockCard(tx, generation.id);
	if (!card || seen === undefined || card.decisions === seen) return card;
	const last = await lastOfCase(tx, guildId, generation.id, [...decisions, 'undo'], { undoneToo: true });
	const who = last?.actorId ? `<@${last.actorId}>` : 'Somebody';
	throw new UserError(
		'decided-meanwhile',
		`${who} was quicker (\`${last?.action ?? 'undo'}\`), so nothing was done. Look at the card as it is now, and press again if you still want to.`,
	);
}

interface Done {
	state?: Card['state'];
	after?: Record<string, unknown>;
	removed?: string[];
}

async function carryOut(books: Pick<Services, 'db' | 'jobs'>, who: Deciding, decision: Decision): Promise<Done> {
	switch (decision.kind) {
		case 'keep':
			return { state: 'kept' };
		case 'remove':
			return takeAwayAll(books, [who.generation.id]);
		case 'remove-all': {
			const made = await descendantsOf(books.db, who.generation);
			for (const { id, state } of made) if (isOpen(state)) await cancel(books, id);
			return takeAwayAll(books, [who.generation.id, ...made.map(({ id }) => id)]);
		}
		case 'warn':
		case 'timeout':
		case 'ban':
			return punish(books, who, decision);
	}
}

async function takeAwayAll({ db }: Pick<Services, 'db'>, ids: string[]): Promise<Done> {
	const removed = await markRemoved(db, ids, new Date(Date.now() + undoMs));
	return { state: 'removed', removed, after: { generations: removed } };
}

const kinds = { warn: 'warning', timeout: 'timeout', ban: 'ban' } as const satisfies Record<
	Punishment['kind'],
	(typeof sanctionKinds)[number]
>;

async function punish(
	books: Pick<Services, 'db' | 'jobs'>,
	{ guildId, actorId, generation }: Deciding,
	decision: Punishment,
): Promise<Done> {
	const { userId, id: generationId } = generation;
	const kind = kinds[decision.kind];
	const expiresAt = 'seconds' in decision ? new Date(Date.now() + decision.seconds * 1000) : null;
	// What is being accepted for them at this moment is either there after this, or sees the sanction.
	await lockLane(books.db, guildId);
	const { id } = await addSanction(books.db, { guildId, userId, kind, actorId, generationId, expiresAt });
	// What waits was asked for before, but nothing more is drawn for them now. What was painted and not posted yet, delivery withholds.
	if (kind !== 'warning') {
		const failure = `${told[kind]} What you had asked for before was ended, and nothing is charged.`;
		for (const open of await openOf(books.db, guildId, userId))
			await endOpen(books, open.id, { state: 'failed', failure });
	}
	return { after: { sanction: id, ...(expiresAt && { until: expiresAt.toISOString() }) } };
}

const told = {
	ban: 'The moderators of this server gave you a ban from drawing.',
	timeout: 'The moderators of this server gave you a time-out from drawing.',
};

const isOpen = (state: string) => state === 'held' || state === 'queued' || state === 'running';

async function undo(tx: Db, actorId: string, entry: AuditEntry, card: Card | undefined): Promise<Aftermath> {
	const { guildId, channelId, generationId, userId, action } = entry;
	const after = (entry.after ?? {}) as { state?: string; generations?: string[]; sanction?: number };
	const before = (entry.before ?? {}) as { state?: Card['state'] };
	const restored = after.generations ? await restoreRemoved(tx, after.generations) : [];
	if (after.sanction !== undefined) await liftSanction(tx, guildId, after.sanction);
	const undone = await addUndo(tx, {
		guildId,
		actorId,
		action: 'undo',
		channelId,
		generationId,
		userId,
		before: { action },
		after: { ...(after.generations && { generations: restored }) },
		undoes: entry.id,
	});
	if (!undone) throw new UserError('undone-already', 'This was undone before. The log shows by whom.');
	if (after.generations && restored.length === 0 && after.generations.length > 0)
		throw new UserError('too-late', 'The files of these pictures are gone, so they cannot come back.');
	// A later decision may have changed the state since; then that one counts.
	if (card) await decideCard(tx, card.generationId, card.state === after.state ? (before.state ?? 'open') : card.state);
	return { entry: undone, removed: [], restored };
}
