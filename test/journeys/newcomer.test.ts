import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseKinds, makePlace } from '../support/databases.ts';
import { buttonsOf, isResult, PageMember, picturesOf, refusedByDiscord, textOf } from '../support/page.ts';
import { type Program, startBot } from '../support/program.ts';

const prompt = '1girl, solo, blue hair, twintails, green eyes, smile, outdoors, day';

/** A whole visit on each database, in order: what comes later stands on what came before, as with a real member. */
describe.each(databaseKinds)('a newcomer on %s', { timeout: 60_000 }, (kind) => {
	let place: Awaited<ReturnType<typeof makePlace>>;
	let bot: Program;
	let url: string;
	let mika: PageMember;

	const start = async () => {
		const { databaseUrl, stateDir } = place.config;
		const env = { STATE_DIR: stateDir, ...(databaseUrl && { DATABASE_URL: databaseUrl }) };
		({ program: bot, url } = await startBot(env));
		mika = await PageMember.open(url, 'mika');
	};
	beforeAll(async () => {
		place = await makePlace(kind);
		await start();
	});
	afterAll(async () => {
		await bot.end();
		await place.remove();
	});

	/** Presses a button and waits for the new message that it brings. */
	const pressFor = async (label: string) => {
		const messages = await mika.messages();
		const grid = messages.find(isResult)!;
		await mika.press(grid, label);
		return mika.until((now) => {
			const last = now.at(-1)!;
			return now.length > messages.length && isResult(last) && last;
		});
	};

	test('/imagine shows a place in line, then a bar, then four different pictures with their buttons', async () => {
		const abort = new AbortController();
		const seen: string[] = [];
		const watching = (async () => {
			for await (const event of mika.events(abort.signal))
				if (event.type === 'message') seen.push(textOf(event.message));
		})().catch(() => {});
		// More steps than usual, so that the bar moves on a fast machine as well.
		await mika.slash('imagine', { prompt, steps: 50 });
		const message = await mika.until((messages) => messages.find(isResult));
		abort.abort();
		await watching;

		const queued = seen.findIndex((text) => text.includes('queued'));
		const bar = seen.findIndex((text) => /▰.* step \d+ of 50/.test(text));
		expect(queued).toBeGreaterThanOrEqual(0);
		expect(bar).toBeGreaterThan(queued);
		const pictures = picturesOf(message);
		const files = await Promise.all(
			pictures.map(async ({ url }) => Buffer.from(await (await fetch(url)).arrayBuffer())),
		);
		expect(new Set(files.map((file) => file.toString('base64'))).size).toBe(4);
		for (const file of files)
			expect(await sharp(file).metadata()).toMatchObject({ format: 'png', width: 128, height: 128 });
		expect(pictures.map(({ alt }) => alt)).toEqual([1, 2, 3, 4].map((n) => `Image ${n} of 4: ${prompt}`));
		expect(buttonsOf(message).map(({ label }) => label)).toEqual([
			...['U1', 'U2', 'U3', 'U4', '🔄'],
			...['V1', 'V2', 'V3', 'V4', '✏️'],
			...['🗑️', '🚩'],
		]);
	});

	const everyButton = (variations: readonly string[]) => () => {
		test.for(variations)('%s brings four variations', async (label) => {
			const message = await pressFor(label);
			expect(picturesOf(message)).toHaveLength(4);
			expect(textOf(message)).toMatch(/^Variations of /);
		});

		test('🔄 brings four pictures by other seeds', async () => {
			const before = textOf((await mika.messages()).find(isResult)!);
			const message = await pressFor('🔄');
			expect(picturesOf(message)).toHaveLength(4);
			const seeds = (text: string) => /seeds ([\d, ]+)/.exec(text)![1];
			expect(seeds(textOf(message))).not.toBe(seeds(before));
		});

		test('✏️ opens the prompt in a modal, and what is sent is painted', async () => {
			const messages = await mika.messages();
			const abort = new AbortController();
			const events = mika.events(abort.signal);
			const first = events.next();
			await mika.press(messages.find(isResult)!, '✏️');
			for (let next = await first; ; next = await events.next()) {
				const event = next.value;
				if (event?.type !== 'modal') continue;
				expect(JSON.stringify(event.modal)).toContain(prompt);
				await mika.submit(event.interaction_id, [
					{ custom_id: 'prompt', value: '1boy, solo, red hair --n 2 --steps 4' },
					{ custom_id: 'negative', value: 'glasses' },
				]);
				break;
			}
			abort.abort();
			const message = await mika.until((now) => now.length > messages.length && isResult(now.at(-1)!) && now.at(-1)!);
			expect(picturesOf(message)).toHaveLength(2);
			expect(textOf(message)).toContain('1boy, solo, red hair');
		});
	};

	// The buttons are the same on both databases; all of them are pressed on one.
	everyButton(kind === 'embedded' ? ['V1', 'V4'] : ['V2'])();

	test.for(['U1', 'U2', 'U3'])('%s brings one picture, four times as wide', async (label) => {
		const message = await pressFor(label);
		const [picture, ...others] = picturesOf(message);
		expect(others).toEqual([]);
		const file = Buffer.from(await (await fetch(picture!.url)).arrayBuffer());
		expect(await sharp(file).metadata()).toMatchObject({ width: 512, height: 512 });
	});

	test('a second press on a U shows the same picture, only to the one who pressed', async () => {
		const messages = await mika.messages();
		const grid = messages.find(isResult)!;
		await mika.press(grid, 'U2');
		const answer = await mika.until((now) => now.find((m) => m.content.includes('was enlarged before')));
		expect(Number(answer.flags) & 64).toBe(64);
		expect(answer.attachments).toHaveLength(1);
		const again = Buffer.from(await (await fetch(answer.attachments[0]!.url)).arrayBuffer());
		const enlargement = messages
			.filter(isResult)
			.find(
				(m) => textOf(m).startsWith('Enlargement') && picturesOf(m)[0]!.url.includes(answer.attachments[0]!.filename),
			);
		const before = Buffer.from(await (await fetch(picturesOf(enlargement!)[0]!.url)).arrayBuffer());
		expect(again.equals(before)).toBe(true);
		const ren = await PageMember.open(url, 'ren');
		expect((await ren.messages()).some((m) => m.id === answer.id)).toBe(false);
	});

	test('/usage tells what was painted', async () => {
		await mika.slash('usage', {});
		const answer = await mika.until((now) => now.find((m) => m.content.startsWith('**You:**')));
		const pictures = Number(/(\d+) pictures/.exec(answer.content)![1]);
		expect(pictures).toBe((await mika.messages()).filter(isResult).flatMap(picturesOf).length);
		expect(answer.content).toMatch(/[1-9][\d.,]* GPU seconds/);
		expect(answer.content).not.toContain('This server');
	});

	test('/usage shows a moderator the whole server', async () => {
		const sora = await PageMember.open(url, 'sora');
		await sora.slash('usage', {});
		const answer = await sora.until((now) => now.find((m) => m.content.startsWith('**You:**')));
		expect(answer.content).toMatch(/\*\*You:\*\* 0 pictures.*\n\*\*This server:\*\* [1-9]/);
	});

	test('ctrl-C ends the program within ten seconds, and it starts again', async () => {
		const since = performance.now();
		expect(await bot.end('SIGINT')).toBe(0);
		expect(performance.now() - since).toBeLessThan(10_000);
		await start();
		expect((await mika.messages()).filter(isResult).length).toBeGreaterThan(5);
	});

	describe('after a restart', everyButton(kind === 'embedded' ? ['V2', 'V3'] : ['V1']));

	test('after a restart U still finds the picture that it made before', async () => {
		const grid = (await mika.messages()).find(isResult)!;
		const before = (await mika.messages()).filter((m) => m.content.includes('was enlarged before')).length;
		await mika.press(grid, 'U3');
		await mika.until((now) => now.filter((m) => m.content.includes('was enlarged before')).length > before);
	});

	test('🗑 is refused to others, privately, and obeyed for the author', async () => {
		const grid = (await mika.messages()).find(isResult)!;
		const ren = await PageMember.open(url, 'ren');
		await ren.press(grid, '🗑️');
		const refusal = await ren.until((now) => now.find((m) => m.content.includes('Only the author')));
		expect(Number(refusal.flags) & 64).toBe(64);
		await mika.press(grid, '🗑️');
		await mika.until((now) => !now.some((m) => m.id === grid.id));
	});

	test('🗑 is obeyed for a moderator', async () => {
		const grid = (await mika.messages()).find(isResult)!;
		const sora = await PageMember.open(url, 'sora');
		await sora.press(grid, '🗑️');
		await mika.until((now) => !now.some((m) => m.id === grid.id));
	});

	test('nothing was asked of Discord that it does not know or would refuse', async () => {
		expect(await refusedByDiscord(url)).toEqual({ violations: [], unknown_routes: [] });
	});
});
