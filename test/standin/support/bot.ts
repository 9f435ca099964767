import {
	Client,
	type ClientOptions,
	Events,
	GatewayIntentBits,
	type Interaction,
	SlashCommandBuilder,
} from 'discord.js';
import type { Standin } from '../../../src/standin/index.ts';

/** Commands most tests need: one with every kind of option, one for moderators, one for adults. */
export const commands = [
	new SlashCommandBuilder()
		.setName('imagine')
		.setDescription('Draws a picture')
		.setContexts(0, 1, 2)
		.setIntegrationTypes(0, 1)
		.addStringOption((it) => it.setName('prompt').setDescription('What').setRequired(true).setMaxLength(40))
		.addStringOption((it) => it.setName('model').setDescription('Model').setAutocomplete(true))
		.addStringOption((it) =>
			it
				.setName('aspect')
				.setDescription('Aspect')
				.addChoices({ name: 'Square', value: '1:1' }, { name: 'Wide', value: '16:9' }),
		)
		.addIntegerOption((it) => it.setName('steps').setDescription('Steps').setMinValue(1).setMaxValue(50))
		.addAttachmentOption((it) => it.setName('image').setDescription('Start')),
	new SlashCommandBuilder()
		.setName('settings')
		.setDescription('Settings')
		.setDefaultMemberPermissions(32n)
		.setContexts(0)
		.addSubcommand((it) => it.setName('show').setDescription('Show'))
		.addSubcommandGroup((group) =>
			group
				.setName('adult')
				.setDescription('Adult')
				.addSubcommand((it) =>
					it
						.setName('set')
						.setDescription('Set')
						.addBooleanOption((option) => option.setName('on').setDescription('On').setRequired(true)),
				),
		),
	new SlashCommandBuilder().setName('after-dark').setDescription('For adults').setNSFW(true),
].map((it) => it.toJSON());

/** A discord.js client, unmodified but for the address it talks to. */
export interface Bot {
	client: Client<true>;
	/** What its handlers threw. */
	errors: unknown[];
	close(): Promise<void>;
}

/** Logs a real discord.js client in and registers `commands`. */
export async function connectBot(
	standin: Standin,
	onInteraction: (interaction: Interaction) => Promise<unknown> = async () => {},
	options: Partial<ClientOptions> = {},
): Promise<Bot> {
	const { api, url, token } = standin;
	const rest = { api, cdn: url, mediaProxy: url };
	const client = new Client({ intents: [GatewayIntentBits.Guilds], ...options, rest: { ...rest, ...options.rest } });
	const errors: unknown[] = [];
	client.on(Events.Error, (error) => errors.push(error));
	client.on(Events.InteractionCreate, (interaction) => {
		onInteraction(interaction).catch((error: unknown) => errors.push(error));
	});
	const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
	await client.login(token);
	const connected = await ready;
	await connected.application.commands.set(commands);
	return { client: connected, errors, close: () => client.destroy() };
}
