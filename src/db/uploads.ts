import { and, asc, desc, eq, lt, lte, sql } from 'drizzle-orm';
import type { SeenInPicture } from '../pipeline/protocol.ts';
import type { Db } from './client.ts';
import { type Owned, ownedRows } from './privacy.ts';
import { uploads } from './schema.ts';

export type Upload = typeof uploads.$inferSelect;

/** Whose an upload is, and which. */
export interface UploadName {
	userId: string;
	/** `null` in direct messages. */
	guildId: string | null;
	/** Of the file, hex. */
	sha256: string;
}

/** Names the file of an upload in the image store: equal files of one member in one place are one. */
export function uploadKey({ userId, guildId, sha256 }: UploadName): string {
	return `uploads/${guildId ?? 'dm'}/${userId}/${sha256}.bin`;
}

/** Records an upload, or that it was sent again. Its file has to be in the store before. */
export async function noteUpload(db: Db, upload: UploadName & { channelId: string; sizeBytes: number }): Promise<void> {
	const { channelId } = upload;
	await db
		.insert(uploads)
		.values({ ...upload, file: uploadKey(upload) })
		.onConflictDoUpdate({ target: uploads.file, set: { channelId, usedAt: sql`now()` } });
}

/**
 * Finds an upload by what it holds: in a server anybody's there, since 🔄 of one member's pictures is everybody's; in direct
 * messages the member's own.
 */
export async function findUpload(db: Db, { userId, guildId, sha256 }: UploadName): Promise<Upload | undefined> {
	const where = guildId === null ? ownedRows(uploads, { userId, guildId }) : eq(uploads.guildId, guildId);
	const rows = await db
		.select()
		.from(uploads)
		.where(and(where, eq(uploads.sha256, sha256)))
		.orderBy(desc(eq(uploads.userId, userId)), desc(uploads.usedAt))
		.limit(1);
	return rows[0];
}

/** Notes that something is made from an upload once more, so that it is kept for longer. */
export async function touchUpload(db: Db, name: UploadName): Promise<void> {
	const file = (await findUpload(db, name))?.file;
	if (file === undefined) return;
	await db.update(uploads).set({ usedAt: sql`now()` }).where(eq(uploads.file, file));
}

/** Notes what the tagger saw in an upload. */
export async function noteSeen(db: Db, file: string, { ratings, youthTags }: SeenInPicture): Promise<void> {
	await db.update(uploads).set({ ratings, youthTags }).where(eq(uploads.file, file));
}

/** A member's uploads, the oldest first. */
export function ownUploads(db: Db, owned: Owned): Promise<Upload[]> {
	return db.select().from(uploads).where(ownedRows(uploads, owned)).orderBy(asc(uploads.createdAt), asc(uploads.file));
}

/** Uploads of a member that were sent by a moment; or those that nothing was made from since one. */
export function uploadsToDelete(
	db: Db,
	which: { of: Owned; until: Date } | { unusedSince: Date; guildId?: string },
	limit: number,
): Promise<Upload[]> {
	const where =
		'of' in which
			? and(ownedRows(uploads, which.of), lte(uploads.createdAt, which.until))
			: and(
					lt(uploads.usedAt, which.unusedSince),
					which.guildId === undefined ? undefined : eq(uploads.guildId, which.guildId),
				);
	return db.select().from(uploads).where(where).orderBy(asc(uploads.usedAt)).limit(limit);
}

/** Forgets an upload. Its file has to be gone before, or nobody would find it. */
export async function forgetUpload(db: Db, file: string): Promise<void> {
	await db.delete(uploads).where(eq(uploads.file, file));
}
