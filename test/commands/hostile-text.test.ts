import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reports, sanctions } from '../../src/db/schema.ts';
import { createLog } from '../../src/log.ts';
import { type InteractionHandle, textOf } from '../../src/standin/index.ts';
import { buttonsOf } from '../support/page.ts';
import { Workshop } from '../support/workshop.ts';

/** Every text is told by a word of its own, so that it can be found wherever it is shown. */
const hostile: Record<string, string> = {
	pings: 'zap @everyone @here <@&77> <@77> <#77> </imagine:77>',
	markup: 'zap **bold** __a line__ ~~gone~~ ||hidden|| `code` ```block``` > quote # head - list',
	links: 'zap [click](https://evil.example) <https://evil.example> https://evil.example discord.gg/evil',
	stamps: 'zap <t:77:R> <a:x:77> <:x:77> <id:customize>',
	turned: 'zap \u202eevil\u202c \u2066a\u2069 \u200fb',
	control: 'zap \u001b[31m red \u0007 \u009b31m \u0000 \u0085 end',
	lines: `zap\r\n\u2028\u2029${'\n'.repeat(50)}end`,
	long: `zap ${'@everyone **_~|`'.repeat(110)}`,
	marks: `zap ${'a\u0301\u0308\u0323'.repeat(200)}`,
	emoji: `zap ${'👨‍👩‍👧‍👦'.repeat(60)}`,
	halves: 'zap \ud83d \ude00 end',
	path: 'zap ../../etc/passwd\\..\\x.png',
	json: 'zap "},"allowed_mentions":{"parse":["everyone"]},"x":{"',
};

let shop: Workshop;
beforeAll(async () => {
	shop = await Workshop.open();
	await shop.choose({ logChannelId: shop.discord.channel('mod-log').id });
});
afterAll(() => shop.close());

/** Waits for the first message of an interaction. */
const answered = async (handle: InteractionHandle): Promise<APIMessage> => {
	await handle.acked();
	return handle.waitFor(() => true);
};
const user = (name: string) => shop.discord.user(name);
const idIn = (message: APIMessage) => buttonsOf(message)[0]!.customId.split(':')[2]!;

