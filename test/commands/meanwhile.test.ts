import { PermissionFlagsBits } from 'discord.js';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { rejudge } from '../../src/commands/rejudge.ts';
import { takeAway } from '../../src/commands/removal.ts';
import { findGeneration } from '../../src/db/generations.ts';
import { markRemoved } from '../../src/db/removals.ts';
import { addSanction } from '../../src/db/sanctions.ts';
import { sanctions, usage } from '../../src/db/schema.ts';
import type { Rule } from '../../src/moderation/rules.ts';
import { cancel } from '../../src/queue/settle.ts';
import { buttonsOf, isResult, picturesOf, textOf } from '../support/page.ts';
import { rated, Workshop } from '../support/workshop.ts';

let shop: Workshop;
const user = (name: string) => shop.discord.user(name);
const guildId = () => shop.discord.guild().id;

beforeAll(async () => {
	shop = await Workshop.open();
});
afterAll(() => shop.close());
beforeEach(async () => {
	await shop.db.delete(sanctions);
	shop.ratings = rated({ general: 1 });
	shop.meanwhile = () => {};
	await shop.choose({ rules: [], artists: [], limits: { newcomers: { days: 1 } } });
});
afterEach(() => shop.discord.assertClean());

const ask = (by: string, prompt: string, channel = 'gallery') =>
	user(by).slash('imagine', { prompt, count: 1 }, { channel });
const isWithheld = (handle: ReturnType<typeof ask>) => handle.waitFor((m) => /Not shown here/.test(textOf(m)));
const noteTo = async (handle: ReturnType<typeof ask>, wanted: RegExp) => {
	const note = await handle.waitForFollowup((m) => wanted.test(textOf(m)));
	expect(Number(note.flags) & 64).toBe(64);
};
const sanction = (kind: 'ban' | 'timeout') =>
	addSanction(shop.db, {
		guildId: guildId(),
		userId: user('mika').id,
		kind,
		actorId: user('kei').id,
		expiresAt: kind === 'ban' ? null : new Date(Date.now() + 3_600_000),
	});

describe('between press and delivery', () => {
	test.each(['ban', 'timeout'] as const)('a %s: nothing is posted or charged, and the member is told', async (kind) => {
		let id = '';
		shop.meanwhile = async (moment, generation) => {
			if (moment !== 'painted' || id) return;
			id = generation.id;
			await sanction(kind);
		};
		const handle = ask('mika', '1girl, smile');
		expect(picturesOf(await isWithheld(handle))).toEqual([]);
		await noteTo(handle, /gave you a (ban|time-out) from drawing/);
		expect(await shop.db.select().from(usage).where(eq(usage.generationId, id))).toMatchObject([
			{ state: 'refunded', pictures: 0 },
		]);
	});

	test.each(['the outbox', 'who removed it'])(
		'a removal, finished by %s: nothing is posted or charged',
		async (whom) => {
			let id = '';
			shop.meanwhile = async (moment, generation) => {
				if (moment !== 'painted' || id) return;
				id = generation.id;
				await markRemoved(shop.db, [id], new Date(Date.now() + 60_000));
				if (whom === 'who removed it') await takeAway({ ...shop, rest: { delete: async () => null } }, [id]);
			};
			ask('mika', '1girl, smile');
			await expect
				.poll(() => shop.db.select().from(usage).where(eq(usage.generationId, id)))
				.toMatchObject([{ state: 'refunded', pictures: 0 }]);
		},
	);

	test('a lost role: nothing is posted; where no role is asked for, it is', async () => {
		await shop.choose({ artists: [shop.discord.role('Artist').id] });
		shop.meanwhile = (moment) => {
			if (moment === 'painted') shop.discord.setRoles('mika', []);
		};
		const handle = ask('mika', '1girl, smile');
		await isWithheld(handle);
		await noteTo(handle, /only members with certain roles draw/);
		shop.discord.setRoles('mika', ['Artist']);
		await shop.choose({ artists: [] });
		await shop.shown(ask('mika', '1girl, smile'));
		shop.discord.setRoles('mika', ['Artist']);
	});

	test('a picture that was posted before its author was banned comes back when a moderator takes its removal back', async () => {
		const message = await shop.picture('mika', '1girl, an old picture');
		const { id } = (await shop.db.query.generations.findFirst({ orderBy: (g, { desc }) => desc(g.createdAt) }))!;
		await shop.choose({ logChannelId: shop.discord.channel('mod-log').id });
		await user('ren').submit(user('ren').press(message, '🚩'), { reason: '' });
		const card = await user('kei').waitForMessage('mod-log', (m) => textOf(m).includes('an old picture'));
		await user('kei').press(card, 'Remove').acked();
		await expect.poll(() => shop.discord.message(message.id)).toBeUndefined();
		await sanction('ban');
		const removed = await user('kei').waitForMessage('mod-log', (m) => /🗑️ Removed/.test(textOf(m)));
		await user('kei').press(removed, 'Undo').acked();
		await user('ren').waitForMessage('gallery', (m) => isResult(m) && buttonsOf(m)[0]!.customId.includes(id));
	});

	describe('a gateway that only seems to be there', () => {
		const bit = (name: keyof typeof PermissionFlagsBits) => PermissionFlagsBits[name];
		const takeView = (deny = bit('ViewChannel')) =>
			shop.discord.setOverwrite('after-dark', { user: shop.discord.state.bot.id, deny });
		beforeEach(async () => {
			shop.ratings = rated({ explicit: 1 });
			await shop.choose({ adultGuild: true });
		});
		afterEach(async () => {
			shop.discord.gateway.loseEvents(false);
			takeView(0n);
			shop.discord.setGuildNsfwLevel('default');
			shop.discord.setNsfw('after-dark', true);
			await shop.choose({ adultGuild: false });
		});
		const unflag = () => shop.discord.setNsfw('after-dark', false);

		test.each([
			['a channel', 'after-dark', () => {}, unflag],
			['its thread', 'late sketches', () => {}, unflag],
			['a channel that the bot may not see', 'after-dark', takeView, unflag],
			[
				'a channel of a server for adults',
				'gallery',
				() => shop.discord.setGuildNsfwLevel('ageRestricted'),
				() => shop.discord.setGuildNsfwLevel('default'),
			],
		] as const)('%s: Discord is asked what holds, not what is remembered', async (_, channel, before, meanwhile) => {
			before();
			await shop.shown(ask('mika', '1girl, explicit', channel));
			shop.meanwhile = (moment) => {
				if (moment !== 'painted') return;
				shop.discord.gateway.loseEvents();
				meanwhile();
			};
			expect(picturesOf(await isWithheld(ask('mika', '1girl, explicit', channel)))).toEqual([]);
		});
	});

	test('a rule that forbids it while it is painted: its words go at once, not when it is done', async () => {
		let paint = () => {};
		const painted = new Promise<void>((resolve) => {
			paint = resolve;
		});
		let id = '';
		shop.meanwhile = async (moment, generation) => {
			if (moment !== 'painting') return;
			id = generation.id;
			const rules: Rule[] = [{ match: 'words', text: 'gun', action: 'block' }];
			await shop.choose({ rules });
			await rejudge(shop.services, guildId(), { before: [], after: rules });
			await painted;
		};
		const handle = ask('mika', '1girl, gun');
		const reply = await isWithheld(handle);
		expect(textOf(reply)).not.toContain('gun');
		await noteTo(handle, /block `gun`.*Nothing was charged/);
		paint();
		await expect.poll(async () => (await findGeneration(shop.db, id))!.state).toBe('failed');
		expect(textOf((await handle.message())!)).toContain('Not shown here');
	});
});

