import { crc32, deflateSync } from 'node:zlib';

/** Makes a real RGB PNG whose pixels depend on `seed`. */
export function makePng(width: number, height: number, seed = 0): Buffer {
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width);
	header.writeUInt32BE(height, 4);
	header[8] = 8;
	header[9] = 2;
	const rows = Buffer.alloc(height * (1 + width * 3));
	for (const [index] of rows.entries()) rows[index] = index % (1 + width * 3) === 0 ? 0 : (index * 7 + seed * 50) & 255;
	const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
	return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND')]);
}

function chunk(type: string, data = Buffer.alloc(0)): Buffer {
	const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
	const out = Buffer.alloc(body.length + 8);
	out.writeUInt32BE(data.length);
	body.copy(out, 4);
	out.writeUInt32BE(crc32(body), body.length + 4);
	return out;
}
