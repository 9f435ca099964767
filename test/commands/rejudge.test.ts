import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { rejudge } from '../../src/commands/rejudge.ts';
import { findGeneration, takeGeneration } from '../../src/db/generations.ts';
import { outbox, usage } from '../../src/db/schema.ts';
import { findVersion } from '../../src/db/settings.ts';
import { changeSettings } from '../../src/moderation/change.ts';
import type { SeenMember } from '../../src/moderation/member.ts';
import type { Rule } from '../../src/moderation/rules.ts';
import { accept } from '../../src/queue/accept.ts';
import { databaseKinds } from '../support/databases.ts';
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

	const services = {
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
		const asked = { ...wish, recipe: { ...recipe, prompt } };
		return (await accept({ ...queue, memberWaiting: 99 }, originOf({ guildId, channelId, userId }), asked)).generation
			.id;
	};
	const again = (rules?: { before: Rule[]; after: Rule[] }) => rejudge({ ...queue, ...services }, guildId, rules);
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

	test('ends where a new rule would draw something else, and is asked for again; an old rule did that before', async () => {
		const rule: Rule = { match: 'words', text: 'gun', action: 'replace', replacement: 'toy gun' };
		const id = await ask('1girl, toy gun');
		await change({ rules: [rule] });
		expect(await again({ before: [rule], after: [rule, block('hat')] })).toBe(0);
		expect(await again({ before: [], after: [rule] })).toBe(1);
		expect((await findGeneration(queue.db, id))!.failure).toMatch(/please ask again/);
	});

	test('is left alone where a painter has it, and where Discord does not answer: delivery asks again', async () => {
		const [running, waiting] = [await ask('1girl, gun'), await ask('1girl, gun')];
		await takeGeneration(queue.db, running);
		await change({ rules: [block('gun')] });
		isDiscordAway = true;
		expect(await again()).toBe(0);
		isDiscordAway = false;
		expect(await again()).toBe(1);
		expect([await stateOf(running), await stateOf(waiting)]).toEqual(['running', 'failed']);
	});
});
