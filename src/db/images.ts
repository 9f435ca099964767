import { and, asc, eq, notInArray, sql } from 'drizzle-orm';
import type { Db } from './client.ts';
import { images } from './schema.ts';

export type Image = typeof images.$inferSelect;

/** Records finished pictures. */
export async function insertImages(db: Db, rows: (typeof images.$inferInsert)[]): Promise<void> {
	await db.insert(images).values(rows);
}

export async function findImage(db: Db, id: string): Promise<Image | undefined> {
	return (await db.select().from(images).where(eq(images.id, id)))[0];
}

/** The pictures of a generation, in the order in which the message shows them. */
export function imagesOf(db: Db, generationId: string): Promise<Image[]> {
	return db.select().from(images).where(eq(images.generationId, generationId)).orderBy(asc(images.position));
}

/** Keeps the named pictures of a generation, in this order from position 0 on, and forgets all others of it. */
export async function keepImages(db: Db, generationId: string, ids: readonly string[]): Promise<void> {
	await db.transaction(async (tx) => {
		const ofIt = eq(images.generationId, generationId);
		await tx.delete(images).where(and(ofIt, notInArray(images.id, [...ids])));
		// Out of the way first: no two may have the same place, not even for a moment.
		await tx
			.update(images)
			.set({ position: sql`-1 - ${images.position}` })
			.where(ofIt);
		for (const [position, id] of ids.entries())
			await tx
				.update(images)
				.set({ position })
				.where(and(ofIt, eq(images.id, id)));
	});
}

/** Notes how each picture of a generation is delivered; doing it again for a later delivery is right. */
export async function noteShown(
	db: Db,
	generationId: string,
	shown: readonly { position: number; shown: NonNullable<Image['shown']> }[],
): Promise<void> {
	for (const { position, shown: how } of shown) {
		await db
			.update(images)
			.set({ shown: how })
			.where(and(eq(images.generationId, generationId), eq(images.position, position)));
	}
}
