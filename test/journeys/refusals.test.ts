import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePlace } from '../support/databases.ts';
import { isResult, PageMember, picturesOf, refusedByDiscord, textOf } from '../support/page.ts';
import { type Program, startBot } from '../support/program.ts';

let place: Awaited<ReturnType<typeof makePlace>>;
let bot: Program;
let url: string;
let mika: PageMember;

beforeAll(async () => {
	place = await makePlace('embedded');
	({ program: bot, url } = await startBot({ STATE_DIR: place.config.stateDir, MEMBER_WAITING: '2' }));
	mika = await PageMember.open(url, 'mika');
});
afterAll(async () => {
	expect(await refusedByDiscord(url)).toEqual({ violations: [], unknown_routes: [] });
	await bot.end();
	await place.remove();
});

const quick = { steps: 2, count: 1 };
/** Paints something and waits for it. */
const paint = async (options: Record<string, string | number>, channel = 'gallery') => {
	const before = (await mika.messages(channel)).length;
	await mika.slash('imagine', { ...quick, ...options }, channel);
	return mika.until((now) => now.length > before && isResult(now.at(-1)!) && now.at(-1)!, { channel });
};
const publicMessages = async (channel?: string) =>
	(await mika.messages(channel)).filter((message) => (Number(message.flags) & 64) === 0).length;

describe('bad input is answered privately, each in its own words, and nothing is started', () => {
	test.for([
		['an empty prompt', { prompt: '   ' }, /The prompt is empty/],
		['6,000 characters', { prompt: 'a'.repeat(6000) }, /6,000 characters, and at most 2,000/],
		['only commas', { prompt: ', ,, ,' }, /prompt (is empty|holds no word)/],
		['only emoji', { prompt: '🎨 👩‍👩‍👧‍👦' }, /holds no word or number/],
		['only zero-width characters', { prompt: '\u200b\u200d\ufeff' }, /prompt is empty|holds no word/],
		['seed −1', { prompt: '1girl', seed: '-1' }, /Seed takes a whole number from 0/],
		['seed −1 as a flag', { prompt: '1girl --seed -1' }, /Seed takes a whole number from 0/],
		['seed 2^53', { prompt: '1girl', seed: String(2 ** 53) }, /Seed takes a whole number from 0 to 9007199254740991/],
		['an unknown sampler', { prompt: '1girl --sampler ddmi' }, /Sampler takes .*euler-ancestral/],
		['an unknown flag', { prompt: '1girl --setps 20' }, /--steps/],
		['too many steps', { prompt: '1girl --steps 5000' }, /Steps takes a whole number from 1 to 50/],
	] as const)('%s', async ([, options, answer]) => {
		const before = await publicMessages();
		await mika.slash('imagine', options);
		await mika.private(answer);
		expect(await publicMessages()).toBe(before);
	});
});

describe('what is allowed in age-restricted channels only', () => {
	test.for([
		['the option', { prompt: '1girl', rating: 'nsfw' }],
		['a flag', { prompt: '1girl --rating explicit' }],
		['a tag', { prompt: '1girl, NSFW' }],
		['a tag in disguise', { prompt: '1girl, (n\u200bsfw:1.2)' }],
	] as const)('is refused elsewhere by %s, with the reason', async ([, options]) => {
		for (const channel of ['gallery', 'warm-ups', '@dm']) {
			await mika.slash('imagine', { ...quick, ...options }, channel);
			await mika.private(/age-restricted channels only.*Take that word out/, channel);
		}
	});

	test('is painted in such a channel, and in a thread of it', async () => {
		for (const channel of ['after-dark', 'late sketches']) {
			const message = await paint({ prompt: '1girl', rating: 'nsfw' }, channel);
			expect(picturesOf(message)).toHaveLength(1);
		}
	});

	test('is refused at every button once the channel is no longer age-restricted', async () => {
		const message = (await mika.messages('after-dark')).find(isResult)!;
		await mika.setAgeRestricted('after-dark', false);
		for (const label of ['V1', 'U1', '🔄']) {
			const before = (await mika.messages('after-dark')).length;
			await mika.press(message, label);
			const answer = await mika.until((now) => now.length > before && now.at(-1), { channel: 'after-dark' });
			expect(Number(answer.flags) & 64).toBe(64);
			expect(textOf(answer)).toMatch(/age-restricted channels only/);
		}
		await mika.setAgeRestricted('after-dark', true);
	});

	test('does not appear when the channel changes between press and delivery', async () => {
		const before = (await mika.messages('after-dark')).length;
		await mika.slash('imagine', { prompt: '1girl', rating: 'nsfw', steps: 50, count: 4 }, 'after-dark');
		await mika.until((now) => now.length > before && /queued|step/.test(textOf(now.at(-1)!)), {
			channel: 'after-dark',
		});
		await mika.setAgeRestricted('after-dark', false);
		const answer = await mika.until((now) => now.find((m) => /Not shown/.test(textOf(m))), {
			channel: 'after-dark',
		});
		expect(picturesOf(answer)).toEqual([]);
		await mika.setAgeRestricted('after-dark', true);
	});

	test('the rating safe and the NSFW words are added elsewhere', async () => {
		const message = await paint({ prompt: '1girl, solo', preset: 'none', seed: '0' });
		const file = Buffer.from(await (await fetch(picturesOf(message)[0]!.url)).arrayBuffer()).toString('latin1');
		expect(file).toContain('safe, 1girl, solo');
		expect(file).toContain('Negative prompt: nsfw, explicit');
	});
});

