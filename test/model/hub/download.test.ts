import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { Hub, HubError } from '../../../src/model/hub/client.ts';
import { download } from '../../../src/model/hub/download.ts';
import { temporaryFolder } from '../support.ts';
import { FakeHub, repo } from './fake-hub.ts';

const name = 'big.safetensors';
const body = randomBytes(300_000);

async function setUp(changes: { silenceMs?: number; attempts?: number; token?: string } = {}) {
	const { silenceMs = 5000, attempts = 4, token } = changes;
	const fake = await FakeHub.start(new Map([[name, body]]));
	const hub = new Hub({ endpoint: fake.endpoint, token, silenceMs });
	const folder = await temporaryFolder();
	const target = join(folder, name);
	const seen: number[] = [];
	const get = async (signal?: AbortSignal) => {
		const tree = await hub.list(repo, 'main');
		await download(hub, tree, tree.files[0]!, target, {
			onProgress: (bytes) => seen.push(bytes),
			attempts,
			retryMs: 1,
			silenceMs,
			signal,
		});
	};
	return { fake, hub, folder, target, seen, get };
}

/** Answers the first `times` requests for the content in another way. */
function first(
	fake: FakeHub,
	times: number,
	answer: (...[request, response]: Parameters<FakeHub['before']>) => void,
): void {
	let left = times;
	fake.before = (request, response, path) => {
		if (!path.endsWith(name) || left-- <= 0) return false;
		answer(request, response, path);
		return true;
	};
}

test('a file arrives whole, with its progress, and nothing else lies there', async () => {
	const { folder, target, seen, get } = await setUp();
	await get();
	expect(await readFile(target)).toEqual(body);
	expect(await readdir(folder)).toEqual([name]);
	expect(seen[0]).toBe(0);
	expect(seen.at(-1)).toBe(body.length);
	expect(seen).toEqual(seen.toSorted((a, b) => a - b));
});

test('a file that is there is checked and not fetched; one of other content is fetched anew', async () => {
	const { fake, target, get } = await setUp();
	await writeFile(target, body);
	await get();
	expect(fake.contentRequests(name)).toEqual([]);
	await writeFile(target, Buffer.from(body).fill(0, 0, 1));
	await get();
	expect(await readFile(target)).toEqual(body);
});

