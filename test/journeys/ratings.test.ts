import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Standin, startStandin } from '../../src/standin/index.ts';
import { buttonsOf, isResult, picturesOf, textOf } from '../support/page.ts';
import { Program, startBot } from '../support/program.ts';
import { writeTagger } from '../support/taggers.ts';

// whole programs start and stop, on cores that other tests use too
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'atelier-ratings-'));
});
afterAll(() => rm(folder, { recursive: true, maxRetries: 5 }));

/** Starts a bot of its own with a Discord of its own, for the tests of a `describe`. */
function useBot(name: string, settings: () => Promise<Record<string, string>> | Record<string, string>) {
	const run = {} as { discord: Standin; bot: Program; url: string };
	beforeAll(async () => {
		run.discord = await startStandin();
		const { token, api } = run.discord;
		const env = { STATE_DIR: join(folder, name), DISCORD_TOKEN: token, DISCORD_API: api, ...(await settings()) };
		const { program, url } = await startBot(env);
		Object.assign(run, { bot: program, url });
	});
	afterEach(() => run.discord.assertClean());
	afterAll(async () => {
		await run.bot.end();
		await run.discord.stop();
	});
	return run;
}
const isPrivate = (message: APIMessage) => (Number(message.flags) & 64) === 64;
const labels = (message: APIMessage) => buttonsOf(message).map(({ label }) => label);
const isNotShown = (message: APIMessage) => /Not shown here/.test(textOf(message));

describe('a picture that came out otherwise than it was asked for', () => {
	const run = useBot('unasked', () => ({}));
	/** Nothing in it asks for more, and with this seed the demo model draws the second one explicit and the fourth questionable. */
	const unasked = { prompt: '1girl, solo, blue hair, smile, outdoors, day', seed: '17', count: 4 };
	const place = { channel: 'after-dark' };
	let message: APIMessage;

	afterEach(() => run.discord.setNsfw('after-dark', true));

	test('is shown where everything is', async () => {
		const painted = await run.discord.user('mika').slash('imagine', unasked, place).waitFor(isResult, 40_000);
		expect(picturesOf(painted)).toHaveLength(4);
		const enlarged = await run.discord.user('mika').press(painted, 'U2').waitFor(isResult, 40_000);
		expect(picturesOf(enlarged)).toHaveLength(1);

		// Somebody else presses the same U, where the channel allows less by now: they do not see it either.
		run.discord.setNsfw('after-dark', false);
		const press = run.discord.user('ren').press(painted, 'U2');
		const answer = await press.waitFor(isPrivate);
		expect(answer.content).toMatch(/That picture is `explicit`, and this channel allows `sensitive` at most/);
		expect(answer.attachments).toEqual([]);
	});

	test('is not shown once the channel allows less; the others are, under their numbers, and alone are charged', async () => {
		const { discord } = run;
		const before = discord.user('mika').slash('usage', {}, place);
		const [, had] = /(\d+) pictures/.exec((await before.waitFor((m) => m.content !== '')).content)!;
		const handle = discord.user('mika').slash('imagine', unasked, place);
		await handle.acked();
		discord.setNsfw('after-dark', false);
		message = await handle.waitFor(isResult, 40_000);
		expect(picturesOf(message).map(({ alt }) => alt.slice(0, 12))).toEqual(['Image 1 of 4', 'Image 3 of 4']);
		expect(textOf(message)).toContain('2 pictures are not shown here');
		expect(labels(message).filter((label) => /^[UV]/.test(label))).toEqual(['U1', 'U3', 'V1', 'V3']);

		const told = await handle.waitForFollowup(isPrivate);
		expect(told.content).toMatch(/Picture 2: It came out `explicit`/);
		expect(told.content).toMatch(/Picture 4: It came out `nsfw`/);
		const usage = discord.user('mika').slash('usage', {}, place);
		expect((await usage.waitFor((m) => m.content !== '')).content).toMatch(`**You:** ${Number(had) + 2} pictures`);
	});

	test('is explained to its author and to moderators, who see it where Discord lets them, and to nobody else', async () => {
		const { discord } = run;
		const why = (user: string) => discord.user(user).press(message, 'Why?');
		discord.setNsfw('after-dark', false);
		const author = await why('mika').waitFor((m) => /came out/.test(m.content));
		expect([isPrivate(author), author.attachments]).toEqual([true, []]);
		expect((await why('kei').waitFor((m) => /came out/.test(m.content))).attachments).toEqual([]);
		const other = await why('ren').waitFor(isPrivate);
		expect(other.content).toBe('Only who asked for these pictures and moderators are told why.');

		discord.setNsfw('after-dark', true);
		const moderator = await why('kei').waitFor((m) => m.attachments.length > 0);
		expect(isPrivate(moderator)).toBe(true);
		expect(moderator.attachments.map(({ filename }) => filename)).toEqual([
			expect.stringMatching(/^SPOILER_.*-1\.png$/),
			expect.stringMatching(/^SPOILER_.*-3\.png$/),
		]);
		expect((await why('mika').waitFor((m) => /came out/.test(m.content))).attachments).toEqual([]);
	});
});

