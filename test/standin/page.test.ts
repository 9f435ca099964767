import { request } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Standin, startStandin } from '../../src/standin/index.ts';
import type { PageAction, PageEvent, PageState } from '../../src/standin/page-api.ts';
import { PageMember } from '../support/page.ts';
import { type Bot, commands, connectBot } from './support/bot.ts';
import { makePng } from './support/png.ts';
import { answer, register } from './support/rest.ts';
import { shapes } from './support/shapes.ts';

let standin: Standin;
const streams: AbortController[] = [];
const bots: Bot[] = [];

beforeEach(async () => {
	standin = await startStandin();
	await register(standin, commands);
});

afterEach(async () => {
	for (const stream of streams.splice(0)) stream.abort();
	for (const bot of bots.splice(0)) await bot.close();
	await standin.stop();
});

async function state(): Promise<PageState> {
	return (await fetch(`${standin.url}/standin/state`)).json() as Promise<PageState>;
}

async function send(
	action: PageAction | object,
): Promise<{ status: number; interaction_id?: string; message?: string }> {
	const response = await fetch(`${standin.url}/standin/interactions`, { method: 'POST', body: JSON.stringify(action) });
	return { status: response.status, ...((await response.json()) as object) };
}

/** Follows a user's events; `until` reads on until one is of the type. */
async function follow(user: string) {
	const stream = new AbortController();
	streams.push(stream);
	const { id } = standin.user(user);
	const response = await fetch(`${standin.url}/standin/events?user=${id}`, { signal: stream.signal });
	const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
	const events: PageEvent[] = [];
	let rest = '';
	return {
		events,
		async until(type: PageEvent['type']): Promise<PageEvent> {
			for (;;) {
				const found = events.find((it) => it.type === type);
				if (found) return found;
				rest += (await reader?.read())?.value ?? '';
				const parts = rest.split('\n\n');
				rest = parts.pop() ?? '';
				for (const part of parts) if (part.startsWith('data: ')) events.push(JSON.parse(part.slice(6)));
			}
		},
	};
}

function imagine(
	options: PageAction extends infer A ? (A extends { options: infer O } ? O : never) : never,
): PageAction {
	const command = [...standin.state.commands.values()].flat().find((it) => it.name === 'imagine');
	const { id } = standin.user('mika');
	return {
		kind: 'slash',
		user_id: id,
		channel_id: standin.channel('gallery').id,
		command_id: command?.id ?? '',
		options,
	};
}

const prompt = { name: 'prompt', type: 3, value: 'x' };

test('the state lists guilds, threads, direct messages, users with their roles, and commands', async () => {
	const { guilds, dms, users, commands: listed, bot_online: online } = await state();
	expect(guilds).toMatchObject([{ name: 'Atelier' }]);
	expect(guilds[0]?.channels).toContainEqual(expect.objectContaining({ name: 'after-dark', type: 0, nsfw: true }));
	const thread = guilds[0]?.channels.find(({ name }) => name === 'late sketches');
	expect(thread).toMatchObject({ type: 11, parent_id: standin.channel('after-dark').id });
	expect(thread).not.toHaveProperty('nsfw');
	expect(users.map(({ username, role }) => [username, role])).toEqual([
		['mika', 'artist'],
		['ren', 'member'],
		['sora', 'moderator'],
		['kei', 'moderator'],
		['yuki', 'newcomer'],
	]);
	expect(dms.map((it) => it.user_id)).toEqual(users.map((it) => it.id));
	expect(listed.map((it) => it.name)).toEqual(['imagine', 'settings', 'after-dark']);
	expect(online).toBe(false);
});

test('an interaction sent by the page reaches the bot, and its events reach the page', async () => {
	const mika = await follow('mika');
	const bot = await connectBot(standin, async (it) => {
		if (it.isChatInputCommand()) await it.reply(`got ${it.options.getString('prompt')}`);
	});
	bots.push(bot);
	expect(await mika.until('bot')).toEqual({ type: 'bot', online: true });
	expect((await state()).bot_online).toBe(true);
	const sent = await send(imagine([prompt]));
	expect(sent.status).toBe(200);
	expect(await mika.until('answered')).toEqual({ type: 'answered', interaction_id: sent.interaction_id });
	expect(await mika.until('message')).toMatchObject({ message: { content: 'got x' } });
	const path = `${standin.url}/standin/channels/${standin.channel('gallery').id}/messages?user=${standin.user('ren').id}`;
	expect(await (await fetch(path)).json()).toMatchObject([{ content: 'got x' }]);
});

test('an ephemeral message is streamed to its user only, and so are modals and failures', async () => {
	const [mika, ren] = [await follow('mika'), await follow('ren')];
	const whisper = standin.user('mika').slash('imagine', { prompt: 'x' });
	await answer(standin, whisper, { type: 4, data: { content: 'secret', flags: 64 } });
	const form = standin.user('mika').slash('imagine', { prompt: 'x' });
	await answer(standin, form, { type: 9, data: shapes.modal() });
	standin.expireAnswer(standin.user('mika').slash('imagine', { prompt: 'x' }));
	expect(await mika.until('failed')).toMatchObject({ message: 'The application did not respond' });
	expect(mika.events.map((it) => it.type)).toEqual(['message', 'answered', 'modal', 'answered', 'failed']);
	standin.setNsfw('sketches', true);
	await ren.until('channel');
	expect(ren.events.map((it) => it.type)).toEqual(['channel']);
});

