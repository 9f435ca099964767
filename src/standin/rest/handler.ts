import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Core } from '../core.ts';
import { decoded } from '../decoded-path.ts';
import type { Fault } from '../faults.ts';
import { loadOpenApi } from '../openapi.ts';
import type { Records } from '../records.ts';
import { accountRoutes } from './account.ts';
import { ApiError, invalidForm } from './api-error.ts';
import { callbackRoutes } from './callbacks.ts';
import { channelRoutes } from './channels.ts';
import { commandRoutes } from './commands.ts';
import { type Answer, type Exchange, parseBody, readBody } from './exchange.ts';
import { guildRoutes } from './guilds.ts';
import { RateLimits } from './rate-limits.ts';
import { makeRouter } from './route.ts';
import { webhookRoutes } from './webhooks.ts';

export interface RestOptions {
	core: Core;
	records: Records;
	validate: boolean;
	validateResponses: boolean;
	onUnknownRoute: (method: string, path: string) => void;
}

const routes = [accountRoutes, commandRoutes, callbackRoutes, webhookRoutes, channelRoutes, guildRoutes].flat();
const base = '/api/v10';
/** JSON error codes for bodies that Discord refuses: always a mistake of the bot. */
const mistakes = [50035, 50006];

/** Makes the function that answers requests to `/api/…`. */
export function makeRestHandler(options: RestOptions) {
	const { core, records } = options;
	const find = makeRouter(routes);
	const limits = new RateLimits();

	function answer(exchange: Exchange): Answer {
		// A bot that logs in will soon have three seconds to answer: its first answer must not wait for schemas.
		if (exchange.path === '/gateway/bot' && options.validate) loadOpenApi().warmUp();
		const match = find(exchange.method, exchange.path);
		if (match === undefined) {
			records.unknownRoutes.push({ method: exchange.method, path: exchange.path });
			options.onUnknownRoute(exchange.method, exchange.path);
			throw new ApiError(404, 0, '404: Not Found');
		}
		const { route, params } = match;
		if (!route.open && exchange.headers.authorization !== `Bot ${core.token}`) {
			throw new ApiError(401, 0, '401: Unauthorized');
		}
		const issues = options.validate ? loadOpenApi().request(exchange) : [];
		if (issues.length > 0) throw invalidForm(issues);
		return route.handle({ core, exchange, params });
	}

	/** Answers, turning refusals into answers too. Its only effects outside the state are records. */
	function answerOrRefuse(exchange: Exchange): Answer {
		try {
			const given = answer(exchange);
			if (options.validateResponses) checkResponse(exchange, given);
			return { ...given, headers: limits.headers(exchange.method, exchange.path) };
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			if (mistakes.includes(error.code)) noteMistake(exchange, error);
			return { status: error.status, body: error.body };
		}
	}

	function noteMistake({ method, path, body }: Exchange, { message, issues }: ApiError): void {
		records.violations.push({ by: 'bot', method, path, message, issues, body });
	}

	function checkResponse(exchange: Exchange, { status, body }: Answer): void {
		const issues = loadOpenApi().response(exchange, status, body);
		if (issues.length === 0) return;
		const { method, path } = exchange;
		records.violations.push({ by: 'stand-in', method, path, message: 'answer not in the document', issues, body });
	}

	/** Returns null when the connection is to be cut. */
	async function answerWithFaults(exchange: Exchange, fault: Fault | undefined): Promise<Answer | null> {
		if (fault?.delayMs !== undefined) await delay(fault.delayMs);
		const spoils = fault?.destroy === true || fault?.status !== undefined;
		if (fault === undefined || !spoils) return answerOrRefuse(exchange);
		if (fault.afterHandling) answerOrRefuse(exchange);
		if (fault.destroy) return null;
		return { status: fault.status ?? 500, body: fault.body, headers: fault.headers ?? {} };
	}

	return async function handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
		const exchange = emptyExchange(request, url);
		let fault: Fault | undefined;
		let given: Answer | null;
		try {
			if (!url.pathname.startsWith(`${base}/`)) throw new ApiError(404, 0, '404: Not Found');
			const raw = await readBody(request);
			Object.assign(exchange, await parseBody(raw, request.headers['content-type'] ?? ''));
			fault = core.faults.take(exchange.method, exchange.path);
			given = await answerWithFaults(exchange, fault);
		} catch (error) {
			// A mistake of the stand-in itself must not look like one of Discord's refusals.
			if (!(error instanceof ApiError)) console.error('stand-in: cannot answer', exchange.method, exchange.path, error);
			given =
				error instanceof ApiError
					? { status: error.status, body: error.body }
					: { status: 500, body: { message: '500: Internal Server Error', code: 0 } };
		}
		records.note({
			at: Date.now(),
			method: exchange.method,
			path: exchange.path,
			query: url.search,
			status: given?.status ?? 0,
			body: exchange.body,
			files: exchange.files.map(({ name, contentType, bytes }) => ({ name, contentType, sizeBytes: bytes.length })),
			answer: given?.body,
			faulted: fault !== undefined,
		});
		core.hub.announce({ type: 'exchange' });
		if (given === null) request.socket.destroy();
		else write(response, given);
	};
}

function emptyExchange(request: IncomingMessage, url: URL): Exchange {
	return {
		method: request.method ?? 'GET',
		// `@original` arrives as `%40original`.
		path: decoded(url.pathname).replace(base, ''),
		query: url.searchParams,
		headers: request.headers,
		body: undefined,
		files: [],
		isMultipart: false,
	};
}

function write(response: ServerResponse, { status, body, headers = {} }: Answer): void {
	if (body === undefined) response.writeHead(status, headers).end();
	else if (typeof body === 'string') response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body);
	else response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
