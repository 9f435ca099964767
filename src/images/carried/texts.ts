import { inflateSync } from 'node:zlib';
import { findExif, jpegComment, readExifTexts } from '../exif.ts';
import { isPng, readChunks } from '../png.ts';

/**
 * Every text that a picture file carries, under the keyword that its writer gave it. Files come from strangers, so all of it is
 * bounded: what is longer is as if it were not there.
 *
 * Sources: PNG, third edition (W3C), section 11.3.3 (`tEXt`, `zTXt`, `iTXt`, `eXIf`); Exif 2.32, section 4.6.5. ComfyUI writes its
 * texts into WebP under EXIF's `Make` and `Model`, each with its keyword and a colon in front.
 */

/** The bounds: characters of one text after unpacking, of all together, and how many there may be. */
export const textLimits = { one: 2 ** 20, all: 8 * 2 ** 20, count: 100 } as const;

/** Keyword to text; of two with the same keyword the first counts. */
export type Texts = ReadonlyMap<string, string>;

/** Reads the texts of a PNG, JPEG or WebP. Never throws: what is damaged is left out. */
export function readTexts(bytes: Uint8Array): Texts {
	const texts = new BoundedTexts();
	if (isPng(bytes)) readPng(bytes, texts);
	else {
		readExif(findExif(bytes), texts);
		const comment = jpegComment(bytes);
		if (comment) texts.add('Comment', () => comment);
	}
	return texts.found;
}

class BoundedTexts {
	readonly found = new Map<string, string>();
	#left: number = textLimits.all;

	/** `read` gets the most bytes that it may give, and gives nothing where there would be more. */
	add(keyword: string, read: (most: number) => Buffer | undefined, encoding: 'latin1' | 'utf8' = 'utf8'): void {
		if (this.found.size >= textLimits.count || this.found.has(keyword)) return;
		const most = Math.min(textLimits.one, this.#left);
		const data = read(most);
		if (!data || data.length > most) return;
		this.#left -= data.length;
		this.found.set(keyword, data.toString(encoding));
	}
}

function readPng(png: Uint8Array, texts: BoundedTexts): void {
	for (const { type, data } of readChunks(png)) {
		if (type === 'eXIf') readExif(data, texts);
		if (type !== 'tEXt' && type !== 'zTXt' && type !== 'iTXt') continue;
		const keywordEnd = data.indexOf(0);
		if (keywordEnd < 1 || keywordEnd > 79) continue;
		const keyword = data.toString('latin1', 0, keywordEnd);
		const rest = data.subarray(keywordEnd + 1);
		if (type === 'tEXt') texts.add(keyword, () => rest, 'latin1');
		else if (type === 'zTXt') texts.add(keyword, (most) => inflate(rest.subarray(1), most), 'latin1');
		else {
			const languageEnd = rest.indexOf(0, 2);
			const translationEnd = languageEnd < 0 ? -1 : rest.indexOf(0, languageEnd + 1);
			if (translationEnd < 0) continue;
			const text = rest.subarray(translationEnd + 1);
			texts.add(keyword, (most) => (rest[0] === 0 ? text : inflate(text, most)));
		}
	}
}

/** A keyword that stands before the text itself, as ComfyUI writes it. */
const prefixed = /^(prompt|workflow|parameters): *(?=\{)/i;

function readExif(exif: Buffer | undefined, texts: BoundedTexts): void {
	if (!exif) return;
	for (const [name, text] of Object.entries(readExifTexts(exif))) {
		const keyword = prefixed.exec(text.slice(0, 20))?.[1]?.toLowerCase();
		const own = keyword === undefined ? text : text.slice(text.indexOf('{'));
		texts.add(keyword ?? name, () => Buffer.from(own, 'utf8'));
	}
}

/** Unpacks zlib's format; nothing where it is damaged or holds more than `most` bytes. */
function inflate(data: Buffer, most: number): Buffer | undefined {
	try {
		return inflateSync(data, { maxOutputLength: most });
	} catch {
		return undefined;
	}
}
