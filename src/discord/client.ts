import { setTimeout as wait } from 'node:timers/promises';
import { Client, Events, GatewayIntentBits, type Guild } from 'discord.js';
import type { Services } from '../commands/context.ts';
import { commands, messageCommands } from '../commands/index.ts';
import { localised } from '../commands/localised.ts';
import { rejudge } from '../commands/rejudge.ts';
import { rootCause } from '../db/client.ts';
import { SetupError } from '../errors.ts';
import type { Log } from '../log.ts';
import { dispatch } from './dispatch.ts';
import { RawChannels } from './facts.ts';
import { greet } from './greeting.ts';

/** Makes a client that asks for no privileged intent and reads no message. Discord is wherever `api` says. */
export function createClient(api: string): Client {
	const origin = new URL(api).origin;
	const isDiscord = origin === 'https://discord.com';
	return new Client({
		intents: [GatewayIntentBits.Guilds],
		allowedMentions: { parse: [] },
		rest: {
			api,
			invalidRequestWarningInterval: 100,
			...(!isDiscord && { cdn: origin, mediaProxy: origin }),
		},
	});
}

/**
 * Logs in, waits until every guild is known, and registers the commands.
 *
 * @param onLost called when Discord does not want this token any more
 * @throws {SetupError} when the token is refused, or the gateway cannot be reached
 */
export async function logIn(
	client: Client,
	token: string,
	log: Log,
	onLost: (error: SetupError) => void,
): Promise<Client<true>> {
	const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
	client.on(Events.Error, (error) => log.error('discord.js', { error }));
	client.on(Events.Warn, (message) => log.warn(message));
	const lost = () =>
		onLost(new SetupError('DISCORD_TOKEN: Discord no longer accepts this token. Set a new one and start again.'));
	client.on(Events.Invalidated, lost);
	try {
		await client.login(token);
	} catch (error) {
		throw setupErrorFor(error);
	}
	const connected = await ready;
	// discord.js forgets a token that was refused once, and could do nothing from then on.
	client.rest.on('response', (request, response) => {
		if (response.status === 401 && request.data.auth !== false) lost();
	});
	await connected.application.commands.set([...commands, ...messageCommands].map(({ data }) => localised(data)));
	return connected;
}

/** Handles interactions from now on; what it returns waits for those under way. */
export function serve(client: Client<true>, services: Services, log: Log): { drain(): Promise<void> } {
	const underWay = new Set<Promise<void>>();
	const raw = new RawChannels();
	client.on(Events.Raw, (packet) => raw.see(packet));
	client.on(Events.InteractionCreate, (interaction) => {
		const seen = raw.take(interaction.id);
		const done = dispatch(interaction, seen, services, log).finally(() => underWay.delete(done));
		underWay.add(done);
	});
	const greetNew = (guild: Guild) => {
		const done = greet(guild, services.db)
			.catch((error: unknown) =>
				log.warn('a server could not be greeted', { guildId: guild.id, error: rootCause(error) }),
			)
			.finally(() => underWay.delete(done));
		underWay.add(done);
	};
	client.on(Events.GuildCreate, greetNew);
	const rejudgeAll = (guild: Guild) => {
		const done = rejudge(services, guild.id)
			.then(() => {})
			.catch((error: unknown) =>
				log.warn('what waits could not be judged anew', { guildId: guild.id, error: rootCause(error) }),
			)
			.finally(() => underWay.delete(done));
		underWay.add(done);
	};
	// Discord's own flag: who turns it off does not want to wait for what was asked for before.
	client.on(Events.ChannelUpdate, (before, after) => {
		if (!('guild' in after) || flagOf(before) === flagOf(after)) return;
		rejudgeAll(after.guild);
	});
	client.on(Events.GuildUpdate, (before, after) => {
		if (before.nsfwLevel !== after.nsfwLevel) rejudgeAll(after);
	});
	return {
		drain: async () => {
			client.removeAllListeners(Events.InteractionCreate);
			client.removeAllListeners(Events.ChannelUpdate);
			client.removeAllListeners(Events.GuildUpdate);
			client.off(Events.GuildCreate, greetNew);
			await Promise.race([Promise.allSettled(underWay), wait(5000, undefined, { ref: false })]);
		},
	};
}

/** The age restriction of a channel, as far as it has one. */
function flagOf(channel: object): unknown {
	return 'nsfw' in channel ? channel.nsfw : undefined;
}

function setupErrorFor(error: unknown): unknown {
	if (!(error instanceof Error)) return error;
	const { code, status } = error as Error & { code?: unknown; status?: unknown };
	if (code === 'TokenInvalid' || status === 401) {
		return new SetupError(
			'DISCORD_TOKEN: Discord refuses this token. Copy the bot’s token again from the developer portal (Bot → Reset Token), or leave DISCORD_TOKEN out to use the playground.',
			{ cause: error },
		);
	}
	if (/disallowed intents/i.test(error.message)) {
		return new SetupError(`DISCORD_TOKEN: Discord refuses the connection: ${error.message}`, { cause: error });
	}
	return new SetupError(
		`DISCORD_API: Discord cannot be reached (${error.message}). Check the network, and the address. Example: https://discord.com/api`,
		{ cause: error },
	);
}
