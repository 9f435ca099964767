import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type InteractionHandle, type Standin, startStandin } from '../../src/standin/index.ts';
import { makePlace } from '../support/databases.ts';
import { isResult, picturesOf, textOf } from '../support/page.ts';
import { type Program, startBot } from '../support/program.ts';

let place: Awaited<ReturnType<typeof makePlace>>;
let discord: Standin;
let bot: Program;

beforeAll(async () => {
	place = await makePlace('embedded');
	discord = await startStandin();
	const env = { STATE_DIR: place.config.stateDir, DISCORD_TOKEN: discord.token, DISCORD_API: discord.api };
	bot = (await startBot(env)).program;
});
afterEach(() => {
	discord.faults.clear();
	discord.assertClean();
});
afterAll(async () => {
	await bot.end();
	await discord.stop();
	await place.remove();
});

let asked = 0;
/** Asks for pictures whose prompt nothing else has. */
const ask = async (options: Record<string, string | number> = {}) => {
	const name = `picture number ${asked++}`;
	const handle = discord.user('mika').slash('imagine', { prompt: `1girl, ${name}`, steps: 3, count: 2, ...options });
	await handle.acked();
	return { name, handle };
};
const showing = (name: string) => discord.messagesIn('gallery').filter((message) => textOf(message).includes(name));
const arrived = async (name: string) => {
	const fits = (message: APIMessage) => isResult(message) && textOf(message).includes(name);
	return discord.user('mika').waitForMessage('gallery', fits, 40_000);
};
const editsOf = ({ interaction }: InteractionHandle) =>
	discord.log.filter(({ method, path }) => method === 'PATCH' && path.includes(interaction.token));

describe('a result reaches its channel once', () => {
	test.for([
		['Discord fails four times', { status: 500, times: 4 }],
		['Discord is overloaded', { status: 503, times: 1 }],
		['the connection breaks', { destroy: true, times: 2 }],
		['Discord took it and its answer was lost', { status: 502, afterHandling: true, times: 1 }],
		[
			'Discord asks us to wait',
			{ status: 429, headers: { 'retry-after': '1' }, body: { message: 'slow', retry_after: 1, global: false } },
		],
	] as const)('when %s', async ([, fault]) => {
		const { name, handle } = await ask({ steps: 20 });
		await handle.waitFor((message) => /queued/.test(textOf(message)));
		discord.faults.push({ method: 'PATCH', path: /@original/, ...fault });
		const message = await arrived(name);
		expect(picturesOf(message)).toHaveLength(2);
		expect(showing(name)).toHaveLength(1);
	});

	const editAsBot = { method: 'PATCH', path: /^\/channels\/\d+\/messages\/\d+$/ };
	const postAsBot = { method: 'POST', path: /^\/channels\/\d+\/messages$/ };
	const forbidden = { status: 403, body: { code: 50_005, message: 'Cannot edit a message authored by another user' } };

	test('in the first reply, edited as the bot, when the interaction’s time is over', async () => {
		const { name, handle } = await ask({ steps: 30 });
		const first = await handle.waitFor((message) => /queued/.test(textOf(message)));
		discord.expireToken(handle);
		const message = await arrived(name);
		expect(message.id).toBe(first.id);
		expect(picturesOf(message)).toHaveLength(2);
		expect(showing(name)).toHaveLength(1);
		// Its buttons work like those of any other.
		const press = discord.user('mika').press(message, 'U1');
		await press.waitFor(isResult, 20_000);
	});

	test('in one message when Discord took it, its answer was lost, and then the time was over', async () => {
		const { name, handle } = await ask({ steps: 20 });
		await handle.waitFor((message) => /queued/.test(textOf(message)));
		discord.faults.push({ method: 'PATCH', path: /@original$/, status: 500, afterHandling: true, times: 100 });
		await arrived(name);
		discord.expireToken(handle);
		discord.faults.clear();
		await discord.waitForExchange(({ method, path, status }) => {
			return method === 'PATCH' && editAsBot.path.test(path) && path.endsWith(handle.original!.id) && status === 200;
		}, 40_000);
		expect(showing(name)).toHaveLength(1);
	});

	test('as a message of its own, once, where the reply cannot be edited and the answer to the post was lost', async () => {
		const { name, handle } = await ask({ steps: 30 });
		const first = await handle.waitFor((message) => /queued/.test(textOf(message)));
		discord.expireToken(handle);
		discord.faults.push(
			{ ...editAsBot, ...forbidden, times: 9 },
			{ ...postAsBot, status: 500, afterHandling: true, times: 5 },
		);
		const message = await arrived(name);
		expect(message.id).not.toBe(first.id);
		await discord.waitForExchange(
			({ method, path, status }) => method === 'POST' && postAsBot.path.test(path) && status === 200,
			30_000,
		);
		expect(showing(name).filter(isResult)).toHaveLength(1);
	});

	test('with a prompt of letters that count double', async () => {
		const handle = discord.user('mika').slash('imagine', { prompt: `1girl, ${'😀'.repeat(900)}`, steps: 2, count: 1 });
		const message = await handle.waitFor(isResult, 30_000);
		expect(picturesOf(message)[0]!.alt.length).toBeLessThanOrEqual(1024);
	});

	test('not at all when somebody deleted the reply', async () => {
		const { name, handle } = await ask({ steps: 30 });
		const message = await handle.waitFor((m) => /queued/.test(textOf(m)));
		discord.deleteMessage(message.id);
		// What comes later was delivered, and it was not.
		const later = await ask();
		await arrived(later.name);
		expect(showing(name)).toEqual([]);
	});

	test('when the gateway drops meanwhile', async () => {
		const { name } = await ask({ steps: 20 });
		discord.gateway.drop();
		await arrived(name);
		await discord.botOnline();
		const { name: next } = await ask();
		await arrived(next);
		expect(showing(name)).toHaveLength(1);
	});
});

