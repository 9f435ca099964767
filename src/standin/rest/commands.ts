import type { APIApplicationCommand } from 'discord-api-types/v10';
import type { Core } from '../core.ts';
import { type CommandBody, type CommandOption, commandIssues, commandListIssues } from '../rules/commands.ts';
import { ApiError, invalidForm, unknown } from './api-error.ts';
import { noContent, ok, type Route, type RouteCall } from './route.ts';

/** Registering commands, for all guilds and for one. */
export const commandRoutes: Route[] = [
	'/applications/:appId/commands',
	'/applications/:appId/guilds/:guildId/commands',
].flatMap((path): Route[] => [
	{ method: 'GET', path, handle: (call) => ok(scopeOf(call).list) },
	{ method: 'PUT', path, handle: replaceAll },
	{ method: 'POST', path, handle: addOne },
	{ method: 'GET', path: `${path}/:commandId`, handle: (call) => ok(findOne(call).command) },
	{ method: 'PATCH', path: `${path}/:commandId`, handle: changeOne },
	{ method: 'DELETE', path: `${path}/:commandId`, handle: removeOne },
]);

interface Scope {
	key: string;
	guildId: string | null;
	list: APIApplicationCommand[];
}

function scopeOf({ core, params }: RouteCall): Scope {
	if (params.appId !== core.state.application.id)
		throw new ApiError(403, 20012, 'You are not authorized to perform this action on this application');
	const guildId = params.guildId ?? null;
	const guild = guildId === null ? null : core.state.guilds.get(guildId);
	if (guild === undefined || guild?.foreign) throw new ApiError(403, 50001, 'Missing Access');
	const key = guildId ?? 'global';
	return { key, guildId, list: core.state.commands.get(key) ?? [] };
}

function findOne(call: RouteCall): { scope: Scope; command: APIApplicationCommand } {
	const scope = scopeOf(call);
	const command = scope.list.find(({ id }) => id === call.params.commandId);
	if (command === undefined) throw unknown.command();
	return { scope, command };
}

function replaceAll(call: RouteCall) {
	const scope = scopeOf(call);
	const bodies = call.exchange.body as CommandBody[];
	const issues = commandListIssues(bodies);
	if (issues.length > 0) throw invalidForm(issues);
	const list = bodies.map((body) => {
		const old = scope.list.find((it) => it.name === body.name && it.type === (body.type ?? 1));
		return normalise(call.core, scope, body, old);
	});
	store(call.core, scope, list);
	return ok(list);
}

function addOne(call: RouteCall) {
	const scope = scopeOf(call);
	const body = call.exchange.body as CommandBody;
	const old = scope.list.find((it) => it.name === body.name && it.type === (body.type ?? 1));
	const command = checked(call.core, scope, body, old);
	store(call.core, scope, [...scope.list.filter((it) => it !== old), command]);
	return { status: old ? 200 : 201, body: command };
}

function changeOne(call: RouteCall) {
	const { scope, command: old } = findOne(call);
	const body = { ...(old as unknown as CommandBody), ...(call.exchange.body as Partial<CommandBody>) };
	const command = checked(call.core, scope, body, old);
	store(
		call.core,
		scope,
		scope.list.map((it) => (it === old ? command : it)),
	);
	return ok(command);
}

function removeOne(call: RouteCall) {
	const { scope, command } = findOne(call);
	store(
		call.core,
		scope,
		scope.list.filter((it) => it !== command),
	);
	return noContent;
}

function checked(core: Core, scope: Scope, body: CommandBody, old?: APIApplicationCommand): APIApplicationCommand {
	const issues = commandIssues(body, []);
	if (issues.length > 0) throw invalidForm(issues);
	return normalise(core, scope, body, old);
}

function store(core: Core, scope: Scope, list: APIApplicationCommand[]): void {
	core.state.commands.set(scope.key, list);
	core.state.touch();
	core.hub.announce({ type: 'commands' });
}

/** A command as Discord returns it. One that was there keeps its ID, so that mentions of it stay valid. */
function normalise(
	core: Core,
	{ guildId }: Scope,
	body: CommandBody,
	old: APIApplicationCommand | undefined,
): APIApplicationCommand {
	const permissions = body.default_member_permissions;
	const fields = {
		id: old?.id ?? core.state.ids.next(),
		application_id: core.state.application.id,
		version: core.state.ids.next(),
		type: body.type ?? 1,
		name: body.name,
		name_localizations: body.name_localizations ?? null,
		description: body.description ?? '',
		description_localizations: body.description_localizations ?? null,
		default_member_permissions: permissions === null || permissions === undefined ? null : String(permissions),
		nsfw: body.nsfw ?? false,
		...(body.options && body.options.length > 0 ? { options: body.options.map(normaliseOption) } : {}),
		...(guildId === null
			? {
					dm_permission: body.contexts ? body.contexts.includes(1) : (body.dm_permission ?? true),
					contexts: body.contexts ?? null,
					integration_types: body.integration_types ?? [0],
				}
			: { guild_id: guildId }),
	};
	return fields as unknown as APIApplicationCommand;
}

function normaliseOption(option: CommandOption): CommandOption {
	const known = Object.entries(option).filter(([, value]) => value !== undefined && value !== null);
	const { options, ...rest } = Object.fromEntries(known) as unknown as CommandOption;
	return options ? { ...rest, options: options.map(normaliseOption) } : rest;
}
