import type { APIMessage } from 'discord-api-types/v10';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findGeneration } from '../../src/db/generations.ts';
import { countStored } from '../../src/db/privacy.ts';
import { images } from '../../src/db/schema.ts';
import { databaseKinds } from '../support/databases.ts';
import { buttonsOf, componentsOf, textOf } from '../support/page.ts';
import { Workshop } from '../support/workshop.ts';
import { readZip } from '../support/zip.ts';

/** The file that a message shows. */
const fileOf = (message: APIMessage) =>
	componentsOf(message).find(({ type }) => type === 13) as { name: string; file: { url: string } } | undefined;

let made = 0;

describe.each(databaseKinds)('/mydata on %s', (kind) => {
	let shop: Workshop;
	beforeAll(async () => {
		shop = await Workshop.open(kind);
	});
	afterAll(async () => {
		shop.discord.assertClean();
		await shop.close();
	});

	const idIn = (message: APIMessage) => buttonsOf(message)[0]!.customId.split(':')[2]!;
	const picture = async (by: string, channel = 'gallery') => {
		const message = await shop.picture(by, `1girl, wish number ${made++}`, channel);
		return { message, id: idIn(message) };
	};
	const open = async (by: string, channel = 'gallery') => {
		const handle = shop.discord.user(by).slash('mydata', {}, { channel });
		return { handle, panel: await handle.waitFor((m) => textOf(m).includes('What is stored about you')) };
	};
	/** Presses through to the end of a deletion. */
	const erase = async (by: string, label: string, channel = 'gallery') => {
		const { handle, panel } = await open(by, channel);
		const user = shop.discord.user(by);
		user.press(panel, label);
		const question = await handle.waitFor((m) => textOf(m).includes('for good'));
		user.press(question, 'Delete for good');
		const begun = await handle.waitFor((m) => textOf(m).includes('is being deleted now'));
		const userId = user.id;
		await expect
			.poll(
				async () => (await countStored(shop.db, { userId, ...(channel === 'dm' && { guildId: null }) })).generations,
				{
					timeout: 10_000,
					interval: 50,
				},
			)
			.toBe(0);
		user.press(begun, 'Look again');
		return { question, after: await handle.waitFor((m) => textOf(m).includes('is gone')) };
	};

	test('says privately what is stored, here and everywhere', async () => {
		await picture('mika');
		await picture('mika', 'dm');
		const { panel } = await open('mika');
		expect(Number(panel.flags) & 64).toBe(64);
		expect(textOf(panel)).toMatch(/This server:\*\* 1 wish, 1 picture .*, since <t:\d+:D>/);
		expect(textOf(panel)).toMatch(/Everywhere:\*\* 2 wishes, 2 pictures/);
		const { panel: inDm } = await open('mika', 'dm');
		expect(textOf(inDm)).toMatch(/Direct messages:\*\* 1 wish, 1 picture/);
	});

	test('offers nothing to export or delete where nothing is stored', async () => {
		const { panel } = await open('kei');
		expect(componentsOf(panel).filter((button) => button.disabled === true)).toHaveLength(4);
	});

	test('takes away pictures, messages and prompts, and says before what goes and what stays', async () => {
		const mine = [await picture('ren'), await picture('ren', 'sketches')];
		const other = await picture('mika');
		const { question } = await erase('ren', 'Delete everything…');
		expect(textOf(question)).toContain('2 wishes with prompts and recipes, 2 pictures');
		expect(textOf(question)).toContain('pictures that others made from yours');
		for (const { message } of mine) expect(shop.discord.message(message.id)).toBeUndefined();
		expect(shop.discord.message(other.message.id)).toBeDefined();
		expect(await shop.store.exists(`images/${mine[0]!.id}-0.png`)).toBe(false);
		expect(await shop.store.exists(`images/${other.id}-0.png`)).toBe(true);
	});

	test('deletes nothing when the member thinks better of it', async () => {
		const { message } = await picture('yuki');
		const { handle, panel } = await open('yuki');
		shop.discord.user('yuki').press(panel, 'Delete this server…');
		const question = await handle.waitFor((m) => textOf(m).includes('for good'));
		shop.discord.user('yuki').press(question, 'Keep it all');
		await handle.waitFor((m) => textOf(m).includes('What is stored about you'));
		expect(shop.discord.message(message.id)).toBeDefined();
		expect(await countStored(shop.db, { userId: shop.discord.user('yuki').id })).toMatchObject({ generations: 1 });
	});

	test('leaves a picture that somebody else made from it', async () => {
		const { message, id } = await picture('sora');
		const made = await shop.shown(shop.discord.user('mika').press(message, 'V1'));
		const child = idIn(made);
		expect((await findGeneration(shop.db, child))!.parentImageId).toBe(`${id}-0`);
		await erase('sora', 'Delete this server…');
		expect(shop.discord.message(made.id)).toBeDefined();
		expect(await shop.store.exists(`images/${child}-0.png`)).toBe(true);
		expect(await shop.store.exists(`images/${id}-0.png`)).toBe(false);
		expect((await findGeneration(shop.db, child))!.parentImageId).toBeNull();
	});

	test('says of messages that stay since Discord does not let the bot in, and their buttons say that all is gone', async () => {
		const { message } = await picture('kei');
		for (let i = 0; i < 2; i++) shop.discord.faults.push({ method: 'DELETE', path: /messages/, status: 403 });
		const { after } = await erase('kei', 'Delete everything…');
		expect(textOf(after)).toContain('1 message could not be deleted');
		expect(shop.discord.message(message.id)).toBeDefined();
		for (const label of ['U1', 'V1', '🔄', '✏️', '🗑️'])
			await shop.told(shop.discord.user('ren').press(message, label), /no longer there/);
	});

	test('hands everything over as a zip', async () => {
		const { id } = await picture('kei');
		const { panel } = await open('kei');
		const handle = shop.discord.user('kei').press(panel, 'Export everything');
		const given = await handle.waitFor((m) => fileOf(m) !== undefined);
		expect(Number(given.flags) & 64).toBe(64);
		expect(textOf(given)).toContain('1 wish and 1 picture');
		const zip = Buffer.from(await (await fetch(fileOf(given)!.file.url)).arrayBuffer());
		const files = await readZip(zip);
		expect([...files.keys()]).toEqual(['README.txt', 'account.json', `generations/${id}.json`, `pictures/${id}-0.png`]);
	});

	test('hands over the next part at the next press where a file may not be so large', async () => {
		for (let i = 0; i < 3; i++) {
			const { id } = await picture('yuki');
			await shop.store.put(`images/${id}-0.png`, new Uint8Array(5 * 2 ** 20));
			await shop.db
				.update(images)
				.set({ sizeBytes: 5 * 2 ** 20 })
				.where(eq(images.generationId, id));
		}
		const { panel } = await open('yuki');
		const yuki = shop.discord.user('yuki');
		const names: string[] = [];
		let given = panel;
		for (let label: string | undefined = 'Export this server'; label; label = buttonsOf(given)[0]?.label) {
			given = await yuki.press(given, label).waitFor((m) => fileOf(m) !== undefined);
			names.push(fileOf(given)!.name);
		}
		expect(names).toEqual([1, 2, 3].map((part) => `atelier-my-data-${part}.zip`));
	});
});
