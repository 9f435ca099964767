import type { APIMessage } from 'discord-api-types/v10';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { searchAudit } from '../../src/db/audit.ts';
import { countOpenCards, findCard } from '../../src/db/cards.ts';
import { findGeneration } from '../../src/db/generations.ts';
import { findDelivery } from '../../src/db/outbox.ts';
import { generations, sanctions, usage } from '../../src/db/schema.ts';
import type { Rule } from '../../src/moderation/rules.ts';
import { heldMs, lapseHeld } from '../../src/queue/held.ts';
import type { InteractionHandle } from '../../src/standin/index.ts';
import { buttonsOf, isResult, picturesOf, textOf } from '../support/page.ts';
import { rated, Workshop } from '../support/workshop.ts';

let shop: Workshop;
const hold: Rule = { match: 'words', text: 'gun', action: 'hold' };
const user = (name: string) => shop.discord.user(name);
const guildId = () => shop.discord.guild().id;

beforeAll(async () => {
	shop = await Workshop.open();
});
afterAll(() => shop.close());
beforeEach(async () => {
	await shop.db.delete(sanctions);
	shop.ratings = rated({ general: 1 });
	shop.paintsAtOnce = true;
	await shop.choose({
		logChannelId: shop.discord.channel('mod-log').id,
		rules: [hold],
		limits: { newcomers: { days: 1 } },
	});
});
afterEach(async () => {
	for (const { id } of await shop.db.select().from(generations).where(eq(generations.state, 'held')))
		await shop.db.update(generations).set({ state: 'cancelled' }).where(eq(generations.id, id));
	shop.discord.faults.clear();
	shop.discord.assertClean();
});

let made = 0;
/** Asks for a picture that a rule holds, and waits until the reply says so. */
async function heldWish(by = 'mika', channel = 'gallery') {
	const prompt = `1girl, holding gun, number ${made++}`;
	const handle = user(by).slash('imagine', { prompt, count: 1 }, { channel });
	const reply = await handle.waitFor((m) => /A moderator of this server looks/.test(textOf(m)));
	return { handle, reply, prompt, id: idIn(reply) };
}
const idIn = (message: APIMessage) => buttonsOf(message)[0]!.customId.split(':')[2]!;
const cardOf = (prompt: string, wanted = /waits for you/) =>
	user('kei').waitForMessage('mod-log', (m) => textOf(m).includes(prompt) && wanted.test(textOf(m)));
const press = (by: string, card: APIMessage, label: string) => user(by).press(card, label);
const stateOf = async (id: string) => (await findGeneration(shop.db, id))!.state;
const usageOf = (id: string) => shop.db.select().from(usage).where(eq(usage.generationId, id));
const refusalTo = (handle: InteractionHandle, wanted: RegExp) => shop.told(handle, wanted);

