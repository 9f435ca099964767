import type { Core } from '../core.ts';
import type { Answer, Exchange } from './exchange.ts';

/** What a route is given: the request and the parts of its path. */
export interface RouteCall {
	core: Core;
	exchange: Exchange;
	/** Parts of the path by their names in the pattern. */
	params: Record<string, string>;
}

/** One route of Discord's REST API. */
export interface Route {
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	/** A path with `:name` for its parameters. */
	path: string;
	/** True where the token in the path is what authorises, as for interactions. */
	open?: boolean;
	handle(call: RouteCall): Answer;
}

/** Answers 200 with a body. */
export function ok(body: unknown): Answer {
	return { status: 200, body };
}

export const noContent: Answer = { status: 204 };

/** Makes the function that finds the route for a request. */
export function makeRouter(
	routes: Route[],
): (method: string, path: string) => { route: Route; params: Record<string, string> } | undefined {
	const compiled = routes.map((route) => {
		// IDs are digits, `@me` and `@original` are written out; tokens hold neither slash nor colon.
		const source = route.path.replace(/:(\w+)/g, (_, name: string) =>
			name.endsWith('Id') ? `(?<${name}>\\d+)` : `(?<${name}>[^/]+)`,
		);
		return { route, pattern: new RegExp(`^${source}$`) };
	});
	return (method, path) => {
		for (const { route, pattern } of compiled) {
			const match = route.method === method ? pattern.exec(path) : null;
			if (match) return { route, params: { ...match.groups } };
		}
		return undefined;
	};
}
