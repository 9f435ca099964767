import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isResult, PageMember, textOf } from '../support/page.ts';
import { noPostgres, type PostgresServer, startPostgres } from '../support/postgres.ts';
import { type Program, startBot } from '../support/program.ts';

describe.skipIf(noPostgres)('a database that goes away', { timeout: 90_000 }, () => {
	let server: PostgresServer;
	let stateDir: string;
	let bot: Program;
	let mika: PageMember;

	beforeAll(async () => {
		server = await startPostgres();
		stateDir = await mkdtemp(join(tmpdir(), 'atelier-outage-'));
		const started = await startBot({ STATE_DIR: stateDir, DATABASE_URL: await server.createDatabase() });
		bot = started.program;
		mika = await PageMember.open(started.url, 'mika');
	});
	afterAll(async () => {
		await bot.end();
		await server.stop();
		await rm(stateDir, { recursive: true, force: true });
	});

	test('is told to the member, who loses nothing; what was accepted before is painted when it is back', async () => {
		await mika.slash('imagine', { prompt: '1girl, before the outage', steps: 50 });
		await mika.until((now) => now.find((m) => /queued|step/.test(textOf(m))));
		await server.cut();

		await mika.slash('imagine', { prompt: '1girl, in the middle of it' });
		await mika.private(/The database does not answer.*nothing was started/);
		await mika.slash('usage', {});
		await mika.until((now) => now.filter((m) => /The database does not answer/.test(m.content)).length >= 2);

		await server.crash();
		const message = await mika.until((now) => now.find((m) => isResult(m) && /before the outage/.test(textOf(m))), {
			timeoutMs: 60_000,
		});
		expect((await mika.messages()).filter((m) => textOf(m).includes('before the outage'))).toHaveLength(1);
		await mika.press(message, 'U1');
		await mika.until((now) => now.find((m) => isResult(m) && /^Enlargement/.test(textOf(m))), { timeoutMs: 30_000 });
	});
});
