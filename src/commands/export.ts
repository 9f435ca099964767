import type { Db } from '../db/client.ts';
import type { Generation } from '../db/generations.ts';
import type { Image } from '../db/images.ts';
import { type Owned, ownGenerations, ownRecords } from '../db/privacy.ts';
import { ownUploads, type Upload } from '../db/uploads.ts';
import { type ImageStore, MissingImageError } from '../images/store.ts';
import { ZipBuilder } from './zip.ts';

/**
 * Where the next part of an export begins: with the page `account` of what is stored besides generations while some of that is left;
 * then behind the generation `after`, or, of the one behind it, with its picture `picture`.
 */
export interface Cursor {
	account: number | undefined;
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

export const exportStart: Cursor = { account: 0, after: undefined, picture: 0 };

const pageSize = 20;
/** In place of a generation's id: all of them are handed out, and of the uploads as many as the number behind it. */
const uploadsFrom = 'uploads';

/**
 * Writes one part of what is stored about a member: first everything besides generations, then as many of those with their pictures
 * as fit, oldest first. Pictures that were withheld or deleted are not handed out; the text says so. Everything is read and written
 * in small steps, between which others have their turn.
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
	await part.begin();
	for (let page = from.account; page !== undefined; ) {
		const { hasMore, ...records } = await ownRecords(db, owned, page);
		const name = page === 0 ? 'account.json' : `account-${page + 1}.json`;
		const text = json({ userId: owned.userId, ...records });
		if (!part.hasRoomFor(name, text)) return part.finish({ account: page, after: undefined, picture: 0 });
		await part.write(name, text);
		page = hasMore ? page + 1 : undefined;
	}
	let { after, picture } = from;
	while (!after?.startsWith(uploadsFrom)) {
		const page = await ownGenerations(db, owned, pageSize, after);
		for (const generation of page) {
			const stoppedAt = await part.addGeneration(generation, picture);
			if (stoppedAt !== undefined) return part.finish({ account: undefined, after, picture: stoppedAt });
			after = generation.id;
			picture = 0;
		}
		if (page.length < pageSize) after = `${uploadsFrom}0`;
	}
	const uploads = await ownUploads(db, owned);
	for (let i = Number(after.slice(uploadsFrom.length)); i < uploads.length; i++)
		if (!(await part.addUpload(uploads[i]!)))
			return part.finish({ account: undefined, after: `${uploadsFrom}${i}`, picture: 0 });
	return part.finish(undefined);
}

class Part {
	readonly #store: ImageStore;
	readonly #zip: ZipBuilder;
	/** Of the zip as long as nothing but the texts that every part has is in it. */
	readonly #wholeRoom: number;
	#room: number;
	/** Besides the texts that every part has. */
	#files = 0;
	#generations = 0;
	#pictures = 0;

	constructor(store: ImageStore, zip: ZipBuilder) {
		this.#store = store;
		this.#zip = zip;
		this.#room = zip.room;
		this.#wholeRoom = this.#room - 64 * 1024;
	}

	async begin(): Promise<void> {
		await this.write('README.txt', readme);
		this.#files = 0;
	}

	/** Whether a text fits. The first one of a part has to: no other part has more room. */
	hasRoomFor(name: string, text: string): boolean {
		return this.#files === 0 || ZipBuilder.sizeOf(name, Buffer.byteLength(text)) <= this.#room;
	}

	async write(name: string, content: string | Uint8Array, changedAt = new Date()): Promise<void> {
		const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
		this.#room -= ZipBuilder.sizeOf(name, bytes.length);
		await this.#zip.add(name, bytes, changedAt);
		this.#files++;
	}

	/**
	 * Adds a generation with its pictures from `first` on.
	 *
	 * @returns the picture at which the part was full, to begin the next part with; `undefined` when all are in
	 */
	async addGeneration(generation: Generation & { pictures: Image[] }, first: number): Promise<number | undefined> {
		const name = `generations/${generation.id}.json`;
		const text = json(describe(generation));
		if (!this.hasRoomFor(name, text)) return first;
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

	/** Adds a picture that the member sent; `false` when the part is full. One that fits into no part is left out. */
	async addUpload({ file, sha256, createdAt }: Upload): Promise<boolean> {
		const bytes = await this.#read(file);
		if (!bytes) return true;
		const name = `uploads/${sha256}.${endingOf(bytes)}`;
		const size = ZipBuilder.sizeOf(name, bytes.length);
		if (size > this.#wholeRoom) return true;
		if (size > this.#room) return false;
		await this.write(name, bytes, createdAt);
		this.#pictures++;
		return true;
	}

	finish(next: Cursor | undefined): ExportPart {
		return { zip: this.#zip.finish(), generations: this.#generations, pictures: this.#pictures, next };
	}

	/** The picture as we keep it or, where that would not fit into any part, the smaller copy that was posted. */
	async #choose(image: Image): Promise<{ key: string; bytes: Uint8Array } | undefined> {
		const key = image.sizeBytes <= this.#wholeRoom ? image.file : image.smallFile;
		if (key === null) return undefined;
		const bytes = await this.#read(key);
		return bytes && bytes.length <= this.#wholeRoom ? { key, bytes } : undefined;
	}

	async #read(key: string): Promise<Uint8Array | undefined> {
		try {
			return await this.#store.get(key);
		} catch (error) {
			if (error instanceof MissingImageError) return undefined;
			throw error;
		}
	}
}

/** What a file is called that came without a name, by its first bytes. */
function endingOf([first]: Uint8Array): string {
	return first === 0x89 ? 'png' : first === 0xff ? 'jpg' : first === 0x52 ? 'webp' : 'bin';
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

account.json       how much you painted, reports that you made, what moderators decided about you (from the first part on; what
                   is too much for one file goes on in account-2.json and so on)
generations/*.json one file for each wish: what you asked for, its recipe, when and where, and its pictures
pictures/          the pictures. A picture too large for one part comes as the smaller copy that was posted, or not at all;
                   pictures that were withheld or deleted are not in here, and their entry says so

uploads/           pictures that you sent to have something made from, named by their SHA-256; account.json says when and where

Each recipe holds everything that determines its pictures. Times are UTC. Ids are Discord's, but for those of wishes and pictures.
`;
