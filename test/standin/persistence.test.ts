import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mediaUrls, type Standin, StateFileError, startStandin } from '../../src/standin/index.ts';
import { commands, connectBot } from './support/bot.ts';
import { makePng } from './support/png.ts';
import { answer, register, rest, webhook } from './support/rest.ts';

let folder: string;
let running: Standin[] = [];

beforeEach(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'standin-'));
});

afterEach(async () => {
	for (const standin of running.splice(0)) await standin.stop();
	await rm(folder, { recursive: true });
});

async function start(): Promise<Standin> {
	const standin = await startStandin({ folder });
	running.push(standin);
	return standin;
}

async function restart(standin: Standin): Promise<Standin> {
	await standin.stop();
	running = running.filter((it) => it !== standin);
	return start();
}

test('messages, files, commands and live tokens survive a restart on another port', async () => {
	const before = await start();
	await register(before, commands);
	const ren = before.createUser('Kai');
	const handle = before.user('mika').slash('imagine', { prompt: 'x' }, { channel: 'sketches' });
	await answer(before, handle, { type: 5 });
	const gallery = { type: 12, items: [{ media: { url: 'attachment://a.png' } }] };
	const original = `${webhook(before, handle)}/messages/%40original`;
	await rest(before, 'PATCH', original, { flags: 32_768, components: [gallery], attachments: [{ id: '0' }] }, [
		{ name: 'a.png', bytes: makePng(10, 6) },
	]);

	const after = await restart(before);
	expect(after.port).not.toBe(before.port);
	expect(after.user('kai').id).toBe(ren.id);
	expect(after.user('mika').id).toBe(before.user('mika').id);
	const [message] = after.messagesIn('sketches');
	const [url = ''] = message ? mediaUrls(message) : [];
	expect(Buffer.from(await (await fetch(url)).arrayBuffer())).toEqual(makePng(10, 6));
	const edited = await rest(after, 'PATCH', original, { components: [{ type: 10, content: 'after' }] });
	expect(edited).toMatchObject({ status: 200, body: { id: message?.id } });
	expect(after.user('ren').slash('imagine', { prompt: 'y' }).interaction.name).toBe('imagine');
	after.assertClean();
});

test('a bot that stayed connected works again after the stand-in was stopped and started', async () => {
	const before = await start();
	const bot = await connectBot(before, async (it) => {
		if (it.isRepliable()) await it.reply('hello again');
	});
	await before.stop();
	running = [];
	const after = await startStandin({ folder, port: before.port });
	running.push(after);
	await after.botOnline(20_000);
	expect(await after.user('mika').slash('imagine', { prompt: 'x' }).message()).toMatchObject({
		content: 'hello again',
	});
	await bot.close();
	after.assertClean();
});

test('IDs of the default world are the same in every fresh start, and look like Discord’s', async () => {
	const [one, two] = [await startStandin(), await startStandin()];
	running.push(one, two);
	const ids = [...one.state.users.keys(), ...one.state.guilds.keys(), ...one.state.channels.keys()];
	expect(ids).toEqual([...two.state.users.keys(), ...two.state.guilds.keys(), ...two.state.channels.keys()]);
	for (const id of ids) expect(id).toMatch(/^\d{17,19}$/);
	expect(new Set(ids).size).toBe(ids.length);
});

test('a state of the first version is taken over with its people and messages', async () => {
	const before = await start();
	await register(before, commands);
	const handle = before.user('mika').slash('imagine', { prompt: 'x' });
	await answer(before, handle, { type: 4, data: { content: 'kept' } });
	await before.stop();
	running = [];
	const file = path.join(folder, 'state.json');
	const state = JSON.parse(await readFile(file, 'utf8'));
	const roleOf: Record<string, string> = { atelier: 'bot', sora: 'moderator' };
	state.version = 1;
	for (const it of state.users) it.role = roleOf[it.user.username.toLowerCase()] ?? 'member';
	const { id, name, ownerId } = state.guilds[0];
	state.guilds = [{ id, name, ownerId, foreign: false, moderatorRoleId: before.role('Moderator').id }];
	for (const channel of state.channels) delete channel.overwrites;
	await writeFile(file, JSON.stringify(state));

	const after = await start();
	expect(after.messagesIn('gallery')).toMatchObject([{ content: 'kept' }]);
	expect(() => after.user('mika').slash('settings show')).toThrow('You do not have permission');
	expect(after.user('sora').slash('settings show').interaction.state).toBe('waiting');
	const bot = await connectBot(after);
	expect(bot.client.guilds.cache.first()?.members.me?.permissions.has('ManageMessages')).toBe(true);
	await bot.close();
	after.assertClean();
});

test('an interaction that waits through a restart keeps what is left of its time', async () => {
	const before = await start();
	await register(before, commands);
	const { interaction } = before.user('mika').slash('imagine', { prompt: 'x' });
	const after = await restart(before);
	expect(after.state.interaction(interaction.id)).toMatchObject({
		state: 'waiting',
		answerUntilMs: interaction.answerUntilMs,
		tokenUntilMs: interaction.tokenUntilMs,
	});
});

test.for([
	{ text: '{"version":1,', why: 'expected JSON' },
	{ text: '{"version":2}', why: 'not a state of this stand-in' },
	{ text: '{"version":3}', why: 'not a state of this stand-in' },
	{ text: '', why: 'expected JSON' },
])('a state file holding $text is refused by name: $why', async ({ text, why }) => {
	const file = path.join(folder, 'state.json');
	await writeFile(file, text);
	const failure = await startStandin({ folder }).catch((error: unknown) => error);
	expect(failure).toBeInstanceOf(StateFileError);
	expect(String(failure)).toContain(why);
	expect(String(failure)).toContain(file);
});
