import { expect, test, vi } from 'vitest';
import type { AestheticScorer } from '../../src/pipeline/aesthetic.ts';
import type { FromPainter } from '../../src/pipeline/protocol.ts';
import { loadScorer, rate } from '../../src/pipeline/rating.ts';
import type { Tagger } from '../../src/pipeline/tagger.ts';

const ratings = { general: 1, sensitive: 0, questionable: 0, explicit: 0 };
const tagger = { look: async () => ({ ratings, tags: [] }) } as unknown as Tagger;
const scorer = (score: () => number) => ({ score: async () => ({ score: score() }) }) as unknown as AestheticScorer;
const images = [0, 1].map(() => ({ width: 1, height: 1, data: new Uint8Array(3) }));
const painted = {
	type: 'painted',
	id: 'a',
	pictures: [],
	stats: { paintMs: 1, runMs: 1 },
} satisfies FromPainter;

async function told(
	critics: Parameters<typeof rate>[0],
	signal = new AbortController().signal,
): Promise<FromPainter[]> {
	const messages: FromPainter[] = [];
	const tell = (message: FromPainter) => void messages.push(message);
	const last = await rate(critics, images, painted, { tell, signal });
	return [...messages, last];
}

test('every picture is rated before the first is scored, and the last score ends the job', async () => {
	const messages = await told({ tagger, scorer: scorer(() => 0.5) });
	expect(messages.map((it) => `${it.type}${'position' in it ? ` ${it.position}` : ''}`)).toEqual([
		'painted',
		'rated 0',
		'rated 1',
		'scored 0',
		'scored 1',
	]);
	expect(messages[0]).toMatchObject({ isScored: true });
	expect(messages.at(-1)).toMatchObject({ score: 0.5 });
});

test('without a scorer the last rating ends the job', async () => {
	const messages = await told({ tagger, scorer: undefined });
	expect(messages.map(({ type }) => type)).toEqual(['painted', 'rated', 'rated']);
	expect(messages[0]).toMatchObject({ isScored: false });
});

test('a scorer that fails costs the score and nothing else', async () => {
	const said = vi.spyOn(console, 'error').mockImplementation(() => {});
	const broken = scorer(() => {
		throw new Error('no number');
	});
	const messages = await told({ tagger, scorer: broken });
	expect(messages.at(-1)).toEqual({ type: 'scored', id: 'a', position: 1, ms: expect.any(Number) });
	expect(said).toHaveBeenCalledWith('The aesthetic scorer failed: no number');
	said.mockRestore();
});

test('a scorer that cannot be opened is said to be missing, and is no error', async () => {
	const said = vi.spyOn(console, 'error').mockImplementation(() => {});
	expect(await loadScorer('/nowhere/scorer', 'cpu')).toBeUndefined();
	expect(said).toHaveBeenCalledWith(
		expect.stringContaining('The aesthetic scorer cannot be used: `scorer/config.json`'),
	);
	said.mockRestore();
	expect(await loadScorer('', 'cpu')).toBeUndefined();
});
