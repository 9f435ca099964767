import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Standin, startStandin } from '../../src/standin/index.ts';
import { type Bot, commands, connectBot } from './support/bot.ts';
import { answer, register, rest, webhook } from './support/rest.ts';

let standin: Standin;

beforeAll(async () => {
	standin = await startStandin();
	await register(standin, commands);
});

afterEach(() => {
	standin.faults.clear();
	standin.clearRecords();
});

afterAll(() => standin.stop());

function slash() {
	return standin.user('mika').slash('imagine', { prompt: 'x' });
}

test('an answer after the deadline is too late, and the user reads that the application did not respond', async () => {
	const handle = slash();
	standin.expireAnswer(handle);
	expect(await handle.failed()).toBe('The application did not respond');
	await expect(handle.acked()).rejects.toThrow('The application did not respond');
	expect(await answer(standin, handle, { type: 5 })).toMatchObject({ status: 404, body: { code: 10062 } });
});

test('the deadline passes by itself when no bot answers', async () => {
	const hasty = await startStandin({ ackMs: 1 });
	await register(hasty, commands);
	expect(await hasty.user('mika').slash('imagine', { prompt: 'x' }).failed()).toBe('The application did not respond');
	await hasty.stop();
});

test('a second answer is refused, whatever the first was', async () => {
	const handle = slash();
	expect((await answer(standin, handle, { type: 5 })).status).toBe(204);
	expect(await answer(standin, handle, { type: 4, data: { content: 'x' } })).toMatchObject({
		status: 400,
		body: { code: 40060 },
	});
});

test('a wrong token opens nothing', async () => {
	const { interaction } = slash();
	const path = `/interactions/${interaction.id}/wrong/callback`;
	expect(await rest(standin, 'POST', path, { type: 5 })).toMatchObject({ status: 404, body: { code: 10062 } });
});

test('the webhook of an interaction exists from the first answer until its token dies', async () => {
	const handle = slash();
	const original = `${webhook(standin, handle)}/messages/%40original`;
	expect(await rest(standin, 'GET', original)).toMatchObject({ status: 404, body: { code: 10015 } });
	await answer(standin, handle, { type: 5 });
	expect(await rest(standin, 'PATCH', original, { content: 'done' })).toMatchObject({ status: 200 });
	standin.expireToken(handle);
	expect(await rest(standin, 'PATCH', original, { content: 'late' })).toMatchObject({
		status: 401,
		body: { code: 50027 },
	});
	expect((await handle.message()).content).toBe('done');
});

test.for([
	{ flags: 64, status: 204 },
	{ flags: 0, status: 204 },
	{ flags: 32_768, status: 400 },
	{ flags: 32_832, status: 400 },
])('a deferral with flags $flags is answered $status', async ({ flags, status }) => {
	expect((await answer(standin, slash(), { type: 5, data: { flags } })).status).toBe(status);
});

test.for([
	{ type: 6, why: 'there is no message to update' },
	{ type: 7, why: 'there is no message to update' },
	{ type: 8, why: 'nothing was being typed' },
])('a command cannot be answered with type $type: $why', async ({ type }) => {
	const data = type === 8 ? { choices: [] } : { content: 'x' };
	expect(await answer(standin, slash(), { type, ...(type === 6 ? {} : { data }) })).toMatchObject({
		status: 400,
		body: { code: 50035 },
	});
});

test('with_response names the message, and holds it only when it was sent in full', async () => {
	const ask = async (body: unknown) => {
		const { interaction } = slash();
		const path = `/interactions/${interaction.id}/${interaction.token}/callback?with_response=true`;
		return (await rest(standin, 'POST', path, body)).body;
	};
	expect(await ask({ type: 4, data: { content: 'x' } })).toMatchObject({
		resource: { type: 4, message: { content: 'x' } },
	});
	const deferred = await ask({ type: 5, data: { flags: 64 } });
	expect(deferred).toMatchObject({
		interaction: { response_message_loading: true, response_message_ephemeral: true },
	});
	expect(deferred).not.toHaveProperty('resource');
	standin.assertClean();
});

test('the first follow-up to a deferral edits the loading message and keeps it ephemeral', async () => {
	const handle = slash();
	await answer(standin, handle, { type: 5, data: { flags: 64 } });
	const loading = await handle.message();
	expect(loading.flags).toBe(64 | 128);
	const { body } = await rest(standin, 'POST', webhook(standin, handle), { content: 'first', flags: 0 });
	expect(body).toMatchObject({ id: loading.id, flags: 64 });
	const second = await rest(standin, 'POST', webhook(standin, handle), { content: 'second' });
	expect(second.body.id).not.toBe(loading.id);
	expect(handle.followups.map((it) => it.content)).toEqual(['second']);
});

test('a bot that only the user installed has five follow-ups', async () => {
	const { id } = standin.createForeignChannel();
	const handle = standin.user('mika').slash('imagine', { prompt: 'x' }, { channel: id });
	await answer(standin, handle, { type: 4, data: { content: 'x' } });
	for (let sent = 0; sent < 5; sent += 1) {
		expect((await rest(standin, 'POST', webhook(standin, handle), { content: 'more' })).status).toBe(200);
	}
	const sixth = await rest(standin, 'POST', webhook(standin, handle), { content: 'more' });
	expect(sixth).toMatchObject({ status: 400, body: { code: 40094 } });
});

