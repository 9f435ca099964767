import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeControlHandler } from './controls.ts';
import type { Core } from './core.ts';
import { Deadlines } from './deadlines.ts';
import { decoded } from './decoded-path.ts';
import { Faults } from './faults.ts';
import { Gateway } from './gateway.ts';
import { makeGuildControls } from './guild-controls.ts';
import { Hub } from './hub.ts';
import { makePageHandler } from './page.ts';
import { Records } from './records.ts';
import { webSocketUrl } from './rest/account.ts';
import { makeRestHandler } from './rest/handler.ts';
import { State } from './state.ts';
import { notFound, serveAttachment, servePlayground } from './static-files.ts';
import { Storage } from './storage.ts';
import { buildWorld, defaultWorld, type World } from './world.ts';

/** The token that a bot logs in with when none is given. */
export const defaultToken = 'stand.in.token';

export interface StandinOptions {
	/** 0, the default, takes a free one. */
	port?: number;
	/** Keeps everything there across restarts; in memory only when left out. */
	folder?: string;
	token?: string;
	/** How long the bot has for its first answer; Discord gives 3 s. */
	ackMs?: number;
	/** How long an interaction's token works; Discord gives 15 min. */
	tokenMs?: number;
	/** How often the bot is asked to send a heartbeat. */
	heartbeatMs?: number;
	/** Refuses what Discord's OpenAPI document does not allow. */
	validate?: boolean;
	/** Records answers of the stand-in that the document does not allow. */
	validateResponses?: boolean;
	onUnknownRoute?: (method: string, path: string) => void;
	/** Who and what exists when there is no stored state. */
	world?: World;
}

/** A running stand-in without the driver. */
export interface Running {
	core: Core;
	records: Records;
	port: number;
	stop(): Promise<void>;
}

/**
 * Starts a local Discord on 127.0.0.1: REST, gateway, attachments and the playground on one port.
 * @throws when the port is taken, or the folder holds a state that cannot be read.
 */
export async function startServer(options: StandinOptions = {}): Promise<Running> {
	const storage = new Storage(options.folder ?? null);
	// A client that was busy for some seconds still finds its connection open, as with Discord's own edge.
	const server = createServer({ keepAliveTimeout: 60_000 });
	const port = await listen(server, options.port ?? 0);
	const url = `http://127.0.0.1:${port}`;
	try {
		const core = makeCore(url, storage, options);
		return run(server, core, port, options);
	} catch (error) {
		server.close();
		throw error;
	}
}

function makeCore(url: string, storage: Storage, options: StandinOptions): Core {
	const first = storage.load(url) ?? buildWorld(options.world ?? defaultWorld, url);
	const state: State = new State(first, () => storage.save(() => state.snapshot(url)));
	const hub = new Hub();
	const token = options.token ?? defaultToken;
	// At once, so that even a run that is killed young leaves its IDs to the next.
	state.touch();
	storage.flush();
	return {
		url,
		token,
		ackMs: options.ackMs ?? 3000,
		tokenMs: options.tokenMs ?? 15 * 60_000,
		state,
		storage,
		hub,
		gateway: new Gateway({ token, url: webSocketUrl(url), heartbeatMs: options.heartbeatMs ?? 41_250, state, hub }),
		faults: new Faults(),
		deadlines: new Deadlines(state, hub),
		uploads: new Map(),
	};
}

function run(server: Server, core: Core, port: number, options: StandinOptions): Running {
	const records = new Records();
	const streams = new Set<() => void>();
	const rest = makeRestHandler({
		core,
		records,
		validate: options.validate ?? true,
		validateResponses: options.validateResponses ?? true,
		onUnknownRoute: options.onUnknownRoute ?? (() => {}),
	});
	const controls = [makeControlHandler(core, records), makeGuildControls(core)];
	const page = makePageHandler(core, streams, controls);
	server.on('request', (request: IncomingMessage, response: ServerResponse) => {
		route(request, response).catch((error: unknown) => {
			console.error('stand-in: cannot answer', request.method, request.url, error);
			if (!response.headersSent) response.writeHead(500);
			response.end();
		});
	});
	server.on('upgrade', (request, socket, head) => {
		if (isLocal(request)) core.gateway.upgrade(request, socket, head);
		else socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
	});

	async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
		if (!isLocal(request)) {
			response.writeHead(403, { 'content-type': 'text/plain' }).end('Only this computer may use the stand-in.');
			return;
		}
		const url = new URL(request.url ?? '/', core.url);
		const { pathname } = url;
		if (pathname.startsWith('/api/')) return rest(request, response, url);
		if (pathname.startsWith('/standin/')) return page(request, response, url);
		if (request.method !== 'GET' && request.method !== 'HEAD') notFound(response);
		else if (pathname.startsWith('/attachments/')) serveAttachment(core, response, decoded(pathname));
		else if (pathname.startsWith('/playground/')) servePlayground(response, decoded(pathname).slice(12));
		else if (pathname !== '/') notFound(response);
		// Pictures have this address in theirs, and the page may load from its own origin only.
		else if (request.headers.host !== `127.0.0.1:${port}`) response.writeHead(302, { location: `${core.url}/` }).end();
		else servePlayground(response, 'index.html');
	}

	for (const it of core.state.interactions.values()) if (it.state === 'waiting') core.deadlines.start(it);
	return {
		core,
		records,
		port,
		async stop() {
			core.deadlines.close();
			for (const stop of streams) stop();
			core.gateway.close();
			core.hub.close();
			const closed = new Promise((resolve) => server.close(resolve));
			server.closeAllConnections();
			await closed;
			core.storage.flush();
		},
	};
}

/**
 * Tells whether a request comes from this computer and means it: a foreign page whose name was made to point here (DNS
 * rebinding) shows that name in Host, and a foreign page that posts here shows its own in Origin.
 */
function isLocal({ headers }: IncomingMessage): boolean {
	if (!isLoopback(`http://${headers.host ?? ''}`)) return false;
	return headers.origin === undefined || isLoopback(headers.origin);
}

function isLoopback(address: string): boolean {
	return URL.canParse(address) && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(address).hostname);
}

function listen(server: Server, port: number): Promise<number> {
	return new Promise((resolve, reject) => {
		server.once('error', (error: NodeJS.ErrnoException) => {
			const isTaken = error.code === 'EADDRINUSE';
			const reason = `Port ${port} is in use by another program; choose another, or 0 for a free one.`;
			reject(isTaken ? new Error(reason, { cause: error }) : error);
		});
		server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
	});
}
