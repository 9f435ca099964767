/** Width and height of a picture in pixels. */
export interface MediaSize {
	width: number;
	height: number;
}

/** Reads a PNG's, JPEG's or WebP's size from its header; undefined when the bytes are none of these. */
export function mediaSize(bytes: Buffer): MediaSize | undefined {
	if (bytes.length < 30) return undefined;
	if (bytes.readUInt32BE(0) === 0x89504e47) return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
	if (bytes.readUInt16BE(0) === 0xffd8) return jpegSize(bytes);
	if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') return webpSize(bytes);
	return undefined;
}

function jpegSize(bytes: Buffer): MediaSize | undefined {
	let at = 2;
	while (at + 9 < bytes.length) {
		const marker = bytes.readUInt16BE(at);
		// SOF0 to SOF15 hold the size; C4, C8 and CC in between are tables and a reserved number.
		const isFrame = marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
		if (isFrame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
		if (marker < 0xff00) return undefined;
		at += 2 + bytes.readUInt16BE(at + 2);
	}
	return undefined;
}

/** RFC 9649: lossy, lossless and extended files keep the size in three different places. */
function webpSize(bytes: Buffer): MediaSize | undefined {
	const chunk = bytes.toString('latin1', 12, 16);
	if (chunk === 'VP8X') return { width: 1 + bytes.readUIntLE(24, 3), height: 1 + bytes.readUIntLE(27, 3) };
	if (chunk === 'VP8 ') return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
	if (chunk === 'VP8L') {
		const packed = bytes.readUInt32LE(21);
		return { width: 1 + (packed & 0x3fff), height: 1 + ((packed >>> 14) & 0x3fff) };
	}
	return undefined;
}
