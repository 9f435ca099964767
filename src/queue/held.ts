import { addAudit } from '../db/audit.ts';
import { type Card, decideCard, lockCard } from '../db/cards.ts';
import type { Db } from '../db/client.ts';
import { lockLane } from '../db/fair.ts';
import { changeWaiting, endGeneration, type Generation, heldBefore, lockGeneration } from '../db/generations.ts';
import { addToOutbox } from '../db/outbox.ts';
import { recipeHash } from '../recipe.ts';
import { lineUp, type Queue } from './accept.ts';
import type { Quota } from './quota.ts';
import { endWaiting } from './settle.ts';

/** Who decides about a held wish. */
export interface Reviewing {
	guildId: string;
	actorId: string;
	generationId: string;
}

/** For how long a wish waits for a moderator. */
export const heldMs = 3 * 86_400_000;

/**
 * Lets a held wish into the queue: from here it is charged and painted as any other. The decision, the place in line and the audit
 * row are one transaction.
 *
 * @param look the last look of the gate, within the transaction: the recipe to draw and what the server allows its member. What it
 *   throws leaves everything as it was
 * @returns the generation as it is then; `undefined`, with nothing done, when there was nothing to decide any more
 * @throws {UserError} as `look` and `checkQuota` do
 */
export function approveHeld(
	queue: Queue,
	who: Reviewing,
	look: (tx: Db, generation: Generation) => Promise<{ recipe: Generation['recipe']; quota: Quota }>,
): Promise<Generation | undefined> {
	return queue.db.transaction(async (tx) => {
		await lockLane(tx, who.guildId);
		const found = await findHeld(tx, who);
		if (!found) return undefined;
		const { generation } = found;
		const { recipe, quota } = await look(tx, generation);
		// The pause between two wishes is over by the time that somebody has read one.
		const { cooldown: _, ...rest } = quota;
		const line = await lineUp(queue, tx, { ...generation, recipe }, rest);
		const change = {
			...line,
			recipe,
			recipeHash: recipeHash(recipe),
			state: 'queued',
			approvedAt: new Date(),
		} as const;
		await changeWaiting(tx, generation.id, change);
		await note(tx, who, found, 'approve', 'approved');
		return { ...generation, ...change };
	});
}

/**
 * Refuses a held wish. Its member is told, and was charged nothing.
 *
 * @returns `false`, with nothing done, when there was nothing to decide any more
 */
export function refuseHeld(db: Db, who: Reviewing, failure: string): Promise<boolean> {
	return db.transaction(async (tx) => {
		const found = await findHeld(tx, who);
		if (!found) return false;
		await endGeneration(tx, who.generationId, { state: 'failed', failure });
		await addToOutbox(tx, who.generationId);
		await note(tx, who, found, 'refuse', 'refused');
		return true;
	});
}

/** Ends held wishes at which nobody looked in time. @returns how many */
export async function lapseHeld(books: Pick<Queue, 'db' | 'jobs'>, limit: number, now = Date.now()): Promise<number> {
	const old = await heldBefore(books.db, new Date(now - heldMs), limit);
	for (const { id, guildId, channelId, userId, heldFor } of old)
		await books.db.transaction(async (tx) => {
			if (!(await endWaiting({ ...books, db: tx }, id, { state: 'failed', failure: lapsed }))) return;
			const what = { action: 'lapse', channelId, generationId: id, userId, before: { heldFor } };
			await addAudit(tx, { guildId: guildId!, actorId: null, ...what });
		});
	return old.length;
}

const lapsed =
	'No moderator looked at this within three days, so it was not drawn. Nothing was charged. Ask again, or take the word out.';

interface Found {
	generation: Generation;
	card: Card;
}

async function findHeld(tx: Db, { guildId, generationId }: Reviewing): Promise<Found | undefined> {
	const generation = await lockGeneration(tx, generationId);
	if (generation?.state !== 'held' || generation.guildId !== guildId) return undefined;
	const card = await lockCard(tx, generationId);
	return card && { generation, card };
}

async function note(
	tx: Db,
	{ guildId, actorId, generationId }: Reviewing,
	{ generation: { channelId, userId, heldFor }, card }: Found,
	action: 'approve' | 'refuse',
	state: 'approved' | 'refused',
): Promise<void> {
	const before = { state: card.state, heldFor };
	await addAudit(tx, { guildId, actorId, action, channelId, generationId, userId, before, after: { state } });
	await decideCard(tx, generationId, state);
}
