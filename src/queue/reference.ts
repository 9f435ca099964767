import type { Db } from '../db/client.ts';
import { findGeneration, type Generation } from '../db/generations.ts';
import { findImage } from '../db/images.ts';
import { findUpload } from '../db/uploads.ts';
import { type ImageStore, MissingImageError } from '../images/store.ts';
import type { Comparison, Picture } from '../pipeline/protocol.ts';

interface Shelves {
	db: Db;
	store: ImageStore;
}

/**
 * Fetches the files that the pictures of a generation repeat, in the order of its seeds. Nothing fails for want of one: the picture is
 * then drawn and not compared.
 */
export async function fetchReferences(
	shelves: Shelves,
	{ reference, userId, guildId }: Generation,
): Promise<(Uint8Array | null)[] | undefined> {
	if (!reference) return undefined;
	if ('imageIds' in reference) return Promise.all(reference.imageIds.map((id) => fetchImage(shelves, id)));
	const upload = await findUpload(shelves.db, { userId, guildId, sha256: reference.sha256 });
	return [upload ? await fetchFile(shelves, upload.file) : null];
}

async function fetchImage(shelves: Shelves, id: string): Promise<Uint8Array | null> {
	const image = await findImage(shelves.db, id);
	const generation = image && (await findGeneration(shelves.db, image.generationId));
	return image && generation && !generation.deletedAt ? fetchFile(shelves, image.file) : null;
}

async function fetchFile({ store }: Shelves, key: string): Promise<Uint8Array | null> {
	try {
		return await store.get(key);
	} catch (error) {
		if (error instanceof MissingImageError) return null;
		throw error;
	}
}

/** Says in sentences, for the reply, how far pictures are from those that they repeat. */
export function comparisonNotes({ reference }: Pick<Generation, 'reference'>, pictures: readonly Picture[]): string[] {
	if (!reference) return [];
	const notes = pictures.map(({ compared }) => (compared ? sentenceFor(compared) : notCompared));
	if (notes.length === 1) return notes;
	if (notes.every((note) => note === equal))
		return [`All ${notes.length} are equal, pixel for pixel, to the pictures that they repeat.`];
	return notes.map((note, i) => `Picture ${i + 1}: ${note}`);
}

const equal = 'Equal, pixel for pixel, to the picture that it repeats.';
const notCompared = 'The picture that it repeats is gone or cannot be read, so nothing was compared.';

function sentenceFor(compared: Comparison): string {
	const { before, drawnBy, isLossy, most, share, psnr } = compared;
	const who =
		before.drawnBy === undefined || drawnBy.startsWith(before.drawnBy)
			? ''
			: ` That one was drawn by ${before.drawnBy}, this one by ${drawnBy}.`;
	if (most === undefined || share === undefined || psnr === undefined)
		return `Not equal: the picture that it repeats has ${before.width}×${before.height} pixels.${who}`;
	if (most === 0) return equal;
	const far = `at most ${most} of 255 apart, in ${percent(share)} of the pixels (PSNR ${psnr.toFixed(1)} dB)`;
	if (isLossy)
		return `The file that was sent is compressed with loss, so its pixels are not those that were drawn: ${far}.${who}`;
	return `Not equal to the picture that it repeats: ${far}.${who}`;
}

function percent(share: number): string {
	return `${share < 0.001 ? '< 0.1' : (100 * share).toFixed(1)} %`;
}