test('a prompt’s mentions, links and markup are text', async () => {
	const message = await paint({ prompt: '1girl, @everyone, <@1345184008765440000>, **bold**, [a](https://x.example)' });
	expect(message.mention_everyone).toBe(false);
	expect(message.mentions).toEqual([]);
	expect(textOf(message)).toContain('\\*\\*bold\\*\\*');
	expect(textOf(message)).not.toMatch(/<@1345184008765440000>,|@everyone|https:\/\/x/);
});

test('flags in the text work, with em dashes too', async () => {
	const message = await paint({
		prompt: '1girl, solo —ar 13:19 --seed 0 —no hat --steps 3 --cfg 6 --n 2',
		steps: 9,
		count: 4,
	});
	expect(picturesOf(message)).toHaveLength(2);
	expect(textOf(message)).toMatch(/96×160 · 3 steps · seeds 0, 1 /);
});

test('a waiting job is cancelled by its author, at once and without a charge; others may not', async () => {
	await mika.slash('imagine', { prompt: '1girl', steps: 50 });
	await mika.slash('imagine', { prompt: '1boy', steps: 50 });
	const waiting = await mika.until((now) => now.find((m) => /1boy[\s\S]*queued/.test(textOf(m))));
	const ren = await PageMember.open(url, 'ren');
	await ren.press(waiting, 'Cancel');
	await ren.private(/Only the author or a moderator/);
	await mika.press(waiting, 'Cancel');
	await mika.until((now) => now.find((m) => m.id === waiting.id && /Cancelled/.test(textOf(m))));
});

test('a running job is cancelled between two steps', async () => {
	await mika.until((now) => !now.some((m) => /queued|step \d/.test(textOf(m))));
	await mika.slash('imagine', { prompt: '1girl, cancel me', steps: 50 });
	const running = await mika.until((now) => now.find((m) => /cancel me[\s\S]*step \d/.test(textOf(m))));
	await mika.press(running, 'Cancel');
	await mika.until((now) => now.find((m) => m.id === running.id && /Cancelled/.test(textOf(m))));
});

test('a member with enough waiting is told so privately, and the public "is thinking" goes away', async () => {
	const options = { prompt: '1girl', steps: 50 };
	const before = await publicMessages();
	await mika.slash('imagine', options);
	await mika.slash('imagine', options);
	await mika.slash('imagine', options);
	await mika.private(/You already have 2 jobs waiting here/);
	await mika.until((now) => now.filter((m) => (Number(m.flags) & 64) === 0).length === before + 2);
	await mika.until((now) => now.filter(isResult).length >= 2);
});

test('a customId that was made up, or belongs to another channel, opens nothing', async () => {
	const message = (await mika.messages('after-dark')).find(isResult)!;
	const act = (channel: string) =>
		fetch(`${url}/standin/interactions`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({
				kind: 'component',
				user_id: mika.userId,
				channel_id: mika.channel(channel),
				message_id: message.id,
				custom_id: 'v1:vary:nosuchthing:0',
				component_type: 2,
			}),
		});
	// The stand-in, as Discord, sends only buttons that are in the message.
	expect((await act('after-dark')).status).toBe(400);
});
