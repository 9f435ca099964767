import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { tinyModel } from '../model/support.ts';

vi.setConfig({ testTimeout: 60_000 });

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Line {
	pieces?: { text: string; weight: number }[];
	chunks?: { tokenIds: number[] }[];
	error?: string;
}

function run(input: string, ...options: string[]) {
	const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/prompt.ts', ...options], {
		cwd: root,
		input,
		encoding: 'utf8',
		maxBuffer: 1e9,
	});
	const lines = stdout.split('\n').slice(0, -1);
	return { status, stderr, lines: lines.map((line) => JSON.parse(line) as Line) };
}

const readings = JSON.parse(readFileSync(`${root}/test/golden/prompts/reading.json`, 'utf8')) as {
	syntax: string;
	text: string;
	pieces: [string, number][];
	chunks: number[][][];
}[];

test.for(['plain', 'webui', 'compel'])('shows pieces and chunks of each line in the syntax %s', (syntax) => {
	const own = readings.filter((reading) => reading.syntax === syntax && !reading.text.includes('\n'));
	const { status, lines } = run(`${own.map(({ text }) => text).join('\n')}\n`, '--syntax', syntax);
	expect(status).toBe(0);
	expect(lines).toEqual(
		own.map(({ pieces, chunks }) => ({
			pieces: pieces.map(([text, weight]) => ({ text, weight })),
			chunks: chunks[0]!.map((tokenIds) => ({ tokenIds })),
		})),
	);
});

test('a line that cannot be read is an error of its own, and empty lines are prompts', () => {
	const { status, lines } = run(
		`(a:1.2.3)\r\n\n${'x'.repeat(30_000)}\nb\u2028c`,
		'--syntax',
		'webui',
		'--model',
		tinyModel,
	);
	expect(status).toBe(0);
	expect(lines.map(({ error }) => error)).toEqual([
		'`1.2.3` is no weight. Write it like `(word:1.2)`.',
		undefined,
		'The prompt is too long: at most 20,000 characters are read.',
		undefined,
	]);
	expect(lines[1]!.pieces).toEqual([{ text: '', weight: 1 }]);
	expect(lines[3]!.pieces).toEqual([{ text: 'b\u2028c', weight: 1 }]);
});

test('20,000 lines come out as they went in', () => {
	const texts = Array.from({ length: 20_000 }, (_, i) => `1girl, (tag${i}:1.2)`);
	const { lines } = run(texts.join('\n'), '--syntax', 'webui');
	expect(lines).toHaveLength(20_000);
	expect(lines.every(({ pieces }, i) => pieces?.[1]?.text === `tag${i}`)).toBe(true);
});

test.for([
	[['--syntax', 'comfy'], '--syntax takes plain, webui, compel, not "comfy"'],
	[['--model', '/nowhere'], '`tokenizer/vocab.json`'],
	[['--colour'], "Unknown option '--colour'"],
] as const)('%j ends with one line and 2', ([options, part]) => {
	const { status, stderr, lines } = run('a', ...options);
	expect([status, lines]).toEqual([2, []]);
	expect(stderr.trim().split('\n')).toHaveLength(1);
	expect(stderr).toContain(part);
});