test('a token reaches only the messages of its own interaction', async () => {
	const [one, other] = [slash(), slash()];
	await answer(standin, one, { type: 4, data: { content: 'one' } });
	await answer(standin, other, { type: 4, data: { content: 'other' } });
	const path = `${webhook(standin, one)}/messages/${(await other.message()).id}`;
	expect(await rest(standin, 'PATCH', path, { content: 'x' })).toMatchObject({ status: 404, body: { code: 10008 } });
});

test('an unknown route is answered 404, recorded, and fails assertClean', async () => {
	expect(await rest(standin, 'GET', '/voice/regions')).toMatchObject({ status: 404, body: { code: 0 } });
	expect(standin.unknownRoutes).toEqual([{ method: 'GET', path: '/voice/regions' }]);
	expect(() => standin.assertClean()).toThrow('unknown route: GET /voice/regions');
});

test('a wrong bot token is answered 401', async () => {
	const response = await fetch(`${standin.api}/v10/users/@me`, { headers: { authorization: 'Bot wrong' } });
	expect(response.status).toBe(401);
});

test('bodies and headers of every plain route fit the document', async () => {
	const app = standin.state.application.id;
	const [guild] = standin.state.guilds.keys();
	const mika = standin.user('mika');
	const dm = standin.state.dmWith(mika.id).id;
	const names = ['gallery', 'warm-ups', 'news', 'showcase', 'my first picture', 'hangout', 'mod-log'];
	const channels = names.map((name) => standin.channel(name).id);
	const paths = [
		...['/gateway', '/gateway/bot', '/users/@me', '/applications/@me', `/applications/${app}/commands`],
		...[dm, ...channels].flatMap((id) => [`/channels/${id}`, `/channels/${id}/messages`]),
		...['', '/channels', `/members/${mika.id}`, '/roles', `/roles/${standin.role('Artist').id}`].map(
			(rest) => `/guilds/${guild}${rest}`,
		),
		`/users/${mika.id}`,
		'/users/@me/guilds',
	];
	for (const path of paths) expect(await rest(standin, 'GET', path), path).toMatchObject({ status: 200 });
	standin.assertClean();
});

test('closed direct messages answer 50007', async () => {
	const ren = standin.user('ren');
	ren.stored.dmsClosed = true;
	const { body } = await rest(standin, 'POST', '/users/@me/channels', { recipient_id: ren.id });
	const sent = await rest(standin, 'POST', `/channels/${body.id}/messages`, { content: 'hi' });
	expect(sent).toMatchObject({ status: 403, body: { code: 50007 } });
	ren.stored.dmsClosed = false;
});

test('commands keep their ID and get a new version when they are registered again', async () => {
	const before = (await register(standin, commands)).body as unknown as { id: string; version: string }[];
	const after = (await register(standin, commands)).body as unknown as { id: string; version: string }[];
	expect(after.map((it) => it.id)).toEqual(before.map((it) => it.id));
	expect(after[0]?.version).not.toBe(before[0]?.version);
	standin.assertClean();
});

test('commands of a guild are added, changed and removed one by one', async () => {
	const [guild] = standin.state.guilds.keys();
	const path = `/applications/${standin.state.application.id}/guilds/${guild}/commands`;
	const made = await rest(standin, 'POST', path, { name: 'local', description: 'Local' });
	expect(made).toMatchObject({ status: 201, body: { guild_id: guild } });
	const one = `${path}/${made.body.id}`;
	expect(await rest(standin, 'PATCH', one, { description: 'Changed' })).toMatchObject({ status: 200 });
	expect((await rest(standin, 'GET', one)).body.description).toBe('Changed');
	expect((await rest(standin, 'DELETE', one)).status).toBe(204);
	expect(await rest(standin, 'GET', one)).toMatchObject({ status: 404, body: { code: 10063 } });
	standin.assertClean();
});

test('a fault after handling leaves the bot not knowing that its answer was taken', async () => {
	const errors = await withBot(async (bot) => {
		standin.faults.push({ method: 'POST', path: /callback$/, status: 500, body: {}, afterHandling: true });
		const handle = slash();
		expect(await handle.acked()).toBe(4);
		await standin.waitForExchange((it) => (it.answer as { code?: number } | undefined)?.code === 40060);
		return bot.errors;
	});
	expect(errors).toMatchObject([{ code: 40060 }]);
});

test('a fault with a status happens as often as asked, then requests are handled again', async () => {
	await withBot(async () => {
		standin.faults.push({ method: 'POST', path: /callback$/, status: 503, body: 'upstream', times: 2 });
		expect(await slash().acked()).toBe(4);
		expect(standin.log.slice(-3).map((it) => [it.status, it.faulted])).toEqual([
			[503, true],
			[503, true],
			[204, false],
		]);
	});
});

test('a fault can cut the connection', async () => {
	standin.faults.push({ path: /gateway/, destroy: true });
	await expect(rest(standin, 'GET', '/gateway')).rejects.toThrow();
	expect((await rest(standin, 'GET', '/gateway')).status).toBe(200);
});

async function withBot<T>(work: (bot: Bot) => Promise<T>): Promise<T> {
	const bot = await connectBot(standin, async (interaction) => {
		if (interaction.isRepliable()) await interaction.reply('hello');
	});
	try {
		return await work(bot);
	} finally {
		await bot.close();
	}
}
