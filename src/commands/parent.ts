import type { Db } from '../db/client.ts';
import { findGeneration } from '../db/generations.ts';
import { findImage } from '../db/images.ts';
import { findUpload } from '../db/uploads.ts';
import { UserError } from '../errors.ts';
import { objectionToParent, type ParentInput } from '../moderation/parent.ts';
import type { Recipe } from '../recipe.ts';
import type { Call } from './context.ts';

/** What objections are asked about: in which place, and from how much on a picture counts as what. */
type Judging = Pick<ParentInput, 'ceiling' | 'thresholds'>;

/**
 * Refuses a recipe whose parent may not be used in this place: the picture was rated above it, or meets the floor together with what
 * is asked for. An upload that no painter has seen yet passes: it is judged before it is used.
 *
 * @throws {UserError} `parent-refused`
 */
export async function refuseParent(
	{ db, place, thresholds }: Pick<Call, 'db' | 'place' | 'thresholds'>,
	recipe: Recipe,
	who: { guildId: string | null; user: { id: string } },
): Promise<void> {
	const owner = { guildId: who.guildId, userId: who.user.id };
	const objection = await objectionTo(db, recipe, owner, { ceiling: place.ceiling, thresholds });
	if (objection !== undefined) throw new UserError('parent-refused', `${objection} Nothing was started.`);
}

/** Says why the parent of a recipe may not be used, as far as it was ever looked at. */
export async function objectionTo(
	db: Db,
	{ parent, prompt }: Recipe,
	owner: { guildId: string | null; userId: string },
	judging: Judging,
): Promise<string | undefined> {
	if (!parent) return undefined;
	if (parent.imageId === undefined) {
		const upload = await findUpload(db, { ...owner, sha256: parent.sha256 });
		if (!upload?.ratings) return undefined;
		return objectionToParent({ ...upload, prompt, ...judging });
	}
	const image = await findImage(db, parent.imageId);
	const generation = image && (await findGeneration(db, image.generationId));
	if (!image || !generation) return undefined; // whoever paints it says that it is gone
	const { ratings, youthTags } = image;
	return objectionToParent({ ratings, youthTags, drawnAs: generation.recipe.prompt, prompt, ...judging });
}
