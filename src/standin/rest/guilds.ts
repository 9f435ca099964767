import { removeBot } from '../moderation.ts';
import { wireChannel } from '../wire.ts';
import { wireGuild, wireMember, wireRole } from '../wire-guild.ts';
import { guildOf } from './access.ts';
import { unknown } from './api-error.ts';
import { noContent, ok, type Route, type RouteCall } from './route.ts';

/** Guilds with their channels, roles and members. */
export const guildRoutes: Route[] = [
	{ method: 'GET', path: '/guilds/:guildId', handle: (call) => ok(wireGuild(guildOf(call))) },
	{ method: 'GET', path: '/guilds/:guildId/channels', handle: listChannels },
	{ method: 'GET', path: '/guilds/:guildId/roles', handle: (call) => ok(guildOf(call).roles.map(wireRole)) },
	{ method: 'GET', path: '/guilds/:guildId/roles/:roleId', handle: getRole },
	{ method: 'GET', path: '/guilds/:guildId/members/:userId', handle: getMember },
	{ method: 'GET', path: '/users/@me/guilds', handle: listOwnGuilds },
	{ method: 'DELETE', path: '/users/@me/guilds/:guildId', handle: leave },
];

/** Threads are no part of the list, as on Discord. */
function listChannels(call: RouteCall) {
	const { id } = guildOf(call);
	const { state } = call.core;
	const channels = [...state.channels.values()].filter((it) => it.guildId === id && it.type !== 11);
	return ok(channels.map((it) => wireChannel(state, it)));
}

function getRole(call: RouteCall) {
	const role = guildOf(call).roles.find(({ id }) => id === call.params.roleId);
	if (role === undefined) throw unknown.role();
	return ok(wireRole(role));
}

function getMember(call: RouteCall) {
	const guild = guildOf(call);
	const user = call.core.state.users.get(call.params.userId ?? '');
	if (user === undefined) throw unknown.user();
	if (call.core.state.member(guild, user.id) === undefined) throw unknown.member();
	return ok(wireMember(guild, user));
}

function listOwnGuilds({ core }: RouteCall) {
	const joined = [...core.state.guilds.values()].filter(({ foreign }) => !foreign);
	return ok(
		joined.map((guild) => ({
			id: guild.id,
			name: guild.name,
			icon: null,
			banner: null,
			owner: guild.ownerId === core.state.bot.id,
			permissions: '0',
			features: [],
		})),
	);
}

function leave(call: RouteCall) {
	removeBot(call.core, guildOf(call));
	return noContent;
}