describe('a wish that a rule holds', () => {
	test('waits: nothing is queued, charged or painted, and the channel reads neither prompt nor word', async () => {
		const { reply, prompt, id } = await heldWish();
		expect(textOf(reply)).not.toMatch(/gun|1girl/);
		expect((await findGeneration(shop.db, id))!).toMatchObject({ state: 'held', jobId: '', heldFor: 'gun' });
		expect(await usageOf(id)).toEqual([]);
		const card = textOf(await cardOf(prompt));
		for (const said of [prompt, `<@${user('mika').id}>`, '`gun`', `<#${shop.discord.channel('gallery').id}>`])
			expect(card).toContain(said);
		await shop.told(user('mika').press(reply, 'Why?'), /look at `gun` before it is drawn/);
		await shop.told(user('ren').press(reply, 'Why?'), /Only who asked/);
		expect(await countOpenCards(shop.db, guildId())).toBeGreaterThan(0);
	});

	test('is painted and charged when a moderator lets it through, and the log says who', async () => {
		const { handle, prompt, id } = await heldWish();
		await press('kei', await cardOf(prompt), 'Let it through').acked();
		const result = await shop.shown(handle);
		expect(picturesOf(result)).toHaveLength(1);
		expect(textOf(result)).toContain('gun');
		expect(await usageOf(id)).toMatchObject([{ state: 'spent', pictures: 1 }]);
		expect(textOf(await cardOf(prompt, /Let through/))).toContain(`<@${user('kei').id}> let a held wish`);
		const [entry] = await searchAudit(shop.db, guildId(), { action: 'approve' }, { limit: 1 });
		expect(entry).toMatchObject({ actorId: user('kei').id, generationId: id, before: { heldFor: 'gun' } });
		expect(buttonsOf(await cardOf(prompt, /Let through/))).toEqual([]);
	});

	test('is refused by a moderator: the author is told privately, and nobody reads what it was', async () => {
		const { handle, prompt, id } = await heldWish();
		await press('kei', await cardOf(prompt), 'Refuse').acked();
		const note = await handle.waitForFollowup((m) => /did not want it drawn/.test(textOf(m)));
		expect(Number(note.flags) & 64).toBe(64);
		const reply = await handle.waitFor((m) => /Not shown here/.test(textOf(m)));
		expect(textOf(reply)).not.toContain('gun');
		expect(await stateOf(id)).toBe('failed');
		expect(await usageOf(id)).toEqual([]);
		await cardOf(prompt, /❌ Refused/);
	});

	test('is decided by moderators only, and once', async () => {
		const { prompt, id, reply } = await heldWish();
		const card = await cardOf(prompt);
		// A modified client may send any button from any channel.
		const forged = user('mika').press({ ...reply, components: card.components! }, buttonsOf(card)[0]!.customId, {
			unchecked: true,
		});
		await refusalTo(forged, /Only moderators/);
		expect(await stateOf(id)).toBe('held');
		const both = ['kei', 'sora'].map((by) => press(by, card, 'Refuse'));
		await Promise.all(both.map((handle) => handle.acked()));
		await Promise.any(both.map((handle) => refusalTo(handle, /was quicker and refused it, so nothing was done/)));
		expect(await searchAudit(shop.db, guildId(), { action: 'refuse' }, { limit: 9 })).toSatisfy(
			(found: { generationId: string | null }[]) => found.filter((it) => it.generationId === id).length === 1,
		);
	});

	test('is found in /audit and decided there, too', async () => {
		const { handle, id } = await heldWish();
		const list = await user('kei')
			.slash('audit', { show: 'reports' })
			.waitFor((m) => /was held .*waits for a moderator/.test(textOf(m)));
		const card = await user('kei')
			.press(list, `v1:case:${id}`)
			.waitFor((m) => /waits for you/.test(textOf(m)));
		await press('kei', card, 'Let it through').acked();
		await shop.shown(handle);
	});

	test('can be cancelled by its author, and then there is nothing to decide', async () => {
		const { handle, reply, prompt } = await heldWish();
		const card = await cardOf(prompt);
		await user('mika').press(reply, 'Cancel').acked();
		const last = await handle.waitFor((m) => /Cancelled\. Nothing was charged/.test(textOf(m)));
		expect(textOf(last)).not.toContain('gun');
		expect(buttonsOf(await cardOf(prompt, /No longer to be decided/))).toEqual([]);
		const late = user('kei').press(card, buttonsOf(card)[0]!.customId, { unchecked: true });
		await refusalTo(late, /had ended before, so nothing was done/);
	});

	test('ends after three days at which nobody looked, and the log says so', async () => {
		const { handle, id, prompt } = await heldWish();
		await cardOf(prompt);
		await lapseHeld(shop.services, 50, Date.now() + heldMs - 60_000);
		expect(await stateOf(id)).toBe('held');
		await lapseHeld(shop.services, 50, Date.now() + heldMs + 1000);
		await handle.waitFor((m) => /Not shown here/.test(textOf(m)));
		expect((await findGeneration(shop.db, id))!.failure).toMatch(/No moderator looked at this within three days/);
		expect(await searchAudit(shop.db, guildId(), { action: 'lapse' }, { limit: 1 })).toMatchObject([
			{ actorId: null, generationId: id },
		]);
		await cardOf(prompt, /No longer to be decided/);
	});

	test('is let through hours later: the reply is edited by the bot itself', async () => {
		const { handle, prompt, id, reply } = await heldWish();
		const card = await cardOf(prompt);
		await shop.db
			.update(generations)
			.set({ tokenExpiresAt: new Date(0) })
			.where(eq(generations.id, id));
		await press('kei', card, 'Let it through').acked();
		await expect.poll(async () => (await findDelivery(shop.db, id))?.messageId, { timeout: 5000 }).toBe(reply.id);
		expect(isResult((await handle.message())!)).toBe(true);
	});
});

