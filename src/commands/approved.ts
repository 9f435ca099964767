import type { Db } from '../db/client.ts';
import { findGeneration } from '../db/generations.ts';
import { findImage } from '../db/images.ts';
import type { Wish } from '../queue/accept.ts';

/**
 * Answers whether a wish is made from a picture of this server that moderators let through, by the very same words: an enlargement, a
 * variation. They looked at those words once, and are not asked about them again.
 */
export async function isFromApproved(
	db: Db,
	guildId: string | null,
	{ parentImageId, recipe }: Wish,
): Promise<boolean> {
	if (parentImageId === undefined || guildId === null) return false;
	const image = await findImage(db, parentImageId);
	const parent = image && (await findGeneration(db, image.generationId));
	if (!parent || parent.approvedAt === null || parent.deletedAt !== null) return false;
	return parent.guildId === guildId && parent.recipe.prompt === recipe.prompt;
}
