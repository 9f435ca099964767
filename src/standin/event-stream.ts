import type { ServerResponse } from 'node:http';
import { listCommands } from './client-commands.ts';
import type { Core } from './core.ts';
import type { HubEvent } from './hub.ts';
import type { PageEvent } from './page-api.ts';
import { pageChannel } from './page-state.ts';
import { canSee } from './permissions.ts';
import type { StoredMessage } from './state.ts';

const keepAliveMs = 20_000;

/** Streams what one user sees as server-sent events, until the page goes away or the returned function is called. */
export function streamEvents(core: Core, userId: string, response: ServerResponse): () => void {
	response.writeHead(200, {
		'content-type': 'text/event-stream',
		'cache-control': 'no-store',
		'x-content-type-options': 'nosniff',
	});
	// A first line makes the browser's `open` event fire at once.
	response.write(': connected\n\n');
	const stopListening = core.hub.listen((event) => {
		for (const it of pageEvents(core, event, userId)) response.write(`data: ${JSON.stringify(it)}\n\n`);
	});
	const pulse = setInterval(() => response.write(': still here\n\n'), keepAliveMs);
	let stopped = false;
	const stop = () => {
		if (stopped) return;
		stopped = true;
		stopListening();
		clearInterval(pulse);
		response.end();
	};
	response.on('close', stop);
	return stop;
}

function pageEvents(core: Core, event: HubEvent, userId: string): PageEvent[] {
	switch (event.type) {
		case 'message':
			return sees(core, event.stored, userId) ? [{ type: 'message', message: event.message }] : [];
		case 'message-deleted': {
			const { id, message } = event.stored;
			return sees(core, event.stored, userId) ? [{ type: event.type, id, channel_id: message.channel_id }] : [];
		}
		case 'exchange':
			return [];
		case 'commands':
			return [{ type: 'commands', commands: listCommands(core) }];
		case 'bot':
			return [{ type: 'bot', online: event.online }];
		case 'channel':
			return canSee(core.state, event.channel, core.state.user(userId))
				? [{ type: 'channel', channel: pageChannel(core, event.channel, userId) }]
				: [];
		case 'world':
			return [{ type: 'world' }];
		case 'failed':
			if (event.interaction.userId !== userId) return [];
			return [{ type: 'failed', interaction_id: event.interaction.id, message: event.message }];
		case 'answered': {
			const { id, userId: invoker, modal, choices } = event.interaction;
			if (invoker !== userId) return [];
			return [
				...(modal === null ? [] : [{ type: 'modal', interaction_id: id, modal } as const]),
				...(choices === null ? [] : [{ type: 'choices', interaction_id: id, choices } as const]),
				{ type: 'answered', interaction_id: id },
			];
		}
	}
}

function sees(core: Core, { viewerId, message }: StoredMessage, userId: string): boolean {
	if (viewerId !== null && viewerId !== userId) return false;
	const channel = core.state.channels.get(message.channel_id);
	return channel !== undefined && canSee(core.state, channel, core.state.user(userId));
}
