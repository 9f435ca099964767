import { judgeImages } from '../commands/withheld.ts';
import type { Db } from '../db/client.ts';
import type { Generation } from '../db/generations.ts';
import { type Image, keepImages } from '../db/images.ts';
import type { ImageStore } from '../images/store.ts';
import type { Place } from '../moderation/place.ts';
import type { RatingThresholds } from '../moderation/thresholds.ts';

/**
 * Chooses which candidates become the pictures of a generation: those that may be shown where it will be shown, the most pleasing
 * first; what may not be shown only where there are not enough others. The rest is deleted, files and all, and the chosen ones are
 * numbered anew. Does nothing where there is nothing (left) to choose.
 */
export async function chooseBest(
	{ db, store, thresholds }: { db: Db; store: ImageStore; thresholds: RatingThresholds },
	{ id, recipe }: Generation,
	images: Image[],
	place: Place,
): Promise<Image[]> {
	const { keep } = recipe;
	if (keep === undefined || images.length <= keep) return images;
	const ranked = judgeImages(images, recipe, place, thresholds)
		.map(({ image, verdict }) => ({ image, isShown: verdict.show !== 'withheld', score: image.aesthetic ?? -1 }))
		.sort((a, b) => Number(b.isShown) - Number(a.isShown) || b.score - a.score)
		.map(({ image }) => image);
	const [chosen, rest] = [ranked.slice(0, keep), ranked.slice(keep)];
	// Files first: a row without a file is mended by choosing again, a file without a row would lie there for ever.
	for (const { file, smallFile } of rest) {
		await store.delete(file);
		if (smallFile !== null) await store.delete(smallFile);
	}
	await keepImages(
		db,
		id,
		chosen.map((image) => image.id),
	);
	return chosen.map((image, position) => ({ ...image, position }));
}
