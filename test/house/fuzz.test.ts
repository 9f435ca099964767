import { beforeAll, expect, test } from 'vitest';
import { fuzzImages } from '../../bench/fuzz/images.ts';
import { fuzzPrompts } from '../../bench/fuzz/prompts.ts';
import { fuzzUrls } from '../../bench/fuzz/urls.ts';
import { warmUp } from '../../src/warm.ts';

// The long form, and its figures: bench/fuzz.ts, docs/fuzz.md.
const [prompts, images, urls] = [200, 200, 100];
/** What Discord's three seconds, and everybody else in line, leave for one step of the bot's thread. */
const longestStepMs = 50;

beforeAll(warmUp);

test('no hostile prompt crashes, pings, breaks a message or holds the bot up', () => {
	const { wrong, drawn, refused, unread, clock } = fuzzPrompts(prompts, 20);
	expect(wrong).toEqual([]);
	expect(Math.min(drawn, refused, unread)).toBeGreaterThan(0);
	// Of the processor: other tests run beside it. The long run is far below (docs/fuzz.md); these few steps are half cold.
	expect(clock.longestCpuMs).toBeLessThanOrEqual(longestStepMs);
});

test('no mangled picture is more than refused', async () => {
	const { wrong, deaths, answers } = await fuzzImages(images, 20);
	expect(wrong).toEqual([]);
	expect(deaths).toBe(0);
	expect([...answers.keys()].toSorted()).toEqual(['read', 'refused: bad-picture', 'refused: picture-too-large']);
});

test('nothing is fetched outside the allow-list', async () => {
	const { wrong, answers, connections } = await fuzzUrls(urls, 20);
	expect(wrong).toEqual([]);
	expect(answers.get('fetched')).toBeGreaterThan(0);
	expect(connections.discord).toBeGreaterThan(0);
});