test('🗑 that Discord failed to carry out is carried out as soon as it works', async () => {
	const { name } = await ask();
	const message = await arrived(name);
	// Four times by the press, four times as the bot.
	discord.faults.push({ method: 'DELETE', path: /messages/, status: 500, times: 8 });
	const failed = discord.user('mika').press(message, '🗑️');
	await failed.waitForFollowup((m) => /goes as soon as that works again/.test(m.content), 20_000);
	await discord.waitForExchange(({ method, status }) => method === 'DELETE' && status === 204, 10_000);
	expect(showing(name)).toEqual([]);
});

test('a defer that Discord took, and whose answer was lost, is followed by pictures', async () => {
	discord.faults.push({ method: 'POST', path: /callback/, destroy: true, afterHandling: true });
	const handle = discord.user('mika').slash('imagine', { prompt: '1girl, lost answer', steps: 2, count: 1 });
	await handle.waitFor(isResult, 30_000);
});

test('a picture whose file is lost fails with a word, and stands in nobody’s way', async () => {
	const { name } = await ask();
	const message = await arrived(name);
	await rm(join(place.config.stateDir, 'pictures'), { recursive: true });
	const lost = discord.user('mika').press(message, 'V1');
	await lost.waitFor((m) => /has been deleted meanwhile/.test(textOf(m)), 20_000);
	const { name: next } = await ask();
	await arrived(next);
});

test('progress is edited at most every two seconds, and never after the result', async () => {
	const { name, handle } = await ask({ sampler: 'heun', steps: 50, count: 4, best: 8, aspect: '12:5' });
	await arrived(name);
	const edits = editsOf(handle);
	const says = edits.map(({ body }) => JSON.stringify(body));
	expect(says.at(-1)).toContain('delete');
	expect(says.slice(0, -1).filter((text) => text.includes('delete'))).toEqual([]);
	const bars = edits.filter((_, i) => /step \d+ of/.test(says[i]!));
	expect(bars.length).toBeGreaterThan(0);
	expect(bars.some(({ files }) => files.some((file) => file.name === 'preview.webp'))).toBe(true);
	for (const [i, { at }] of bars.slice(1).entries()) expect(at - bars[i]!.at).toBeGreaterThanOrEqual(1900);
});
