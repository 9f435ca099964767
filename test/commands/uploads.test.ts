import { createHash } from 'node:crypto';
import type { APIMessage } from 'discord-api-types/v10';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findByInteraction, type Generation } from '../../src/db/generations.ts';
import { countStored } from '../../src/db/privacy.ts';
import { generations, images, uploads } from '../../src/db/schema.ts';
import { findUpload, noteSeen, uploadKey } from '../../src/db/uploads.ts';
import { choresOf } from '../../src/discord/chores.ts';
import { strengths } from '../../src/prompt/derive.ts';
import { endWaiting } from '../../src/queue/settle.ts';
import { decideOnUpload } from '../../src/queue/sources.ts';
import type { InteractionHandle } from '../../src/standin/index.ts';
import { makePng } from '../standin/support/png.ts';
import { databaseKinds } from '../support/databases.ts';
import { buttonsOf, componentsOf, textOf } from '../support/page.ts';
import { rated, Workshop } from '../support/workshop.ts';
import { readZip } from '../support/zip.ts';

const fileOf = (seed: number) => ({
	name: 'a.png',
	contentType: 'image/png',
	bytes: Buffer.from(makePng(96, 64, seed)),
});
const hashOf = ({ bytes }: { bytes: Uint8Array }) => createHash('sha256').update(bytes).digest('hex');

