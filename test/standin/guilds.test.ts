import { ChannelType, Events, GatewayIntentBits, GuildNSFWLevel, PermissionFlagsBits as P } from 'discord.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Standin, startStandin } from '../../src/standin/index.ts';
import { everyonePermissions } from '../../src/standin/permissions.ts';
import { type Bot, commands, connectBot } from './support/bot.ts';
import { makePng } from './support/png.ts';
import { answer, register, rest } from './support/rest.ts';

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
	return bot.client;
}

/** What the next event of a kind brings. */
function next(client: Bot['client'], event: string): Promise<unknown[]> {
	return new Promise((resolve) => client.once(event as 'debug', (...args: unknown[]) => resolve(args)));
}

test('the bot sees roles, kinds of channel and its own membership, and reads members by REST', async () => {
	const client = await connect();
	const guild = client.guilds.cache.first();
	if (!guild) throw new Error('expected a guild');
	expect(guild.roles.cache.map((it) => it.name).sort()).toEqual([
		'@everyone',
		'Artist',
		'Atelier',
		'Moderator',
		'Newcomer',
	]);
	const kinds = Object.fromEntries(guild.channels.cache.map((it) => [it.name, it.type]));
	expect(kinds).toMatchObject({
		news: ChannelType.GuildAnnouncement,
		showcase: ChannelType.GuildForum,
		'my first picture': ChannelType.PublicThread,
		hangout: ChannelType.GuildVoice,
	});
	expect(guild.members.me?.roles.botRole?.name).toBe('Atelier');
	expect(guild.systemChannel?.name).toBe('gallery');
	expect((await guild.fetchOwner()).user.username).toBe('sora');
	const yuki = await guild.members.fetch(standin.user('yuki').id);
	const mika = await guild.members.fetch(standin.user('mika').id);
	expect(yuki.roles.cache.map((it) => it.name)).toContain('Newcomer');
	const days = (member: typeof yuki) => Math.round((Date.now() - (member.joinedTimestamp ?? 0)) / 86_400_000);
	expect([days(yuki), days(mika)]).toEqual([1, 400]);
	expect((await guild.roles.fetch()).size).toBe(5);
	expect((await client.guilds.fetch()).map((it) => it.name)).toEqual(['Atelier']);
});

test.for([
	{ user: 'mika', channel: 'gallery', manage: false, owner: false },
	{ user: 'kei', channel: 'gallery', manage: true, owner: false },
	{ user: 'sora', channel: 'warm-ups', manage: true, owner: true },
	{ user: 'yuki', channel: 'my first picture', manage: false, owner: false },
])('in $channel the bot is told what $user may do', async ({ user, channel, manage, owner }) => {
	let seen: unknown;
	await connect(async (it) => {
		if (!it.isChatInputCommand()) return;
		const may = it.memberPermissions;
		seen = { manage: may?.has(P.ManageGuild | P.ModerateMembers), owner: may?.has(P.Administrator) };
		await it.reply('seen');
	});
	await standin.user(user).slash('imagine', { prompt: 'x' }, { channel }).acked();
	expect(seen).toEqual({ manage, owner });
});

test('a channel for moderators is hidden from members, and an overwrite opens it', async () => {
	await register(standin, commands);
	const run = (user: string) => standin.user(user).slash('imagine', { prompt: 'x' }, { channel: 'mod-log' });
	expect(() => run('mika')).toThrow('There is no such channel.');
	expect(run('kei').interaction.state).toBe('waiting');
	standin.setOverwrite('mod-log', { user: 'mika', allow: P.ViewChannel });
	expect(run('mika').interaction.state).toBe('waiting');
	standin.setOverwrite('mod-log', { user: 'mika', deny: P.ViewChannel });
	expect(() => run('mika')).toThrow('There is no such channel.');
	standin.setRoles('mika', ['Artist', 'Moderator']);
	expect(() => run('mika')).toThrow('There is no such channel.');
});

test('changes of roles, channels and guilds reach the bot at once', async () => {
	const client = await connect();
	const guild = client.guilds.cache.first();
	const channel = (name: string) => guild?.channels.cache.find((it) => it.name === name);

	let told = next(client, Events.GuildRoleCreate);
	const vip = standin.createRole('VIP');
	await told;
	told = next(client, Events.GuildRoleUpdate);
	standin.setRolePermissions('VIP', P.ManageGuild);
	await told;
	expect(guild?.roles.cache.get(vip.id)?.permissions.has(P.ManageGuild)).toBe(true);
	told = next(client, Events.GuildRoleDelete);
	standin.deleteRole('VIP');
	await told;
	expect(guild?.roles.cache.has(vip.id)).toBe(false);

	told = next(client, Events.ChannelUpdate);
	standin.setNsfw('showcase', true);
	await told;
	expect(channel('showcase')).toMatchObject({ nsfw: true });
	told = next(client, Events.ThreadCreate);
	standin.createChannel('a post', { parent: 'showcase' });
	await told;
	expect(channel('a post')).toMatchObject({ parentId: standin.channel('showcase').id });
	told = next(client, Events.ChannelDelete);
	standin.deleteChannel('showcase');
	await told;
	expect([channel('showcase'), channel('a post')]).toEqual([undefined, undefined]);

	told = next(client, Events.GuildUpdate);
	standin.setGuildNsfwLevel('ageRestricted');
	await told;
	expect(guild?.nsfwLevel).toBe(GuildNSFWLevel.AgeRestricted);
});

