import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readRecipe } from '../../src/images/metadata.ts';
import { recipeSchema } from '../../src/recipe.ts';

// real diffusion, on cores that other tests use too
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const program = fileURLToPath(new URL('../../scripts/imagine.ts', import.meta.url));
let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'atelier-imagine-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function imagine(...args: string[]) {
	return spawnSync(process.execPath, [program, '--device', 'cpu', ...args], { cwd: folder, encoding: 'utf8' });
}

test('draws one picture where it is told to, and prints its recipe', () => {
	const { status, stdout } = imagine('--prompt', '1girl, solo', '--seed', '0', '--steps', '2', '--out', 'a.png');
	expect(status).toBe(0);
	expect(readdirSync(folder)).toEqual(['a.png']);
	const recipe = recipeSchema.parse(JSON.parse(stdout));
	expect(recipe).toMatchObject({ seeds: [0], steps: 2 });
	expect(readRecipe(readFileSync(join(folder, 'a.png')))).toEqual(recipe);
});

test('numbers the files of several pictures, of the kind that the ending says', () => {
	const args = ['--prompt', '初音ミク, solo --ar 13:19', '--seed', '7', '--steps', '1', '--count', '2'];
	const { status, stdout } = imagine(...args, '--out', 'b.webp');
	expect(status).toBe(0);
	expect(readdirSync(folder)).toEqual(['b-1.webp', 'b-2.webp']);
	const recipe = recipeSchema.parse(JSON.parse(stdout));
	const kept = [1, 2].map((i) => readRecipe(readFileSync(join(folder, `b-${i}.webp`))));
	expect(kept).toEqual([7, 8].map((seed) => ({ ...recipe, seeds: [seed] })));
});

test.for([
	{ args: ['--out', 'a.png'], says: /^--prompt is missing/ },
	{ args: ['--prompt', 'x'], says: /^--out is missing/ },
	{ args: ['--prompt', 'x', '--out', 'a.gif'], says: /^--out takes a file that ends in .*, not "a\.gif"/ },
	{ args: ['--prompt', 'x', '--out', 'none/a.png'], says: /^--out takes a file in a folder that exists/ },
	{ args: ['--prompt', 'x', '--out', 'a.png', '--seed', '-1'], says: /^Seed takes a whole number .*, not `-1`/ },
	{ args: ['--prompt', 'x', '--out', 'a.png', '--colour', 'red'], says: /^Unknown option '--colour'/ },
	{ args: ['--prompt', 'x', '--out', 'a.png', '--model', 'none'], says: /expected a model folder/ },
	{ args: ['--prompt', 'x', '--out', 'a.png', '--device', 'cpu,cpu'], says: /^--device takes auto, .*, not "cpu,cpu"/ },
	{ args: ['--prompt', 'x', '--out', 'a.png', '--device', 'CUDA:31'], says: /^expected the device `cuda:31` to work/ },
	{ args: ['--prompt', ' ,, ', '--out', 'a.png'], says: /^The prompt holds no word or number/ },
])('answers $args with one line', ({ args, says }) => {
	const { status, stdout, stderr } = imagine(...args);
	expect(status).toBe(2);
	expect(stdout).toBe('');
	expect(stderr.trimEnd().split('\n')).toHaveLength(1);
	expect(stderr).toMatch(says);
	expect(readdirSync(folder)).toEqual([]);
});
