import { randomBytes } from 'node:crypto';
import { openHeldCard } from '../db/cards.ts';
import type { Db } from '../db/client.ts';
import { lockLane, memberFinish, setMemberFinish } from '../db/fair.ts';
import {
	countHeld,
	findByInteraction,
	findUpscale,
	type Generation,
	insertGeneration,
	measurePace,
	retag,
	waitingInLane,
} from '../db/generations.ts';
import { type GenerationKind, generationKinds, type Reference } from '../db/schema.ts';
import { reserveUsage } from '../db/usage.ts';
import { UserError } from '../errors.ts';
import type { Rating } from '../prompt/families.ts';
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
	/** The member's language as Discord says it: `ja`, `en-GB`. */
	locale?: string | null;
	/** The highest rating that may be drawn there: what a member's upload is judged by before it is used. */
	ceiling?: Rating;
}

export interface Wish {
	kind: GenerationKind;
	request: ImagineRequest;
	recipe: Recipe;
	/** Sentences for the reply: what was understood otherwise than it was written. */
	notes?: string[];
	parentImageId?: string;
	/** What its pictures repeat. */
	reference?: Reference;
}

/** What a wish comes to by what holds at the moment at which it is accepted. */
export interface Terms {
	wish: Wish;
	/** What the server allows this member; `memberWaiting` is the operator's own limit of jobs at a time. */
	quota?: Quota;
	/** The word for which a moderator looks at it first: it is written down, but neither queued nor charged. */
	heldFor?: string | undefined;
	/** Moderators looked at its very words before: no rule holds it. */
	isApproved?: boolean;
}

export interface Queue {
	db: Db;
	jobs: Jobs;
	memberWaiting: number;
}

const tokenLifeMs = 15 * 60_000;

/**
 * Accepts a wish: the generation, its usage and its job are written in one transaction, or nothing is.
 *
 * @param terms what the server allows this member, or a last look within the transaction: settings of the guild do not change
 *   between it and the commit, for who changes them locks the lane as well
 * @returns the generation, and whether it was there before (the same interaction again, or the same enlargement)
 * @throws {UserError} as `checkQuota` and the last look do, or `too-many-held`
 */
export async function accept(
	queue: Queue,
	origin: Origin,
	wish: Wish,
	terms: Quota | ((tx: Db) => Promise<Terms>) = {},
): Promise<{ generation: Generation; isNew: boolean }> {
	const lane = origin.guildId ?? `dm:${origin.userId}`;
	return queue.db.transaction(async (tx) => {
		// The lane is locked first, so that two wishes of a guild come one after the other from here on.
		await lockLane(tx, lane);
		const there = await existing(tx, origin, wish);
		if (there) return { generation: there, isNew: false };

		const final: Terms = typeof terms === 'function' ? await terms(tx) : { wish, quota: terms };
		const { recipe, notes = [], parentImageId = null } = final.wish;
		const id = randomBytes(10).toString('hex');
		const createdAt = new Date();
		const isHeld = final.heldFor !== undefined && origin.guildId !== null;
		const { userId } = origin;
		if (isHeld) await checkHeld(tx, origin.guildId!, userId);
		const one = { id, lane, guildId: origin.guildId, userId, recipe, createdAt };
		const line = await lineUp(queue, tx, one, final.quota, isHeld);
		await insertGeneration(tx, {
			...final.wish,
			...origin,
			...line,
			id,
			lane,
			state: isHeld ? 'held' : 'queued',
			heldFor: isHeld ? final.heldFor : null,
			approvedAt: final.isApproved ? createdAt : null,
			recipeHash: recipeHash(recipe),
			notes,
			parentImageId,
			tokenExpiresAt: new Date(origin.createdAt.getTime() + tokenLifeMs),
			createdAt,
		});
		if (isHeld) await openHeldCard(tx, id, origin.guildId!);
		return { generation: (await findByInteraction(tx, origin.interactionId))!, isNew: true };
	});
}

/**
 * Gives a wish its place in the fair order, its job and its reservation, while the lane is locked. One that is held for now gets a
 * cost and nothing else, but is refused all the same where its member has had their share.
 *
 * @throws {UserError} as `checkQuota` does
 */
export async function lineUp(
	queue: Pick<Queue, 'jobs' | 'memberWaiting'>,
	tx: Db,
	one: Pick<Generation, 'id' | 'lane' | 'guildId' | 'userId' | 'recipe' | 'createdAt'>,
	quota: Quota = {},
	isHeld = false,
): Promise<Pick<Generation, 'cost' | 'startTag' | 'memberTag' | 'jobId'>> {
	const { id, lane, guildId, userId, recipe, createdAt } = one;
	const atOnce = Math.min(queue.memberWaiting, quota.atOnce ?? queue.memberWaiting);
	await checkQuota(tx, one, recipe.seeds.length, { ...quota, atOnce });
	const pace = await measurePace(tx, recipe.upscaler === undefined ? sampledKinds : ['upscale']);
	const cost = costOf(recipe, pace);
	if (isHeld) return { cost, startTag: 0, memberTag: 0, jobId: '' };
	const clocks = await lockLane(tx, lane);
	const memberTag = memberTagOf(clocks, await memberFinish(tx, lane, userId));
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
	await setMemberFinish(tx, lane, userId, memberTag + cost);
	await reserveUsage(tx, {
		generationId: id,
		guildId,
		userId,
		pictures: recipe.seeds.length,
		steps: stepsOf(recipe) * recipe.seeds.length,
		work: workOf(recipe),
	});
	return { cost, startTag, memberTag, jobId };
}

/** How many wishes of a member moderators of a server may be asked about at a time: nobody shall flood them. */
const mostHeld = 3;

async function checkHeld(tx: Db, guildId: string, userId: string): Promise<void> {
	const held = await countHeld(tx, guildId, userId);
	if (held < mostHeld) return;
	throw new UserError(
		'too-many-held',
		`Moderators have ${held} wishes of yours to look at already. Wait until they have decided about one, or cancel one.`,
	);
}

/** Kinds whose pictures are sampled: their pace is measured together. */
export const sampledKinds: GenerationKind[] = generationKinds.filter((kind) => kind !== 'upscale');

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
