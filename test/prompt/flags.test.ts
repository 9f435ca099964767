import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { flagNames, takeFlags } from '../../src/prompt/flags.ts';

const read: [text: string, rest: string, values: object, no?: string[]][] = [
	[
		'1girl, hat --ar 13:19 --seed 0 --no cap --steps 20 --cfg 6 --n 2',
		'1girl, hat',
		{ aspect: '13:19', seed: '0', steps: '20', guidance: '6', count: '2' },
		['cap'],
	],
	['1girl —ar 16:9 –seed 5', '1girl', { aspect: '16:9', seed: '5' }],
	['1girl ——steps 5', '1girl', { steps: '5' }],
	['1girl --aspect 1:1 --guidance 2.5 --count 4', '1girl', { aspect: '1:1', guidance: '2.5', count: '4' }],
	['1girl --SEED 3', '1girl', { seed: '3' }],
	['1girl --seed=3 --ar = 1:1 --steps: 4', '1girl', { seed: '3', aspect: '1:1', steps: '4' }],
	['1girl,--seed 3, smile', '1girl\nsmile', { seed: '3' }],
	['--seed 3 1girl', '1girl', { seed: '3' }],
	['1girl --quality best quality smile --rating safe', '1girl\nsmile', { quality: 'best quality', rating: 'safe' }],
	['1girl --aesthetic very aesthetic', '1girl', { aesthetic: 'very aesthetic' }],
	['1girl --sampler euler a', '1girl', { sampler: 'euler a' }],
	['1girl --preset none --year newest', '1girl', { preset: 'none', year: 'newest' }],
	['1girl --no hat, red scarf --no cape', '1girl', {}, ['hat', 'red scarf', 'cape']],
	['1girl --no hat\nsmile', '1girl\nsmile', {}, ['hat']],
	['1girl --seed 1 --seed 2', '1girl', { seed: '2' }],
];
test.for(read)('reads %s', ([text, rest, values, no = []]) => {
	expect(takeFlags(text)).toEqual({ text: rest, values, no });
});

test('`--negative` takes the text up to the next flag', () => {
	expect(takeFlags('1girl --negative bad hands, hat --seed 1').negative).toBe('bad hands, hat');
});

test.for([
	'upper-body, t-shirt',
	'a girl - a hat',
	'a girl — a hat',
	'sea—side, 2015–2017',
	'hat--ar',
	'1girl, --, -_-',
	'-ar 1:1',
	'--5',
])('takes no flag out of %s', (text) => {
	expect(takeFlags(text)).toEqual({ text, values: {}, no: [] });
});

describe('an unknown flag', () => {
	test.for([
		['--sed 1', '--seed'],
		['--stpes 20', '--steps'],
		['--asp 1:1', '--aspect'],
		['--seed1', '--seed'],
		['—qualty best', '--quality'],
		['--ratio 1:1', '--ar'],
		['--negative-prompt hat', '--negative'],
		['--s 1', '--seed` or `--steps` or `--style` or `--strength` or `--sampler` or `--schedule` or `--syntax'],
	])('%s is answered with %s', ([text, meant]) => {
		expect(() => takeFlags(`1girl ${text}`)).toThrow(
			expect.objectContaining({ code: 'unknown-flag', message: expect.stringContaining(`Did you mean \`${meant}\`?`) }),
		);
	});

	test('that resembles none is answered with all', () => {
		expect(() => takeFlags('1girl --chaos 50')).toThrow(/There is no flag `--chaos`. Flags are `--ar`.*`--negative`/);
	});
});

test.for(['--seed', '--seed --steps 4', '--seed, 4', '--no', '--no ,', '--negative --seed 1', '--ar='])(
	'refuses %s for want of a value, with an example',
	(text) => {
		expect(() => takeFlags(`1girl ${text}`)).toThrow(
			expect.objectContaining({
				code: 'flag-without-value',
				message: expect.stringMatching(/needs a value: .* Example: `--/),
			}),
		);
	},
);

test.for([
	'--seed x',
	'--seed 9007199254740992',
	'--ar 0:0',
	'--steps 51',
	'--cfg 0',
	'--n 5',
	'--rating mild',
	'--sampler warp',
])('refuses %s, with an example', (text) => {
	expect(() => takeFlags(`1girl ${text}`)).toThrow(
		expect.objectContaining({
			code: expect.stringMatching(/^bad-/),
			message: expect.stringMatching(/takes .*, not `.*Example: `--/),
		}),
	);
});

test('text is read or refused in words, never broken on', () => {
	const word = fc.oneof(
		fc.constantFrom(...flagNames.map((name) => `--${name}`), '—ar', '--', '—', '=', '13:19', '0', ',', '\n', '`'),
		fc.string({ unit: 'binary', maxLength: 8 }),
	);
	fc.assert(
		fc.property(fc.array(word, { maxLength: 12 }), (words) => {
			try {
				takeFlags(words.join(' '));
			} catch (error) {
				expect(error).toBeInstanceOf(UserError);
				expect((error as UserError).message.length).toBeLessThan(400);
			}
		}),
		{ numRuns: 500 },
	);
});

test.for([
	['1girl --hires on a hill', 'yes', '1girl\non a hill'],
	['1girl --hires=no, hat', 'no', '1girl\nhat'],
	['1girl --hires', 'yes', '1girl'],
] as const)('%s: a flag that needs no value takes none but after a sign', ([text, value, rest]) => {
	expect(takeFlags(text)).toMatchObject({ values: { hires: value }, text: rest });
});