test('a deleted message and changed commands are streamed', async () => {
	const ren = await follow('ren');
	const handle = standin.user('mika').slash('imagine', { prompt: 'x' });
	await answer(standin, handle, { type: 4, data: { content: 'x' } });
	const { id, channel_id } = await handle.message();
	standin.deleteMessage(id);
	expect(await ren.until('message-deleted')).toEqual({ type: 'message-deleted', id, channel_id });
	await register(standin, [shapes.command()]);
	expect(await ren.until('commands')).toMatchObject({ commands: [{ name: 'x' }] });
});

test('a component, a modal and autocomplete can be sent by the page', async () => {
	const mika = standin.user('mika');
	const handle = mika.slash('imagine', { prompt: 'x' });
	await answer(standin, handle, { type: 4, data: { components: [shapes.row(shapes.button(1))] } });
	const { id: message_id, channel_id } = await handle.message();
	const who = { user_id: mika.id, channel_id };
	const pressed = await send({ kind: 'component', ...who, message_id, custom_id: 'c1', component_type: 2 });
	const opener = { interaction: standin.state.interaction(pressed.interaction_id ?? '') };
	await answer(standin, opener as typeof handle, { type: 9, data: shapes.modal() });
	const fields = [{ custom_id: 't1', value: 'typed' }];
	const submitted = await send({ kind: 'modal', user_id: mika.id, interaction_id: pressed.interaction_id, fields });
	expect(standin.state.interaction(submitted.interaction_id ?? '')).toMatchObject({
		type: 5,
		sourceMessageId: message_id,
	});
	const typed = { ...imagine([{ name: 'model', type: 3, value: 'a', focused: true }]), kind: 'autocomplete' };
	expect(await send(typed)).toMatchObject({ status: 200 });
});

test('what Discord’s client would not send is answered with a sentence', async () => {
	expect(await send(imagine([]))).toEqual({ status: 400, message: '“prompt” is required.' });
	expect(await send({ kind: 'dance' })).toMatchObject({ status: 400 });
});

test('age restriction is switched by the page', async () => {
	const { id } = standin.channel('sketches');
	const response = await fetch(`${standin.url}/standin/channels/${id}`, { method: 'PATCH', body: '{"nsfw":true}' });
	expect(await response.json()).toMatchObject({ id, nsfw: true });
	expect(standin.channel('sketches').nsfw).toBe(true);
});

test('interactions and messages are open to tests in another process', async () => {
	const handle = standin.user('mika').slash('imagine', { prompt: 'x' });
	await answer(standin, handle, { type: 4, data: { content: 'x' } });
	const path = `${standin.url}/standin/interactions/${handle.id}`;
	const seen = (await (await fetch(path)).json()) as { originalId: string };
	expect(seen).toMatchObject({ state: 'answered', answerType: 4 });
	await fetch(`${standin.url}/standin/messages/${seen.originalId}`, { method: 'DELETE' });
	expect(standin.message(seen.originalId)).toBeUndefined();
	await fetch(`${path}/expire`, { method: 'POST' });
	expect(handle.interaction.tokenUntilMs).toBeLessThan(Date.now());
});

test('faults, the gateway and records are open to tests in another process', async () => {
	const fault = { method: 'GET', path: '^/gateway$', status: 503, body: {} };
	await fetch(`${standin.url}/standin/faults`, { method: 'POST', body: JSON.stringify(fault) });
	expect((await fetch(`${standin.api}/v10/gateway`)).status).toBe(503);
	const records = (await (await fetch(`${standin.url}/standin/records`)).json()) as { log: { status: number }[] };
	expect(records.log.at(-1)?.status).toBe(503);
	const unknown = await fetch(`${standin.url}/standin/gateway`, { method: 'POST', body: '{"action":"explode"}' });
	expect(unknown.status).toBe(400);
});

/** Node's fetch does not let Host be set. */
function statusFor(headers: Record<string, string>, path = '/standin/state'): Promise<number | undefined> {
	return new Promise((resolve, reject) => {
		const sent = request({ host: '127.0.0.1', port: standin.port, path, headers }, (response) => {
			response.resume();
			resolve(response.statusCode);
		});
		sent.on('error', reject).end();
	});
}

test.for([
	{ headers: { host: 'evil.example' }, status: 403 },
	{ headers: { host: '127.0.0.1.evil.example' }, status: 403 },
	{ headers: { host: '127.0.0.1', origin: 'https://evil.example' }, status: 403 },
	{ headers: { host: '127.0.0.1', origin: 'null' }, status: 403 },
	{ headers: { host: 'localhost', origin: 'http://localhost:8080' }, status: 200 },
])('a request with $headers is answered $status', async ({ headers, status }) => {
	expect(await statusFor(headers)).toBe(status);
	if (status === 403) expect(await statusFor(headers, '/api/v10/gateway')).toBe(403);
});

