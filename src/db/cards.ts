import { and, count, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Db } from './client.ts';
import { cards, generations, reports } from './schema.ts';

export type Card = typeof cards.$inferSelect;
export type CardState = Card['state'];

const heldStates = ['held', 'approved', 'refused', 'ended'] as const satisfies CardState[];
export type HeldState = (typeof heldStates)[number];

/** Whether a card is that of a wish at which moderators look first, and not of a report. */
export function isHeldState(state: CardState): state is HeldState {
	return heldStates.some((held) => held === state);
}

/**
 * Opens the case of a reported generation, or notes that there is something new in it. A kept picture that is reported again stays
 * kept; one that was held and approved once gets a card of a report, in a message of its own.
 */
export async function openCard(db: Db, generationId: string, guildId: string): Promise<void> {
	const wasHeld = sql`${cards.state} in ${heldStates.slice(1)}`;
	await db
		.insert(cards)
		.values({ generationId, guildId })
		.onConflictDoUpdate({
			target: cards.generationId,
			set: {
				version: sql`${cards.version} + 1`,
				state: sql`case when ${wasHeld} then 'open' else ${cards.state} end`,
				channelId: sql`case when ${wasHeld} then null else ${cards.channelId} end`,
				messageId: sql`case when ${wasHeld} then null else ${cards.messageId} end`,
			},
		});
}

/** Opens the case of a wish that moderators are asked about first. */
export async function openHeldCard(db: Db, generationId: string, guildId: string): Promise<void> {
	await db
		.insert(cards)
		.values({ generationId, guildId, state: 'held' })
		.onConflictDoUpdate({ target: cards.generationId, set: { version: sql`${cards.version} + 1`, state: 'held' } });
}

/** Notes that there is nothing to decide about a held wish any more. */
export async function endHeldCard(db: Db, generationId: string): Promise<void> {
	await db
		.update(cards)
		.set({ state: 'ended', version: sql`${cards.version} + 1` })
		.where(and(eq(cards.generationId, generationId), eq(cards.state, 'held')));
}

export async function findCard(db: Db, generationId: string): Promise<Card | undefined> {
	return (await db.select().from(cards).where(eq(cards.generationId, generationId)))[0];
}

/** Finds a case and keeps everybody else off it until the transaction ends. */
export async function lockCard(db: Db, generationId: string): Promise<Card | undefined> {
	return (await db.select().from(cards).where(eq(cards.generationId, generationId)).for('update'))[0];
}

/** Counts a decision of a moderator's, and the state that it leads to. */
export async function decideCard(db: Db, generationId: string, state: CardState): Promise<void> {
	await db
		.update(cards)
		.set({ state, decisions: sql`${cards.decisions} + 1`, version: sql`${cards.version} + 1` })
		.where(eq(cards.generationId, generationId));
}

/** Takes cards that Discord has to be told of, and keeps other processes off them for `leaseSeconds`. */
export function claimCards(db: Db, limit: number, leaseSeconds: number): Promise<Card[]> {
	return db
		.update(cards)
		.set({ attempts: sql`${cards.attempts} + 1`, dueAt: sql`now() + make_interval(secs => ${leaseSeconds})` })
		.where(
			sql`${cards.generationId} in (select generation_id from cards where shown_version < version and due_at <= now() order by due_at limit ${limit} for update skip locked)`,
		)
		.returning();
}

/** Notes that Discord has a version of a card; `place` is `null` where there is no card to show. */
export async function markCardShown(
	db: Db,
	{ generationId, version }: Pick<Card, 'generationId' | 'version'>,
	place: { channelId: string; messageId: string } | null,
): Promise<void> {
	await db
		.update(cards)
		.set({
			shownVersion: version,
			attempts: 0,
			dueAt: sql`now()`,
			channelId: place?.channelId ?? null,
			messageId: place?.messageId ?? null,
			...(place && { lastError: null }),
		})
		.where(eq(cards.generationId, generationId));
}

/** Puts a card off, with the reason. */
export async function postponeCard(db: Db, generationId: string, seconds: number, lastError: string): Promise<void> {
	await db
		.update(cards)
		.set({ dueAt: sql`now() + make_interval(secs => ${seconds})`, lastError })
		.where(eq(cards.generationId, generationId));
}

/** Notes that a card's message is gone: the next attempt posts a new one. */
export async function forgetCardMessage(db: Db, generationId: string): Promise<void> {
	await db
		.update(cards)
		.set({ messageId: null, channelId: null, dueAt: sql`now()` })
		.where(eq(cards.generationId, generationId));
}

/** One line of a server's list of cases. */
export interface ListedCase {
	card: Card;
	userId: string;
	reports: number;
	/** When it was reported last; of a held wish when it was asked for. */
	newest: Date;
}

/** Counts the cases of a server that no moderator decided yet: reports, and wishes that wait. */
export async function countOpenCards(db: Db, guildId: string): Promise<number> {
	const [row] = await db
		.select({ open: count() })
		.from(cards)
		.where(and(eq(cards.guildId, guildId), inArray(cards.state, ['open', 'held'])));
	return row?.open ?? 0;
}

/**
 * The cases of a server, newest first.
 *
 * @param search.aboutId only of pictures by this member
 * @param search.byId only what this member reported
 */
export async function listCases(
	db: Db,
	guildId: string,
	search: { byId?: string | undefined; aboutId?: string | undefined },
	{ limit, offset }: { limit: number; offset: number },
): Promise<ListedCase[]> {
	const rows = await db
		.select({
			card: cards,
			userId: generations.userId,
			reports: sql<number>`(select count(*)::int from ${reports} where ${reports.generationId} = ${cards.generationId})`,
			newest: sql<string>`coalesce((select max(${reports.createdAt}) from ${reports} where ${reports.generationId} = ${cards.generationId}), ${cards.createdAt})::text`,
		})
		.from(cards)
		.innerJoin(generations, eq(generations.id, cards.generationId))
		.where(
			and(
				eq(cards.guildId, guildId),
				search.aboutId === undefined ? undefined : eq(generations.userId, search.aboutId),
				search.byId === undefined
					? undefined
					: sql`exists (select 1 from ${reports} where ${reports.generationId} = ${cards.generationId} and ${reports.userId} = ${search.byId})`,
			),
		)
		.orderBy(desc(cards.createdAt))
		.limit(limit)
		.offset(offset);
	return rows.map((row) => ({ ...row, newest: new Date(row.newest) }));
}
