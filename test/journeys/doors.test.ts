import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findByInteraction } from '../../src/db/generations.ts';
import { usage } from '../../src/db/schema.ts';
import { makeDatabase, type TestDatabase } from '../support/databases.ts';
import { DoorDrive } from '../support/door-drive.ts';
import type { Cell } from '../support/door-table.ts';
import { titleOf } from '../support/door-table.ts';
import { textOf } from '../support/page.ts';
import { usePainter } from '../support/real-painter.ts';
import { type Answer, writeTagger } from '../support/taggers.ts';
import { Workshop } from '../support/workshop.ts';

// real painters start and paint, on cores that other tests use too
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;
let place: TestDatabase;
let shop: Workshop;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'atelier-doors-'));
	place = await makeDatabase('embedded');
	shop = await Workshop.open(place);
});
afterAll(async () => {
	await shop.close();
	await rm(folder, { recursive: true, maxRetries: 5 });
});

/** Gives the bot a real painter, whose tagger always says the same, for the tests of a `describe`. */
function useTagger(name: string, options: { answer?: Answer; trouble?: 'hangs'; ratingMs?: number }) {
	const run = {} as Awaited<ReturnType<typeof usePainter>>;
	beforeAll(async () => {
		const { answer, trouble, ...rest } = options;
		const taggerFolder = await writeTagger(join(folder, name), answer, trouble);
		Object.assign(run, await usePainter(shop, place, { taggerFolder, ...rest }));
	});
	afterAll(() => run.stop());
	return run;
}

const cell = ([door, place, wanted, truth, moment = 'nothing happens']: [
	Cell['door'],
	string,
	Cell['wanted'],
	Cell['truth'],
	Cell['moment']?,
]): Cell => ({ door, place, wanted, truth, moment });

describe.each([
	[
		'explicit, whatever was asked for',
		{ explicit: 0.9 },
		[
			cell(['typed tag', 'text', 'safe', 'explicit']),
			cell(['option rating', 'direct messages', 'safe', 'explicit']),
			cell(['flag --rating', 'forum post of 🔞', 'safe', 'explicit']),
			cell(['typed tag', 'user-installed, of which nothing is known', 'safe', 'explicit']),
			cell(['typed words', 'text 🔞', 'explicit', 'explicit', 'flag cleared, when it is painted']),
			cell(['V of what came out so', 'thread of 🔞', 'nsfw', 'explicit', 'ceiling lowered to safe']),
			cell(['Why?, by a moderator', 'text 🔞, ceiling nsfw', 'nsfw', 'explicit']),
		],
	],
	[
		'safe, whatever was asked for',
		{},
		[
			cell(['typed words', 'text 🔞', 'explicit', 'safe']),
			cell(['typed tag', 'announcements 🔞', 'nsfw', 'safe', 'flag cleared, when it is painted']),
		],
	],
] as const)('a real tagger that sees everything as %s', (name, answer, cells) => {
	useTagger(name, { answer });
	let drive: DoorDrive;
	beforeAll(() => {
		drive = new DoorDrive(shop, { steps: 2 });
	});
	test.each(cells.map((it) => [titleOf(it), it] as const))('%s', async (_, it) => {
		expect(await drive.run(it)).toEqual([]);
	});
});

describe('a tagger that never answers, in a painter that is killed', () => {
	const run = useTagger('silent', { trouble: 'hangs', ratingMs: 2000 });

	test('lets nothing be posted: the picture is painted again, and not shown as nobody rated it', async () => {
		const files = () => shop.discord.log.flatMap((exchange) => exchange.files);
		const { painter, dispatcher } = run;
		shop.logged.length = 0;
		const filesBefore = files();
		const handle = shop.discord
			.user('mika')
			.slash('imagine', { prompt: '1girl, blue hair', steps: 2, count: 1 }, { channel: 'after-dark' });
		await handle.acked();
		const died = new Promise((resolve) => painter.once('died', resolve));
		await vi.waitFor(async () => {
			const generation = await findByInteraction(shop.db, handle.id);
			expect(generation?.state).toBe('running');
		}, 10_000);
		process.kill(painter.pid!, 'SIGKILL');
		await died;

		await vi.waitFor(() => expect(textOf(handle.original!)).toMatch(/Not shown here/), 30_000);
		expect(shop.logged.map(({ message }) => message)).toContain('a painter died');
		expect((await handle.waitForFollowup()).content).toMatch(/could not be checked, because the tagger failed/);
		expect(dispatcher.tagger).toMatchObject({ ok: false, unrated: 1 });
		expect(shop.logged.map(({ message }) => message)).toContain('pictures could not be rated, so they are not posted');
		const generation = (await findByInteraction(shop.db, handle.id))!;
		expect(generation.attempt).toBe(2);
		const [bill] = await shop.db.select().from(usage).where(eq(usage.generationId, generation.id));
		expect(bill).toMatchObject({ state: 'refunded' });
		expect(files()).toEqual(filesBefore);
	});
});