test('a member’s new roles reach only a bot with the intent for members', async () => {
	const [without, withIntent] = [
		await connect(),
		await connect(undefined, { intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMembers] }),
	];
	const names: string[] = [];
	without.on(Events.Raw, ({ t }: { t: string }) => names.push(t));
	const told = new Promise<void>((resolve) => {
		withIntent.on(Events.Raw, ({ t }: { t: string }) => {
			if (t === 'GUILD_MEMBER_UPDATE') resolve();
		});
	});
	standin.setRoles('yuki', ['Artist']);
	await told;
	// A later event that both get shows that nothing is still on its way.
	const both = next(without, Events.GuildUpdate);
	standin.setGuildNsfwLevel('safe');
	await both;
	expect(names).toEqual(['GUILD_UPDATE']);
});

test('a guild joined while the bot runs comes with its owner, system channel and members, and goes again', async () => {
	const client = await connect(async (it) => {
		if (it.isRepliable()) await it.reply(it.guild ? 'member' : 'foreign');
	});
	const joined = new Promise<{ id: string; ownerId: string; systemChannelId: string | null; memberCount: number }>(
		(resolve) => client.once(Events.GuildCreate, resolve),
	);
	const { id, channels } = standin.createGuild('Second', ['lobby', 'art'], { owner: 'ren' });
	expect(await joined).toMatchObject({
		id,
		ownerId: standin.user('ren').id,
		systemChannelId: channels[0]?.id,
		memberCount: 6,
	});
	const lobby = await client.channels.fetch(channels[0]?.id ?? '');
	if (!lobby?.isSendable()) throw new Error('expected a channel that takes messages');
	await lobby.send('hello');

	const left = next(client, Events.GuildDelete);
	standin.removeBot('Second');
	await left;
	expect(client.guilds.cache.has(id)).toBe(false);
	await expect(client.rest.get(`/channels/${lobby.id}`)).rejects.toMatchObject({ code: 50_001 });
	await expect(client.guilds.fetch(id)).rejects.toMatchObject({ code: 10_004 });
	// Whoever installed the bot brings it along.
	const handle = standin.user('mika').slash('imagine', { prompt: 'x' }, { channel: lobby.id });
	expect((await handle.message()).content).toBe('foreign');

	const back = next(client, Events.GuildCreate);
	standin.inviteBot('Second');
	await back;
	const again = standin.user('mika').slash('imagine', { prompt: 'x' }, { channel: lobby.id });
	expect((await again.message()).content).toBe('member');
});

test('where apps from outside may not speak in public, answers are ephemeral', async () => {
	await register(standin, commands);
	const { id, guildId } = standin.createForeignChannel();
	const ask = async (type: number, data: object) => {
		const handle = standin.user('mika').slash('imagine', { prompt: 'x' }, { channel: id });
		await answer(standin, handle, { type, data });
		return (await handle.message()).flags ?? 0;
	};
	expect(await ask(4, { content: 'open' })).toBe(0);
	standin.setRolePermissions('@everyone', everyonePermissions & ~P.UseExternalApps, guildId ?? '');
	expect(await ask(4, { content: 'closed' })).toBe(64);
	expect(await ask(5, {})).toBe(64 | 128);
	expect(standin.user('ren').messagesIn(id)).toHaveLength(1);
});

const everyone = { role: '@everyone' };
test.for([
	{ deny: P.ViewChannel, code: 50_001 },
	{ deny: P.SendMessages, code: 50_013 },
	{ deny: P.AttachFiles, code: 50_013 },
])('the bot cannot send a file where it is denied $deny', async ({ deny, code }) => {
	standin.setOverwrite('gallery', { user: 'Atelier', deny });
	const { id } = standin.channel('gallery');
	const files = [{ name: 'a.png', bytes: makePng(2, 2) }];
	const sent = await rest(standin, 'POST', `/channels/${id}/messages`, { content: 'x' }, files);
	expect(sent).toMatchObject({ status: 403, body: { code } });
	expect(standin.messagesIn('gallery')).toEqual([]);
});

