import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageFlags } from 'discord.js';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pictureOf } from '../../src/commands/components/target.ts';
import { findGeneration, takeGeneration } from '../../src/db/generations.ts';
import { imagesOf } from '../../src/db/images.ts';
import { generations, usage } from '../../src/db/schema.ts';
import { writeSettings } from '../../src/db/settings.ts';
import { picturesSince, sumUsage } from '../../src/db/usage.ts';
import { type DeliveryOptions, deliver } from '../../src/discord/delivery.ts';
import { ImageStore } from '../../src/images/store.ts';
import { defaultThresholds } from '../../src/moderation/thresholds.ts';
import type { Picture, Ratings } from '../../src/pipeline/protocol.ts';
import { accept, type Wish } from '../../src/queue/accept.ts';
import { settlePainted, settleUnpainted } from '../../src/queue/settle.ts';
import { databaseKinds } from '../support/databases.ts';
import { originOf, recipe, useQueue, wish } from '../support/queue.ts';

const rated = (ratings: Partial<Ratings>): Ratings => {
	return { general: 0, sensitive: 0, questionable: 0, explicit: 0, ...ratings };
};
const [safe, sensitive, nsfw] = [{ general: 1 }, { sensitive: 1 }, { questionable: 1 }].map(rated) as [
	Ratings,
	Ratings,
	Ratings,
];

interface Sent {
	method: 'patch' | 'post';
	route: string;
	text: string;
	flags: number;
	files: string[];
	customIds: string[];
}

interface Request {
	body: { flags: number };
	files?: { name: string }[];
}

/** A Discord that takes down what it is sent; `faults` are thrown first. */
class Recorder {
	readonly sent: Sent[] = [];
	readonly faults: Error[] = [];
	isNsfw: boolean | undefined = false;

	get client() {
		const record = async (method: Sent['method'], route: string, { body, files = [] }: Request) => {
			const fault = method === 'patch' && this.faults.shift();
			if (fault) throw fault;
			const text = JSON.stringify(body);
			const customIds = [...text.matchAll(/"custom_id":"([^"]+)"/g)].map(([, id]) =>
				id!.replace(/^v1:(\w+):[^:]+/, '$1'),
			);
			this.sent.push({
				method,
				route,
				text,
				flags: body.flags,
				files: files.map(({ name }) => name),
				customIds,
			});
			return { id: '5' };
		};
		const channel = {
			id: '800',
			partial: false,
			guild: { shardId: 0 },
			nsfw: this.isNsfw,
			isDMBased: () => false,
			isThread: () => false,
		};
		return {
			rest: {
				patch: (route: string, request: Request) => record('patch', route, request),
				post: (route: string, request: Request) => record('post', route, request),
			},
			channels: { cache: new Map([['800', channel]]), fetch: async () => channel },
			guilds: { cache: new Map() },
		} as unknown as DeliveryOptions['client'];
	}

	/** The messages that everybody sees, and what only the author does. */
	get public(): Sent[] {
		return this.sent.filter(({ flags }) => (flags & MessageFlags.Ephemeral) === 0);
	}
	get private(): Sent[] {
		return this.sent.filter(({ flags }) => (flags & MessageFlags.Ephemeral) !== 0);
	}
}

