import { randomBytes } from 'node:crypto';
import type { Db } from '../db/client.ts';
import { lockLane, memberFinish, setMemberFinish } from '../db/fair.ts';
import {
	findByInteraction,
	findUpscale,
	type Generation,
	insertGeneration,
	measurePace,
	retag,
	waitingInLane,
} from '../db/generations.ts';
import type { GenerationKind } from '../db/schema.ts';
import { reserveUsage } from '../db/usage.ts';
import type { ImagineRequest } from '../prompt/request.ts';
import { type Recipe, recipeHash } from '../recipe.ts';
import { layOut, memberTagOf } from './fair.ts';
import type { Jobs } from './jobs.ts';
import { costOf, stepsOf, workOf } from './price.ts';
import { checkQuota, type Quota } from './quota.ts';

/** Where and from whom a wish comes, as Discord told us. */
export interface Origin {
	interactionId: string;
	applicationId: string;
	interactionToken: string;
	/** When the interaction was created; its token lives for 15 minutes from then. */
	createdAt: Date;
	guildId: string | null;
	channelId: string;
	userId: string;
	/** The message that the first reply is. */
	replyId: string | null;
	/** Bytes that the channel takes for one file. */
	uploadLimit: number;
	/** What the interaction said of the channel's age restriction, where Discord cannot be asked again: see `generations`. */
	seenAgeRestricted?: boolean | null;
}

export interface Wish {
	kind: GenerationKind;
	request: ImagineRequest;
	recipe: Recipe;
	/** Sentences for the reply: what was understood otherwise than it was written. */
	notes?: string[];
	parentImageId?: string;
}

const tokenLifeMs = 15 * 60_000;

/**
 * Accepts a wish: the generation, its usage and its job are written in one transaction, or nothing is.
 *
 * @returns the generation, and whether it was there before (the same interaction again, or the same enlargement)
 * @param quota what the server allows this member; `memberWaiting` is the operator's own limit of jobs at a time
 * @throws {UserError} as `checkQuota` does
 */
export async function accept(
	queue: { db: Db; jobs: Jobs; memberWaiting: number },
	origin: Origin,
	wish: Wish,
	quota: Quota = {},
): Promise<{ generation: Generation; isNew: boolean }> {
	const { recipe } = wish;
	const lane = origin.guildId ?? `dm:${origin.userId}`;
	return queue.db.transaction(async (tx) => {
		// The lane is locked first, so that two wishes of a guild come one after the other from here on.
		const clocks = await lockLane(tx, lane);
		const there = await existing(tx, origin, wish);
		if (there) return { generation: there, isNew: false };

		const atOnce = Math.min(queue.memberWaiting, quota.atOnce ?? queue.memberWaiting);
		await checkQuota(tx, { ...origin, lane }, recipe.seeds.length, { ...quota, atOnce });
		const pace = await measurePace(tx, recipe.upscaler === undefined ? sampledKinds : ['upscale']);
		const cost = costOf(recipe, pace);
		const memberTag = memberTagOf(clocks, await memberFinish(tx, lane, origin.userId));
		const id = randomBytes(10).toString('hex');
		const createdAt = new Date();
		const waiting = await waitingInLane(tx, lane);
		const tags = layOut([...waiting, { id, cost, startTag: 0, memberTag, createdAt }], clocks, (job) => job.id === id);
		for (const job of waiting) {
			const startTag = tags.get(job.id)!;
			if (startTag === job.startTag) continue;
			await retag(tx, job.id, startTag);
			await queue.jobs.reprioritise(tx, job.jobId, -startTag);
		}
		const startTag = tags.get(id)!;
		const jobId = await queue.jobs.enqueue(tx, { generationId: id, lane, priority: -startTag });
		await insertGeneration(tx, {
			...wish,
			...origin,
			id,
			lane,
			recipeHash: recipeHash(recipe),
			notes: wish.notes ?? [],
			parentImageId: wish.parentImageId ?? null,
			cost,
			startTag,
			memberTag,
			jobId,
			tokenExpiresAt: new Date(origin.createdAt.getTime() + tokenLifeMs),
			createdAt,
		});
		await setMemberFinish(tx, lane, origin.userId, memberTag + cost);
		await reserveUsage(tx, {
			generationId: id,
			guildId: origin.guildId,
			userId: origin.userId,
			pictures: recipe.seeds.length,
			steps: stepsOf(recipe) * recipe.seeds.length,
			work: workOf(recipe),
		});
		return { generation: (await findByInteraction(tx, origin.interactionId))!, isNew: true };
	});
}

const sampledKinds: GenerationKind[] = ['imagine', 'edit', 'reroll', 'variation'];

async function existing(
	tx: Db,
	origin: Origin,
	{ kind, parentImageId, recipe }: Wish,
): Promise<Generation | undefined> {
	const same = await findByInteraction(tx, origin.interactionId);
	if (same) return same;
	if (kind !== 'upscale' || parentImageId === undefined || recipe.upscaler === undefined) return undefined;
	return findUpscale(tx, parentImageId, recipe.upscaler);
}
