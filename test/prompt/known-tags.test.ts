import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { knownTags, knowTags } from '../../src/prompt/known-tags.ts';
import { TagIndex } from '../../src/prompt/tag-index.ts';
import { arrange } from '../../src/prompt/tags.ts';

test('an operator’s file takes the place of ours, and one that is none is refused in a line', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'atelier-tags-'));
	try {
		const file = async (text: string) => {
			await writeFile(join(folder, 'tags.csv'), text);
			return join(folder, 'tags.csv');
		};
		await expect(knowTags(join(folder, 'none.csv'))).rejects.toThrow(
			/^TAGS_FILE = ".*none\.csv": ENOENT.*Example: danbooru\.csv$/,
		);
		await expect(knowTags(await file('hello\nworld\n'))).rejects.toThrow(/it holds no line like/);
		expect(knownTags().kindOf('hatsune miku')).toBe(4);
		await knowTags(await file('somebody,4,9,"some one"\n'));
		expect(knownTags().kindOf('hatsune miku')).toBeUndefined();
		expect(arrange(['hat', 'some one', '1girl'])).toEqual(['1girl', 'some one', 'hat']);
	} finally {
		await rm(folder, { recursive: true });
	}
});

test('a look-up among 20,000 tags takes less than 5 ms', () => {
	const words =
		'long short blue red hair eyes ribbon black white dress skirt sword night sky star cat ears tail bow hat'.split(
			' ',
		);
	const word = (n: number) => words[n % words.length]!;
	const lines = Array.from(
		{ length: 20_000 },
		(_, i) => `${word(i)}_${word(i >> 3)}_${i.toString(36)},0,${20_000 - i},${word(i >> 1)}_alias_${i}`,
	);
	const index = new TagIndex(lines.join('\n'));
	for (const typed of ['s', 'b', 'blue', 'hair']) {
		const times = Array.from({ length: 15 }, () => {
			const start = performance.now();
			expect(index.find(typed, 25, () => true).length).toBeGreaterThan(0);
			return performance.now() - start;
		});
		// The machine may be busy with other things, but not at every one of them.
		expect(Math.min(...times)).toBeLessThan(5);
	}
});
