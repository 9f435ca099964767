import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { judge } from '../../src/moderation/gate.ts';
import { readNames } from '../../src/moderation/names.ts';
import { placeFrom, protectEverywhere } from '../../src/moderation/place.ts';
import { makeRecipe } from '../../src/prompt/recipe.ts';
import { parseRequest } from '../../src/prompt/request.ts';
import { demoModel } from '../prompt/any.ts';

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'names-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => protectEverywhere(undefined));

const fileWith = async (text: string) => {
	const path = join(folder, 'names.txt');
	await writeFile(path, text);
	return path;
};

test('an operator’s names hold in every place, whatever its settings', async () => {
	protectEverywhere(await readNames(await fileWith('# people\r\n\r\nJane Q. Example\r\n  山田 例子  \r\n')));
	const { recipe } = makeRecipe(parseRequest({ prompt: '1girl, jane q example, nude' }), {
		model: demoModel,
		ceiling: 'explicit',
		randomSeed: () => 7,
	});
	const judged = (prompt: string) => {
		const { channel, settings } = placeFrom([], { ageRestricted: true });
		return judge({ recipe: { ...recipe, prompt }, channel, settings });
	};
	expect(judged(recipe.prompt)).toMatchObject({ rule: 'real-people', match: 'Jane Q. Example + nude' });
	expect(judged('J4ne_Q_Exámple, nude')).toMatchObject({ rule: 'real-people' });
	expect(judged('山田例子, nude')).toMatchObject({ rule: 'real-people' });
	expect(judged('jane q example, smile')).toEqual({ allow: true });
	expect(judged('people, nude')).toEqual({ allow: true });
	protectEverywhere(undefined);
	expect(judged(recipe.prompt)).toEqual({ allow: true });
});

test.for([
	['a line without a letter', 'Jane Example\n...\n', /line 2 holds no name/],
	['no file', undefined, /ENOENT/],
] as const)('%s is said at the start', async ([, text, reason]) => {
	const path = text === undefined ? join(folder, 'none.txt') : await fileWith(text);
	await expect(readNames(path)).rejects.toMatchObject({ name: 'SetupError', message: expect.stringMatching(reason) });
});
