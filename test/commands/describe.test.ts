import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Cooldown } from '../../src/commands/cooldown.ts';
import { promptFor } from '../../src/commands/description.ts';
import { UserError } from '../../src/errors.ts';
import type { DescribedPicture } from '../../src/pipeline/protocol.ts';
import { makePng } from '../standin/support/png.ts';
import { buttonsOf, isResult, textOf } from '../support/page.ts';
import { rated, Workshop } from '../support/workshop.ts';

const tag = (name: string, category: 'general' | 'character' = 'general') => ({ name, category });
const seen: DescribedPicture = {
	width: 832,
	height: 1216,
	ratings: rated({ general: 0.93, sensitive: 0.07 }),
	youthTags: {},
	tags: [tag('blue_hair'), tag('1girl'), tag('^_^'), tag('ganyu_(genshin_impact)', 'character')],
	aesthetic: 0.826,
};
const file = { name: 'picture.png', contentType: 'image/png', bytes: makePng(64, 96, 1) };

let workshop: Workshop;
beforeAll(async () => {
	workshop = await Workshop.open();
});
afterAll(() => workshop.close());
beforeEach(() => {
	workshop.services.describe = async () => seen;
});

// Each test has a member of its own: nobody may ask twice in a row.

test('a picture comes back as tags, ratings and a score, privately, and a button draws them', async () => {
	const mika = workshop.discord.user('mika');
	const handle = mika.slash('describe', { image: file });
	const message = await handle.waitFor((it) => buttonsOf(it).length > 0);
	expect(Number(message.flags) & 64).toBe(64);
	const text = textOf(message);
	expect(text).toContain('```\n1girl, ganyu (genshin impact), blue hair, ^_^ --ar 13:19\n```');
	expect(text).toContain('832×1216 · counts as `safe` · general 93 %, sensitive 7 %');
	expect(text).toContain('score: very aesthetic (0.83)');

	const press = mika.press(message, 'Draw these');
	const modal = await press.modal();
	expect(JSON.stringify(modal)).toContain('ganyu (genshin impact), blue hair, ^_^ --ar 13:19');
	const sent = await mika.submit(press, { prompt: '1girl, red hair --ar 13:19 --n 2', negative: 'hat' });
	const drawn = await sent.waitFor(isResult, 20_000);
	expect(Number(drawn.flags) & 64).toBe(0);
	expect(textOf(drawn)).toContain('1girl, red hair');
});

test('the menu of a message describes the first picture in it, and of one without pictures it says so', async () => {
	const ren = workshop.discord.user('ren');
	const plain = ren.say('hello');
	await workshop.told(ren.menu('Describe', plain), /no picture in this message/);
	let bytes: Uint8Array | undefined;
	workshop.services.describe = async (image) => {
		bytes = image;
		return seen;
	};
	const ours = await workshop.picture('ren', '1girl, solo');
	const shown = await ren.menu('Describe', ours).waitFor((it) => buttonsOf(it).length > 0);
	expect(textOf(shown)).toContain('What I see in it');
	expect([...bytes!.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
});

test('what the channel does not allow is not described there, and a minor in a sexual picture nowhere', async () => {
	const kei = workshop.discord.user('kei');
	workshop.services.describe = async () => ({ ...seen, ratings: rated({ questionable: 0.9 }) });
	const above = await workshop.told(kei.slash('describe', { image: file }), /counts as/);
	expect(above).toBe(
		'This picture counts as `nsfw`, and this channel allows `sensitive` at most. Ask in a channel that allows more.',
	);
	const sora = workshop.discord.user('sora');
	const youthTags = { child: 0.6 };
	workshop.services.describe = async () => ({ ...seen, ratings: rated({ explicit: 0.9 }), youthTags });
	const minor = await workshop.told(sora.slash('describe', { image: file }, { channel: 'after-dark' }), /looks sexual/);
	expect(minor).toContain('`child` says that a minor is in it');
	expect(minor).not.toContain('blue hair');
});

test('one member asks once in ten seconds, and who may not draw may not ask at all', async () => {
	const yuki = workshop.discord.user('yuki');
	workshop.services.describe = async () => {
		throw new UserError('painter-busy', 'The painter is busy.');
	};
	await workshop.told(yuki.slash('describe', { image: file }), /The painter is busy/);
	await workshop.told(yuki.slash('describe', { image: file }), /One picture at a time, please: .*<t:\d+:R>/);
	await workshop.choose({ draws: false });
	await workshop.told(yuki.slash('describe', { image: file }), /Nothing is drawn in this channel/);
});

test('a cooldown is over when its time is', () => {
	let now = 1_000;
	const cooldown = new Cooldown(10_000, () => now);
	cooldown.take('a');
	cooldown.take('b');
	now += 9_999;
	expect(() => cooldown.take('a')).toThrow('<t:11:R>');
	now += 1;
	cooldown.take('a');
	expect(() => cooldown.take('a')).toThrow(UserError);
});

test('a prompt from tags is one that the syntax reads as these tags', () => {
	const brackets = { ...seen, width: 100, height: 100, tags: [tag('hat_(blue)'), tag('a`b,c')] };
	expect(promptFor(brackets, 'plain')).toBe('hat (blue), abc');
	expect(promptFor(brackets, 'webui')).toBe('hat \\(blue\\), abc');
	const many = { ...brackets, tags: Array.from({ length: 99 }, (_, i) => tag(`${'long_'.repeat(20)}${i}`)) };
	expect(promptFor(many, 'plain').length).toBeLessThanOrEqual(1800);
});
