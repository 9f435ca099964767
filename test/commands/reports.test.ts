import { PermissionFlagsBits } from 'discord.js';
import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findCard } from '../../src/db/cards.ts';
import { findGeneration } from '../../src/db/generations.ts';
import { imagesOf } from '../../src/db/images.ts';
import { sanctionsInForce } from '../../src/db/sanctions.ts';
import { reports } from '../../src/db/schema.ts';
import { buttonsOf as controlsOf } from '../../src/standin/index.ts';
import { buttonsOf, componentsOf, isResult, picturesOf, textOf } from '../support/page.ts';
import { rated, Workshop } from '../support/workshop.ts';

let shop: Workshop;

beforeAll(async () => {
	shop = await Workshop.open();
	await shop.choose({ logChannelId: shop.discord.channel('mod-log').id, limits: { newcomers: { days: 1 } } });
});
afterAll(() => shop.close());
beforeEach(async () => {
	// Nobody’s reports of a day are used up by the tests before.
	await shop.db.update(reports).set({ createdAt: new Date(Date.now() - 2 * 86_400_000) });
	shop.ratings = rated({ general: 1 });
	shop.paintsAtOnce = true;
});
afterEach(() => {
	shop.discord.faults.clear();
	shop.discord.assertClean();
});

let made = 0;
/** A picture that nothing else has the prompt of, and its generation's id. */
async function picture(by = 'mika', channel = 'gallery') {
	const message = await shop.picture(by, `1girl, picture ${made++} of all`, channel);
	return { message, id: idIn(message) };
}
const idIn = (message: APIMessage) => buttonsOf(message)[0]!.customId.split(':')[2]!;

/** Presses 🚩 and sends the form. */
async function flag(by: string, message: APIMessage, reason = '') {
	const member = shop.discord.user(by);
	const sent = await member.submit(member.press(message, '🚩'), { reason });
	await sent.acked();
	return sent;
}

/** Waits for the card of a generation, as it says something. */
const card = (id: string, fits: (text: string) => boolean = () => true, channel = 'mod-log') =>
	shop.discord
		.user('kei')
		.waitForMessage(
			channel,
			(message) =>
				buttonsOf(message).some(({ customId }) => customId.includes(`case-undo:${id}`)) && fits(textOf(message)),
		);

/** Presses a button of a card and waits until the card has changed. */
async function decideOn(by: string, on: APIMessage, label: string) {
	const handle = shop.discord.user(by).press(on, label);
	await handle.acked();
	const id = idIn(on);
	const before = textOf(on);
	return card(id, (text) => text !== before);
}

const isThere = (id: string) => shop.discord.message(id) !== undefined;
const gone = (message: APIMessage) =>
	expect.poll(() => isThere(message.id), { timeout: 5000, interval: 50 }).toBe(false);
const notice = (handle: ReturnType<ReturnType<Workshop['discord']['user']>['press']>, wanted: RegExp) =>
	handle.waitForFollowup((m) => wanted.test(textOf(m)) && (Number(m.flags) & 64) === 64);