test('a connection that drops again and again is taken up where it broke', async () => {
	const { fake, target, get } = await setUp();
	first(fake, 3, (request, response) => {
		const [, from = '0'] = /bytes=(\d+)-/.exec(request.headers.range ?? '') ?? [];
		const start = Number(from);
		response.writeHead(start > 0 ? 206 : 200, {
			'content-length': body.length - start,
			...(start > 0 && { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` }),
		});
		response.write(body.subarray(start, start + 50_000), () => response.destroy());
	});
	await get();
	expect(await readFile(target)).toEqual(body);
	const starts = fake.contentRequests(name).map(({ range }) => Number(/bytes=(\d+)/.exec(range ?? 'bytes=0')?.[1]));
	expect(starts).toHaveLength(4);
	expect(starts[0]).toBe(0);
	expect(starts[3]).toBeGreaterThan(0);
	expect(starts).toEqual(starts.toSorted((a, b) => a - b));
});

test('a part of earlier days is continued, a part of another version is thrown away', async () => {
	const { fake, folder, target, get } = await setUp();
	const hash = createHash('sha256').update(body).digest('hex').slice(0, 8);
	await writeFile(`${target}.${hash}.part`, body.subarray(0, 123_456));
	await writeFile(`${target}.00000000.part`, 'of another version');
	await get();
	expect(fake.contentRequests(name).map(({ range }) => range)).toEqual(['bytes=123456-']);
	expect(await readdir(folder)).toEqual([name]);
	expect(await readFile(target)).toEqual(body);
});

test('a hub that knows no ranges sends it all again, and that is right too', async () => {
	const { fake, target, get } = await setUp();
	const hash = createHash('sha256').update(body).digest('hex').slice(0, 8);
	await writeFile(`${target}.${hash}.part`, body.subarray(0, 1000));
	first(fake, 1, (_, response) => void response.writeHead(200, { 'content-length': body.length }).end(body));
	await get();
	expect(await readFile(target)).toEqual(body);
});

test('a part that was damaged is noticed, and the file fetched from its beginning', async () => {
	const { fake, target, get } = await setUp();
	const hash = createHash('sha256').update(body).digest('hex').slice(0, 8);
	await writeFile(`${target}.${hash}.part`, Buffer.alloc(200_000));
	await get();
	expect(fake.contentRequests(name).map(({ range }) => range)).toEqual(['bytes=200000-', undefined]);
	expect(await readFile(target)).toEqual(body);
});

describe('a hub that does not keep its word is told off, and leaves no file', () => {
	test('another content than the list names', async () => {
		const { fake, folder, get } = await setUp();
		fake.lies[name] = { sha256: 'ab'.repeat(32) };
		const getting = get();
		await expect(getting).rejects.toThrow(HubError);
		await expect(getting).rejects.toThrow(
			/big\.safetensors has arrived with another content .*, twice: it was deleted/,
		);
		expect(fake.contentRequests(name)).toHaveLength(2);
		expect(await readdir(folder)).toEqual([]);
	});

	test('more bytes than the list names, without end', async () => {
		const { fake, folder, get } = await setUp();
		let sent = 0;
		first(fake, 9, (_, response) => {
			response.writeHead(200);
			const more = () => {
				if (response.destroyed || sent > 50e6) return void response.end();
				sent += body.length;
				response.write(body, more);
			};
			more();
		});
		await expect(get()).rejects.toThrow(/sends more of big\.safetensors than the 300000 bytes/);
		expect(sent).toBeLessThan(50e6);
		expect(await readdir(folder)).toEqual([]);
	});

	test.for<[string, Parameters<typeof first>[2], RegExp]>([
		[
			'another length than the list',
			(_, response) => void response.writeHead(200, { 'content-length': 7 }).end('1234567'),
			/announces 7 bytes of big\.safetensors where its list names 300000.*is kept/,
		],
		[
			'less than it announces',
			(_, response) => {
				response.writeHead(200);
				response.end();
			},
			/The connection ended at byte 0 of 300000 of big\.safetensors\..*is kept/,
		],
		[
			'another part than was asked for',
			(_, response) => {
				const headers = { 'content-range': 'bytes 5-9/300000', 'content-length': 300_000 };
				response.writeHead(206, headers).end(body);
			},
			/sends another part of big\.safetensors/,
		],
		['nothing but errors', (_, response) => void response.writeHead(503).end(), /overloaded or broken .*status 503/],
	])('%s: tried a few times, then given up', async ([, answer, message]) => {
		const { fake, get } = await setUp({ attempts: 3 });
		first(fake, 9, answer);
		await expect(get()).rejects.toThrow(message);
		expect(fake.contentRequests(name)).toHaveLength(3);
	});

	test('silence in the middle', async () => {
		const { fake, get } = await setUp({ silenceMs: 150, attempts: 2 });
		first(fake, 9, (_, response) => {
			response.writeHead(200, { 'content-length': body.length });
			response.write(body.subarray(0, 10));
		});
		await expect(get()).rejects.toThrow(/The connection broke while .*nothing arrived for a while/);
	});

	test('silence instead of an answer', async () => {
		const { fake, get } = await setUp({ silenceMs: 150, attempts: 2 });
		first(fake, 9, () => {});
		await expect(get()).rejects.toThrow(/cannot be reached \(no answer in time\)/);
	});
});

test('a full disk is said, and the same call works when there is room', async () => {
	const { folder, get } = await setUp();
	const probe = await open(join(folder, 'probe'), 'w');
	const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
	const write = vi.spyOn(Object.getPrototypeOf(probe) as FileHandle, 'write').mockRejectedValue(full);
	await expect(get()).rejects.toThrow(/^The disk is full\. Make room.* goes on from there\.$/);
	write.mockRestore();
	await probe.close();
	await get();
	expect((await readdir(folder)).sort()).toEqual([name, 'probe']);
});

test('stopped in the middle it keeps what it has', async () => {
	const { fake, folder, get } = await setUp();
	const abort = new AbortController();
	first(fake, 1, (_, response) => {
		response.writeHead(200, { 'content-length': body.length });
		response.write(body.subarray(0, 1000), () => setTimeout(() => abort.abort(new Error('enough')), 50));
	});
	await expect(get(abort.signal)).rejects.toThrow('enough');
	expect((await readdir(folder))[0]).toMatch(/\.part$/);
	await get();
	expect(await readdir(folder)).toEqual([name]);
});

describe('redirects', () => {
	test('to another host are followed, without the token', async () => {
		const { fake, target, get } = await setUp({ token: 'hf_secret' });
		const elsewhere: (string | undefined)[] = [];
		const other = await fake.listen((request, response) => {
			elsewhere.push(request.headers.authorization);
			fake.send(request, response, body);
		});
		first(fake, 1, (_, response) => void response.writeHead(302, { location: `${other}/signed?x=1` }).end());
		await get();
		expect(await readFile(target)).toEqual(body);
		expect(elsewhere).toEqual([undefined]);
		expect(fake.asked.every(({ authorization }) => authorization === 'Bearer hf_secret')).toBe(true);
	});

	test('in circles end', async () => {
		const { fake, get } = await setUp();
		first(fake, 99, (request, response) => void response.writeHead(302, { location: request.url }).end());
		await expect(get()).rejects.toThrow(/redirects in circles/);
	});

	test.for(['file:///etc/passwd', 'ftp://example.com/x', 'http://[bad'])('to %s are not followed', async (location) => {
		const { fake, get } = await setUp();
		first(fake, 9, (_, response) => void response.writeHead(302, { location }).end());
		await expect(get()).rejects.toThrow(/which is not followed: only https is/);
	});

	test('from https to http are not followed', async () => {
		const fetched: string[] = [];
		vi.stubGlobal('fetch', async (url: URL) => {
			fetched.push(url.href);
			return new Response(null, { status: 302, headers: { location: 'http://cdn.example/x' } });
		});
		try {
			const hub = new Hub({ endpoint: 'https://hub.example', token: undefined, silenceMs: 1000 });
			await expect(hub.list(repo, 'main')).rejects.toThrow(
				/redirects to http:\/\/cdn\.example\/x, which is not followed/,
			);
		} finally {
			vi.unstubAllGlobals();
		}
		expect(fetched).toHaveLength(1);
	});
});
