import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Core } from './core.ts';
import { parseFault } from './faults.ts';
import { deleteMessage } from './messages.ts';
import type { Records } from './records.ts';
import { readBody } from './rest/exchange.ts';

/** Answers a request if it is one of its own, and tells whether it was. */
export type ControlHandler = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<boolean>;

const gatewayAction = z.object({ action: z.enum(['drop', 'reconnect', 'refuse-resume']) });

/**
 * Makes the function with which tests in another process do what the driver does in this one:
 *
 *   POST   /standin/faults                    a fault, `path` being a regular expression's source; DELETE forgets them all
 *   POST   /standin/gateway                   { action: 'drop' | 'reconnect' | 'refuse-resume' }
 *   GET    /standin/records                   { log, violations, unknown_routes }
 *   GET    /standin/interactions/:id          the interaction: state, answerType, originalId, followupIds, token …
 *   POST   /standin/interactions/:id/expire   ends its time to answer and its token
 *   DELETE /standin/messages/:id              deletes a message as a moderator does
 */
export function makeControlHandler(core: Core, records: Records): ControlHandler {
	return async (request, response, url) => {
		const route = `${request.method} ${url.pathname}`;
		const one = /^(GET|POST) \/standin\/interactions\/(\d+)(\/expire)?$/.exec(route);
		const message = /^DELETE \/standin\/messages\/(\d+)$/.exec(route);
		if (route === 'POST /standin/faults') {
			core.faults.push(parseFault(await readJson(request)));
			reply(response, 200, { waiting: core.faults.size });
		} else if (route === 'DELETE /standin/faults') {
			core.faults.clear();
			reply(response, 200, { waiting: 0 });
		} else if (route === 'POST /standin/gateway') {
			const { action } = gatewayAction.parse(await readJson(request));
			if (action === 'drop') core.gateway.drop();
			else if (action === 'reconnect') core.gateway.askToReconnect();
			else core.gateway.refuseNextResume();
			reply(response, 200, {});
		} else if (route === 'GET /standin/records') {
			const { log, violations, unknownRoutes } = records;
			reply(response, 200, { log, violations, unknown_routes: unknownRoutes });
		} else if (message && core.state.messages.has(message[1] ?? '')) {
			deleteMessage(core, core.state.message(message[1] ?? ''));
			reply(response, 200, {});
		} else if (one && core.state.interactions.has(one[2] ?? '')) {
			if (one[3]) endToken(core, one[2] ?? '');
			reply(response, 200, core.state.interaction(one[2] ?? ''));
		} else return false;
		return true;
	};
}

/** Ends an interaction's time: to answer, and of its token. */
export function endToken(core: Core, interactionId: string): void {
	const interaction = core.state.interaction(interactionId);
	core.deadlines.expire(interaction);
	interaction.tokenUntilMs = Date.now() - 1;
	core.state.touch();
}

/** Reads a JSON body; none counts as `{}`. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
	const raw = await readBody(request);
	return raw.length === 0 ? {} : JSON.parse(String(raw));
}

/** Answers with JSON. */
export function reply(response: ServerResponse, status: number, body: unknown): void {
	response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
	response.end(JSON.stringify(body));
}