describe.each(databaseKinds)('pictures from pictures on %s', (kind) => {
	let shop: Workshop;
	beforeAll(async () => {
		shop = await Workshop.open(kind);
	});
	afterAll(async () => {
		shop.discord.assertClean();
		await shop.close();
	});

	let seeds = 1;
	const made = async (handle: InteractionHandle): Promise<Generation> => {
		await expect.poll(() => findByInteraction(shop.db, handle.interaction.id)).toBeDefined();
		return (await findByInteraction(shop.db, handle.interaction.id))!;
	};
	/** Sees it through, so that a member who asks for much never has too many in line. */
	const painted = async (handle: InteractionHandle): Promise<Generation> => {
		await shop.shown(handle);
		return made(handle);
	};
	const nameOf = (by: string, file: { bytes: Uint8Array }, guildId: string | null = shop.discord.guild().id) => ({
		userId: shop.discord.user(by).id,
		guildId,
		sha256: hashOf(file),
	});
	let both: Promise<{ first: APIMessage; enlarged: APIMessage }> | undefined;
	/** A single picture and its enlargement. */
	const pair = () => {
		both ??= shop.picture('mika', '1girl, blue hair').then(async (first) => {
			return { first, enlarged: await shop.shown(shop.discord.user('mika').press(first, 'U1')) };
		});
		return both;
	};
	const linkOf = ({ channel_id: channelId, id }: APIMessage) => `https://discord.com/channels/1/${channelId}/${id}`;

	test.for([['gallery'], ['dm']] as const)(
		'a member’s picture is kept and named by its hash in the recipe: %s',
		async ([channel]) => {
			const image = fileOf(seeds++);
			const handle = shop.discord
				.user('mika')
				.slash('imagine', { prompt: '1girl, hat --strength 0.4', count: 1, image }, { channel });
			await shop.shown(handle);
			const { kind: way, recipe, request, ceiling } = await made(handle);
			expect({ way, parent: recipe.parent, strength: recipe.strength }).toEqual({
				way: 'image',
				parent: { sha256: hashOf(image) },
				strength: 0.4,
			});
			expect(request.aspect).toBe('96:64');
			expect(recipe.width).toBeGreaterThan(recipe.height);
			expect(ceiling).toBe('sensitive');
			const upload = (await findUpload(shop.db, nameOf('mika', image, channel === 'dm' ? null : undefined)))!;
			expect(upload.sizeBytes).toBe(image.bytes.length);
			expect(Buffer.from(await shop.store.get(upload.file))).toEqual(image.bytes);
		},
	);

	test('nothing is fetched or kept for words that may not be drawn', async () => {
		const image = fileOf(seeds++);
		const before = await shop.db.$count(uploads);
		const handle = shop.discord.user('mika').slash('imagine', { prompt: '1girl, nude', image });
		await shop.told(handle, /age-restricted/);
		expect(await shop.db.$count(uploads)).toBe(before);
		expect(await shop.store.exists(uploadKey(nameOf('mika', image)))).toBe(false);
	});

	test.for([
		['a strength without a picture', { prompt: '1girl --strength 0.4' }, /Attach one as `image`/],
		['several prompts over one picture', { prompt: '{red, blue} hair', image: fileOf(99) }, /one prompt at a time/],
	] as const)('%s is refused', async ([, options, says]) => {
		await shop.told(shop.discord.user('mika').slash('imagine', options as never), says);
	});

	test('a picture that was seen above the channel is refused at the next wish, and its words stay private', async () => {
		const image = fileOf(seeds++);
		await shop.shown(shop.discord.user('ren').slash('imagine', { prompt: '1girl', count: 1, image }));
		const { file } = (await findUpload(shop.db, nameOf('ren', image)))!;
		await noteSeen(shop.db, file, { ratings: rated({ explicit: 1 }), youthTags: {} });
		const again = shop.discord.user('ren').slash('imagine', { prompt: '1girl', count: 1, image });
		await shop.told(again, /is `explicit`, and this channel allows `sensitive` at most/);
		expect(await findByInteraction(shop.db, again.interaction.id)).toBeUndefined();
	});

	test('a picture that the painter finds above the channel is told to its member alone, and not charged', async () => {
		shop.paintsAtOnce = false;
		const image = fileOf(seeds++);
		const handle = shop.discord.user('ren').slash('imagine', { prompt: '1girl, red hat', count: 1, image });
		const generation = await made(handle);
		const judge = () => 'The picture that you sent is `explicit`.';
		const seen = { ratings: rated({ explicit: 1 }), youthTags: {} };
		await expect(decideOnUpload(shop.db, generation, seen, judge)).rejects.toThrow('`explicit`. Nothing was charged.');
		expect(await decideOnUpload(shop.db, generation, seen, () => undefined)).toBe(true);
		expect((await findUpload(shop.db, nameOf('ren', image)))!.ratings).toEqual(seen.ratings);
		await endWaiting(shop.services, generation.id, { state: 'failed', failure: 'It is `explicit`.' });
		shop.services.wakeOutbox();
		const shown = await handle.waitFor((m) => textOf(m).includes('Not shown here'));
		expect(textOf(shown)).not.toMatch(/explicit|red hat/);
		await shop.told(handle, /It is `explicit`/);
		shop.paintsAtOnce = true;
	});

	test('🔄 and ✏️ under it draw over the same picture again; V begins with ours', async () => {
		const image = fileOf(seeds++);
		const first = await shop.shown(shop.discord.user('mika').slash('imagine', { prompt: '1girl', count: 1, image }));
		const parent = { sha256: hashOf(image) };
		const press = (label: string) => shop.discord.user('ren').press(first, label);
		const rerolled = press('🔄');
		const again = await shop.shown(rerolled);
		expect((await made(rerolled)).recipe).toMatchObject({ parent, strength: strengths.usual });
		const opener = shop.discord.user('ren').press(again, '✏️');
		await opener.modal();
		const sent = await shop.discord.user('ren').submit(opener, { prompt: '1girl, night', negative: '' });
		expect(await painted(sent)).toMatchObject({ kind: 'image', recipe: { parent, strength: strengths.usual } });
		const { recipe } = await painted(press('V1'));
		expect(recipe.parent!.imageId).toBeDefined();
	});

	test('a part of one of ours is drawn anew by the link of its message, an enlargement standing for its picture', async () => {
		const { first, enlarged } = await pair();
		for (const message of [first, enlarged]) {
			const mask = fileOf(seeds++);
			const options = { prompt: '1girl, red hair', message: linkOf(message), mask, count: 2 };
			const { kind: way, recipe } = await painted(shop.discord.user('mika').slash('inpaint', options));
			expect(way).toBe('inpaint');
			expect(recipe).toMatchObject({
				mask: { sha256: hashOf(mask) },
				strength: strengths.inpaint,
				parent: { imageId: `${buttonsOf(first)[0]!.customId.split(':')[2]}-0` },
			});
			expect(recipe.seeds).toHaveLength(2);
		}
	});

	test.for([
		['no picture', {}, /give the link/],
		['two pictures', { message: '123456789012345678', picture: fileOf(98) }, /one of the two/],
		['what is no link', { message: 'that one' }, /no link of a message/],
		[
			'a message that is none of ours',
			{ message: 'https://discord.com/channels/1/2/123456789012345678' },
			/no picture of mine/,
		],
	] as const)('inpainting %s is refused', async ([, options, says]) => {
		const given = { prompt: '1girl', mask: fileOf(97), ...options };
		await shop.told(shop.discord.user('mika').slash('inpaint', given as never), says);
	});

	test('a link opens a picture only in its own channel', async () => {
		const first = await shop.picture('mika', '1girl, blue hair', 'sketches');
		const options = { prompt: '1girl', message: linkOf(first), mask: fileOf(96) };
		await shop.told(shop.discord.user('mika').slash('inpaint', options, { channel: 'gallery' }), /no picture of mine/);
	});

	test.for([
		['Vary (subtle)', { kind: 'variation', strength: strengths.subtle }],
		['Vary (strong)', { kind: 'variation', strength: strengths.strong }],
		['✨ 1.5×', { kind: 'hires', width: 192, hires: { scale: 1.5, strength: 0.55 } }],
		['⬅️', { kind: 'extend', width: 192, height: 128, extend: { left: 64, top: 0, right: 0, bottom: 0 } }],
		['⬆️', { kind: 'extend', width: 128, height: 192, extend: { left: 0, top: 64, right: 0, bottom: 0 } }],
		['➡️', { kind: 'extend', extend: { left: 0, top: 0, right: 64, bottom: 0 } }],
		['⬇️', { kind: 'extend', extend: { left: 0, top: 0, right: 0, bottom: 64 } }],
		['🔍 1.5×', { kind: 'extend', width: 192, height: 192, extend: { left: 32, top: 32, right: 32, bottom: 32 } }],
	] as const)('a single picture, and its enlargement, has the button %s', async ([label, { kind: way, ...wanted }]) => {
		const { first, enlarged } = await pair();
		for (const message of [first, enlarged]) {
			const generation = await painted(shop.discord.user('mika').press(message, label));
			expect(generation).toMatchObject({ kind: way, recipe: wanted });
			expect(generation.parentImageId).toMatch(new RegExp(`^${buttonsOf(first)[0]!.customId.split(':')[2]}`));
		}
	});

	test('four pictures have no such buttons, and a result stays within Discord’s limits', async () => {
		const four = await shop.shown(shop.discord.user('mika').slash('imagine', { prompt: '1girl, hat' }));
		expect(buttonsOf(four).map(({ label }) => label)).not.toContain('✨ 1.5×');
		const first = await shop.picture('mika', '1girl');
		expect(componentsOf(first).length).toBeLessThanOrEqual(40);
	});

	test('nothing is made from a picture that is above what the channel allows now', async () => {
		shop.discord.setNsfw('after-dark', true);
		shop.ratings = rated({ explicit: 1 });
		const first = await shop.picture('mika', '1girl, smile, hat', 'after-dark');
		shop.ratings = rated({ general: 1 });
		shop.discord.setNsfw('after-dark', false);
		for (const label of ['V1', 'U1', '⬅️', 'Vary (subtle)'])
			await shop.told(shop.discord.user('mika').press(first, label), /`explicit`, and this channel allows/);
	});

	test('what a member sent is counted, handed over and deleted with the rest of their data', async () => {
		const image = fileOf(seeds++);
		const { id: userId } = shop.discord.user('yuki');
		await shop.shown(shop.discord.user('yuki').slash('imagine', { prompt: '1girl', count: 1, image }));
		expect(await countStored(shop.db, { userId })).toMatchObject({ uploads: 1, uploadBytes: image.bytes.length });
		const open = shop.discord.user('yuki').slash('mydata', {});
		const panel = await open.waitFor((m) => textOf(m).includes('What is stored about you'));
		expect(textOf(panel)).toContain('1 picture that you sent');
		const given = await shop.discord
			.user('yuki')
			.press(panel, 'Export everything')
			.waitFor((m) => componentsOf(m).some(({ type }) => type === 13));
		const { file } = componentsOf(given).find(({ type }) => type === 13) as { file: { url: string } };
		const files = await readZip(Buffer.from(await (await fetch(file.url)).arrayBuffer()));
		expect(files.get(`uploads/${hashOf(image)}.png`)).toEqual(image.bytes);

		shop.discord.user('yuki').press(panel, 'Delete everything…');
		const question = await open.waitFor((m) => textOf(m).includes('for good'));
		expect(textOf(question)).toContain('1 picture that you sent to have something made from');
		shop.discord.user('yuki').press(question, 'Delete for good');
		const kept = () => shop.store.exists(uploadKey(nameOf('yuki', image)));
		await expect.poll(kept, { timeout: 10_000 }).toBe(false);
		await expect.poll(() => findUpload(shop.db, nameOf('yuki', image))).toBeUndefined();
	});

	test('a picture that nothing was made from for a week is deleted, and 🔄 then says that it is gone', async () => {
		const [old, fresh] = [fileOf(seeds++), fileOf(seeds++)];
		for (const image of [old, fresh])
			await shop.shown(shop.discord.user('kei').slash('imagine', { prompt: '1girl', count: 1, image }));
		const key = uploadKey(nameOf('kei', old));
		await shop.db.update(uploads).set({ usedAt: sql`now() - interval '8 days'` }).where(eq(uploads.file, key));
		const chores = choresOf({ ...shop.services, rest: { delete: async () => ({}) } });
		const chore = chores.find(({ name }) => name === 'deleting pictures that members sent')!;
		await chore.run(new AbortController().signal);
		expect(await shop.store.exists(key)).toBe(false);
		expect(await findUpload(shop.db, nameOf('kei', old))).toBeUndefined();
		expect(await shop.store.exists(uploadKey(nameOf('kei', fresh)))).toBe(true);
		expect(await shop.db.$count(images)).toBeGreaterThan(0);
		expect(await shop.db.$count(generations)).toBeGreaterThan(0);
	});
});
