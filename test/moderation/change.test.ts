import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/client.ts';
import { audit, settings } from '../../src/db/schema.ts';
import { latestChanges, settingsOfGuild, writeSettings } from '../../src/db/settings.ts';
import { type ChangeOutcome, changeSettings, undoChange } from '../../src/moderation/change.ts';
import { normalise } from '../../src/moderation/normalise.ts';
import { lookUpPlace } from '../../src/moderation/place.ts';
import { applyRules } from '../../src/moderation/rules.ts';
import { databaseKinds, makeDatabase, type TestDatabase } from '../support/databases.ts';

describe.each(databaseKinds)('changing settings on %s', (kind) => {
	let place: TestDatabase;
	let db: Db;
	let guilds = 0;
	beforeAll(async () => {
		place = await makeDatabase(kind);
		db = place.database.db;
	});
	afterAll(() => place.remove());

	const newGuild = () => String(700_000_000_000_000_000n + BigInt(guilds++));
	const change = (
		guildId: string,
		version: number,
		patch: Record<string, unknown>,
		more: { channelId?: string; actorId?: string } = {},
	) => changeSettings(db, { guildId, channelId: '', actorId: 'mod', version, patch, ...more });
	const rowOf = async (guildId: string, channelId = '') =>
		(await settingsOfGuild(db, guildId)).find((row) => row.channelId === channelId);
	const undo = (guildId: string, entryId: number) => undoChange(db, { guildId, actorId: 'undoer', entryId });
	const entryOf = (outcome: ChangeOutcome) => {
		if (outcome.kind !== 'changed') throw new Error(`Expected a change, got ${outcome.kind}`);
		return outcome.entry;
	};

	test('writes the next version and what differs, before and after', async () => {
		const guildId = newGuild();
		await change(guildId, 0, { draws: false });
		const entry = entryOf(await change(guildId, 1, { limits: { newcomers: { perDay: 2 } } }));
		expect(entry).toMatchObject({
			guildId,
			actorId: 'mod',
			action: 'settings',
			channelId: null,
			before: { limits: { newcomers: { perDay: null } } },
			after: { limits: { newcomers: { perDay: 2 } } },
		});
		expect(await rowOf(guildId)).toMatchObject({
			version: 2,
			values: { draws: false, limits: { newcomers: { perDay: 2 } } },
		});
	});

	test('a channel has a row of its own, and null takes its word back', async () => {
		const guildId = newGuild();
		await change(guildId, 0, { ceiling: 'nsfw' }, { channelId: '1' });
		const facts = { ageRestricted: true, settingsChannelId: '1' } as const;
		expect((await lookUpPlace(db, guildId, facts)).ceiling).toBe('nsfw');
		expect(entryOf(await change(guildId, 1, { ceiling: null }, { channelId: '1' }))).toMatchObject({
			channelId: '1',
			before: { ceiling: 'nsfw' },
			after: { ceiling: null },
		});
		expect((await lookUpPlace(db, guildId, facts)).ceiling).toBe('explicit');
		expect(await rowOf(guildId)).toBeUndefined();
	});

	test('what changes nothing writes nothing', async () => {
		const guildId = newGuild();
		expect(await change(guildId, 0, { draws: true })).toEqual({ kind: 'unchanged' });
		expect(await rowOf(guildId)).toBeUndefined();
		expect(await latestChanges(db, guildId, { limit: 9 })).toEqual([]);
	});

	test.for<[string, Record<string, unknown>, string]>([
		['an unknown key', { colour: 'red' }, 'bad-setting'],
		['a number out of range', { limits: { members: { perDay: -1 } } }, 'bad-setting'],
		['a pattern that cannot be', { rules: [{ text: '(', match: 'pattern', action: 'block' }] }, 'bad-rule'],
	])('%s is refused, and nothing is written', async ([, patch, code]) => {
		const guildId = newGuild();
		await expect(change(guildId, 0, { draws: false, ...patch })).rejects.toMatchObject({ code });
		expect(await rowOf(guildId)).toBeUndefined();
	});

	test('who changes an older version is told who changed what meanwhile, and nothing is written', async () => {
		const guildId = newGuild();
		await change(guildId, 0, { draws: false });
		const other = entryOf(await change(guildId, 1, { buttons: 'author' }, { actorId: 'quicker' }));
		expect(await change(guildId, 1, { buttons: 'author', spoiler: 'always' })).toEqual({
			kind: 'overtaken',
			meanwhile: [other],
		});
		expect(await rowOf(guildId)).toMatchObject({ version: 2, values: { draws: false, buttons: 'author' } });
	});

	test('of twenty at once each version has one winner, and the losers see a winner’s change', async () => {
		const guildId = newGuild();
		const outcomes = await Promise.all(
			Array.from({ length: 20 }, (_, i) =>
				change(guildId, 0, { limits: { members: { perDay: i } } }, { actorId: `m${i}` }),
			),
		);
		const won = outcomes.filter(({ kind }) => kind === 'changed');
		expect(won).toHaveLength(1);
		for (const outcome of outcomes)
			if (outcome.kind !== 'changed') expect(outcome).toEqual({ kind: 'overtaken', meanwhile: [entryOf(won[0]!)] });
		expect(await rowOf(guildId)).toMatchObject({ version: 1 });
	});

	test('twenty who try again until it works make twenty versions in a row, with one audit row each', async () => {
		const guildId = newGuild();
		const until = async (i: number): Promise<void> => {
			const version = (await rowOf(guildId))?.version ?? 0;
			const outcome = await change(guildId, version, { limits: { members: { perDay: i + 1 } } }, { actorId: `m${i}` });
			if (outcome.kind === 'overtaken') await until(i);
		};
		await Promise.all(Array.from({ length: 20 }, (_, i) => until(i)));
		expect(await rowOf(guildId)).toMatchObject({ version: 20 });
		const entries = await latestChanges(db, guildId, { limit: 99 });
		expect(entries).toHaveLength(20);
		expect(new Set(entries.map(({ actorId }) => actorId)).size).toBe(20);
		// Each began where the one before it ended: none was lost, none half-written.
		const [newest, ...older] = entries;
		let at = newest!;
		for (const entry of older) {
			expect(at.before).toEqual({
				limits: { members: { perDay: (entry.after as typeof limits).limits.members.perDay } },
			});
			at = entry;
		}
	});

	describe('undo', () => {
		test('brings back what was there, as a change of its own, whatever was changed beside it', async () => {
			const guildId = newGuild();
			const entry = entryOf(await change(guildId, 0, { limits: { newcomers: { perDay: 2 } } }));
			await change(guildId, 1, { limits: { members: { atOnce: 1 } } });
			expect(entryOf(await undo(guildId, entry.id))).toMatchObject({ actorId: 'undoer', undoes: entry.id });
			expect(await rowOf(guildId)).toMatchObject({ version: 3, values: { limits: { members: { atOnce: 1 } } } });
		});

		test('is refused when it was changed again since, and says what it is now', async () => {
			const guildId = newGuild();
			const entry = entryOf(await change(guildId, 0, { buttons: 'author', draws: false }));
			await change(guildId, 1, { buttons: 'everyone' });
			expect(await undo(guildId, entry.id)).toEqual({
				kind: 'stale',
				since: { before: { buttons: 'author' }, after: { buttons: 'everyone' } },
			});
			expect(await rowOf(guildId)).toMatchObject({ version: 2, values: { draws: false } });
		});

		test('can be undone, but not twice', async () => {
			const guildId = newGuild();
			const entry = entryOf(await change(guildId, 0, { draws: false }));
			const undone = entryOf(await undo(guildId, entry.id));
			await expect(undo(guildId, entry.id)).rejects.toMatchObject({ code: 'undone-already' });
			await undo(guildId, undone.id);
			expect(await rowOf(guildId)).toMatchObject({ values: { draws: false } });
		});

		test('two at once are one', async () => {
			const guildId = newGuild();
			const entry = entryOf(await change(guildId, 0, { draws: false }));
			const both = await Promise.allSettled([undo(guildId, entry.id), undo(guildId, entry.id)]);
			const done = both.filter((it) => it.status === 'fulfilled' && it.value.kind === 'changed');
			expect(done).toHaveLength(1);
			expect(await db.select().from(audit).where(eq(audit.undoes, entry.id))).toHaveLength(1);
		});

		test('reaches nothing of another server', async () => {
			const entry = entryOf(await change(newGuild(), 0, { draws: false }));
			await expect(undo(newGuild(), entry.id)).rejects.toMatchObject({ code: 'no-such-change' });
		});
	});

	test('a row that cannot be read allows little, and a change heals it', async () => {
		const guildId = newGuild();
		await writeSettings(db, { guildId, channelId: '', version: 0, values: { draws: 'perhaps', buttons: 'author' } });
		const facts = { ageRestricted: true } as const;
		expect((await lookUpPlace(db, guildId, facts)).ceiling).toBe('safe');
		await change(guildId, 1, { spoiler: 'always' });
		expect(await rowOf(guildId)).toMatchObject({ values: { buttons: 'author', spoiler: 'always' } });
		expect((await lookUpPlace(db, guildId, facts)).ceiling).toBe('explicit');
		expect(await db.select().from(settings).where(eq(settings.guildId, guildId))).toHaveLength(1);
	});

	describe('what a row says that cannot be read whole', () => {
		const facts = { ageRestricted: true } as const;
		const block = { match: 'words', text: 'kill', action: 'block' };
		const placeOf = async (values: Record<string, unknown>) => {
			const guildId = newGuild();
			await writeSettings(db, { guildId, channelId: '', version: 0, values });
			return (await lookUpPlace(db, guildId, facts)).settings;
		};

		test('holds where it can be read: bans of words, roles, channels', async () => {
			const { rules, artists, draws } = await placeOf({ rules: [block], artists: ['1'.repeat(18)], fromLater: true });
			expect(applyRules(normalise('kill'), rules!).stop).toBeDefined();
			expect(artists).toEqual(['1'.repeat(18)]);
			expect(draws).toBe(true);
			expect((await placeOf({ draws: false, fromLater: true })).draws).toBe(false);
		});

		test.for([
			{ rules: [{ ...block, since: 1 }] },
			{ artists: 'all' },
			{ draws: 'perhaps' },
			{ limits: { members: { perWeek: 2 } } },
		])('shuts the place where it cannot, and would shut somebody or something out: %j', async (values) =>
			expect((await placeOf(values)).draws).toBe(false),
		);

		test('shuts the channel whose own word cannot be read, and no other', async () => {
			const guildId = newGuild();
			await writeSettings(db, { guildId, channelId: '5', version: 0, values: { draws: 'perhaps' } });
			const drawsIn = async (settingsChannelId: string) =>
				(await lookUpPlace(db, guildId, { ...facts, settingsChannelId })).settings.draws;
			expect([await drawsIn('5'), await drawsIn('6')]).toEqual([false, true]);
		});
	});
});

const limits = { limits: { members: { perDay: 0 } } };