describe('a report', () => {
	test('brings a card with prompt, recipe, author, reasons and ratings, and the picture under a spoiler', async () => {
		const { message, id } = await picture();
		await shop.told(await flag('ren', message, 'not @everyone’s **taste**'), /Thank you/);
		const shown = await card(id);
		const text = textOf(shown);
		expect(text).toContain(`picture ${made - 1} of all`);
		expect(text).toContain(`<@${shop.discord.user('mika').id}>`);
		expect(text).toContain(`/${message.id})`);
		expect(text).toMatch(/seed \d+/);
		expect(text).toContain('general 100 %');
		expect(text).toContain('\\*\\*taste\\*\\*');
		expect(text).not.toContain('@everyone');
		expect(shown.mentions).toEqual([]);
		const [gallery] = componentsOf(shown).filter(({ type }) => type === 12);
		expect((gallery!.items as { spoiler: boolean }[]).map(({ spoiler }) => spoiler)).toEqual([true]);
	});

	test('of the same picture by another member goes to the same card', async () => {
		const { message, id } = await picture();
		await flag('ren', message, 'first reason');
		const first = await card(id, (text) => text.includes('first reason'));
		await flag('yuki', message, 'second reason');
		const both = await card(id, (text) => text.includes('first reason') && text.includes('second reason'));
		expect(both.id).toBe(first.id);
	});

	test('can be made from the menu of the message too, and of nothing but pictures', async () => {
		const { message, id } = await picture();
		const ren = shop.discord.user('ren');
		const sent = await ren.submit(ren.menu('Report to moderators', message), { reason: 'from the menu' });
		await shop.told(sent, /Thank you/);
		await card(id, (text) => text.includes('from the menu'));
		const said = shop.discord.user('mika').say('no picture');
		await shop.told(ren.menu('Report to moderators', said), /shows no pictures of mine/);
	});

	test('counts once for each member', async () => {
		const { message } = await picture();
		await flag('ren', message);
		await shop.told(shop.discord.user('ren').press(message, '🚩'), /reported this already/);
	});

	test('of one’s own picture is answered with the way to delete it', async () => {
		const { message } = await picture();
		await shop.told(shop.discord.user('mika').press(message, '🚩'), /your own.*🗑️/);
	});

	test('waits in the database while the channel is closed to the bot, which tells the operator, and comes when it opens', async () => {
		const { message, id } = await picture();
		const forbidden = { status: 403, body: { code: 50_013, message: 'Missing Permissions' } };
		const path = new RegExp(`^/channels/${shop.discord.channel('mod-log').id}/messages`);
		shop.discord.faults.push({ method: 'POST', path, ...forbidden, times: 9 });
		await shop.told(await flag('ren', message, 'kept safe'), /Thank you/);
		await expect
			.poll(async () => (await findCard(shop.db, id))?.lastError, { timeout: 5000 })
			.toMatch(/Missing Permissions/);
		expect(shop.logged.at(-1)).toMatchObject({ message: 'a report cannot be shown to the moderators' });
		const list = await shop.discord
			.user('kei')
			.slash('audit', { show: 'reports' })
			.waitFor((m) => /🚩/.test(textOf(m)));
		expect(textOf(list)).toContain('Missing Permissions');
		shop.discord.faults.clear();
		await shop.hurryCards();
		await card(id, (text) => text.includes('kept safe'));
	});

	test('without a channel for reports is found in /audit, where it can be decided', async () => {
		await shop.choose({ logChannelId: null });
		const { message, id } = await picture();
		await shop.told(await flag('ren', message, 'look here'), /`\/audit`/);
		const kei = shop.discord.user('kei');
		const list = await kei.slash('audit', { show: 'reports' }).waitFor((m) => /No channel for reports/.test(textOf(m)));
		const opened = kei.press(list, `v1:case:${id}`);
		const shown = await opened.waitFor((m) => /look here/.test(textOf(m)));
		expect(picturesOf(shown)).toHaveLength(1);
		const pressed = kei.press(shown, 'Remove');
		await pressed.waitFor((m) => /🗑️ Removed/.test(textOf(m)));
		await gone(message);
		await shop.choose({ logChannelId: shop.discord.channel('mod-log').id });
	});

	test('in a channel for reports that is not age-restricted shows no explicit picture', async () => {
		shop.ratings = rated({ explicit: 0.9, questionable: 0.1 });
		const { message, id } = await picture('mika', 'after-dark');
		await flag('ren', message);
		const shown = await card(id);
		expect(picturesOf(shown)).toEqual([]);
		expect(shown.attachments).toEqual([]);
		expect(textOf(shown)).toContain('not shown here: rated explicit');
		shop.discord.setNsfw('mod-log', true);
		await flag('yuki', message, 'again');
		const adult = await card(id, (text) => text.includes('again'));
		expect(picturesOf(adult)).toHaveLength(1);
		shop.discord.setNsfw('mod-log', false);
	});
});

