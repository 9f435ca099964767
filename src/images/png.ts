import { crc32 } from 'node:zlib';

/**
 * Texts inside PNG files. Source: PNG, third edition (W3C), sections 5.3 (chunks), 11.3.3 (`tEXt`, `iTXt`).
 * Left out: `zTXt` and compressed `iTXt`, which we do not write; `carried/texts.ts` reads those of other tools.
 */

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export function isPng(bytes: Uint8Array): boolean {
	return signature.equals(bytes.subarray(0, 8));
}

/**
 * Puts texts right behind the header of a PNG. A text that Latin-1 can write becomes `tEXt`, any other `iTXt` in UTF-8, as PIL
 * does and so as the tools that read such texts expect; `utf8` asks for `iTXt` in any case.
 */
export function addPngTexts(png: Uint8Array, texts: { keyword: string; text: string; utf8?: boolean }[]): Uint8Array {
	const header = readChunks(png).next().value;
	if (header?.type !== 'IHDR') throw new TypeError('Expected a PNG that starts with `IHDR`');
	const chunks = texts.map(({ keyword, text, utf8 }) =>
		utf8 || !isLatin1(text)
			? chunk('iTXt', Buffer.concat([latin1(keyword), Buffer.alloc(5), Buffer.from(text, 'utf8')])) // NUL, two flags, no language, no translation
			: chunk('tEXt', Buffer.concat([latin1(keyword), Buffer.alloc(1), latin1(text)])),
	);
	return concat([png.subarray(0, header.end), ...chunks, png.subarray(header.end)]);
}

/** Reads the text under a keyword; `undefined` where there is none or the file ends within a chunk. */
export function readPngText(png: Uint8Array, keyword: string): string | undefined {
	for (const { type, data } of readChunks(png)) {
		if (type !== 'tEXt' && type !== 'iTXt') continue;
		const keywordEnd = data.indexOf(0);
		if (keywordEnd < 0 || data.toString('latin1', 0, keywordEnd) !== keyword) continue;
		if (type === 'tEXt') return data.toString('latin1', keywordEnd + 1);
		if (data[keywordEnd + 1] !== 0) continue; // compressed
		const languageEnd = data.indexOf(0, keywordEnd + 3);
		const translationEnd = languageEnd < 0 ? -1 : data.indexOf(0, languageEnd + 1);
		if (translationEnd >= 0) return data.toString('utf8', translationEnd + 1);
	}
	return undefined;
}

/** The size in pixels that a PNG's header says. */
export function pngSize(png: Uint8Array): { width: number; height: number } | undefined {
	const header = readChunks(png).next().value;
	if (header?.type !== 'IHDR' || header.data.length < 8) return undefined;
	return { width: header.data.readUInt32BE(0), height: header.data.readUInt32BE(4) };
}

/** The chunks of a PNG, as far as they are whole; checksums are not looked at. */
export function* readChunks(png: Uint8Array): Generator<{ type: string; data: Buffer; end: number }> {
	const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
	for (let at = signature.length; at + 12 <= bytes.length; ) {
		const end = at + 12 + bytes.readUInt32BE(at);
		if (end > bytes.length) return;
		yield { type: bytes.toString('latin1', at + 4, at + 8), data: bytes.subarray(at + 8, end - 4), end };
		at = end;
	}
}

function chunk(type: string, data: Buffer): Buffer {
	const out = Buffer.alloc(data.length + 12);
	out.writeUInt32BE(data.length, 0);
	out.write(type, 4, 'latin1');
	data.copy(out, 8);
	out.writeUInt32BE(crc32(out.subarray(4, -4)), out.length - 4);
	return out;
}

/** A NUL would end the text for a reader of `tEXt`. */
function isLatin1(text: string): boolean {
	return !/[^\0-\u00ff]/.test(text) && !text.includes('\0');
}

function latin1(text: string): Buffer {
	return Buffer.from(text, 'latin1');
}

function concat(parts: Uint8Array[]): Uint8Array {
	return new Uint8Array(Buffer.concat(parts));
}
