import { and, asc, eq } from 'drizzle-orm';
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