describe('what moderators decide', () => {
	test('a picture that is removed with descendants goes with them, and comes back by undo', async () => {
		const { message, id } = await picture();
		const child = await shop.shown(shop.discord.user('ren').press(message, 'V1'));
		const grandchild = await shop.shown(shop.discord.user('yuki').press(child, 'U1'));
		await flag('ren', message);
		const shown = await card(id);
		const removed = await decideOn('kei', shown, 'Remove with 2 made from it');
		expect(textOf(removed)).toContain(`<@${shop.discord.user('kei').id}> removed`);
		expect(textOf(removed)).toContain('and 2 made from it');
		expect(picturesOf(removed)).toEqual([]);
		for (const it of [message, child, grandchild]) await gone(it);
		const [image] = await imagesOf(shop.db, id);
		expect(await shop.store.exists(image!.file)).toBe(true);

		await decideOn('sora', removed, 'Undo');
		for (const it of [message, child, grandchild]) {
			const back = await shop.discord
				.user('mika')
				.waitForMessage('gallery', (m) => m.id !== it.id && isResult(m) && idIn(m) === idIn(it));
			expect(picturesOf(back)).toHaveLength(picturesOf(it).length);
			expect((await findGeneration(shop.db, idIn(it)))?.deletedAt).toBeNull();
		}
		expect(await findCard(shop.db, id)).toMatchObject({ state: 'open' });
	});

	test('what came back is judged by the channel as it is then', async () => {
		shop.ratings = rated({ explicit: 0.9 });
		const { message, id } = await picture('mika', 'after-dark');
		await flag('ren', message);
		const removed = await decideOn('kei', await card(id), 'Remove');
		await gone(message);
		shop.discord.setNsfw('after-dark', false);
		await decideOn('kei', removed, 'Undo');
		const back = await shop.discord
			.user('mika')
			.waitForMessage(
				'after-dark',
				(m) => m.id > message.id && buttonsOf(m).some(({ customId }) => customId.includes(id)),
			);
		expect(picturesOf(back)).toEqual([]);
		shop.discord.setNsfw('after-dark', true);
	});

	test('of two who press at once, the second is told of the first, and nothing is done twice', async () => {
		const { message, id } = await picture();
		await flag('ren', message);
		const shown = await card(id);
		const presses = [shop.discord.user('kei').press(shown, 'Keep'), shop.discord.user('sora').press(shown, 'Remove')];
		const late = await Promise.any(presses.map((press) => notice(press, /was quicker/)));
		expect(textOf(late)).toMatch(/`(keep|remove)`/);
		const { state, decisions } = (await findCard(shop.db, id))!;
		expect(decisions).toBe(1);
		expect(isThere(message.id)).toBe(state === 'kept');
	});

	test('a warning is told to the member instead of the next wish, once, and counts until it expires or is undone', async () => {
		const { message, id } = await picture('mika');
		await flag('ren', message);
		const warned = await decideOn('kei', await card(id), 'Warn');
		expect(textOf(warned)).toContain('1 warning in force');
		const asks = () => shop.discord.user('mika').slash('imagine', { prompt: '1girl', count: 1 });
		const text = await shop.told(asks(), /warned you about this picture/);
		expect(text).toContain(message.id);
		await shop.shown(asks());
		await decideOn('kei', warned, 'Undo');
		expect(await sanctionsInForce(shop.db, shop.discord.guild().id, shop.discord.user('mika').id)).toEqual([]);
	});

	test('who is timed out draws no more, at no door, and what they had waiting is ended, with a word why', async () => {
		const { message, id } = await picture('mika');
		await flag('ren', message);
		const shown = await card(id);
		shop.paintsAtOnce = false;
		const waiting = shop.discord.user('mika').slash('imagine', { prompt: '1girl, waiting', count: 1 });
		await waiting.acked();
		const kei = shop.discord.user('kei');
		await kei.select(shown, 'Time out from the bot …', '1d').acked();
		const out = await card(id, (text) => /Timed out from the bot by/.test(text));
		await waiting.waitFor((m) => /Not shown here/.test(textOf(m)));
		await notice(waiting, /gave you a time-out.*nothing is charged/);
		const mika = shop.discord.user('mika');
		for (const press of [
			mika.slash('imagine', { prompt: '1girl' }),
			mika.press(message, '🔄'),
			mika.press(message, 'V1'),
		])
			await shop.told(press, /gave you a time-out/);
		await shop.told(await mika.submit(mika.press(message, '✏️'), { prompt: '1boy' }), /gave you a time-out/);
		shop.paintsAtOnce = true;
		await decideOn('kei', out, 'Undo');
		await shop.picture('mika', '1girl, again');
	});

	test('who is banned from the bot reports nothing either', async () => {
		const { message, id } = await picture('yuki');
		await flag('mika', message);
		const banned = await decideOn('kei', await card(id), 'Ban from the bot');
		const { message: other } = await picture('mika');
		await shop.told(shop.discord.user('yuki').press(other, '🚩'), /banned you from the bot/);
		await decideOn('kei', banned, 'Undo');
	});

	test('a moderator’s 🗑 is in the log and can be undone there; the author’s leaves no files', async () => {
		const { message, id } = await picture('mika');
		await shop.discord.user('kei').press(message, '🗑️').acked();
		await gone(message);
		const about = { about: shop.discord.user('mika').id };
		const log = await shop.discord
			.user('sora')
			.slash('audit', about)
			.waitFor((m) => /removed a picture/.test(textOf(m)));
		const undo = controlsOf(log).find(({ custom_id: customId }) => customId?.includes('audit-undo'))!;
		await shop.discord.user('sora').press(log, undo.custom_id!).acked();
		const back = await shop.discord
			.user('mika')
			.waitForMessage('gallery', (m) => m.id !== message.id && isResult(m) && idIn(m) === id);

		await shop.discord.user('mika').press(back, '🗑️').acked();
		await gone(back);
		const [image] = await imagesOf(shop.db, id);
		await expect.poll(() => shop.store.exists(image!.file), { timeout: 5000 }).toBe(false);
	});
});

