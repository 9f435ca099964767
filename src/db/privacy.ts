import { and, asc, count, eq, inArray, isNull, lte, min, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { Db } from './client.ts';
import type { Generation } from './generations.ts';
import type { Image } from './images.ts';
import {
	audit,
	confirmations,
	deletions,
	fairMembers,
	generations,
	images,
	reports,
	sanctions,
	uploads,
	usage,
} from './schema.ts';

/** A member's data: in one guild, in direct messages (`null`), or everywhere. */
export interface Owned {
	userId: string;
	guildId?: string | null | undefined;
}

export interface StoredCounts {
	generations: number;
	/** Still waiting or being painted. */
	open: number;
	pictures: number;
	/** Of the pictures that we keep, without their smaller copies. */
	bytes: number;
	oldest: Date | undefined;
	/** Pictures and masks that they sent, with their bytes. */
	uploads: number;
	uploadBytes: number;
	reports: number;
	sanctions: number;
}

/** Counts what is stored about a member. Generations that were deleted before count until their rows are gone. */
export async function countStored(db: Db, owned: Owned): Promise<StoredCounts> {
	const [rows] = await db
		.select({
			generations: count(),
			open: sql<number>`count(*) filter (where ${generations.state} in ('held', 'queued', 'running'))::int`,
			oldest: min(generations.createdAt),
		})
		.from(generations)
		.where(ownedRows(generations, owned));
	const [files] = await db
		.select({ pictures: count(), bytes: sql<number>`coalesce(sum(${images.sizeBytes}), 0)::float8` })
		.from(images)
		.innerJoin(generations, eq(generations.id, images.generationId))
		.where(and(ownedRows(generations, owned), isNull(generations.deletedAt)));
	const [sent] = await db
		.select({ uploads: count(), bytes: sql<number>`coalesce(sum(${uploads.sizeBytes}), 0)::float8` })
		.from(uploads)
		.where(ownedRows(uploads, owned));
	const [made] = await db.select({ reports: count() }).from(reports).where(ownedRows(reports, owned));
	const [got] = await db.select({ sanctions: count() }).from(sanctions).where(ownedRows(sanctions, owned));
	return {
		generations: rows?.generations ?? 0,
		open: rows?.open ?? 0,
		pictures: files?.pictures ?? 0,
		bytes: files?.bytes ?? 0,
		oldest: rows?.oldest ?? undefined,
		uploads: sent?.uploads ?? 0,
		uploadBytes: sent?.bytes ?? 0,
		reports: made?.reports ?? 0,
		sanctions: got?.sanctions ?? 0,
	};
}

/**
 * A member's generations with their pictures, oldest first.
 *
 * @param after the id of the generation that the last page ended with
 */
export async function ownGenerations(
	db: Db,
	owned: Owned,
	limit: number,
	after?: string,
): Promise<(Generation & { pictures: Image[] })[]> {
	const rows = await db
		.select()
		.from(generations)
		.where(
			and(
				ownedRows(generations, owned),
				after === undefined
					? undefined
					: sql`(${generations.createdAt}, ${generations.id}) > (select g.created_at, g.id from generations g where g.id = ${after})`,
			),
		)
		.orderBy(asc(generations.createdAt), asc(generations.id))
		.limit(limit);
	const pictures = await db
		.select()
		.from(images)
		.where(
			inArray(
				images.generationId,
				rows.map(({ id }) => id),
			),
		)
		.orderBy(asc(images.position));
	return rows.map((row) => ({ ...row, pictures: pictures.filter(({ generationId }) => generationId === row.id) }));
}

/** Rows of each kind in one page of `ownRecords`: so many are read and written in a few milliseconds. */
const recordsInPage = 200;

/**
 * One page of what is stored about a member besides their generations: of each kind the next rows, oldest first. Of moderators'
 * decisions it says what and when, not by whom.
 *
 * @param page from 0
 */
export async function ownRecords(db: Db, owned: Owned, page = 0) {
	const { id, guildId, kind, generationId, createdAt, expiresAt, liftedAt } = sanctions;
	const paged = <T extends { limit(rows: number): { offset(rows: number): Promise<unknown> } }>(query: T) =>
		query.limit(recordsInPage).offset(page * recordsInPage) as ReturnType<ReturnType<T['limit']>['offset']>;
	const records = {
		usage: await paged(
			db.select().from(usage).where(ownedRows(usage, owned)).orderBy(asc(usage.createdAt), asc(usage.generationId)),
		),
		reports: await paged(
			db
				.select()
				.from(reports)
				.where(ownedRows(reports, owned))
				.orderBy(asc(reports.createdAt), asc(reports.generationId)),
		),
		sanctions: await paged(
			db
				.select({ id, guildId, kind, generationId, createdAt, expiresAt, liftedAt })
				.from(sanctions)
				.where(ownedRows(sanctions, owned))
				.orderBy(asc(sanctions.id)),
		),
		decisionsAboutYou: await paged(
			db
				.select({
					guildId: audit.guildId,
					action: audit.action,
					generationId: audit.generationId,
					createdAt: audit.createdAt,
				})
				.from(audit)
				.where(ownedRows(audit, owned))
				.orderBy(asc(audit.id)),
		),
		yourDecisions: await paged(
			db
				.select()
				.from(audit)
				.where(ownedRows({ guildId: audit.guildId, userId: audit.actorId }, owned))
				.orderBy(asc(audit.id)),
		),
		questions: await paged(
			db
				.select()
				.from(confirmations)
				.where(ownedRows(confirmations, owned))
				.orderBy(asc(confirmations.createdAt), asc(confirmations.id)),
		),
		placesInLine: await paged(
			db.select().from(fairMembers).where(eq(fairMembers.userId, owned.userId)).orderBy(asc(fairMembers.lane)),
		),
		deletions: await paged(
			db.select().from(deletions).where(eq(deletions.userId, owned.userId)).orderBy(asc(deletions.id)),
		),
	};
	const hasMore = Object.values(records).some((rows: unknown[]) => rows.length === recordsInPage);
	return { ...records, hasMore };
}

/** A member's generations that still wait or are being painted. */
export async function openOnes(db: Db, owned: Owned, until: Date): Promise<string[]> {
	const rows = await db
		.select({ id: generations.id })
		.from(generations)
		.where(
			and(
				ownedRows(generations, owned),
				inArray(generations.state, ['held', 'queued', 'running']),
				lte(generations.createdAt, until),
			),
		);
	return rows.map(({ id }) => id);
}

/** Replaces a member in the usage of what they asked for by then, so that a server's sums stay right. */
export async function forgetUsage(db: Db, owned: Owned, until: Date): Promise<void> {
	await db
		.update(usage)
		.set({ userId: '' })
		.where(and(ownedRows(usage, owned), lte(usage.createdAt, until)));
}

/** Deletes the reports that a member made by then. The cases that they opened stay. */
export async function deleteReportsBy(db: Db, owned: Owned, until: Date): Promise<void> {
	await db.delete(reports).where(and(ownedRows(reports, owned), lte(reports.createdAt, until)));
}

/** Forgets a member's place in the fair order of a lane, or of all; it has no effect any more once their jobs are done. */
export async function forgetTurns(db: Db, owned: Owned): Promise<void> {
	const lane = owned.guildId === null ? `dm:${owned.userId}` : owned.guildId;
	await db
		.delete(fairMembers)
		.where(and(eq(fairMembers.userId, owned.userId), lane === undefined ? undefined : eq(fairMembers.lane, lane)));
}

/** Rows about a member, of any table that has such columns. */
export function ownedRows(
	table: { userId: AnyPgColumn; guildId: AnyPgColumn },
	{ userId, guildId }: Owned,
): SQL | undefined {
	const where =
		guildId === undefined ? undefined : guildId === null ? isNull(table.guildId) : eq(table.guildId, guildId);
	return and(eq(table.userId, userId), where);
}
