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

	test('as a message of its own when the interaction’s time is over', async () => {
		const { name, handle } = await ask({ steps: 30 });
		await handle.waitFor((message) => /queued/.test(textOf(message)));
		discord.expireToken(handle);
		const message = await arrived(name);
		expect(message.id).not.toBe(handle.original);
		expect(picturesOf(message)).toHaveLength(2);
		expect(showing(name).filter(isResult)).toHaveLength(1);
		// Its buttons work like those of any other.
		const press = discord.user('mika').press(message, 'U1');
		await press.waitFor(isResult, 20_000);
	});

	test('as a message of its own, whose answer was lost', async () => {
		const { name, handle } = await ask({ steps: 30 });
		await handle.waitFor((message) => /queued/.test(textOf(message)));
		discord.expireToken(handle);
		discord.faults.push({
			method: 'POST',
			path: /^\/channels\/\d+\/messages$/,
			status: 500,
			afterHandling: true,
			times: 5,
		});
		await arrived(name);
		await discord.waitForExchange(
			({ method, path, status }) => method === 'POST' && /^\/channels\/\d+\/messages$/.test(path) && status === 200,
			30_000,
		);
		expect(showing(name).filter(isResult)).toHaveLength(1);
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

test('progress is edited at most every two seconds, and never after the result', async () => {
	const { name, handle } = await ask({ steps: 50, count: 4 });
	await arrived(name);
	const edits = editsOf(handle);
	const says = edits.map(({ body }) => JSON.stringify(body));
	expect(says.at(-1)).toContain('delete');
	expect(says.slice(0, -1).filter((text) => text.includes('delete'))).toEqual([]);
	const bars = edits.filter((_, i) => /step \d+ of/.test(says[i]!));
	expect(bars.length).toBeGreaterThan(0);
	for (const [i, { at }] of bars.slice(1).entries()) expect(at - bars[i]!.at).toBeGreaterThanOrEqual(1900);
});