test('members who moderate nothing neither decide nor read the log', async () => {
	await shop.choose({ logChannelId: shop.discord.channel('sketches').id });
	const { message, id } = await picture();
	await flag('ren', message);
	const shown = await card(id, undefined, 'sketches');
	for (const label of ['Keep', 'Remove', 'Warn', 'Ban from the bot'])
		await shop.told(shop.discord.user('ren').press(shown, label), /Only moderators/);
	await shop.told(shop.discord.user('ren').slash('audit', {}, { unchecked: true }), /Only moderators/);
	expect(await findCard(shop.db, id)).toMatchObject({ state: 'open', decisions: 0 });
	await shop.choose({ logChannelId: shop.discord.channel('mod-log').id });
});

test('who may manage the messages of one channel alone reads no log and decides about nobody', async () => {
	const { message, id } = await picture('yuki');
	await flag('mika', message);
	const ren = shop.discord.user('ren');
	shop.discord.setOverwrite('gallery', { user: 'ren', allow: PermissionFlagsBits.ManageMessages });
	await shop.told(ren.slash('audit', { show: 'reports' }, { channel: 'gallery', unchecked: true }), /Only moderators/);
	const shown = await card(id);
	shop.discord.setOverwrite('mod-log', { user: 'ren', allow: PermissionFlagsBits.ViewChannel });
	await shop.told(ren.press(shown, 'Ban from the bot', { unchecked: true }), /Only moderators/);
	expect(await findCard(shop.db, id)).toMatchObject({ state: 'open', decisions: 0 });
	// There a server may say otherwise: it is the moderators' own channel.
	const both = PermissionFlagsBits.ViewChannel | PermissionFlagsBits.ManageMessages;
	shop.discord.setOverwrite('mod-log', { user: 'ren', allow: both });
	await decideOn('ren', shown, 'Keep');
	shop.discord.setOverwrite('mod-log', { user: 'ren' });
	shop.discord.setOverwrite('gallery', { user: 'ren' });
});

test('a member’s eleventh report of a day is refused', async () => {
	const aoi = shop.discord.createUser('Aoi', { joinedDaysAgo: 30 });
	const { message, id } = await picture();
	const { message: other } = await picture();
	const guildId = shop.discord.guild().id;
	const others = await shop.db.query.generations.findMany({ limit: 10, where: (g, { ne }) => ne(g.id, id) });
	await shop.db
		.insert(reports)
		.values(others.map((it) => ({ generationId: it.id, userId: aoi.id, guildId })))
		.onConflictDoNothing();
	expect(others).toHaveLength(10);
	await shop.told(aoi.press(message, '🚩'), /10 reports in 24 hours/);
	expect(isThere(other.id)).toBe(true);
});
