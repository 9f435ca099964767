import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Program } from '../support/program.ts';
import { type Answer, writeTagger } from '../support/taggers.ts';

let folder: string;
let picture: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'atelier-rate-'));
	picture = join(folder, 'a.png');
	const noise = { create: { width: 40, height: 24, channels: 3, background: '#48c' } } as const;
	for (const name of ['a.png', 'b.webp', 'c.jpeg', 'film.gif']) await sharp(noise).toFile(join(folder, name));
	await writeFile(join(folder, 'drawing.svg'), '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
	await writeFile(join(folder, 'cut.png'), (await sharp(noise).png().toBuffer()).subarray(0, 60));
	await copyFile(picture, join(folder, 'picture without ending'));
});
afterAll(() => rm(folder, { recursive: true }));

async function rate(...args: string[]) {
	const { code, stdout, stderr } = await Program.run('scripts/rate.ts', [...args, '--device', 'cpu']);
	const lines = stdout.trim().split('\n').filter(Boolean);
	return { code, stderr: stderr.trim(), answers: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}
const taggerOf = async (name: string, answer: Answer) => ['--tagger', await writeTagger(join(folder, name), answer)];

test('a line for each picture says what is seen, and where it would pass', async () => {
	const files = ['a.png', 'b.webp', 'c.jpeg', 'picture without ending'].map((name) => join(folder, name));
	const { code, answers } = await rate(
		...files,
		...(await taggerOf('nsfw', { questionable: 0.75, '1girl': 0.5, child: 0.2 })),
	);
	expect(code).toBe(0);
	expect(answers).toEqual(
		files.map((file) => ({
			file,
			ratings: { general: 0.25, sensitive: 0, questionable: 0.75, explicit: 0 },
			tags: [{ name: '1girl', probability: 0.5 }],
			rating: 'nsfw',
			passes: { safe: false, sensitive: false, nsfw: true, explicit: true },
			floor: false,
		})),
	);
});

test('what the floor withholds passes nowhere', async () => {
	const { answers } = await rate(picture, ...(await taggerOf('floor', { explicit: 0.9, child: 0.9 })));
	const passes = { safe: false, sensitive: false, nsfw: false, explicit: false };
	expect(answers).toMatchObject([{ rating: 'explicit', floor: true, passes }]);
});

test('thresholds can be tried', async () => {
	const tagger = await taggerOf('borderline', { sensitive: 0.3 });
	expect((await rate(picture, ...tagger)).answers).toMatchObject([{ rating: 'safe' }]);
	expect((await rate(picture, ...tagger, '--thresholds', 'sensitive=0.25')).answers).toMatchObject([
		{ rating: 'sensitive' },
	]);
});

test('a file that is none of a channel’s pictures is named with the reason, the others are still done', async () => {
	const files = ['film.gif', 'drawing.svg', 'cut.png', 'nowhere.png', 'a.png'].map((name) => join(folder, name));
	const { code, answers } = await rate(...files);
	expect(code).toBe(1);
	expect(answers.map(({ file }) => file)).toEqual(files);
	expect(answers.map(({ error }) => error)).toEqual([
		'expected a PNG, WebP or JPEG',
		'expected a PNG, WebP or JPEG',
		expect.any(String),
		expect.stringContaining('ENOENT'),
		undefined,
	]);
});

test.for<[string[], RegExp]>([
	[[], /^no picture is named\. usage: npm run -s rate/],
	[['a.png', '--tagger', '/nowhere'], /^`selected_tags\.csv`: expected to read it, there is none$/],
	[['a.png', '--thresholds', 'nsfw=1'], /^--thresholds takes explicit=…/],
	[['a.png', '--what'], /^Unknown option '--what'.* usage:/],
])('a wrong question (%j) ends with 2 and one line', async ([args, wanted]) => {
	const { code, stderr, answers } = await rate(...args);
	expect(code).toBe(2);
	expect(stderr).toMatch(wanted);
	expect(answers).toEqual([]);
});
