import type { Db } from '../db/client.ts';
import { lockLane } from '../db/fair.ts';
import { findByInteraction, type Generation } from '../db/generations.ts';
import { accept, type Origin, type Queue, type Terms } from './accept.ts';
import { checkQuota } from './quota.ts';

/** How the interaction of each of several jobs is called: an interaction counts once, and each of them has a part of it. */
const partOf = (interactionId: string, index: number) => `${interactionId}-${index + 1}`;

/**
 * Accepts several wishes of one interaction, or none of them: quotas are asked about all together, before the first is accepted. Each
 * becomes a job of its own with its own place in the fair order.
 *
 * @param terms what the wishes come to by what holds within the transaction
 * @returns the generations in their order, and whether they were there before (the same interaction again)
 * @throws {UserError} as `accept` does
 */
export async function acceptAll(
	queue: Queue,
	origin: Omit<Origin, 'replyId'>,
	terms: (tx: Db) => Promise<Terms[]>,
): Promise<{ generations: Generation[]; isNew: boolean }> {
	const { interactionId, guildId, userId } = origin;
	const lane = guildId ?? `dm:${userId}`;
	return queue.db.transaction(async (tx) => {
		await lockLane(tx, lane);
		const there: Generation[] = [];
		for (let i = 0; ; i++) {
			const one = await findByInteraction(tx, partOf(interactionId, i));
			if (!one) break;
			there.push(one);
		}
		if (there.length > 0) return { generations: there, isNew: false };

		const all = await terms(tx);
		const quota = all[0]?.quota ?? {};
		const atOnce = Math.min(queue.memberWaiting, quota.atOnce ?? queue.memberWaiting);
		const pictures = all.reduce((sum, { wish }) => sum + wish.recipe.seeds.length, 0);
		await checkQuota(tx, { lane, guildId, userId }, pictures, { ...quota, atOnce }, all.length);
		const generations: Generation[] = [];
		for (const [i, one] of all.entries()) {
			const part = { ...origin, interactionId: partOf(interactionId, i), replyId: null };
			// The pause between two wishes was asked about once, for all.
			const { cooldown: _, ...rest } = one.quota ?? {};
			const accepted = await accept({ ...queue, db: tx }, part, one.wish, async () => ({ ...one, quota: rest }));
			generations.push(accepted.generation);
		}
		return { generations, isNew: true };
	});
}

/**
 * Which message of its interaction shows a generation. One of several has a follow-up of its own; `null` while none was posted.
 */
export function replyOf({
	interactionId,
	replyId,
}: Pick<Generation, 'interactionId' | 'replyId'>): '@original' | string | null {
	return interactionId.includes('-') ? replyId : '@original';
}
