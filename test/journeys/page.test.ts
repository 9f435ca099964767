import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noBrowser, openBrowser, strike } from '../support/browser.ts';
import { makePlace } from '../support/databases.ts';
import { type Program, startBot } from '../support/program.ts';

const prompt = '1girl, solo, blue hair, twintails, green eyes, smile, outdoors, day';

describe.skipIf(noBrowser)('the page in a real browser, by keyboard alone', { timeout: 90_000 }, () => {
	let place: Awaited<ReturnType<typeof makePlace>>;
	let bot: Program;
	let url: string;
	let browser: Browser;
	let page: Page;
	const complaints: string[] = [];

	beforeAll(async () => {
		place = await makePlace('embedded');
		({ program: bot, url } = await startBot({ STATE_DIR: place.config.stateDir }));
		browser = await openBrowser();
		page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
		page.on('pageerror', (error) => complaints.push(String(error)));
		// Chromium itself reports answers such as 400, which the page shows to the member.
		page.on('console', (line) => {
			if (line.type() === 'error' && !line.text().startsWith('Failed to load resource')) complaints.push(line.text());
		});
		await page.goto(url);
		await page.locator('#bot-status[data-online="true"]').waitFor();
	});
	afterAll(async () => {
		await browser.close();
		await bot.end();
		await place.remove();
	});

	const send = async (line: string) => {
		await page.locator('#composer').focus();
		await page.keyboard.type(line);
		await page.keyboard.press('Enter');
	};
	const grids = () => page.locator('article:has(.gallery):has(button:has-text("🗑"))');
	const press = (article: ReturnType<Page['locator']>, label: string) =>
		strike(article.getByRole('button', { name: label, exact: true }));
	const shown = async (article: ReturnType<Page['locator']>) => {
		const pictures = article.locator('.gallery img');
		for (const picture of await pictures.all()) {
			// Pictures out of sight are not loaded.
			await picture.scrollIntoViewIfNeeded();
			await expect
				.poll(() => picture.evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth > 0))
				.toBe(true);
		}
		return pictures.evaluateAll((all) =>
			(all as HTMLImageElement[]).map(({ src, alt, naturalWidth }) => ({ src, alt, naturalWidth })),
		);
	};

	test('/imagine, typed in one line, shows a bar and then four pictures', async () => {
		await page.evaluate(() => {
			const seen: string[] = [];
			Object.assign(globalThis, { seen });
			new MutationObserver(() => seen.push(document.querySelector('#messages')?.textContent ?? '')).observe(
				document.body,
				{
					subtree: true,
					childList: true,
					characterData: true,
				},
			);
		});
		await send(`/imagine prompt: ${prompt} steps: 50`);
		const article = grids().last();
		await article.waitFor();
		const pictures = await shown(article);
		expect(pictures).toHaveLength(4);
		expect(pictures.map(({ naturalWidth }) => naturalWidth)).toEqual([128, 128, 128, 128]);
		expect(pictures[0]!.alt).toBe(`Image 1 of 4: ${prompt}`);
		const seen = await page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
		expect(seen.some((text) => text.includes('queued'))).toBe(true);
		expect(seen.some((text) => /▰.*step \d+ of 50/.test(text))).toBe(true);
	});

	test('V1 brings four variations', async () => {
		await press(grids().first(), 'V1');
		await expect.poll(() => grids().count(), { timeout: 30_000 }).toBe(2);
		expect(await shown(grids().last())).toHaveLength(4);
		expect(await grids().last().textContent()).toContain('Variations of');
	});

	test('U1 brings one picture, enlarged', async () => {
		await press(grids().first(), 'U1');
		await expect.poll(() => grids().count(), { timeout: 30_000 }).toBe(3);
		const pictures = await shown(grids().last());
		expect(pictures.map(({ naturalWidth }) => naturalWidth)).toEqual([512]);
	});

	test('✏️ opens the modal with the prompt, and sends it', async () => {
		await strike(grids().first().locator('button[data-custom-id*=":edit:"]'));
		const field = page.locator('#modal [name=prompt]');
		await field.waitFor();
		expect(await field.inputValue()).toBe(prompt);
		await field.fill('1boy, solo, glasses --n 1 --steps 4');
		await strike(page.locator('#modal-submit'));
		await expect.poll(() => grids().count(), { timeout: 30_000 }).toBe(4);
		expect(await shown(grids().last())).toHaveLength(1);
	});

	test('a refusal is shown to the member', async () => {
		await send('/imagine prompt: 1girl rating: nsfw');
		await page.locator('article.is-ephemeral', { hasText: 'age-restricted channels only' }).waitFor();
	});

	/** Brings the focus to a select, opens it and chooses by keyboard. */
	const choose = async (select: ReturnType<Page['locator']>, name: string) => {
		await strike(select, 'ArrowDown');
		await strike(page.locator('.select-popup:visible').getByRole('option', { name }).first());
	};
	const be = async (user: string) => {
		const value = await page.locator(`#user-switch option[data-username="${user}"]`).getAttribute('value');
		await page.locator('#user-switch').selectOption(value);
	};
	const open = async (channel: string) => {
		await strike(page.locator('#channels a', { hasText: channel }).first());
	};
	const panel = () => page.locator('article.is-ephemeral:has(.select)').last();
	/** The menu of sections stands below each panel. */
	const turnTo = async (section: string) => {
		await choose(panel().locator('.select[data-custom-id*=":panel:"]'), section);
		await panel().locator('[role=heading]', { hasText: section }).waitFor();
	};

	test('who adds the bot to a server is greeted, and limits newcomers there', async () => {
		await be('kei');
		await strike(page.locator('#invite-button'));
		await press(page.locator('article', { hasText: 'Hello!' }), 'Open settings');
		await turnTo('Roles and limits');
		await press(panel(), 'Change newcomers');
		await page.locator('#modal [name=perDay]').fill('2');
		await page.keyboard.press('Enter');
		await panel().getByText('no limit → 2').waitFor();
		await press(panel(), 'Undo');
		await panel().getByText('2 → no limit').waitFor();
	});

	test('a report becomes a card in the channel of the moderators, where they remove the pictures', async () => {
		await open('gallery');
		await send('/settings');
		await turnTo('Reports');
		await choose(panel().locator('.select[data-custom-id*=":set:log:"]'), '#mod-log');
		await panel().getByText('Changed.').waitFor();
		await panel().locator('.select.has-value', { hasText: '#mod-log' }).waitFor();
		const before = await grids().count();
		await be('ren');
		await expect.poll(() => grids().count()).toBe(before);
		await press(grids().last(), '🚩');
		await page.locator('#modal [name=reason]').fill('not for here');
		await strike(page.locator('#modal-submit'));
		await page.locator('article.is-ephemeral', { hasText: 'Thank you' }).waitFor();
		expect(await page.locator('#channels').textContent()).not.toContain('mod-log');

		await be('kei');
		await open('mod-log');
		const card = page.locator('article', { hasText: 'not for here' });
		await press(card, 'Spoiler: show');
		await card
			.getByRole('button', { name: /^Open picture/ })
			.first()
			.waitFor();
		await press(card, 'Remove');
		await card.getByText('Removed', { exact: false }).first().waitFor();
		await open('gallery');
		await expect.poll(() => grids().count()).toBe(before - 1);
	});

	test('the page has nothing to complain of', () => {
		expect(complaints).toEqual([]);
	});
});
