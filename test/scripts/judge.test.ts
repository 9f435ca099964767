import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/judge.ts', import.meta.url));

function run(args: string[], input = ''): Promise<{ code: number; stdout: string; stderr: string }> {
	return new Promise((done) => {
		const child = execFile(process.execPath, [script, ...args], { maxBuffer: 2 ** 27 }, (error, stdout, stderr) =>
			done({ code: error ? Number(error.code) : 0, stdout, stderr }),
		);
		child.stdin?.on('error', () => {}); // it may end before it has read
		child.stdin?.end(input);
	});
}

const answers = async (ceiling: string, prompts: string[]) => {
	const { code, stdout, stderr } = await run(['--ceiling', ceiling], `${prompts.join('\n')}\n`);
	expect([code, stderr]).toEqual([0, '']);
	return stdout
		.trimEnd()
		.split('\n')
		.map((line) => JSON.parse(line) as Record<string, unknown>);
};

test('a line for each prompt, as a member types it', async () => {
	const prompts = [
		'1girl, smile',
		'1girl --rating explicit',
		'1girl --no nsfw',
		'',
		'1girl --colour red',
		'l.o.l.i',
		'x'.repeat(60_000),
	];
	const lines = await answers('safe', prompts);
	expect(lines).toMatchObject([
		{ allow: true },
		{ allow: false, rule: 'ceiling', match: 'explicit' },
		{ allow: true },
		{ allow: false, rule: 'input', match: 'prompt-empty' },
		{ allow: false, rule: 'input', match: 'unknown-flag' },
		{ allow: false, rule: 'minors', match: 'loli' },
		{ allow: false, rule: 'input', match: 'prompt-too-long' },
	]);
	expect(lines[0]).toEqual({ allow: true });
	expect(Object.keys(lines[1]!)).toEqual(['allow', 'rule', 'match', 'advice']);
});

test.for<[string, boolean[]]>([
	['unknown', [true, false, false, false]],
	['safe', [true, false, false, false]],
	['sensitive', [true, true, false, false]],
	['nsfw', [true, true, true, false]],
	['explicit', [true, true, true, true]],
])('the ceiling %s', async ([ceiling, allowed]) => {
	const lines = await answers(ceiling, ['safe, 1girl', 'sensitive, 1girl', 'nsfw, 1girl', 'explicit, nsfw, 1girl']);
	expect(lines.map(({ allow }) => allow)).toEqual(allowed);
});

test('many lines are answered one by one', async () => {
	const prompts = Array.from({ length: 3000 }, (_, i) => `1girl, blue hair, no. ${i}`);
	expect(await answers('nsfw', prompts)).toHaveLength(3000);
});

test.for<[string, string[], RegExp]>([
	['no ceiling', [], /^--ceiling is missing/],
	[
		'a ceiling that is none',
		['--ceiling', 'low'],
		/^--ceiling takes safe, sensitive, nsfw, explicit, unknown, not "low"/,
	],
	['an unknown option', ['--ceilings', 'safe'], /--ceilings/],
	['a word too many', ['--ceiling', 'safe', 'prompts.txt'], /prompts\.txt/],
])('%s is a wrong question: one line, exit 2', async ([, args, message]) => {
	const { code, stdout, stderr } = await run(args);
	expect(stderr).toMatch(message);
	expect(stderr.trimEnd().split('\n')).toHaveLength(1);
	expect([code, stdout]).toEqual([2, '']);
});