describe('nobody is asked', () => {
	const cards = () => countOpenCards(shop.db, guildId());
	test.each([
		['for what no setting allows', '1girl, gun, loli, nude', /No setting allows that/],
		['for what the channel does not allow anyway', '1girl, gun, nude', /age-restricted channels only|more than this/],
	])('%s', async (_, prompt, told) => {
		const before = await cards();
		await refusalTo(user('mika').slash('imagine', { prompt }), told);
		expect(await cards()).toBe(before);
	});

	test('where no channel is chosen, and the member is told so', async () => {
		await shop.choose({ logChannelId: null });
		const before = await cards();
		const told = await refusalTo(user('mika').slash('imagine', { prompt: '1girl, gun' }), /`gun`/);
		expect(told).toMatch(/have not chosen a channel/);
		expect(await cards()).toBe(before);
	});

	test('about more than three wishes of a member at a time', async () => {
		for (let i = 0; i < 3; i++) await heldWish('ren');
		await refusalTo(user('ren').slash('imagine', { prompt: '1girl, gun' }), /3 wishes of yours to look at already/);
	});
});

describe('whoever lets it through, all else holds', () => {
	test('the day’s pictures', async () => {
		const { prompt, id } = await heldWish('ren');
		await shop.choose({ limits: { members: { perDay: 0 } } });
		await refusalTo(press('kei', await cardOf(prompt), 'Let it through'), /Not let through.*no pictures/s);
		expect([await stateOf(id), (await findCard(shop.db, id))!.state]).toEqual(['held', 'held']);
		await shop.choose({ limits: { members: { perDay: null } } });
	});

	test('the channel’s age restriction', async () => {
		shop.discord.setNsfw('after-dark', true);
		const handle = user('mika').slash('imagine', { prompt: '1girl, gun, nude', count: 1 }, { channel: 'after-dark' });
		const id = idIn(await handle.waitFor((m) => /A moderator of this server looks/.test(textOf(m))));
		// Discord's event ends it, before anybody decides.
		shop.discord.setNsfw('after-dark', false);
		await handle.waitFor((m) => /Not shown here/.test(textOf(m)));
		expect(await stateOf(id)).toBe('failed');
		shop.discord.setNsfw('after-dark', true);
	});

	test('a ban: it ends with everything else of theirs', async () => {
		const { handle, id, prompt } = await heldWish('ren');
		const other = await shop.picture('ren', '1girl, smile');
		await user('mika').submit(user('mika').press(other, '🚩'), { reason: '' });
		const report = await user('kei').waitForMessage('mod-log', (m) => /🚩 Reported/.test(textOf(m)));
		await press('kei', report, 'Ban from the bot').acked();
		await handle.waitFor((m) => /Not shown here/.test(textOf(m)));
		expect(await stateOf(id)).toBe('failed');
		await cardOf(prompt, /No longer to be decided/);
	});
});

test('what is made from a picture that was let through, by the same words, is not asked about again', async () => {
	const { handle, prompt } = await heldWish();
	await press('kei', await cardOf(prompt), 'Let it through').acked();
	const result = await shop.shown(handle);
	const before = await countOpenCards(shop.db, guildId());
	await shop.shown(user('mika').press(result, 'U1'));
	expect(await countOpenCards(shop.db, guildId())).toBe(before);
	// New pictures of the same words are new wishes, and other words anyway.
	const edited = user('mika').press(result, '✏️');
	await edited.modal();
	const again = await user('mika').submit(edited, { prompt: `${prompt}, more guns: gun`, negative: '' });
	await again.waitFor((m) => /A moderator of this server looks/.test(textOf(m)));
});

test('what was let through once can be reported, on a card of its own', async () => {
	const { handle, prompt, id } = await heldWish();
	const held = await cardOf(prompt);
	await press('kei', held, 'Let it through').acked();
	const result = await shop.shown(handle);
	await cardOf(prompt, /Let through/);
	await user('ren').submit(user('ren').press(result, '🚩'), { reason: 'after all' });
	const report = await cardOf(prompt, /🚩 Reported/);
	expect(report.id).not.toBe(held.id);
	expect((await findCard(shop.db, id))!.state).toBe('open');
});