test('an answer to an interaction needs no permission of the bot’s', async () => {
	await register(standin, commands);
	standin.setOverwrite('gallery', { ...everyone, deny: P.SendMessages });
	standin.setOverwrite('gallery', { user: 'Atelier', deny: P.ViewChannel });
	const handle = standin.user('mika').slash('imagine', { prompt: 'x' });
	expect(await answer(standin, handle, { type: 4, data: { content: 'here' } })).toMatchObject({ status: 204 });
	expect((await handle.message()).content).toBe('here');
});

test('messages are deleted one by one with a reason, or many at once where the bot may', async () => {
	const client = await connect();
	const channel = await client.channels.fetch(standin.channel('sketches').id);
	if (channel?.type !== ChannelType.GuildText) throw new Error('expected a text channel');
	const sent = [await channel.send('1'), await channel.send('2'), await channel.send('3')];
	const headers = { 'X-Audit-Log-Reason': encodeURIComponent('a reported picture') };
	await client.rest.delete(`/channels/${channel.id}/messages/${sent[0]?.id}`, { headers });
	await expect(sent[0]?.fetch()).rejects.toMatchObject({ code: 10_008 });
	standin.setOverwrite('sketches', { user: 'Atelier', deny: P.ManageMessages });
	await expect(channel.bulkDelete(sent.slice(1))).rejects.toMatchObject({ code: 50_013 });
	standin.setOverwrite('sketches', { user: 'Atelier', allow: P.ManageMessages });
	await channel.bulkDelete(sent.slice(1));
	expect(standin.messagesIn('sketches')).toEqual([]);
});

test('what others wrote can be deleted by a bot that may manage messages, and edited by nobody else', async () => {
	const message = standin.user('ren').say('mine');
	const path = `/channels/${message.channel_id}/messages/${message.id}`;
	expect(await rest(standin, 'PATCH', path, { content: 'x' })).toMatchObject({ status: 403, body: { code: 50_005 } });
	standin.setOverwrite('gallery', { user: 'Atelier', deny: P.ManageMessages });
	expect(await rest(standin, 'DELETE', path)).toMatchObject({ status: 403, body: { code: 50_013 } });
	standin.setOverwrite('gallery', { user: 'Atelier' });
	expect(await rest(standin, 'DELETE', path)).toMatchObject({ status: 204 });
	expect(await rest(standin, 'DELETE', path)).toMatchObject({ status: 404, body: { code: 10_008 } });
});

test('a forum takes no message of its own', async () => {
	const sent = await rest(standin, 'POST', `/channels/${standin.channel('showcase').id}/messages`, { content: 'x' });
	expect(sent).toMatchObject({ status: 400, body: { code: 50_008 } });
	const { id } = standin.channel('my first picture');
	expect(await rest(standin, 'POST', `/channels/${id}/messages`, { content: 'x' })).toMatchObject({ status: 200 });
});

test('a deleted channel takes its messages along, and answers to its interactions are refused', async () => {
	await register(standin, commands);
	const handle = standin.user('mika').slash('imagine', { prompt: 'x' }, { channel: 'sketches' });
	await answer(standin, handle, { type: 4, data: { content: 'x' } });
	const { id } = standin.channel('sketches');
	const late = standin.user('mika').slash('imagine', { prompt: 'x' }, { channel: 'sketches' });
	standin.deleteChannel('sketches');
	expect(handle.original).toBeUndefined();
	expect(await answer(standin, late, { type: 4, data: { content: 'x' } })).toMatchObject({ body: { code: 10_003 } });
	expect(await rest(standin, 'GET', `/channels/${id}`)).toMatchObject({ status: 404, body: { code: 10_003 } });
	const webhook = `/webhooks/${standin.state.application.id}/${handle.interaction.token}`;
	expect(await rest(standin, 'PATCH', `${webhook}/messages/@original`, { content: 'y' })).toMatchObject({
		body: { code: 10_008 },
	});
	expect(await rest(standin, 'POST', webhook, { content: 'y' })).toMatchObject({ body: { code: 10_003 } });
});

test('somebody who left is no member, and a new user is', async () => {
	const aoi = standin.createUser('Aoi', { roles: ['Artist'], joinedDaysAgo: 3 });
	const path = (user: string) => `/guilds/${standin.guild().id}/members/${user}`;
	expect((await rest(standin, 'GET', path(aoi.id))).body).toMatchObject({ roles: [standin.role('Artist').id] });
	standin.removeMember('Aoi');
	expect(await rest(standin, 'GET', path(aoi.id))).toMatchObject({ status: 404, body: { code: 10_007 } });
});