test.each(Object.entries(hostile))(
	'%s',
	async (_, text) => {
		const seen = shop.discord.log.length;
		await shop.db.delete(sanctions);
		await shop.db.delete(reports);

		// what members write: prompt, negative, a form, a report, flags that are none
		const message = await shop.picture('mika', `1girl, ${text}`.slice(0, 1990));
		const form = user('ren').press(message, '✏️');
		await form.modal();
		await shop.shown(await user('ren').submit(form, { prompt: `1boy, ${text}`.slice(0, 1990), negative: text }));
		await answered(await user('ren').submit(user('ren').press(message, '🚩'), { reason: text.slice(0, 500) }));
		const card = await user('kei').waitForMessage('mod-log', (m) =>
			JSON.stringify(m.components).includes(idIn(message)),
		);
		await user('kei').press(card, 'Warn').acked();
		for (const prompt of [
			`1girl --${text}`,
			`1girl --steps ${text}`,
			`1girl --sampler ${text}`,
			text.repeat(30).slice(0, 5900),
		])
			await answered(user('ren').slash('imagine', { prompt, count: 1 })).then(textOf);
		await answered(user('ren').slash('imagine', { prompt: '1girl', count: 1, seed: text.slice(0, 40) }));

		// what moderators write: a rule with advice, which members are told
		const words = 'zig zag';
		await shop.choose({ rules: [{ text: words, action: 'block', advice: text.slice(0, 200) }] });
		await answered(user('ren').slash('imagine', { prompt: words, count: 1 }));
		await shop.choose({ rules: [{ match: 'pattern', text: 'zap.*', action: 'block' }] });
		await answered(user('ren').slash('imagine', { prompt: `1girl, ${text}`.slice(0, 1990), count: 1 }));
		await shop.choose({ rules: [] });

		// where all of it is looked at
		for (const command of ['settings', 'audit', 'mydata', 'usage'])
			await answered(user('kei').slash(command, {}, { channel: 'gallery' }));
		await answered(user('kei').slash('audit', { show: 'reports' }));
		const { channels } = shop.discord.createGuild(text.replace(/[\r\n]/g, ' ').slice(0, 90), ['lobby']);
		await user('sora').waitForMessage(channels[0]!.id, (m) => textOf(m).includes('Hello'));
		await answered(user('sora').slash('settings', {}, { channel: channels[0]!.id }));

		const exchanges = shop.discord.log.slice(seen);
		const messages = exchanges.map(({ body }) => body).flatMap(messageIn);
		expect(messages.length).toBeGreaterThan(15);
		expect(JSON.stringify(messages)).toContain('zap');
		for (const body of messages) {
			// never a ping
			expect(body.allowed_mentions, JSON.stringify(body).slice(0, 300)).toMatchObject({ parse: [] });
			expect(body.allowed_mentions).not.toHaveProperty('users');
			// as the reader meets it: no signs that control a screen or turn the line
			for (const shown of stringsIn(body)) expect(shown).not.toMatch(unprintable);
			// members' markup is none, save in code, where there is none anyway; moderators' advice may have some
			for (const shown of displayedIn(body).filter((it) => !it.includes('block `zig zag`')))
				expect(shown.replace(/`[^`\n]*`/g, '')).not.toMatch(markup);
		}
		for (const { files } of exchanges)
			for (const { name } of files)
				expect(name).toMatch(/^(?:SPOILER_)?(?:atelier-|rules|preview)[\w-]*\.(?:png|webp|jpg|zip|json)$/);
		const modals = exchanges.flatMap(({ body }) => ((body as { type?: number } | undefined)?.type === 9 ? [body] : []));
		expect(modals.length).toBeGreaterThan(0);
		// layouts, limits of text, labels and components: the stand-in holds everything against Discord's own description
		shop.discord.assertClean();
	},
	60_000,
);

test('nothing of it was logged raw, and a line of the log stays one line', () => {
	const lines: string[] = [];
	const log = createLog('debug', (line) => lines.push(line));
	for (const text of Object.values(hostile)) log.error('it failed', { text, error: new Error(text, { cause: text }) });
	for (const text of Object.values(hostile)) log.warn(text);
	for (const line of lines) {
		expect(line).toMatch(/^[^\n]*\n$/);
		expect(line.slice(0, -1)).not.toMatch(unprintable);
	}
	for (const { message } of shop.logged) expect(message).not.toContain('zap');
});

/** Control characters but the line end, those that turn the writing direction, and separators of lines and paragraphs. */
const unprintable = /(?!\n)[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]/u;

/** What is hostile above, as Discord would obey it. */
const markup =
	/@everyone|@here|(?<!\\)<(?:@&|@|#|t:|a?:x:|\/imagine:)77|(?<!\\)<id:|(?<!\\)\[click|https?:\/\/evil|(?<!\\)\*\*bold|(?<!\\)__line|(?<!\\)~~gone|(?<!\\)\|\|hidden/;

type Body = { allowed_mentions?: unknown; content?: string; components?: unknown[] };

/** The message in a request: a message itself, or the one in an answer to an interaction. Forms and "is thinking" hold none. */
function messageIn(body: unknown): Body[] {
	const own = (body ?? {}) as Body & { type?: number; data?: Body; components?: unknown[] };
	if (own.type === 9) return [];
	const message = own.data && typeof own.type === 'number' ? own.data : own;
	return message.content || (message.components ?? []).length > 0 ? [message] : [];
}

function stringsIn(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	return value && typeof value === 'object' ? Object.values(value).flatMap(stringsIn) : [];
}

/** What Discord reads markup in: contents of messages and text displays, not labels and descriptions. */
function displayedIn(value: unknown): string[] {
	if (!value || typeof value !== 'object') return [];
	return Object.entries(value).flatMap(([key, inner]) =>
		key === 'content' && typeof inner === 'string' ? [inner] : displayedIn(inner),
	);
}
