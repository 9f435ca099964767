import type { Db } from '../db/client.ts';
import { findGeneration, type Generation } from '../db/generations.ts';
import { findImage } from '../db/images.ts';
import { findUpload, noteSeen } from '../db/uploads.ts';
import { type ImageStore, MissingImageError } from '../images/store.ts';
import type { SeenInPicture } from '../pipeline/protocol.ts';

/** The world changed while the job waited, or what it is made from cannot be used; the message is for the member. */
export class Unpaintable extends Error {}

/** Says why a member's upload must not be used, if it must not. `seen` is absent where the tagger could not look. */
export type JudgeUpload = (generation: Generation, seen: SeenInPicture | undefined) => string | undefined;

const parentGone = 'The picture that this was to be made from has been deleted meanwhile.';
const uploadGone = 'The picture that you sent is kept no longer. Please send it again.';

interface Shelves {
	db: Db;
	store: ImageStore;
}

/**
 * Fetches the files that a recipe is made from.
 *
 * @throws {Unpaintable} when one of them is gone
 */
export async function fetchSources(
	shelves: Shelves,
	generation: Generation,
): Promise<{ parentImage?: Uint8Array; maskImage?: Uint8Array }> {
	const { parent, mask } = generation.recipe;
	if (!parent) return {};
	const { imageId, sha256 } = parent;
	const parentImage = imageId === undefined ? fetchUpload(shelves, generation, sha256) : fetchImage(shelves, imageId);
	const files = { parentImage: await parentImage };
	return mask ? { ...files, maskImage: await fetchUpload(shelves, generation, mask.sha256) } : files;
}

async function fetchImage({ db, store }: Shelves, id: string): Promise<Uint8Array> {
	const image = await findImage(db, id);
	const parent = image && (await findGeneration(db, image.generationId));
	if (!image || parent?.deletedAt) throw new Unpaintable(parentGone);
	return fetchFile(store, image.file, parentGone);
}

async function fetchUpload({ db, store }: Shelves, { userId, guildId }: Generation, sha256: string) {
	const upload = await findUpload(db, { userId, guildId, sha256 });
	if (!upload) throw new Unpaintable(uploadGone);
	return fetchFile(store, upload.file, uploadGone);
}

async function fetchFile(store: ImageStore, key: string, whenGone: string): Promise<Uint8Array> {
	try {
		return await store.get(key);
	} catch (error) {
		throw error instanceof MissingImageError ? new Unpaintable(whenGone) : error;
	}
}

/**
 * Decides about a member's upload when the tagger has looked at it, before anything is drawn. What was seen is kept with it.
 *
 * @throws {Unpaintable} when it must not be used
 */
export async function decideOnUpload(
	db: Db,
	generation: Generation,
	seen: SeenInPicture | undefined,
	judge: JudgeUpload,
): Promise<true> {
	const { userId, guildId, recipe } = generation;
	const upload = recipe.parent && (await findUpload(db, { userId, guildId, sha256: recipe.parent.sha256 }));
	if (!upload) throw new Unpaintable(uploadGone);
	if (seen) await noteSeen(db, upload.file, seen);
	const objection = judge(generation, seen);
	if (objection !== undefined) throw new Unpaintable(`${objection} Nothing was charged.`);
	return true;
}