describe.each([
	['fails', /out of data bounds/],
	['hangs', /did not answer within 1 s/],
] as const)('a tagger that %s', (trouble, problem) => {
	const run = useBot(trouble, async () => {
		return { TAGGER_DIR: await writeTagger(join(folder, `tagger-${trouble}`), {}, trouble), TAGGER_SECONDS: '1' };
	});

	test('lets nothing be posted: the member is told privately and not charged, the operator hears of it', async () => {
		const { discord, bot, url } = run;
		const member = discord.user('mika');
		for (let i = 0; i < 2; i++) {
			const handle = member.slash('imagine', { prompt: '1girl, blue hair', steps: 2, count: 2 });
			const message = await handle.waitFor(isNotShown, 40_000);
			expect(picturesOf(message)).toEqual([]);
			expect(textOf(message)).not.toContain('blue hair');
			expect((await handle.waitForFollowup(isPrivate)).content).toMatch(/could not be checked.*tagger failed/);
		}
		const usage = member.slash('usage');
		expect((await usage.waitFor((m) => m.content !== '')).content).toContain('**You:** 0 pictures');
		const posted = discord.log.flatMap(({ files }) => files).filter(({ name }) => name !== 'preview.webp');
		expect(posted).toEqual([]);

		const errors = bot.stderr.split('\n').filter((line) => / error .*could not be rated/.test(line));
		expect(errors).toEqual([expect.stringMatching(problem)]);
		const health = await (await fetch(`${url}/health`)).json();
		expect(health).toMatchObject({
			ok: true,
			tagger: { ok: false, unrated: 4, problem: expect.stringMatching(problem) },
		});
	});
});

describe('a tagger that sees what nobody asked for', () => {
	const run = useBot('young', async () => ({
		TAGGER_DIR: await writeTagger(join(folder, 'tagger-young'), { explicit: 0.9, child: 0.8 }),
	}));

	test('a minor in a sexual picture is shown nowhere, and to moderators neither', async () => {
		const { discord } = run;
		const handle = discord
			.user('mika')
			.slash('imagine', { prompt: '1girl', steps: 2, count: 1 }, { channel: 'after-dark' });
		const message = await handle.waitFor(isNotShown, 40_000);
		expect((await handle.waitForFollowup(isPrivate)).content).toMatch(/`child` says that a minor is in it/);
		const answer = await discord
			.user('kei')
			.press(message, 'Why?')
			.waitFor((m) => /No setting allows/.test(m.content));
		expect(answer.attachments).toEqual([]);
	});
});

describe('at the start', () => {
	const lineOf = async (name: string, env: Record<string, string>) => {
		const { code, stderr } = await Program.run('src/main.ts', [], { PORT: '0', STATE_DIR: join(folder, name), ...env });
		expect(code).toBe(1);
		return stderr.trim();
	};

	test('a tagger that is not there is named', async () => {
		expect(await lineOf('none', { TAGGER_DIR: join(folder, 'nowhere') })).toMatch(
			/^TAGGER_DIR = ".*nowhere": `selected_tags.csv`: expected to read it, there is none. Example: /,
		);
	});

	test('a tagger that ONNX Runtime cannot open is named', async () => {
		const tagger = await writeTagger(join(folder, 'broken'));
		await writeFile(join(tagger, 'model.onnx'), 'no model');
		expect(await lineOf('broken', { TAGGER_DIR: tagger })).toMatch(
			/^TAGGER_DIR = ".*broken": expected ONNX Runtime to open/m,
		);
	});

	test('the demo’s tagger beside another model is worth a warning', async () => {
		const env = { STATE_DIR: join(folder, 'other'), MODEL_DIR: 'test/golden/tiny-random/model' };
		const { program } = await startBot(env);
		expect(program.stderr).toMatch(/ warn .*TAGGER_DIR = .*cannot rate pictures of other models/);
		await program.end();
	});
});
