import { PermissionFlagsBits } from 'discord.js';
import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findByInteraction } from '../../src/db/generations.ts';
import { findVersion } from '../../src/db/settings.ts';
import { textOf } from '../../src/standin/index.ts';
import { picturesOf } from '../support/page.ts';
import { Workshop } from '../support/workshop.ts';

/** What a server's settings do to its members, and how a server comes to know of them. */
let shop: Workshop;
beforeAll(async () => {
	shop = await Workshop.open();
});
afterAll(async () => {
	shop.discord.assertClean();
	await shop.close();
});
afterEach(() => {
	shop.paintsAtOnce = true;
});

const user = (name: string) => shop.discord.user(name);

describe('whose buttons may be pressed', () => {
	let picture: APIMessage;
	beforeAll(async () => {
		picture = await shop.picture('mika', '1girl, hat');
	});
	const refused = /only the author and moderators use these buttons/;
	const labels = ['U1', 'V1', '🔄', '✏️'];

	test.for(labels)('%s is for everyone at first', async (label) => {
		const handle = user('ren').press(picture, label);
		expect([5, 9]).toContain(await handle.acked());
	});

	test.for(labels)('%s is the author’s and the moderators’ where the server says so', async (label) => {
		await shop.choose({ buttons: 'author' });
		expect(await shop.told(user('ren').press(picture, label), refused)).toBeTruthy();
		expect([5, 9]).toContain(await user('mika').press(picture, label).acked());
		expect([5, 9]).toContain(await user('kei').press(picture, label).acked());
	});

	test('a form that was opened before is refused as well', async () => {
		await shop.choose({ buttons: 'everyone' });
		const form = user('ren').press(picture, '✏️');
		await form.modal();
		await shop.choose({ buttons: 'author' });
		expect(await shop.told(await user('ren').submit(form, { prompt: '1girl' }), refused)).toBeTruthy();
		await shop.choose({ buttons: 'everyone' });
	});
});

describe('limits', () => {
	test('hold for newcomers, not for old members, and say how many pictures are left', async () => {
		await shop.choose({ limits: { newcomers: { perDay: 2 } } });
		const four = user('yuki').slash('imagine', { prompt: '1girl', count: 4 }, { channel: 'gallery' });
		expect(await shop.told(four, /You have 2 of 2 pictures left for today, and this asks for 4/)).toBeTruthy();
		// who does not say how many gets what there is
		const message = await shop.shown(user('yuki').slash('imagine', { prompt: '1girl' }, { channel: 'gallery' }));
		expect(picturesOf(message)).toHaveLength(2);
		const more = user('yuki').slash('imagine', { prompt: '1girl', count: 1 }, { channel: 'gallery' });
		expect(await shop.told(more, /You may paint 2 pictures in 24 hours here, and have/)).toBeTruthy();
		expect(await shop.picture('ren', '1girl')).toBeTruthy();
	});

	test('do not hold for a role that skips them', async () => {
		await shop.choose({ unlimited: [shop.discord.role('Newcomer').id] });
		expect(await shop.picture('yuki', '1girl')).toBeTruthy();
		await shop.choose({ unlimited: [], limits: null });
	});
});

test('the server’s defaults are in every wish that does not say otherwise', async () => {
	await shop.choose({ defaults: { preset: 'none', aspect: '13:19', negative: 'gore' } });
	const made = async (options: Record<string, string | number>) => {
		const handle = user('ren').slash('imagine', { count: 1, ...options }, { channel: 'gallery' });
		await shop.shown(handle);
		return (await findByInteraction(shop.db, handle.id))!.recipe;
	};
	const plain = await made({ prompt: '1girl' });
	expect(plain.prompt).not.toContain('masterpiece');
	expect(plain.negative).toContain('gore');
	expect(plain.height).toBeGreaterThan(plain.width);
	const own = await made({ prompt: '1girl --ar 19:13 --preset card --no shoes' });
	expect(own.prompt).toContain('masterpiece');
	expect(own.negative).toMatch(/shoes.*gore|gore.*shoes/);
	expect(own.width).toBeGreaterThan(own.height);
	await shop.choose({ defaults: null });
});

