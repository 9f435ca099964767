import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Standin, startStandin } from '../../src/standin/index.ts';
import { noBrowser, openBrowser, strike } from '../support/browser.ts';
import { type Bot, connectBot } from './support/bot.ts';
import { makePanel, panelCommands } from './support/panel.ts';
import { makePng } from './support/png.ts';
import { register } from './support/rest.ts';

describe.skipIf(noBrowser)('the page in a real browser', { timeout: 60_000 }, () => {
	let standin: Standin;
	let bot: Bot;
	let browser: Browser;
	let page: Page;
	const complaints: string[] = [];

	beforeAll(async () => {
		standin = await startStandin();
		bot = await connectBot(standin, makePanel());
		await register(standin, panelCommands);
		browser = await openBrowser();
		page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
		page.setDefaultTimeout(8000);
		page.on('pageerror', (error) => complaints.push(String(error)));
		page.on('console', (line) => {
			if (line.type() === 'error' && !line.text().startsWith('Failed to load resource')) complaints.push(line.text());
		});
		await page.goto(standin.url);
		await page.locator('#bot-status[data-online="true"]').waitFor();
	});

	afterAll(async () => {
		await browser.close();
		await bot.close();
		await standin.stop();
	});

	const be = async (user: string) => {
		await page.locator('#user-switch').selectOption(standin.user(user).id);
		await page.locator(`#user-switch option[value="${standin.user(user).id}"]:checked`).waitFor({ state: 'attached' });
	};
	const go = async (channel: string) => {
		await page.locator(`#channels [data-channel-id="${standin.channel(channel).id}"]`).click();
		await page.locator('#channel-name', { hasText: channel }).waitFor();
	};
	const send = async (line: string) => {
		await page.locator('#composer').focus();
		await page.keyboard.type(line);
		await page.keyboard.press('Enter');
	};
	const panel = () => page.locator('article.is-ephemeral', { hasText: 'Where the bot draws' }).last();
	const select = (id: string) => panel().locator(`.select[data-custom-id="${id}"]`);
	const popup = () => panel().locator('.select-popup:visible');
	const option = (name: string): Locator => popup().getByRole('option', { name });
	const names = () => page.locator('#channels .channel-title').allTextContents();

	test('a channel of the moderators is in the list of moderators only', async () => {
		expect(await names()).not.toContain('mod-log');
		await be('kei');
		await expect.poll(names).toContain('mod-log');
	});

	test('a command that needs a permission is offered to those who hold it', async () => {
		await page.locator('#composer').fill('/pan');
		await page.getByRole('option', { name: '/panel' }).waitFor();
		await page.locator('#composer').fill('');
		await be('mika');
		await page.locator('#composer').fill('/');
		await page.getByRole('option', { name: '/look' }).waitFor();
		expect(await page.getByRole('option', { name: '/panel' }).count()).toBe(0);
		await page.locator('#composer').fill('');
		await be('kei');
	});

	test('several channels are picked by keyboard, and the bot’s update shows them', async () => {
		await go('mod-log');
		await send('/panel');
		await strike(select('channels'), 'ArrowDown');
		await page.keyboard.press('Enter');
		await page.keyboard.press('s');
		await page.keyboard.press('Space');
		await strike(popup().getByRole('button', { name: 'Apply' }));
		await panel().getByText('In #gallery, #sketches, for everybody.').waitFor();
		expect(await select('channels').textContent()).toContain('#gallery, #sketches');
		expect(await select('channels').getAttribute('aria-label')).toBe('Channels: #gallery, #sketches');
		expect(standin.user('mika').messagesIn('gallery')).toEqual([]);
	});

	test('a role is picked by mouse, and taken back where none is allowed', async () => {
		await select('roles').click();
		await option('Artist').click();
		await panel().getByText('for @Artist').waitFor();
		await select('roles').click();
		await option('Artist').click();
		await panel().getByText('for everybody').waitFor();
	});

	test('a select keeps what was picked when the bot only acknowledges it', async () => {
		await select('users').click();
		await option('@Yuki').click();
		await expect.poll(() => select('users').textContent()).toContain('@Yuki');
		await select('mentionables').click();
		await option('@Ren').click();
		await option('@Moderator').click();
		await popup().getByRole('button', { name: 'Apply' }).click();
		await expect.poll(() => select('mentionables').textContent()).toContain('@Ren, @Moderator');
	});

	test('a form with every kind of field is filled in and changes the message', async () => {
		await panel().getByRole('button', { name: 'Words…' }).click();
		const form = page.locator('#modal form');
		await form.locator('[name=words]').fill('gore');
		await page.locator('#modal-submit').click();
		await form.getByText('Choose something, please.').first().waitFor();
		await form.getByLabel('@Yuki').check();
		await form.getByLabel('HOLD').check();
		await form.getByLabel('PICTURE').check();
		await form.locator('input[type=file]').setInputFiles({
			name: 'words.json',
			mimeType: 'application/json',
			buffer: Buffer.from('[]'),
		});
		expect(await form.locator('input[type=file]').getAttribute('accept')).toBe('image/*,.json');
		await page.locator('#modal-submit').click();
		await panel().getByText('gore · yuki · hold · picture · words.json').waitFor();
		expect(await page.locator('#modal').getAttribute('open')).toBeNull();
	});

	test('a spoiler opens by Enter, and a file can be downloaded', async () => {
		const cover = panel().getByRole('button', { name: 'Spoiler: show' });
		await strike(cover);
		expect(await cover.count()).toBe(0);
		await panel().getByRole('button', { name: 'Open picture: Reported' }).waitFor();
		const [download] = await Promise.all([
			page.waitForEvent('download'),
			panel().getByRole('link', { name: 'rules.zip' }).click(),
		]);
		expect(download.suggestedFilename()).toBe('rules.zip');
	});

	test('a file option is filled by the picker, and a role by its name', async () => {
		await go('gallery');
		await send('/look');
		const chooser = page.waitForEvent('filechooser');
		await page.locator('.chip-file').click();
		const file = { name: 'cat.png', mimeType: 'image/png', buffer: makePng(9, 4) };
		await (await chooser).setFiles(file);
		await page.getByRole('button', { name: '+ role' }).click();
		await page.keyboard.type('@Artist');
		await page.keyboard.press('Escape');
		await page.locator('#composer-send').click();
		await page.locator('article', { hasText: `cat.png 9x4, ${file.buffer.length} bytes, for Artist` }).waitFor();
	});

	test('a file that is dropped goes into the command that is being written', async () => {
		await page.locator('#composer').fill('/look role: Newcomer');
		const bytes = [...makePng(3, 3)];
		const data = await page.evaluateHandle((all) => {
			const transfer = new DataTransfer();
			transfer.items.add(new File([new Uint8Array(all)], 'dropped.png', { type: 'image/png' }));
			return transfer;
		}, bytes);
		await page.dispatchEvent('#scroller', 'drop', { dataTransfer: data });
		await page.locator('.chip-file', { hasText: 'dropped.png' }).waitFor();
		await page.keyboard.press('Enter');
		await page.locator('article', { hasText: 'dropped.png 3x3' }).waitFor();
	});

	test('the menu of a message runs commands about it and about its author', async () => {
		const article = page.locator('article', { hasText: 'dropped.png 3x3' });
		const id = await article.getAttribute('data-message-id');
		await strike(article.locator('.apps-button'));
		await page.keyboard.press('Enter');
		await page.locator('article.is-ephemeral', { hasText: `about ${id}` }).waitFor();
		await article.click({ button: 'right', position: { x: 300, y: 30 } });
		await page.getByRole('menuitem', { name: 'Show gallery @Atelier' }).click();
		await page.locator('article', { hasText: 'gallery of Atelier' }).waitFor();
		expect(await page.locator('.apps-menu').count()).toBe(0);
	});

	test('the bot is added to a new server, which is in the list at once', async () => {
		await page.getByRole('button', { name: '+ Add the bot to a new server' }).click();
		await page.locator('#channel-name', { hasText: 'general' }).waitFor();
		expect(bot.client.guilds.cache.map((it) => it.name)).toContain('Server 2');
		// Who invites a bot owns the server or manages it.
		expect(standin.guild('Server 2').ownerId).toBe(await page.locator('#user-switch').inputValue());
		standin.removeBot('Server 2');
		await page.locator('.guild-name', { hasText: 'Server 2 without Atelier' }).waitFor();
	});

	test('a channel that is deleted or closed is left', async () => {
		await be('kei');
		await go('mod-log');
		standin.setRoles('kei', []);
		await expect.poll(() => page.locator('#channel-name').textContent()).not.toContain('mod-log');
		expect(await names()).not.toContain('mod-log');
	});

	test('a forum says that its posts take commands', async () => {
		await go('showcase');
		await page.getByText('A forum holds posts. Choose one of them').waitFor();
		expect(await page.locator('#composer').isDisabled()).toBe(true);
		await go('my first picture');
		expect(await page.locator('#composer').isDisabled()).toBe(false);
	});

	test('the page has nothing to complain of', () => {
		expect(complaints).toEqual([]);
		expect(bot.errors).toEqual([]);
		standin.assertClean();
	});
});
