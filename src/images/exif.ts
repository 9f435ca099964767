/**
 * A small EXIF block for WebP and JPEG, which have no place for plain texts: the description and the user comment, nothing else;
 * and the places of EXIF and XMP in such files.
 *
 * Sources: TIFF 6.0, section 2 (header, directories); Exif 2.32, section 4.6.5 (UserComment, character code `UNICODE`, here
 * UTF-16 in the byte order of the block, which is what piexif and so Stable Diffusion WebUI read); WebP Container
 * Specification (RIFF, `VP8X`, `EXIF`, `XMP `); JPEG, ITU T.81 annex B (markers); XMP, ISO 16684-3 (the segment's name in JPEG).
 * Left out: every other tag; WebP files that carry more than one picture (we make none) keep their chunks as they are.
 */

const tag = {
	imageDescription: 0x010e,
	make: 0x010f,
	model: 0x0110,
	software: 0x0131,
	exifDirectory: 0x8769,
	userComment: 0x9286,
};
const type = { ascii: 2, long: 4, undefined: 7 };

export interface ExifTexts {
	/** ASCII only. */
	description: string;
	/** Any text. */
	comment: string;
}

/** Writes a big-endian TIFF block with two directories. */
export function buildExif({ description, comment }: ExifTexts): Buffer {
	const text = Buffer.from(`${description}\0`, 'ascii');
	const note = Buffer.concat([Buffer.from('UNICODE\0', 'ascii'), Buffer.from(comment, 'utf16le').swap16()]);
	const textAt = 8 + 2 + 2 * 12 + 4;
	const secondAt = even(textAt + text.length);
	const noteAt = secondAt + 2 + 12 + 4;
	const out = Buffer.alloc(even(noteAt + note.length));
	out.write('MM\0\x2a\0\0\0\x08', 0, 'latin1');
	writeDirectory(out, 8, [
		[tag.imageDescription, type.ascii, text.length, textAt],
		[tag.exifDirectory, type.long, 1, secondAt],
	]);
	writeDirectory(out, secondAt, [[tag.userComment, type.undefined, note.length, noteAt]]);
	text.copy(out, textAt);
	note.copy(out, noteAt);
	return out;
}

/** Texts of an EXIF block under their tags' names; one that is not there or not readable is left out. */
export type ExifTextName = 'ImageDescription' | 'Make' | 'Model' | 'Software' | 'UserComment';

/** Reads what `buildExif` writes, in either byte order; a field that is not there or not readable is `undefined`. */
export function readExif(exif: Buffer): Partial<ExifTexts> {
	const { ImageDescription: description, UserComment: comment } = readExifTexts(exif);
	return { ...(description !== undefined && { description }), ...(comment !== undefined && { comment }) };
}