test.for([
	['gallery', ['safe', 'sensitive']],
	['after-dark', ['safe', 'sensitive', 'nsfw', 'explicit']],
] as const)('in %s the ratings %j are offered', async ([channel, values]) => {
	const offered = await user('mika').choices('imagine', 'rating', { prompt: '1girl', rating: '' }, { channel });
	expect(offered.map(({ value }) => value)).toEqual(values);
});

test('a rating that is typed all the same meets the gate', async () => {
	const offered = await user('mika').choices(
		'imagine',
		'rating',
		{ prompt: '1girl', rating: 'sens' },
		{ channel: 'gallery' },
	);
	expect(offered.map(({ value }) => value)).toEqual(['sensitive']);
	const handle = user('mika').slash('imagine', { prompt: '1girl', rating: 'nsfw' }, { channel: 'gallery' });
	expect(await shop.told(handle, /The rating `nsfw` is for age-restricted channels only/)).toBeTruthy();
	const odd = user('mika').slash('imagine', { prompt: '1girl', rating: 'spicy' }, { channel: 'gallery' });
	expect(await shop.told(odd, /Rating takes one of `safe`, `sensitive`, `nsfw`, `explicit`, not `spicy`/)).toBeTruthy();
});

describe('the greeting', () => {
	const isGreeting = (message: APIMessage) => textOf(message).includes('Hello!');
	const greetings = (channel: string) => shop.discord.messagesIn(channel).filter(isGreeting);

	test('comes once in a server that invites the bot, pings nobody, and opens the panel for who may set up', async () => {
		const { id, channels } = shop.discord.createGuild('Second', ['lobby', 'art']);
		const lobby = channels.find(({ name }) => name === 'lobby')!.id;
		const greeting = await user('sora').waitForMessage(lobby, isGreeting);
		expect(greeting.mentions).toEqual([]);
		expect(greeting.mention_everyone).toBe(false);
		const panel = await user('sora').press(greeting, 'Open settings').message();
		expect(Number(panel.flags) & 64).toBe(64);
		expect(textOf(panel)).toContain('What Second allows');
		expect(greetings(lobby)).toHaveLength(1);
		expect(textOf(shop.discord.message(greeting.id)!)).toContain('Hello!');
		expect(
			await shop.told(user('ren').press(greeting, 'Open settings'), /Only members with the permission Manage Server/),
		).toBeTruthy();
		expect(await findVersion(shop.db, id, '')).toMatchObject({ version: 1, values: {} });

		shop.discord.removeBot('Second');
		shop.discord.inviteBot('Second');
		// What is asked later is answered later: by then a second greeting would be there.
		await user('sora').slash('settings', {}, { channel: lobby }).message();
		expect(greetings(lobby)).toHaveLength(1);
	});

	test('says nothing where the bot may write nowhere, and /settings works all the same', async () => {
		const quiet = shop.discord.createForeignChannel({ name: 'quiet' });
		shop.discord.setOverwrite(quiet.id, { user: 'Atelier', deny: PermissionFlagsBits.SendMessages });
		shop.discord.inviteBot(quiet.guildId!);
		await expect.poll(() => findVersion(shop.db, quiet.guildId!, '')).toBeDefined();
		expect(textOf(await user('sora').slash('settings', {}, { channel: quiet.id }).message())).toContain('What Foreign');
		expect(greetings(quiet.id)).toEqual([]);
		expect(shop.logged.filter(({ message }) => message.includes('greeted'))).toEqual([]);
	});
});

test('a change ends what waits and breaks it, and its author is told why', async () => {
	shop.paintsAtOnce = false;
	const handle = user('mika').slash('imagine', { prompt: '1girl, sword', count: 1 }, { channel: 'gallery' });
	await handle.acked();
	await handle.waitFor(() => true);
	const words = user('kei').slash('settings', {}, { channel: 'gallery' });
	const go = user('kei').press(await words.message(), 'v1:panel:go-overview', { values: ['words'] });
	const panel = await go.message();
	const form = user('kei').press(panel, 'Block words…');
	const sent = await user('kei').submit(form, { text: 'sword' });
	expect(textOf(await sent.waitForFollowup())).toMatch(/One wish was ended by this change/);
	const told = await handle.waitForFollowup((message) =>
		textOf(message).includes('The rules changed while this waited'),
	);
	expect(textOf(told)).toContain('`sword`');
	expect(Number(told.flags) & 64).toBe(64);
	// The channel is not told the word that nobody is to read there.
	expect(textOf(handle.original!)).not.toContain('sword');
});
