import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { NewFile } from './attachments.ts';
import { ClientRefusal } from './client-refusal.ts';
import { type ControlHandler, readJson, reply } from './controls.ts';
import type { Core } from './core.ts';
import { streamEvents } from './event-stream.ts';
import { act } from './interactions.ts';
import { setAgeRestricted } from './moderation.ts';
import type { PageAction, PageOption } from './page-api.ts';
import { pageChannel, pageState } from './page-state.ts';
import { canSee } from './permissions.ts';
import { ApiError } from './rest/api-error.ts';
import { readBody } from './rest/exchange.ts';
import { upload } from './uploads.ts';

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
	z.object({
		kind: z.literal('menu'),
		user_id: z.string(),
		channel_id: z.string(),
		command_id: z.string(),
		target_id: z.string(),
	}),
	z.object({ kind: z.literal('modal'), user_id: z.string(), interaction_id: z.string(), fields: z.array(field) }),
]);

/**
 * Makes the function that answers `/standin/…` as `page-api.ts` says.
 * @param streams gathers what ends the open event streams.
 * @param controls answers what else is there, for tests in another process.
 */
export function makePageHandler(core: Core, streams: Set<() => void>, controls: ControlHandler[]) {
	return async function handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
		const route = `${request.method} ${url.pathname}`;
		const user = url.searchParams.get('user') ?? '';
		try {
			const messages = /^GET \/standin\/channels\/(\d+)\/messages$/.exec(route);
			const channel = /^PATCH \/standin\/channels\/(\d+)$/.exec(route);
			if (route === 'GET /standin/state') reply(response, 200, pageState(core, user));
			else if (messages) reply(response, 200, messagesFor(core, messages[1] ?? '', user));
			else if (route === 'GET /standin/events') {
				if (!core.state.users.has(user)) return reply(response, 404, { message: 'There is no such user.' });
				const stop = streamEvents(core, user, response);
				streams.add(stop);
				response.on('close', () => streams.delete(stop));
			} else if (route === 'POST /standin/interactions') {
				const { id } = act(core, actionShape.parse(await readJson(request)));
				reply(response, 200, { interaction_id: id });
			} else if (route === 'POST /standin/files') {
				reply(response, 200, upload(core, user, url.searchParams.get('channel') ?? '', await readFile(request, url)));
			} else if (channel) {
				const { nsfw } = z.object({ nsfw: z.boolean() }).parse(await readJson(request));
				reply(response, 200, pageChannel(core, setAgeRestricted(core, channel[1] ?? '', nsfw), user));
			} else if (!(await firstOf(controls, request, response, url))) {
				reply(response, 404, { message: 'There is nothing here.' });
			}
		} catch (error) {
			if (error instanceof ApiError) return reply(response, error.status, { message: error.message });
			if (error instanceof ClientRefusal) return reply(response, 400, { message: error.message });
			if (error instanceof z.ZodError || error instanceof SyntaxError) {
				return reply(response, 400, { message: `The request cannot be read: ${error.message}` });
			}
			throw error;
		}
	};
}

async function firstOf(handlers: ControlHandler[], ...call: Parameters<ControlHandler>): Promise<boolean> {
	for (const handler of handlers) if (await handler(...call)) return true;
	return false;
}

async function readFile(request: IncomingMessage, url: URL): Promise<NewFile> {
	// A file's name may not lead anywhere: it becomes part of an address.
	const name = (url.searchParams.get('name') ?? '').replace(/[\\/\0]/g, '_').slice(-200) || 'file';
	const contentType = request.headers['content-type'] ?? 'application/octet-stream';
	return { name, contentType, bytes: await readBody(request) };
}

function messagesFor(core: Core, channelId: string, userId: string) {
	const channel = core.state.channels.get(channelId);
	const user = core.state.users.get(userId);
	// Without a user there is nobody to hide a channel from, but direct messages are somebody's.
	const isOpen = channel !== undefined && (user ? canSee(core.state, channel, user) : channel.recipientId === null);
	if (!isOpen) {
		throw new ClientRefusal('There is no such channel.');
	}
	return core.state.messagesIn(channelId, userId).slice(-100);
}
