import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface Asked {
	method: string;
	path: string;
	range: string | undefined;
	authorization: string | undefined;
}

type Answer = (request: IncomingMessage, response: ServerResponse, path: string) => boolean;

export const commit = 'c0ffee1234'.repeat(4);
export const repo = 'owner/tiny-xl';

/** A hub on this machine, with the answers of the real one, and as many faults as a test wants. */
export class FakeHub {
	readonly files: Map<string, Buffer>;
	readonly asked: Asked[] = [];
	/** Looks at a request before the hub does; `true`: it has answered. */
	before: Answer = () => false;
	/** What the list says of files, in place of the truth. */
	lies: Record<string, { size?: number; sha256?: string }> = {};
	/** Files of this size and more are large: the list names their SHA-256. */
	largeFrom = 1000;
	pageSize = 1000;
	endpoint = '';

	private constructor(files: Map<string, Buffer>) {
		this.files = files;
	}

	static async start(files: Map<string, Buffer> | Record<string, string>): Promise<FakeHub> {
		const map =
			files instanceof Map
				? files
				: new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)] as const));
		const hub = new FakeHub(map);
		hub.endpoint = await hub.listen((request, response) => hub.#answer(request, response));
		return hub;
	}

	/** Opens another server that ends with the test; gives its address. */
	async listen(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
		const server = createServer(handler);
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		onTestFinished(() => {
			server.closeAllConnections();
			server.close();
		});
		return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	}

	/** The requests for the content of a file. */
	contentRequests(path: string): Asked[] {
		return this.asked.filter((one) => one.path === `/${repo}/resolve/${commit}/${path}`);
	}

	/** Sends a file, or the range of it that is asked for. */
	send(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
		const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
		const start = Number(from ?? 0);
		const headers = { 'content-length': body.length - start, etag: '"x"' };
		if (from === undefined) response.writeHead(200, headers);
		else response.writeHead(206, { ...headers, 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` });
		response.end(body.subarray(start));
	}

	#answer(request: IncomingMessage, response: ServerResponse): void {
		const url = new URL(request.url ?? '/', this.endpoint);
		const { range, authorization } = request.headers;
		this.asked.push({ method: request.method ?? '', path: url.pathname, range, authorization });
		if (this.before(request, response, url.pathname)) return;
		const json = (data: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(data));
		if (url.pathname === `/api/models/${repo}/revision/main`) return void json({ sha: commit, siblings: [] });
		const prefix = `/${repo}/resolve/${commit}/`;
		const body = this.files.get(decodeURIComponent(url.pathname.slice(prefix.length)));
		if (url.pathname === `/api/models/${repo}/tree/${commit}`) this.#list(url, response, json);
		else if (url.pathname.startsWith(prefix) && body) this.send(request, response, body);
		else
			response
				.writeHead(404, { 'x-error-code': url.pathname.startsWith(prefix) ? 'EntryNotFound' : 'RepoNotFound' })
				.end();
	}

	#list(url: URL, response: ServerResponse, json: (data: unknown) => void): void {
		const from = Number(url.searchParams.get('cursor') ?? 0);
		const all = [...this.files];
		if (from + this.pageSize < all.length)
			response.setHeader(
				'link',
				`<${this.endpoint}${url.pathname}?recursive=true&cursor=${from + this.pageSize}>; rel="next"`,
			);
		json([
			{ type: 'directory', oid: 'd', size: 0, path: 'unet' },
			...all.slice(from, from + this.pageSize).map(([path, body]) => {
				const size = this.lies[path]?.size ?? body.length;
				const oid = createHash('sha1').update(`blob ${body.length}\0`).update(body).digest('hex');
				const sha256 = this.lies[path]?.sha256 ?? createHash('sha256').update(body).digest('hex');
				const lfs = body.length >= this.largeFrom ? { lfs: { oid: sha256, size, pointerSize: 130 } } : {};
				return { type: 'file', oid, size, path, ...lfs };
			}),
		]);
	}
}

/** All files of a folder, by their paths in it. */
export async function filesIn(folder: string): Promise<Map<string, Buffer>> {
	const files = new Map<string, Buffer>();
	for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
		if (!entry.isFile()) continue;
		const path = join(entry.parentPath, entry.name);
		files.set(path.slice(folder.length + 1).replaceAll('\\', '/'), await readFile(path));
	}
	return files;
}
