import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePlace } from '../support/databases.ts';
import { isResult, PageMember, picturesOf, textOf } from '../support/page.ts';
import { noPostgres } from '../support/postgres.ts';
import { Program, startBot } from '../support/program.ts';

describe.skipIf(noPostgres)('a worker beside the bot', { timeout: 90_000 }, () => {
	let place: Awaited<ReturnType<typeof makePlace>>;
	let bot: Program;
	let worker: Program;
	let mika: PageMember;

	beforeAll(async () => {
		place = await makePlace('postgres');
		const { databaseUrl, stateDir } = place.config;
		const env = { STATE_DIR: stateDir, DATABASE_URL: databaseUrl!, GUILD_PAINTERS: '2', LOG_LEVEL: 'info' };
		const started = await startBot(env);
		bot = started.program;
		({ program: worker } = await Program.start('src/worker.ts', { env, ready: /worker is ready/ }));
		mika = await PageMember.open(started.url, 'mika');
	});
	afterAll(async () => {
		await worker.end();
		await bot.end();
		await place.remove();
	});

	const paintedBy = (program: Program) =>
		program.stderr.split('\n').filter((line) => line.includes(' painted ')).length;

	test('takes its share, and its pictures arrive with a bar like any other', async () => {
		for (let i = 0; i < 6; i++) await mika.slash('imagine', { prompt: `1girl, number ${i}`, steps: 30, count: 2 });
		await mika.until((now) => now.filter(isResult).length === 6, { timeoutMs: 60_000 });
		expect(paintedBy(bot)).toBeGreaterThan(0);
		expect(paintedBy(worker)).toBeGreaterThan(0);
		expect(paintedBy(bot) + paintedBy(worker)).toBe(6);
		for (const message of await mika.messages()) expect(picturesOf(message)).toHaveLength(2);
	});

	test('that is killed in the middle of a job leaves it to the bot', async () => {
		for (let i = 0; i < 2; i++) await mika.slash('imagine', { prompt: `1boy, number ${i}`, steps: 50, count: 4 });
		await mika.until((now) => now.filter((m) => /step \d+ of/.test(textOf(m))).length === 2);
		await worker.end('SIGKILL');
		await mika.until((now) => now.filter(isResult).length === 8, { timeoutMs: 60_000 });
		expect((await mika.messages()).filter((m) => /1boy/.test(textOf(m)))).toHaveLength(2);
	});
});
