import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { rejudge } from '../../src/commands/rejudge.ts';
import { findCard } from '../../src/db/cards.ts';
import { endGeneration, findGeneration, openOfGuild, takeGeneration } from '../../src/db/generations.ts';
import { outbox, usage } from '../../src/db/schema.ts';
import { findVersion } from '../../src/db/settings.ts';
import type { UserError } from '../../src/errors.ts';
import { changeSettings } from '../../src/moderation/change.ts';
import { admit } from '../../src/moderation/gate.ts';
import type { SeenMember } from '../../src/moderation/member.ts';
import { lookUpPlace } from '../../src/moderation/place.ts';
import type { Rule } from '../../src/moderation/rules.ts';
import { defaultThresholds } from '../../src/moderation/thresholds.ts';
import { suitFor } from '../../src/prompt/recipe.ts';
import { splitTags } from '../../src/prompt/tags.ts';
import { accept } from '../../src/queue/accept.ts';
import { recipeHash } from '../../src/recipe.ts';
import { databaseKinds } from '../support/databases.ts';
import { makeStore, paint } from '../support/holdings.ts';
import { originOf, recipe, useQueue, wish } from '../support/queue.ts';

const [adults, gallery, elsewhere] = ['800000000000000001', '800000000000000002', '800000000000000003'];
const artist = '900000000000000001';

