import { Events, GatewayIntentBits } from 'discord.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Standin, startStandin } from '../../src/standin/index.ts';
import { type Bot, connectBot } from './support/bot.ts';
import { rest } from './support/rest.ts';

let standin: Standin;
const bots: Bot[] = [];

beforeEach(async () => {
	standin = await startStandin();
});

afterEach(async () => {
	for (const bot of bots.splice(0)) await bot.close();
	standin.assertClean();
	await standin.stop();
});

async function connect(...args: Parameters<typeof connectBot> extends [Standin, ...infer Rest] ? Rest : never) {
	const bot = await connectBot(standin, ...args);
	bots.push(bot);
	return bot;
}

function opcodes(): number[] {
	return standin.gateway.received.map(({ op }) => op);
}

test('a bot logs in with one REST request and sees every guild, channel and thread', async () => {
	const { client } = await connect();
	expect(standin.log[0]).toMatchObject({ method: 'GET', path: '/gateway/bot' });
	expect(client.user.username).toBe('Atelier');
	const guild = client.guilds.cache.first();
	expect(guild?.channels.cache.map((it) => it.name).sort()).toEqual([
		'after-dark',
		'gallery',
		'hangout',
		'late sketches',
		'mod-log',
		'moonlit',
		'my first picture',
		'news',
		'night-showcase',
		'showcase',
		'sketches',
		'warm-ups',
	]);
	expect(client.users.cache.get(client.user.id)?.bot).toBe(true);
});

test('a wrong token closes the connection with 4004', async () => {
	const socket = new WebSocket(standin.url.replace('http', 'ws'));
	const closed = new Promise<number>((resolve) => socket.once('close', resolve));
	socket.once('message', () => socket.send(JSON.stringify({ op: 2, d: { token: 'wrong', intents: 0 } })));
	expect(await closed).toBe(4004);
});

test('both forms of the token are taken', async () => {
	const socket = new WebSocket(standin.url.replace('http', 'ws'));
	const identify = { token: `Bot ${standin.token}`, intents: 0, properties: {} };
	socket.once('message', () => socket.send(JSON.stringify({ op: 2, d: identify })));
	await standin.botOnline();
	socket.close(1000);
	await standin.botOffline();
});

test('an interaction made while the connection is lost arrives after the resume', async () => {
	await connect(async (interaction) => {
		if (interaction.isRepliable()) await interaction.reply('hello');
	});
	standin.gateway.drop();
	await standin.botOffline();
	const handle = standin.user('mika').slash('imagine', { prompt: 'x' });
	expect(await handle.acked()).toBe(4);
	expect(opcodes()).toEqual([2, 6]);
});

test('a bot asked to reconnect resumes its session', async () => {
	const { client } = await connect();
	const resumed = new Promise((resolve) => client.once(Events.ShardResume, resolve));
	standin.gateway.askToReconnect();
	await resumed;
	expect(opcodes()).toEqual([2, 6]);
});

test('a refused resume makes the bot identify anew', async () => {
	const { client } = await connect();
	const ready = new Promise((resolve) => client.once(Events.ShardReady, resolve));
	standin.gateway.refuseNextResume();
	standin.gateway.drop();
	await ready;
	expect(opcodes()).toEqual([2, 6, 2]);
});

test('a bot whose heartbeats are not acknowledged resumes on a new connection', async () => {
	await standin.stop();
	standin = await startStandin({ heartbeatMs: 300 });
	const { client } = await connect();
	const resumed = new Promise((resolve) => client.once(Events.ShardResume, resolve));
	standin.gateway.muteHeartbeats();
	await resumed;
	expect(opcodes()).toEqual([2, 6]);
});

test('without the Guilds intent no guild and no channel update is sent', async () => {
	const { client } = await connect(undefined, { intents: [] });
	standin.setNsfw('gallery', true);
	const handle = standin.user('mika').slash('imagine', { prompt: 'x' });
	await new Promise((resolve) => client.once(Events.InteractionCreate, resolve));
	expect(client.channels.cache.size).toBe(0);
	standin.expireAnswer(handle);
});

test('a channel that becomes age-restricted is updated in the cache of the bot', async () => {
	const { client } = await connect();
	const updated = new Promise((resolve) => client.once(Events.ChannelUpdate, resolve));
	standin.setNsfw('gallery', true);
	await updated;
	expect(client.channels.cache.get(standin.channel('gallery').id)).toMatchObject({ nsfw: true });
});

test('messages are announced only to bots with the intent for them', async () => {
	const deaf = await connect();
	const hearing = await connect(undefined, { intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages] });
	const heard: string[] = [];
	deaf.client.on(Events.MessageCreate, () => heard.push('deaf'));
	const arrived = new Promise((resolve) => hearing.client.once(Events.MessageDelete, resolve));
	hearing.client.on(Events.MessageCreate, ({ content }) => heard.push(content));
	const path = `/channels/${standin.channel('gallery').id}/messages`;
	const { body } = await rest(standin, 'POST', path, { content: 'hi' });
	standin.deleteMessage(String(body.id));
	await arrived;
	expect(heard).toEqual(['hi']);
});

test('a guild made later is announced, and its messages stay its own', async () => {
	const { client } = await connect();
	const joined = new Promise<{ name: string }>((resolve) => client.once(Events.GuildCreate, resolve));
	standin.createGuild('Second', ['lobby']);
	expect((await joined).name).toBe('Second');
});
