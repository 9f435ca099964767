import { eq, inArray, sql } from 'drizzle-orm';
import type { Db } from './client.ts';
import { generations, progress } from './schema.ts';

export type Progress = typeof progress.$inferSelect;

/**
 * Writes how far a generation is.
 *
 * @returns whether its member asked to stop it
 */
export async function writeProgress(
	db: Db,
	row: { generationId: string; step: number; steps: number; preview: Uint8Array | null },
): Promise<boolean> {
	await db
		.insert(progress)
		.values(row)
		.onConflictDoUpdate({
			target: progress.generationId,
			set: {
				step: row.step,
				steps: row.steps,
				preview: sql`coalesce(excluded.preview, ${progress.preview})`,
				updatedAt: sql`now()`,
			},
		});
	const [state] = await db
		.select({ cancelRequested: generations.cancelRequested })
		.from(generations)
		.where(eq(generations.id, row.generationId));
	return state?.cancelRequested ?? false;
}

export async function readProgress(db: Db, generationIds: string[]): Promise<Map<string, Progress>> {
	if (generationIds.length === 0) return new Map();
	const rows = await db.select().from(progress).where(inArray(progress.generationId, generationIds));
	return new Map(rows.map((row) => [row.generationId, row]));
}

export async function clearProgress(db: Db, generationId: string): Promise<void> {
	await db.delete(progress).where(eq(progress.generationId, generationId));
}