describe.each(databaseKinds)('what waits, when settings change, on %s', (kind) => {
	const queue = useQueue(kind);
	let guilds = 0;
	let guildId: string;
	let woken = 0;
	let isDiscordAway = false;
	const seenMembers = new Map<string, SeenMember>();
	beforeEach(() => {
		guildId = String(700_000_000_000_000_000n + BigInt(guilds++));
		woken = 0;
		isDiscordAway = false;
	});

	const facts = { ageRestricted: false, settingsChannelId: gallery! };
	const services = {
		thresholds: defaultThresholds,
		channelNow: async (channelId: string) => {
			if (isDiscordAway) throw new Error('Discord is away');
			return { ageRestricted: channelId === adults, settingsChannelId: channelId };
		},
		memberNow: async (_: string, userId: string) => seenMembers.get(userId),
		wakeOutbox: () => {
			woken++;
		},
	};
	const change = async (patch: Record<string, unknown>, channelId = '') => {
		const version = (await findVersion(queue.db, guildId, channelId))?.version ?? 0;
		return changeSettings(queue.db, { guildId, channelId, actorId: 'mod', version, patch });
	};
	const ask = async (prompt: string, channelId: string = gallery!, userId = '600') => {
		const asked = {
			...wish,
			request: { prompt },
			recipe: suitFor({ ...recipe, prompt }, channelId === adults ? 'explicit' : 'sensitive'),
		};
		return (await accept({ ...queue, memberWaiting: 99 }, originOf({ guildId, channelId, userId }), asked)).generation
			.id;
	};
	const rejudged = (rules?: { before: Rule[]; after: Rule[] }) => rejudge({ ...queue, ...services }, guildId, rules);
	const again = async (rules?: { before: Rule[]; after: Rule[] }) => (await rejudged(rules)).ended;
	const usageOf = (id: string) => queue.db.select().from(usage).where(eq(usage.generationId, id));
	const stateOf = async (id: string) => (await findGeneration(queue.db, id))!.state;
	const block = (text: string): Rule => ({ match: 'words', text, action: 'block' });

	test('ends where a new rule forbids it: failed, refunded, told, and out of the queue; the rest waits on', async () => {
		const [gun, hat] = [await ask('1girl, gun'), await ask('1girl, hat')];
		await change({ rules: [block('gun')] });
		expect(await again({ before: [], after: [block('gun')] })).toBe(1);
		const ended = await findGeneration(queue.db, gun);
		expect(ended).toMatchObject({ state: 'failed' });
		expect(ended!.failure).toMatch(/The rules changed while this waited\..*`gun`.*Nothing was charged\./);
		expect(await queue.db.select().from(usage).where(eq(usage.generationId, gun))).toMatchObject([
			{ state: 'refunded' },
		]);
		expect(await queue.db.select().from(outbox).where(eq(outbox.generationId, gun))).toMatchObject([
			{ state: 'pending' },
		]);
		expect(woken).toBe(1);
		expect(await stateOf(hat)).toBe('queued');
		const taken = [];
		for (let job = await queue.jobs.take(99); job; job = await queue.jobs.take(99)) taken.push(job.generationId);
		expect(taken).toContain(hat);
		expect(taken).not.toContain(gun);
	});

	test('ends in the channel whose ceiling fell, and in no other', async () => {
		const [here, there] = [await ask('1girl, nsfw', adults), await ask('1girl, sensitive', elsewhere)];
		await change({ ceiling: 'sensitive' }, adults);
		expect(await again()).toBe(1);
		expect([await stateOf(here), await stateOf(there)]).toEqual(['failed', 'queued']);
	});

	test('ends where the ceiling fell below what a member’s picture was to be judged by', async () => {
		const sent = { ...wish, recipe: { ...recipe, parent: { sha256: 'f'.repeat(64) }, strength: 0.5 } };
		const ask = async (ceiling: 'explicit' | 'safe') => {
			const origin = { ...originOf({ guildId, channelId: adults!, userId: '600' }), ceiling };
			return (await accept({ ...queue, memberWaiting: 99 }, origin, sent)).generation.id;
		};
		const [free, strict] = [await ask('explicit'), await ask('safe')];
		await change({ ceiling: 'sensitive' }, adults);
		expect(await again()).toBe(1);
		expect([await stateOf(free), await stateOf(strict)]).toEqual(['failed', 'queued']);
	});

	test('ends where nothing is drawn any more', async () => {
		const id = await ask('1girl');
		await change({ draws: false });
		expect(await again()).toBe(1);
		expect(await stateOf(id)).toBe('failed');
	});

	test('ends for who has no role that may draw, as Discord says now, but not for moderators', async () => {
		const [painter, mod, guest, gone] = [
			await ask('1girl', gallery, '601'),
			await ask('1girl', gallery, '602'),
			await ask('1girl', gallery, '603'),
			await ask('1girl', gallery, '604'),
		];
		const seen = (userId: string, roleIds: string[], isModerator = false) =>
			seenMembers.set(userId, { userId, roleIds, isModerator, joinedAt: null });
		seen('601', [artist]);
		seen('602', [], true);
		seen('603', []);
		await change({ artists: [artist] });
		expect(await again()).toBe(2);
		expect(await Promise.all([painter, mod, guest, gone].map(stateOf))).toEqual([
			'queued',
			'queued',
			'failed',
			'failed',
		]);
	});

	test('is drawn as a new rule says, and shown so; an old rule did that before', async () => {
		const rule: Rule = { match: 'words', text: 'gun', action: 'replace', replacement: 'toy gun' };
		const id = await ask('1girl, gun, smile');
		await change({ rules: [rule] });
		expect(await rejudged({ before: [rule], after: [rule, block('hat')] })).toEqual({ ended: 0, held: 0, changed: 0 });
		expect(await rejudged({ before: [], after: [rule] })).toEqual({ ended: 0, held: 0, changed: 1 });
		const now = (await findGeneration(queue.db, id))!;
		expect(now).toMatchObject({ state: 'queued', recipeHash: recipeHash(now.recipe) });
		expect(splitTags(now.recipe.prompt)).toEqual(expect.arrayContaining(['1girl', 'toy gun', 'smile']));
		expect(now.request.prompt).toBe('1girl, toy gun, smile');
		expect(now.notes).toEqual(['A rule of this server replaced words of the prompt with “toy gun”.']);
		expect(await rejudged({ before: [], after: [rule] })).toMatchObject({ changed: 0 });
	});

	test('is fitted to a ceiling that fell, once, and not loosened when it rises', async () => {
		const id = await ask('1girl, smile', adults);
		await change({ ceiling: 'nsfw' }, adults);
		expect(await rejudged()).toMatchObject({ changed: 1 });
		await change({ ceiling: 'safe' }, adults);
		expect(await rejudged()).toMatchObject({ changed: 1 });
		const now = (await findGeneration(queue.db, id))!;
		expect(splitTags(now.recipe.prompt)).toContain('safe');
		expect(splitTags(now.recipe.negative!)).toEqual(expect.arrayContaining(['nsfw', 'explicit']));
		expect(now.notes).toHaveLength(1);
		await change({ ceiling: 'explicit' }, adults);
		expect(await rejudged()).toMatchObject({ changed: 0, ended: 0 });
	});

	test('waits for a moderator where a new rule wants that: out of the queue, not charged, with a card', async () => {
		const rule: Rule = { match: 'words', text: 'gun', action: 'hold' };
		const id = await ask('1girl, gun');
		await change({ rules: [rule], logChannelId: '800000000000000009' });
		expect(await rejudged({ before: [], after: [rule] })).toEqual({ ended: 0, held: 1, changed: 0 });
		expect(await findGeneration(queue.db, id)).toMatchObject({ state: 'held', heldFor: 'gun', jobId: '' });
		expect(await usageOf(id)).toEqual([]);
		expect(await findCard(queue.db, id)).toMatchObject({ state: 'held' });
		for (let job = await queue.jobs.take(99); job; job = await queue.jobs.take(99))
			expect(job.generationId).not.toBe(id);
		expect(await rejudged()).toEqual({ ended: 0, held: 0, changed: 0 });
	});

	test('ends where a new rule wants a moderator and there is no channel to ask in', async () => {
		const id = await ask('1girl, gun');
		await change({ rules: [{ match: 'words', text: 'gun', action: 'hold' }] });
		expect(await again()).toBe(1);
		expect(await stateOf(id)).toBe('failed');
	});

	test('ends at once where a painter has it: refunded and told, and what the painter still brings is void', async () => {
		const id = await ask('1girl, gun');
		const taken = (await takeGeneration(queue.db, id))!;
		await change({ rules: [block('gun')] });
		expect(await again()).toBe(1);
		expect(await findGeneration(queue.db, id)).toMatchObject({ state: 'failed', cancelRequested: true });
		expect(await usageOf(id)).toMatchObject([{ state: 'refunded' }]);
		expect(await queue.db.select().from(outbox).where(eq(outbox.generationId, id))).toHaveLength(1);
		expect(await endGeneration(queue.db, id, { state: 'painted', attempt: taken.attempt })).toBe(false);
	});

	test('leaves no file of pictures that were finished in the very moment in which it ended', async () => {
		const pictures = await makeStore();
		const id = await ask('1girl, gun');
		let job = await queue.jobs.take(99);
		while (job && job.generationId !== id) job = await queue.jobs.take(99);
		const taken = (await takeGeneration(queue.db, id))!;
		await change({ rules: [block('gun')] });
		await again();
		expect(await paint({ ...queue, store: pictures.store }, job!, taken)).toBe(false);
		expect(await pictures.store.exists(`images/${id}-0.png`)).toBe(false);
		await pictures.remove();
	});

	test('is left alone where Discord does not answer: delivery asks again', async () => {
		const id = await ask('1girl, gun');
		await change({ rules: [block('gun')] });
		isDiscordAway = true;
		expect(await again()).toBe(0);
		isDiscordAway = false;
		expect(await again()).toBe(1);
		expect(await stateOf(id)).toBe('failed');
	});

	test('a wish that is accepted while a rule changes is either seen by the change or sees it', async () => {
		// Settings are changed and wishes accepted at the same instant, again and again, in both orders.
		for (let i = 0; i < 12; i++) {
			const rules = i % 2 === 0 ? [block('gun')] : [];
			const before = i % 2 === 0 ? [] : [block('gun')];
			const seen = await lookUpPlace(queue.db, guildId, facts);
			const asked = { ...wish, recipe: { ...recipe, prompt: `1girl, gun, ${i}` } };
			const accepting = accept(
				{ ...queue, memberWaiting: 99 },
				originOf({ guildId, channelId: gallery }),
				asked,
				async (tx) => {
					const { version, channel, settings } = await lookUpPlace(tx, guildId, facts);
					// The gate judged by what was seen before; it does so again only when that is old.
					if (version !== seen.version) admit({ recipe: asked.recipe, channel, settings });
					return { wish: asked };
				},
			).catch((error: UserError) => error.code);
			const changing = change({ rules }).then(() => again({ before, after: rules }));
			const order = i % 3 === 0 ? [changing, accepting] : [accepting, changing];
			await Promise.all(order);
			if (rules.length === 0) continue;
			const open = (await openOfGuild(queue.db, guildId)).filter((it) => it.recipe.prompt.includes('gun'));
			expect(open.map((it) => it.recipe.prompt)).toEqual([]);
		}
	});
});
