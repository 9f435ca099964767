import { describe, expect, test } from 'vitest';
import { completeModels, modelNamed } from '../../src/prompt/models.ts';
import { parseRequest } from '../../src/prompt/request.ts';

const models = ['animagine-xl-3.1', 'animagine-xl-3.0', 'My Mix v2'].map((name, i) => ({ name, hash: `${i}` }));

describe('a model is found by its name', () => {
	test.for([
		['animagine-xl-3.0', '1'],
		['Animagine XL_3.0', '1'],
		['my_mix_v2', '2'],
		['my', '2'],
	])('%s', ([wanted, hash]) => {
		expect(modelNamed(wanted!, models).hash).toBe(hash);
	});

	test.for(['animagine', 'other', '`@everyone`'])('and not %s: what there is is listed', (wanted) => {
		expect(() => modelNamed(wanted, models)).toThrow(
			/no model .*`animagine-xl-3\.1`, `animagine-xl-3\.0`, `My_Mix_v2`\.$/,
		);
	});
});

test('while one types, names are offered that hold what was typed, and which one is used anyway', () => {
	expect(completeModels('XL 3', models, models[1])).toEqual([
		{ name: 'animagine-xl-3.1', value: 'animagine-xl-3.1' },
		{ name: 'animagine-xl-3.0 (used here anyway)', value: 'animagine-xl-3.0' },
	]);
	expect(completeModels('mix', models, undefined)).toEqual([{ name: 'My_Mix_v2', value: 'My_Mix_v2' }]);
	const many = Array.from({ length: 40 }, (_, i) => ({ name: `${i}${'x'.repeat(200)}`, hash: `${i}` }));
	const offered = completeModels('', many, many[0]);
	expect(offered).toHaveLength(25);
	for (const { name, value } of offered) expect(Math.max(name.length, value.length)).toBeLessThanOrEqual(100);
});

test('the flag takes one word, and what follows is prompt again', () => {
	expect(parseRequest({ prompt: '1girl --model my_mix blue hair' })).toEqual({
		prompt: '1girl, blue hair',
		model: 'my_mix',
	});
	expect(parseRequest({ prompt: '1girl --model a', model: 'b' }).model).toBe('a');
	expect(() => parseRequest({ prompt: '1girl', model: 'two words' })).toThrow(/without blanks/);
});
