import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Locator } from 'playwright-core';
import { expect } from 'vitest';

const candidates = ['chromium', 'chromium-browser', 'google-chrome'];

function findChromium(): string | undefined {
	const folders = (process.env.PATH ?? '').split(delimiter);
	return folders.flatMap((folder) => candidates.map((name) => join(folder, name))).find((path) => existsSync(path));
}

/** Why there is no browser here; `undefined` when there is one. */
export const noBrowser = findChromium() ? undefined : 'no Chromium is installed here (apt-get install chromium)';
if (noBrowser) console.log(`The tests in a browser are skipped: ${noBrowser}.`);

/** Starts a browser that asks nobody for anything. */
export function openBrowser(): Promise<Browser> {
	return chromium.launch({
		executablePath: findChromium()!,
		args: [
			'--headless',
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
		],
	});
}

/** Presses a control by keyboard, as soon as it can have the focus: what lies behind an open modal cannot. */
export async function strike(control: Locator, key = 'Enter'): Promise<void> {
	const focus = async () => {
		await control.focus();
		return control.evaluate((element) => element === document.activeElement);
	};
	await expect.poll(focus, { timeout: 10_000 }).toBe(true);
	await control.page().keyboard.press(key);
}
