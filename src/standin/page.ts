import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayIntentBits } from 'discord-api-types/v10';
import { z } from 'zod';
import { listCommands } from './client-commands.ts';
import { ClientRefusal } from './client-refusal.ts';
import { type ControlHandler, readJson, reply } from './controls.ts';
import type { Core } from './core.ts';
import { pageChannel, streamEvents } from './event-stream.ts';
import { act } from './interactions.ts';
import type { PageAction, PageOption, PageState } from './page-api.ts';
import type { StoredChannel } from './state.ts';
import { wireChannel } from './wire.ts';

const value = z.union([z.string(), z.number(), z.boolean()]);
const optionShape: z.ZodType<PageOption> = z.lazy(() =>
	z.object({
		name: z.string(),
		type: z.int(),
		value: value.exactOptional(),
		options: z.array(optionShape).exactOptional(),
		focused: z.boolean().exactOptional(),
	}),
);
const command = { user_id: z.string(), channel_id: z.string(), command_id: z.string(), options: z.array(optionShape) };
const field = z.object({
	custom_id: z.string(),
	value: z.string().exactOptional(),
	values: z.array(z.string()).exactOptional(),
});
const actionShape: z.ZodType<PageAction> = z.discriminatedUnion('kind', [
	z.object({ kind: z.literal('slash'), ...command }),
	z.object({ kind: z.literal('autocomplete'), ...command }),
	z.object({
		kind: z.literal('component'),
		user_id: z.string(),
		channel_id: z.string(),
		message_id: z.string(),
		custom_id: z.string(),
		component_type: z.int(),
		values: z.array(z.string()).exactOptional(),
	}),
	z.object({ kind: z.literal('modal'), user_id: z.string(), interaction_id: z.string(), fields: z.array(field) }),
]);

/**
 * Makes the function that answers `/standin/…` as `page-api.ts` says.
 * @param streams gathers what ends the open event streams.
 * @param controls answers what else is there, for tests in another process.
 */
export function makePageHandler(core: Core, streams: Set<() => void>, controls: ControlHandler) {
	return async function handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
		const route = `${request.method} ${url.pathname}`;
		const user = url.searchParams.get('user') ?? '';
		try {
			const messages = /^GET \/standin\/channels\/(\d+)\/messages$/.exec(route);
			const channel = /^PATCH \/standin\/channels\/(\d+)$/.exec(route);
			if (route === 'GET /standin/state') reply(response, 200, pageState(core));
			else if (messages) reply(response, 200, messagesFor(core, messages[1] ?? '', user));
			else if (route === 'GET /standin/events') {
				if (!core.state.users.has(user)) return reply(response, 404, { message: 'There is no such user.' });
				const stop = streamEvents(core, user, response);
				streams.add(stop);
				response.on('close', () => streams.delete(stop));
			} else if (route === 'POST /standin/interactions') {
				const { id } = act(core, actionShape.parse(await readJson(request)));
				reply(response, 200, { interaction_id: id });
			} else if (channel) {
				const { nsfw } = z.object({ nsfw: z.boolean() }).parse(await readJson(request));
				reply(response, 200, pageChannel(setAgeRestricted(core, channel[1] ?? '', nsfw)));
			} else if (!(await controls(request, response, url))) reply(response, 404, { message: 'There is nothing here.' });
		} catch (error) {
			if (error instanceof ClientRefusal) return reply(response, 400, { message: error.message });
			if (error instanceof z.ZodError || error instanceof SyntaxError) {
				return reply(response, 400, { message: `The request cannot be read: ${error.message}` });
			}
			throw error;
		}
	};
}

/** Switches a channel's age restriction, as a moderator does in its settings. */
export function setAgeRestricted(core: Core, channelId: string, nsfw: boolean): StoredChannel {
	const channel = core.state.channels.get(channelId);
	if (channel?.type !== 0) throw new ClientRefusal('Only a text channel can be age-restricted.');
	channel.nsfw = nsfw;
	core.state.touch();
	if (!core.state.isForeign(channel)) {
		const intents = GatewayIntentBits.Guilds;
		core.gateway.dispatch('CHANNEL_UPDATE', wireChannel(core.state, channel), { intents, guildId: channel.guildId });
	}
	core.hub.announce({ type: 'channel', channel });
	return channel;
}

function pageState(core: Core): PageState {
	const { state, gateway } = core;
	const channels = [...state.channels.values()];
	return {
		guilds: [...state.guilds.values()].map(({ id, name }) => ({
			id,
			name,
			channels: channels.filter((it) => it.guildId === id).map(pageChannel),
		})),
		dms: channels.flatMap((it) => (it.recipientId === null ? [] : [{ ...pageChannel(it), user_id: it.recipientId }])),
		users: [...state.users.values()].filter((it) => it.role !== 'bot').map(({ user, role }) => ({ ...user, role })),
		application_id: state.application.id,
		bot: state.bot.user,
		bot_online: gateway.online,
		commands: listCommands(core),
	};
}

function messagesFor(core: Core, channelId: string, userId: string) {
	const channel = core.state.channels.get(channelId);
	if (channel === undefined || (channel.recipientId !== null && channel.recipientId !== userId)) {
		throw new ClientRefusal('There is no such channel.');
	}
	return core.state.messagesIn(channelId, userId).slice(-100);
}
