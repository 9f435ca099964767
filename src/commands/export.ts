import type { Db } from '../db/client.ts';
import type { Generation } from '../db/generations.ts';
import type { Image } from '../db/images.ts';
import { type Owned, ownGenerations, ownRecords } from '../db/privacy.ts';
import { type ImageStore, MissingImageError } from '../images/store.ts';
import { ZipBuilder } from './zip.ts';

/** Where the next part of an export begins: behind `after`, or, of the generation behind it, with its picture `picture`. */
export interface Cursor {
	after: string | undefined;
	picture: number;
}

export interface ExportPart {
	zip: Buffer;
	generations: number;
	pictures: number;
	/** `undefined` when this part is the last. */
	next: Cursor | undefined;
}

export const exportStart: Cursor = { after: undefined, picture: 0 };

const pageSize = 20;

/**
 * Writes one part of what is stored about a member: as many generations with their pictures as fit, oldest first. The first part
 * also holds everything besides. Pictures that were withheld or deleted are not handed out; the text says so.
 *
 * @param limitBytes of the zip
 */
export async function exportPart(
	{ db, store }: { db: Db; store: ImageStore },
	owned: Owned,
	from: Cursor,
	limitBytes: number,
): Promise<ExportPart> {
	const part = new Part(store, await ZipBuilder.open(limitBytes));
	await part.write('README.txt', readme);
	if (from.after === undefined && from.picture === 0)
		await part.write('account.json', json({ userId: owned.userId, ...(await ownRecords(db, owned)) }));
	let { after, picture } = from;
	for (;;) {
		const page = await ownGenerations(db, owned, pageSize, after);
		for (const generation of page) {
			const stoppedAt = await part.addGeneration(generation, picture);
			if (stoppedAt !== undefined) return part.finish({ after, picture: stoppedAt });
			after = generation.id;
			picture = 0;
		}
		if (page.length < pageSize) return part.finish(undefined);
	}
}

class Part {
	readonly #store: ImageStore;
	readonly #zip: ZipBuilder;
	/** Of the zip as long as nothing but the texts that every part has is in it. */
	readonly #wholeRoom: number;
	#room: number;
	#generations = 0;
	#pictures = 0;

	constructor(store: ImageStore, zip: ZipBuilder) {
		this.#store = store;
		this.#zip = zip;
		this.#room = zip.room;
		this.#wholeRoom = this.#room - 64 * 1024;
	}

	async write(name: string, content: string | Uint8Array, changedAt = new Date()): Promise<void> {
		const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
		this.#room -= ZipBuilder.sizeOf(name, bytes.length);
		await this.#zip.add(name, bytes, changedAt);
	}

	/**
	 * Adds a generation with its pictures from `first` on.
	 *
	 * @returns the picture at which the part was full, to begin the next part with; `undefined` when all are in
	 */
	async addGeneration(generation: Generation & { pictures: Image[] }, first: number): Promise<number | undefined> {
		const name = `generations/${generation.id}.json`;
		const text = json(describe(generation));
		if (this.#generations > 0 && ZipBuilder.sizeOf(name, Buffer.byteLength(text)) > this.#room) return first;
		await this.write(name, text, generation.createdAt);
		this.#generations++;
		for (const image of generation.pictures.slice(first)) {
			if (fateOf(generation, image) !== 'here') continue;
			const file = await this.#choose(image);
			if (!file) continue;
			const path = `pictures/${file.key.split('/').at(-1)}`;
			if (ZipBuilder.sizeOf(path, file.bytes.length) > this.#room) return image.position;
			await this.write(path, file.bytes, image.createdAt);
			this.#pictures++;
		}
		return undefined;
	}

	finish(next: Cursor | undefined): ExportPart {
		return { zip: this.#zip.finish(), generations: this.#generations, pictures: this.#pictures, next };
	}

	/** The picture as we keep it or, where that would not fit into any part, the smaller copy that was posted. */
	async #choose(image: Image): Promise<{ key: string; bytes: Uint8Array } | undefined> {
		const key = image.sizeBytes <= this.#wholeRoom ? image.file : image.smallFile;
		if (key === null) return undefined;
		try {
			const bytes = await this.#store.get(key);
			return bytes.length <= this.#wholeRoom ? { key, bytes } : undefined;
		} catch (error) {
			if (error instanceof MissingImageError) return undefined;
			throw error;
		}
	}
}

type Fate = 'here' | 'withheld: not handed out' | 'not shown yet' | 'deleted';

/** What becomes of a picture in an export: what could not be posted is not handed out in a zip either. */
function fateOf({ deletedAt }: Generation, { shown }: Image): Fate {
	if (deletedAt) return 'deleted';
	if (shown === null) return 'not shown yet';
	return shown === 'withheld' ? 'withheld: not handed out' : 'here';
}

/** All that is stored of a generation but the key to its reply, which is a secret. */
function describe(generation: Generation & { pictures: Image[] }) {
	const { interactionToken: _, pictures, ...stored } = generation;
	return { ...stored, pictures: pictures.map((image) => ({ ...image, export: fateOf(generation, image) })) };
}

function json(value: unknown): string {
	return `${JSON.stringify(value, null, '\t')}\n`;
}

const readme = `What this bot stores about you.

account.json       how much you painted, reports that you made, what moderators decided about you (in the first part)
generations/*.json one file for each wish: what you asked for, its recipe, when and where, and its pictures
pictures/          the pictures. A picture too large for one part comes as the smaller copy that was posted, or not at all;
                   pictures that were withheld or deleted are not in here, and their entry says so

Each recipe holds everything that determines its pictures. Times are UTC. Ids are Discord's, but for those of wishes and pictures.
`;
