import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { fromBufferPromise } from 'yauzl';

/** Reads every file of a zip with somebody else's reader; sizes and checksums must be right, and no name be there twice. */
export async function readZip(zip: Buffer): Promise<Map<string, Buffer>> {
	const found = new Map<string, Buffer>();
	const opened = await fromBufferPromise(zip, { lazyEntries: true, validateEntrySizes: true, strictFileNames: true });
	for await (const entry of opened.eachEntry()) {
		const content = await buffer(await opened.openReadStreamPromise(entry));
		if (crc32(content) !== entry.crc32) throw new Error(`Expected ${entry.fileName} to have its checksum`);
		if (found.has(entry.fileName)) throw new Error(`Expected one ${entry.fileName}, got two`);
		found.set(entry.fileName, content);
	}
	return found;
}