/** Reads every text of an EXIF block that some tool writes a recipe into. Never throws on bad blocks. */
export function readExifTexts(exif: Buffer): Partial<Record<ExifTextName, string>> {
	const order = exif.toString('latin1', 0, 4);
	if (order !== 'MM\0\x2a' && order !== 'II\x2a\0') return {};
	const little = order.startsWith('II');
	const first = readDirectory(exif, little, 4);
	const plain = (id: number) => first.get(id)?.data.toString('utf8').replace(/\0+$/, '');
	const pointer = first.get(tag.exifDirectory);
	const note = pointer && readDirectory(exif, little, pointer.at).get(tag.userComment)?.data;
	const texts = {
		ImageDescription: plain(tag.imageDescription),
		Make: plain(tag.make),
		Model: plain(tag.model),
		Software: plain(tag.software),
		UserComment: note && readComment(note, little),
	};
	return Object.fromEntries(Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** A UserComment says in eight bytes how it is written; without a word about it, it is taken as UTF-8, as JSON mostly is. */
function readComment(note: Buffer, little: boolean): string | undefined {
	const code = note.toString('latin1', 0, 8);
	const text = note.subarray(8);
	if (code === 'UNICODE\0') return utf16(text.subarray(0, text.length & ~1), isLittle(text) ?? little);
	if (code === 'ASCII\0\0\0' || code === '\0'.repeat(8)) return text.toString('utf8').replace(/\0+$/, '');
	return undefined; // JIS
}

/** Some writers do not keep to the byte order of the block. What is mostly Latin shows which one it is; else nobody knows. */
function isLittle(text: Buffer): boolean | undefined {
	let [high, low] = [0, 0];
	for (let i = 0; i + 1 < Math.min(text.length, 512); i += 2) {
		if (text[i] === 0) high++;
		if (text[i + 1] === 0) low++;
	}
	return high === low ? undefined : low > high;
}

/** Blocks of metadata for a WebP or JPEG. */
export interface Blocks {
	exif?: Buffer;
	xmp: Buffer;
}

/** Puts metadata into a WebP of the simple layout, which becomes one of the extended layout. */
export function addBlocksToWebp(
	webp: Uint8Array,
	{ exif, xmp }: Blocks,
	size: { width: number; height: number },
): Uint8Array {
	const chunks = [...webpChunks(webp)];
	if (chunks.some((c) => c.name === 'VP8X')) throw new TypeError('Expected a WebP of the simple layout, got `VP8X`');
	const extended = Buffer.alloc(10);
	extended[0] = 0x04 | (exif ? 0x08 : 0); // there is XMP, and EXIF
	extended.writeUIntLE(size.width - 1, 4, 3);
	extended.writeUIntLE(size.height - 1, 7, 3);
	const body = Buffer.concat([
		Buffer.from('WEBP', 'latin1'),
		riffChunk('VP8X', extended),
		...chunks.map((c) => riffChunk(c.name, c.data)),
		...(exif ? [riffChunk('EXIF', exif)] : []),
		riffChunk('XMP ', xmp),
	]);
	return new Uint8Array(riffChunk('RIFF', body));
}

/** Puts metadata into a JPEG, behind its JFIF header. @throws {RangeError} if a block is longer than a segment may be. */
export function addBlocksToJpeg(jpeg: Uint8Array, { exif, xmp }: Blocks): Uint8Array {
	const first = jpegSegments(jpeg).next().value;
	const at = first?.marker === 0xe0 ? first.end : 2;
	const segments = [...(exif ? [app1('Exif\0\0', exif)] : []), app1('http://ns.adobe.com/xap/1.0/\0', xmp)];
	return new Uint8Array(Buffer.concat([jpeg.subarray(0, at), ...segments, jpeg.subarray(at)]));
}

/** A segment of JPEG for applications: marker, length, who it is for, what it says. */
function app1(name: string, block: Buffer): Buffer {
	const prefix = Buffer.from(name, 'latin1');
	const size = 2 + prefix.length + block.length;
	if (size > 0xffff) {
		const most = 0xffff - 2 - prefix.length;
		throw new RangeError(`Expected metadata of at most ${most} bytes in a JPEG, got ${block.length}`);
	}
	return Buffer.concat([Buffer.from([0xff, 0xe1, size >> 8, size & 0xff]), prefix, block]);
}

/** Finds the EXIF block of a WebP or JPEG. */
export function findExif(bytes: Uint8Array): Buffer | undefined {
	for (const c of webpChunks(bytes)) if (c.name === 'EXIF') return withoutPrefix(c.data);
	for (const s of jpegSegments(bytes)) if (s.marker === 0xe1 && hasPrefix(s.data)) return withoutPrefix(s.data);
	return undefined;
}

/** The first comment of a JPEG (`COM`). */
export function jpegComment(bytes: Uint8Array): Buffer | undefined {
	for (const { marker, data } of jpegSegments(bytes)) if (marker === 0xfe) return data;
	return undefined;
}

function* webpChunks(webp: Uint8Array): Generator<{ name: string; data: Buffer }> {
	const bytes = Buffer.from(webp.buffer, webp.byteOffset, webp.byteLength);
	if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WEBP') return;
	for (let at = 12; at + 8 <= bytes.length; ) {
		const size = bytes.readUInt32LE(at + 4);
		if (at + 8 + size > bytes.length) return;
		yield { name: bytes.toString('latin1', at, at + 4), data: bytes.subarray(at + 8, at + 8 + size) };
		at += 8 + even(size);
	}
}

/** The segments before the picture's own data. */
function* jpegSegments(jpeg: Uint8Array): Generator<{ marker: number; data: Buffer; end: number }> {
	const bytes = Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
	if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return;
	for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda; ) {
		const end = at + 2 + bytes.readUInt16BE(at + 2);
		if (end > bytes.length || end < at + 4) return;
		yield { marker: bytes[at + 1]!, data: bytes.subarray(at + 4, end), end };
		at = end;
	}
}

function writeDirectory(
	out: Buffer,
	at: number,
	entries: [tag: number, type: number, count: number, value: number][],
): void {
	out.writeUInt16BE(entries.length, at);
	for (const [i, [tagId, typeId, count, value]] of entries.entries()) {
		const entry = at + 2 + 12 * i;
		out.writeUInt16BE(tagId, entry);
		out.writeUInt16BE(typeId, entry + 2);
		out.writeUInt32BE(count, entry + 4);
		out.writeUInt32BE(value, entry + 8);
	}
}

/** Entries of the directory whose offset stands at `pointerAt`; `at` is where an entry's value stands. */
function readDirectory(exif: Buffer, little: boolean, pointerAt: number): Map<number, { data: Buffer; at: number }> {
	const u16 = (at: number) => (little ? exif.readUInt16LE(at) : exif.readUInt16BE(at));
	const u32 = (at: number) => (little ? exif.readUInt32LE(at) : exif.readUInt32BE(at));
	const found = new Map<number, { data: Buffer; at: number }>();
	if (pointerAt + 4 > exif.length) return found;
	const start = u32(pointerAt);
	if (start + 2 > exif.length) return found;
	for (let i = 0, at = start + 2; i < u16(start) && at + 12 <= exif.length; i++, at += 12) {
		const size = u32(at + 4); // the two texts are of types with one byte each
		const dataAt = size <= 4 ? at + 8 : u32(at + 8);
		if (dataAt + size <= exif.length) found.set(u16(at), { data: exif.subarray(dataAt, dataAt + size), at: at + 8 });
	}
	return found;
}

function utf16(bytes: Buffer, little: boolean): string {
	return (little ? bytes : Buffer.from(bytes).swap16()).toString('utf16le');
}

function riffChunk(name: string, data: Buffer): Buffer {
	const out = Buffer.alloc(8 + even(data.length));
	out.write(name, 0, 'latin1');
	out.writeUInt32LE(data.length, 4);
	data.copy(out, 8);
	return out;
}

function hasPrefix(data: Buffer): boolean {
	return data.toString('latin1', 0, 6) === 'Exif\0\0';
}

/** Some writers put JPEG's prefix into WebP too. */
function withoutPrefix(data: Buffer): Buffer {
	return hasPrefix(data) ? data.subarray(6) : data;
}

function even(n: number): number {
	return n + (n & 1);
}