test('the page and all it refers to are served, with a policy that lets nothing else in', async () => {
	const page = await fetch(standin.url);
	expect(page.headers.get('content-security-policy')).toContain("default-src 'self'; img-src 'self' data: blob:;");
	const html = await page.text();
	const files = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, file]) => file ?? '');
	expect(files.length).toBeGreaterThan(0);
	for (const file of files) expect((await fetch(standin.url + file)).status, file).toBe(200);
	expect(html).not.toMatch(/<script(?![^>]*src=)|\son\w+=/);
});

test('files outside the playground are not served', async () => {
	for (const path of ['/playground/../cli.ts', '/playground/%2e%2e/state.ts', '/playground/..%2fpage-api.ts']) {
		expect(await statusFor({ host: '127.0.0.1' }, path), path).toBe(404);
	}
});

test('moderators’ work is open to tests in another process', async () => {
	const kei = await PageMember.open(standin.url, 'kei');
	const { id } = standin.guild();
	const made = await kei.control('POST', '/guilds', { name: 'Second', channels: ['lobby'] });
	expect(standin.guild('Second')).toMatchObject({ id: made.id, ownerId: standin.user('sora').id, foreign: false });
	await kei.control('DELETE', `/guilds/${made.id}/bot`);
	expect(standin.guild('Second').foreign).toBe(true);
	await kei.control('PATCH', `/guilds/${id}`, { nsfw_level: 3 });
	expect(standin.guild().nsfwLevel).toBe(3);
	const secret = await kei.control('POST', `/guilds/${id}/channels`, { name: 'secret', only: ['Artist'] });
	expect(kei.channel('secret')).toBe(secret.id);
	await expect(kei.slash('imagine', { prompt: 'x' }, 'secret')).rejects.toThrow('There is no such channel.');
	await kei.control('PUT', `/guilds/${id}/members/${kei.userId}`, { roles: ['Artist'] });
	expect(await kei.slash('imagine', { prompt: 'x' }, 'secret')).toMatch(/^\d+$/);
	await kei.control('PUT', `/channels/${secret.id}/overwrites`, { id: kei.userId, type: 1, deny: '1024' });
	await expect(kei.slash('imagine', { prompt: 'x' }, 'secret')).rejects.toThrow('There is no such channel.');
	await kei.control('POST', `/channels/${standin.channel('showcase').id}/threads`, { name: 'new post' });
	expect(standin.channel('new post').parentId).toBe(standin.channel('showcase').id);
	await kei.control('DELETE', `/channels/${secret.id}`);
	await expect(kei.control('DELETE', `/channels/${secret.id}`)).rejects.toThrow('There is nothing here.');
});

test('the state shows a user only what they see, and a change of the world is streamed', async () => {
	const seen = async (user: string) => {
		const path = `${standin.url}/standin/state?user=${standin.user(user).id}`;
		const { guilds, dms } = (await (await fetch(path)).json()) as PageState;
		return { names: guilds.flatMap(({ channels }) => channels.map(({ name }) => name)), dms: dms.length };
	};
	expect((await seen('mika')).names).not.toContain('mod-log');
	expect(await seen('kei')).toMatchObject({ names: expect.arrayContaining(['mod-log']), dms: 1 });
	const mika = await follow('mika');
	standin.setRoles('mika', ['Moderator']);
	expect(await mika.until('world')).toEqual({ type: 'world' });
	expect((await seen('mika')).names).toContain('mod-log');
});

test('messages of a channel that is closed to somebody are neither listed nor streamed to them', async () => {
	const [mika, kei] = [await follow('mika'), await follow('kei')];
	const handle = standin.user('kei').slash('imagine', { prompt: 'x' }, { channel: 'mod-log' });
	await answer(standin, handle, { type: 4, data: { content: 'card' } });
	await kei.until('message');
	standin.setNsfw('gallery', true);
	await mika.until('channel');
	expect(mika.events.map((it) => it.type)).toEqual(['channel']);
	const path = `${standin.url}/standin/channels/${standin.channel('mod-log').id}/messages`;
	expect((await fetch(`${path}?user=${standin.user('mika').id}`)).status).toBe(400);
	expect(await (await fetch(`${path}?user=${standin.user('kei').id}`)).json()).toHaveLength(1);
});

test('a file that the page sends ahead is the value of an option, for its user only', async () => {
	const mika = await PageMember.open(standin.url, 'mika');
	const file = { name: '../a/b.png', contentType: 'image/png', bytes: makePng(4, 2) };
	const image = await mika.upload(file);
	const id = await mika.slash('imagine', { prompt: 'x', image });
	expect(standin.state.interaction(id).state).toBe('waiting');
	const ren = await PageMember.open(standin.url, 'ren');
	await expect(ren.slash('imagine', { prompt: 'x', image })).rejects.toThrow('This file is gone.');
	expect([...standin.state.files.values()].map(({ name }) => name)).toEqual(['.._a_b.png']);
	const large = { ...file, bytes: Buffer.alloc(10 * 2 ** 20 + 1) };
	await expect(mika.upload(large)).rejects.toThrow('10 MiB is the most');
});
