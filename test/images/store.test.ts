import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ImageStore, imageKey, MissingImageError } from '../../src/images/store.ts';

let folder: string;
let store: ImageStore;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'atelier-store-'));
	store = new ImageStore(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('gives back the bytes that were put, the newest ones', async () => {
	const key = imageKey('01hx-a_b');
	await store.put(key, Uint8Array.of(1, 2, 3));
	await store.put(key, Uint8Array.of(0, 255));
	expect(await store.get(key)).toEqual(Uint8Array.of(0, 255));
	expect(readdirSync(join(folder, 'images'))).toEqual(['01hx-a_b.png']);
});

test('never shows a part of a file, whenever one looks', async () => {
	const key = imageKey('big');
	const versions = [1, 2].map((fill) => new Uint8Array(3_000_000).fill(fill));
	await store.put(key, versions[0]!);
	const writing = Promise.all([1, 0, 1, 0, 1].map((i) => store.put(key, versions[i]!)));
	let isWriting = true;
	void writing.then(() => (isWriting = false));
	while (isWriting) {
		const bytes = await store.get(key);
		expect([bytes.length, bytes[0] === bytes.at(-1)]).toEqual([3_000_000, true]);
	}
});

test('says which file is missing', async () => {
	await expect(store.get('images/none.png')).rejects.toThrow(MissingImageError);
	await expect(store.get('images/none.png')).rejects.toThrow('The image store holds no `images/none.png`');
	expect(await store.exists('images/none.png')).toBe(false);
});

test('deletes, and does not mind what is not there', async () => {
	await store.put('images/a.webp', Uint8Array.of(1));
	await store.delete('images/a.webp');
	await store.delete('images/a.webp');
	expect(await store.exists('images/a.webp')).toBe(false);
});

test.for([
	'../a.png',
	'/etc/passwd',
	'images/../../a.png',
	'images/A.png',
	'',
	'images//a.png',
	'images/.hidden.png',
	'a\0.png',
])('refuses the key %j', async (key) => {
	await expect(store.put(key, Uint8Array.of(1))).rejects.toThrow(RangeError);
	await expect(store.get(key)).rejects.toThrow(RangeError);
});
