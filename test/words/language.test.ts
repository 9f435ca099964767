import { afterAll, beforeAll, expect, test } from 'vitest';
import { buttonsOf } from '../../src/standin/index.ts';
import { textOf } from '../support/page.ts';
import { rated, Workshop } from '../support/workshop.ts';

let workshop: Workshop;
beforeAll(async () => {
	workshop = await Workshop.open();
	workshop.discord.setLocale('ren', 'de');
	workshop.discord.setLocale('yuki', 'fr');
	workshop.discord.setLocale('kei', 'ja');
});
afterAll(() => workshop.close());

/** Chooses the language of the server in `/settings`, as a moderator does. */
async function chooseLanguage(language: string): Promise<void> {
	const kei = workshop.discord.user('kei');
	const opened = kei.slash('settings', {}, { channel: 'gallery' });
	const chosen = kei.select(await opened.message(), 'v1:panel:go-overview', 'language');
	await chosen.acked();
	const panel = await opened.waitFor((message) => JSON.stringify(message.components).includes('v1:set:language'));
	const id = /v1:set:language:\d+/.exec(JSON.stringify(panel.components))![0];
	await kei.select(panel, id, language).acked();
	await opened.waitFor((message) => JSON.stringify(message.components).includes('v1:unset:'));
}

const refused = async (by: string) => {
	const handle = workshop.discord.user(by).slash('imagine', { prompt: '1girl, explicit' }, { channel: 'gallery' });
	return workshop.told(handle, /explicit/);
};

test('what everybody reads is in the language that Discord has for the server, until a moderator chooses one', async () => {
	expect(textOf(await workshop.picture('ren', '1girl'))).toMatch(/20 steps .* AI-made/);
	workshop.discord.setGuildLocale('de');
	expect(textOf(await workshop.picture('mika', '2girls'))).toMatch(/20 Schritte .* KI-generiert/);
	await chooseLanguage('ja');
	expect(textOf(await workshop.picture('ren', '3girls'))).toMatch(/20ステップ .* AI生成/);
});

test('what one member is told is in the language of their Discord, and where we know none in the server’s', async () => {
	await workshop.choose({ language: 'ja' });
	expect(await refused('mika')).toMatch(/^The rating `explicit` is for age-restricted/);
	expect(await refused('ren')).toMatch(/^Die Einstufung `explicit` gibt es nur/);
	expect(await refused('yuki')).toMatch(/^レーティング `explicit` は年齢制限/);
});

test('pictures that are not shown: everybody reads the server’s language, the author their own', async () => {
	await workshop.choose({ language: 'ja' });
	workshop.ratings = rated({ explicit: 0.9 });
	const ren = workshop.discord.user('ren');
	const handle = ren.slash('imagine', { prompt: '1boy', count: 1 }, { channel: 'gallery' });
	expect(await workshop.told(handle, /Es wurde/)).toMatch(/^Dein Bild wird in diesem Kanal nicht gezeigt/);
	const shown = await handle.waitFor((message) => buttonsOf(message).some(({ label }) => label === '理由を見る'));
	expect(textOf(shown)).toMatch(/^ここには表示できません/);
	expect(await workshop.told(ren.press(shown, '理由を見る'), /Es wurde/)).toMatch(/^Dein Bild wird/);
	workshop.ratings = rated({ general: 1 });
});

test('in direct messages both are the member’s', async () => {
	const handle = workshop.discord.user('ren').slash('imagine', { prompt: '1girl', count: 1 }, { channel: 'dm' });
	expect(textOf(await workshop.shown(handle))).toContain('KI-generiert');
});

test('a server is greeted in its language', async () => {
	const { id, channels } = workshop.discord.createGuild('Werkstatt', ['lobby'], { locale: 'de' });
	expect(textOf(await workshop.discord.user('sora').waitForMessage(channels[0]!.id, () => true))).toContain(
		'## Hallo!',
	);
	workshop.discord.removeBot(id);
});

test('the panel of settings is in the moderator’s language, and tells a change in it', async () => {
	await workshop.choose({ language: 'en' });
	await chooseLanguage('de');
	const messages = workshop.discord.user('kei').messagesIn('gallery');
	expect(textOf(messages.at(-1)!)).toContain('**変更しました。**\n**言語：** English → Deutsch');
});

test('a report is asked for in the member’s language, and its card is in the server’s', async () => {
	await workshop.choose({ language: 'ja', logChannelId: workshop.discord.channel('mod-log').id });
	const picture = await workshop.picture('mika', '1girl');
	const ren = workshop.discord.user('ren');
	const opened = ren.press(picture, '🚩');
	expect((await opened.modal()).title).toBe('Den Moderatoren melden');
	const sent = await ren.submit(opened, { reason: 'x' });
	expect(await workshop.told(sent, /./)).toBe(
		'Danke. Die Moderatoren haben deine Meldung, und sonst sieht sie niemand.',
	);
	const isCard = (message: Parameters<typeof textOf>[0]) => textOf(message).includes('🚩 報告あり');
	const card = await workshop.discord.user('kei').waitForMessage('mod-log', isCard);
	expect(buttonsOf(card).map(({ label }) => label)).toEqual(
		expect.arrayContaining(['問題なし', '削除', '警告', 'ボットの利用を禁止', '元に戻す']),
	);
});

test('somebody’s own client shows commands in their language, by the names that everybody types', async () => {
	const { url } = workshop.discord;
	const { commands } = (await (await fetch(`${url}/standin/state?user=${workshop.discord.user('ren').id}`)).json()) as {
		commands: { name: string; description: string; options?: { name: string; description: string }[] }[];
	};
	const imagine = commands.find(({ name }) => name === 'imagine')!;
	expect(imagine.description).toBe('Bilder aus Tags malen');
	expect(imagine.options!.find(({ name }) => name === 'count')!.description).toBe('Wie viele Bilder');
	expect(commands.map(({ name }) => name)).toContain('Moderatoren melden');
});
