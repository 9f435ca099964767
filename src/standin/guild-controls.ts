import { Locale } from 'discord-api-types/v10';
import { z } from 'zod';
import { type ControlHandler, readJson, reply } from './controls.ts';
import type { Core } from './core.ts';
import * as moderation from './moderation.ts';
import { pageChannel, pageState } from './page-state.ts';
import type { StoredChannel, StoredGuild } from './state.ts';
import { channelKinds, defaultRoles, roleNamed } from './world.ts';

const bits = z.string().regex(/^\d+$/).default('0');
const guildShape = z.strictObject({
	name: z.string().min(1).max(100),
	owner: z.string().optional(),
	channels: z.array(z.string()).default(['general', 'art']),
});
const localeShape = z.enum(Object.values(Locale));
const guildChange = z.strictObject({
	nsfw_level: z.literal([0, 1, 2, 3]).exactOptional(),
	preferred_locale: localeShape.exactOptional(),
});
const channelShape = z.strictObject({
	name: z.string().min(1).max(100),
	kind: z.enum(Object.keys(channelKinds) as (keyof typeof channelKinds)[]).default('text'),
	nsfw: z.boolean().default(false),
	only: z.array(z.string()).exactOptional(),
});
const overwriteShape = z.strictObject({ id: z.string(), type: z.literal([0, 1]), allow: bits, deny: bits });
const rolesShape = z.strictObject({ roles: z.array(z.string()) });

type Answer = (core: Core, found: { guild: StoredGuild; channel: StoredChannel; id: string }, body: unknown) => unknown;

/**
 * What owners and moderators do in Discord's own client, for the page and for tests in another process. `:guild`, `:channel`
 * and `:id` are IDs; roles go by name or ID.
 *
 *   POST   /standin/guilds                      { name, owner?, channels? } -> PageGuild: a new one, with the bot invited
 *   PATCH  /standin/guilds/:guild               { nsfw_level?, preferred_locale? }
 *   PATCH  /standin/users/:id                   { locale }: the language of that user's own Discord
 *   POST   /standin/guilds/:guild/bot           invites the bot (again); DELETE removes it
 *   POST   /standin/guilds/:guild/channels      { name, kind?, nsfw?, only? } -> PageChannel
 *   PUT    /standin/guilds/:guild/members/:id   { roles } sets a member's roles
 *   POST   /standin/channels/:channel/threads   { name } -> PageChannel
 *   PUT    /standin/channels/:channel/overwrites { id, type, allow?, deny? } for a role (0) or member (1)
 *   DELETE /standin/channels/:channel
 */
const routes: [pattern: RegExp, answer: Answer][] = [
	[
		/^POST \/standin\/guilds$/,
		(core, _, body) => {
			const { name, owner, channels } = guildShape.parse(body);
			const [first] = core.state.guilds.values();
			const ownerName = owner ?? (first ? core.state.user(first.ownerId).user.username : 'sora');
			const described = { owner: ownerName, roles: defaultRoles, channels: channels.map((it) => ({ name: it })) };
			const { id } = moderation.foundGuild(core, name, described);
			return pageState(core).guilds.find((it) => it.id === id);
		},
	],
	[
		/^PATCH \/standin\/guilds\/(?<guild>\d+)$/,
		(core, { guild }, body) => {
			const { nsfw_level: level, preferred_locale: locale } = guildChange.parse(body);
			moderation.changeGuild(core, guild, {
				...(level === undefined ? {} : { nsfwLevel: level as StoredGuild['nsfwLevel'] }),
				...(locale === undefined ? {} : { locale }),
			});
		},
	],
	[
		/^PATCH \/standin\/users\/(?<id>\d+)$/,
		(core, { id }, body) =>
			moderation.setLocale(core, core.state.user(id), z.strictObject({ locale: localeShape }).parse(body).locale),
	],
	[/^POST \/standin\/guilds\/(?<guild>\d+)\/bot$/, (core, { guild }) => moderation.inviteBot(core, guild)],
	[/^DELETE \/standin\/guilds\/(?<guild>\d+)\/bot$/, (core, { guild }) => moderation.removeBot(core, guild)],
	[
		/^POST \/standin\/guilds\/(?<guild>\d+)\/channels$/,
		(core, { guild }, body) => pageChannel(core, moderation.addChannel(core, guild, channelShape.parse(body))),
	],
	[
		/^PUT \/standin\/guilds\/(?<guild>\d+)\/members\/(?<id>\d+)$/,
		(core, { guild, id }, body) => {
			const ids = rolesShape.parse(body).roles.map((it) => roleNamed(guild.roles, it).id);
			moderation.setRoles(core, guild, id, ids);
		},
	],
	[
		/^POST \/standin\/channels\/(?<channel>\d+)\/threads$/,
		(core, { channel }, body) =>
			pageChannel(core, moderation.addThread(core, channel, channelShape.pick({ name: true }).parse(body).name)),
	],
	[
		/^PUT \/standin\/channels\/(?<channel>\d+)\/overwrites$/,
		(core, { channel }, body) => moderation.setOverwrite(core, channel, overwriteShape.parse(body)),
	],
	[/^DELETE \/standin\/channels\/(?<channel>\d+)$/, (core, { channel }) => moderation.deleteChannel(core, channel)],
];

/** Makes the function that answers these routes. */
export function makeGuildControls(core: Core): ControlHandler {
	return async (request, response, url) => {
		for (const [pattern, answer] of routes) {
			const match = pattern.exec(`${request.method} ${url.pathname}`);
			if (match === null) continue;
			const { guild: guildId, channel: channelId, id = '' } = match.groups ?? {};
			const guild = core.state.guilds.get(guildId ?? '');
			const channel = core.state.channels.get(channelId ?? '');
			const isMissing =
				(guildId !== undefined && !guild) || (channelId !== undefined && (!channel || channel.guildId === null));
			if (isMissing) return false;
			const found = { guild: guild as StoredGuild, channel: channel as StoredChannel, id };
			reply(response, 200, answer(core, found, await readJson(request)) ?? {});
			return true;
		}
		return false;
	};
}
