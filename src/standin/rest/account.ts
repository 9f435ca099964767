import { wireApplication } from '../wire.ts';
import { ok, type Route } from './route.ts';

/** Who the bot is and where the gateway is. */
export const accountRoutes: Route[] = [
	{ method: 'GET', path: '/gateway', handle: ({ core }) => ok({ url: webSocketUrl(core.url) }) },
	{
		method: 'GET',
		path: '/gateway/bot',
		handle: ({ core }) =>
			ok({
				url: webSocketUrl(core.url),
				shards: 1,
				session_start_limit: { total: 1000, remaining: 999, reset_after: 14_400_000, max_concurrency: 16 },
			}),
	},
	{
		method: 'GET',
		path: '/users/@me',
		handle: ({ core }) =>
			ok({ ...core.state.bot.user, mfa_enabled: true, locale: 'en-US', verified: true, email: null }),
	},
	{ method: 'GET', path: '/applications/@me', handle: ({ core }) => ok(wireApplication(core.state)) },
	{ method: 'GET', path: '/oauth2/applications/@me', handle: ({ core }) => ok(wireApplication(core.state)) },
];

/** The gateway listens on the same port. */
export function webSocketUrl(url: string): string {
	return url.replace(/^http/, 'ws');
}