describe.each(databaseKinds)('the last word on a generation, on %s', (kind) => {
	const queue = useQueue(kind);
	let folder: string;
	let store: ImageStore;
	let discord: Recorder;
	let guilds = 0;
	let guildId: string;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'atelier-last-word-'));
		store = new ImageStore(folder);
	});
	afterAll(() => rm(folder, { recursive: true }));
	beforeEach(() => {
		discord = new Recorder();
		guildId = `77${guilds++}`;
	});

	const deliverNow = (id: string) => {
		const { client } = discord;
		const models = [{ hash: recipe.model, name: 'demo', upscaler: {} }];
		return deliver(
			{ client, db: queue.db, store, models, thresholds: defaultThresholds, closeProgress: async () => {} },
			id,
		);
	};
	const isSetTo = (values: Record<string, unknown>) =>
		writeSettings(queue.db, { guildId, channelId: '', version: 0, values });
	const accepted = async (asked: Partial<Wish> = {}) => {
		const { generation } = await accept(queue, originOf({ guildId }), { ...wish, ...asked });
		return { id: generation.id, job: (await queue.jobs.take(100))! };
	};
	/** Accepts and paints pictures with these ratings; `null` is one that the tagger could not look at. */
	const painted = async (seen: (Ratings | null)[], asked: Partial<Wish> = {}) => {
		const { id, job } = await accepted({
			...asked,
			recipe: { ...recipe, ...asked.recipe, seeds: seen.map((_, i) => i) },
		});
		const generation = (await takeGeneration(queue.db, id))!;
		const pictures = seen.map((ratings, seed): Picture => {
			const picture = { seed, width: 160, height: 96, bytes: new Uint8Array([seed]), sha256: `${seed}` };
			return { ...picture, ...(ratings && { seen: { ratings, youthTags: { child: 0.1 } } }) };
		});
		const stats = { paintMs: 10, runMs: 9, rateMs: 5 };
		await settlePainted({ ...queue, store }, job, generation, pictures, stats);
		return id;
	};
	const costOf = async (id: string) => (await queue.db.select().from(usage).where(eq(usage.generationId, id)))[0]!;
	const shownOf = async (id: string) => (await imagesOf(queue.db, id)).map(({ shown }) => shown);

	test('what the tagger saw is kept, with its time in the price', async () => {
		const id = await painted([nsfw, null]);
		expect(await imagesOf(queue.db, id)).toMatchObject([
			{ ratings: nsfw, youthTags: { child: 0.1 }, shown: null },
			{ ratings: null, youthTags: {}, shown: null },
		]);
		expect((await costOf(id)).gpuMs).toBe(15);
	});

	test('pictures above the ceiling are not in the message; the others keep their numbers and alone are charged', async () => {
		const id = await painted([safe, nsfw, null, sensitive]);
		await deliverNow(id);
		const [message] = discord.public;
		expect(message!.files).toEqual([`atelier-${id}-0.png`, `atelier-${id}-3.png`]);
		const buttons = message!.customIds.filter((id) => /^(up|vary|why)/.test(id));
		expect(buttons).toEqual(['up:0', 'up:3', 'vary:0', 'vary:3', 'why']);
		expect(message!.text).toContain('2 pictures are not shown here');
		expect(message!.text).not.toMatch(/came out|questionable|tagger/);
		expect(await shownOf(id)).toEqual(['open', 'withheld', 'withheld', 'open']);
		expect(await costOf(id)).toMatchObject({ state: 'spent', pictures: 2, steps: 8, gpuMs: 15 });
		const generation = (await findGeneration(queue.db, id))!;
		await expect(pictureOf(queue.db, generation, { verb: 'up', id, position: 1 })).rejects.toThrow(/no longer there/);
		expect(await pictureOf(queue.db, generation, { verb: 'up', id, position: 3 })).toMatchObject({ seed: 3 });
	});

	test('the author is told privately why, once, by the interaction', async () => {
		const id = await painted([safe, nsfw, null]);
		await deliverNow(id);
		expect(discord.private).toMatchObject([{ method: 'post', route: '/webhooks/900/token' }]);
		const { text } = discord.private[0]!;
		expect(text).toMatch(/2 of your 3 pictures are not shown in this channel, and not charged/);
		expect(text).toMatch(
			/Picture 2: It came out `nsfw`, and this channel allows `sensitive` at most.*questionable 100 %/,
		);
		expect(text).toMatch(/Picture 3: It could not be checked/);
		expect(text).toMatch(/age-restricted channel/);
		expect((await findGeneration(queue.db, id))?.failure).toContain('Picture 2');
	});

	test('nobody is told anything, and all is charged, where all is shown', async () => {
		const id = await painted([safe, safe]);
		await deliverNow(id);
		expect(discord.private).toEqual([]);
		expect(discord.public[0]!.customIds).not.toContain('why');
		expect(await costOf(id)).toMatchObject({ state: 'spent', pictures: 2 });
	});

	test('where none may be shown the message says neither what was asked nor why, and nothing is charged', async () => {
		const id = await painted([nsfw, null]);
		await deliverNow(id);
		const [message] = discord.public;
		expect(message).toMatchObject({ files: [], customIds: ['why'] });
		expect(message!.text).not.toMatch(/blue hair|nsfw|questionable/);
		expect(await costOf(id)).toMatchObject({ state: 'refunded', pictures: 0, steps: 0 });
		expect((await sumUsage(queue.db, guildId)).pictures).toBe(0);
		expect((await picturesSince(queue.db, guildId, '600', new Date(0))).pictures).toBe(0);
	});

	test('a delivery that is repeated after the channel changed shows and charges what holds then', async () => {
		discord.isNsfw = true;
		const id = await painted([safe, nsfw]);
		discord.faults.push(new Error('502'));
		await expect(deliverNow(id)).rejects.toThrow('502');
		expect(discord.private).toEqual([]);
		expect(await costOf(id)).toMatchObject({ state: 'spent', pictures: 2 });
		for (const [isNsfw, shown, pictures] of [
			[undefined, ['open', 'withheld'], 1],
			[false, ['open', 'withheld'], 1],
			[true, ['open', 'open'], 2],
		] as const) {
			discord.isNsfw = isNsfw;
			await deliverNow(id);
			expect(await shownOf(id)).toEqual(shown);
			expect(await costOf(id)).toMatchObject({ state: 'spent', pictures });
		}
		expect((await findGeneration(queue.db, id))?.failure).toBeNull();
	});

	test('pictures are covered as the server chooses', async () => {
		await isSetTo({ spoiler: 'always' });
		const id = await painted([safe]);
		await deliverNow(id);
		expect(discord.public[0]!.text).toContain('"spoiler":true');
		expect(await shownOf(id)).toEqual(['spoiler']);
	});

	const explicitPrompt = { ...recipe, prompt: 'explicit, nsfw, 1girl' };
	const blocked = { rules: [{ match: 'tag', text: 'blue hair', action: 'block' }] };
	const replaced = { rules: [{ match: 'tag', text: 'blue hair', action: 'replace', replacement: 'red hair' }] };
	test.for<[string, Record<string, unknown>, Partial<Wish>, RegExp]>([
		['the channel is not age-restricted any more', {}, { recipe: explicitPrompt }, /`explicit` is for age-restricted/],
		['the bot may not draw there any more', { draws: false }, {}, /Nothing is drawn in this channel/],
		['a rule blocks a word', blocked, {}, /block `blue hair`/],
		['a rule replaces a word', replaced, {}, /newer rule of this server replaces words/],
	])(
		'when %s, the message repeats nothing, the author learns why, and nothing is charged',
		async ([, values, asked, why]) => {
			const id = await painted([safe, safe], asked);
			await isSetTo(values);
			await deliverNow(id);
			expect(discord.public).toMatchObject([{ files: [], customIds: ['why'] }]);
			expect(discord.public[0]!.text).not.toMatch(/blue hair|explicit|1girl/);
			expect(discord.private[0]!.text).toMatch(why);
			expect((await findGeneration(queue.db, id))?.failure).toMatch(why);
			expect(await shownOf(id)).toEqual(['withheld', 'withheld']);
			expect(await costOf(id)).toMatchObject({ state: 'refunded', pictures: 0 });
		},
	);

	test('a rule that was applied when it was asked, and replaces for ever, stops nothing', async () => {
		await isSetTo({ rules: [{ match: 'tag', text: 'blue hair', action: 'replace', replacement: 'blue hair, hat' }] });
		const id = await painted([safe]);
		await deliverNow(id);
		expect(await shownOf(id)).toEqual(['open']);
	});

	test.for(['failed', 'cancelled'] as const)('what %s repeats no prompt that is refused by now', async (state) => {
		const { id, job } = await accepted();
		const failure = 'This server’s rules block `blue hair`.';
		await settleUnpainted(queue, id, { state, failure }, (tx) => queue.jobs.finish(tx, job));
		await isSetTo(blocked);
		await deliverNow(id);
		expect(discord.public[0]!.text).not.toMatch(/blue hair/);
		expect(discord.private.map(({ text }) => text.includes('blue hair'))).toEqual(state === 'failed' ? [true] : []);
	});

	test('once the interaction’s time is over, nobody is told by it', async () => {
		const id = await painted([nsfw]);
		const past = new Date(Date.now() - 1000);
		await queue.db.update(generations).set({ tokenExpiresAt: past, replyId: '4' }).where(eq(generations.id, id));
		await deliverNow(id);
		expect(discord.sent.map(({ route }) => route)).toEqual(['/channels/800/messages/4']);
	});
});