describe('what waits', () => {
	const queued = async (prompt: string, channel: string) => {
		shop.paintsAtOnce = false;
		const handle = ask('mika', prompt, channel);
		await handle.acked();
		const newest = () => shop.db.query.generations.findFirst({ orderBy: (g, { desc }) => desc(g.createdAt) });
		await expect.poll(async () => (await newest())?.recipe.prompt).toContain(prompt.split(', ').at(-1));
		const found = (await newest())!;
		waiting = found.id;
		return found;
	};
	let waiting = '';
	afterEach(async () => {
		await cancel(shop.services, waiting);
		shop.paintsAtOnce = true;
	});

	test('is fitted to a channel that Discord does not restrict by age any more, as the event says', async () => {
		shop.discord.setNsfw('after-dark', true);
		const { id, recipe } = await queued('1girl, lighthouse', 'after-dark');
		expect(recipe.prompt).not.toContain('safe');
		shop.discord.setNsfw('after-dark', false);
		const now = async () => (await findGeneration(shop.db, id))!;
		await expect.poll(async () => (await now()).recipe.prompt).toMatch(/\bsafe\b/);
		expect((await now()).state).toBe('queued');
		shop.discord.setNsfw('after-dark', true);
	});

	test('is drawn by a rule that comes back by an undo in /audit', async () => {
		const rules: Rule[] = [{ match: 'words', text: 'scythe', action: 'replace', replacement: 'broom' }];
		await shop.choose({ rules });
		await shop.choose({ rules: [] });
		const { id } = await queued('1girl, scythe', 'gallery');
		const log = await user('kei')
			.slash('audit', {})
			.waitFor((m) => /taken out/.test(textOf(m)));
		await user('kei').press(log, 'Undo').acked();
		await expect.poll(async () => (await findGeneration(shop.db, id))!.request.prompt).toBe('1girl, broom');
	});
});

describe('a word that a rule replaces', () => {
	const rules: Rule[] = [
		{ match: 'words', text: 'katana', action: 'replace', replacement: 'umbrella' },
		{ match: 'tag', text: 'blood', action: 'replace', replacement: '' },
	];

	test('is gone from title, description, form and what is stored, and a note says what became of it', async () => {
		await shop.choose({ rules });
		const message = await shop.picture('mika', '1girl, holding k4tana, katana, blood, smile');
		const shown = textOf(message);
		expect(shown).toContain('umbrella');
		expect(shown).toContain('replaced words of the prompt with “umbrella”, and took others out');
		const [picture] = picturesOf(message);
		expect(picture!.alt).toContain('umbrella');
		for (const text of [shown, picture!.alt, JSON.stringify(message)]) expect(text).not.toMatch(/k[a4]tana|blood/);
		const form = await user('ren').press(message, '✏️').modal();
		expect(JSON.stringify(form)).not.toMatch(/k[a4]tana|blood/);
		const { id } = (await shop.db.query.generations.findFirst({ orderBy: (g, { desc }) => desc(g.createdAt) }))!;
		const stored = (await findGeneration(shop.db, id))!;
		expect(JSON.stringify([stored.request, stored.recipe])).not.toMatch(/k[a4]tana|blood/);
	});

	test('is taken out of what is drawn again from an older wish', async () => {
		const before = await shop.picture('mika', '1girl, katana');
		await shop.choose({ rules });
		const again = await shop.shown(user('ren').press(before, '🔄'));
		expect(textOf(again)).toContain('umbrella');
		expect(textOf(again)).not.toContain('katana');
	});

	test('refuses a prompt of which nothing is left', async () => {
		await shop.choose({ rules });
		await shop.told(ask('mika', 'blood'), /Nothing is left to draw/);
	});
});
