import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { imagineRequestSchema, parseRequest, type RequestOptions } from '../../src/prompt/request.ts';

function refusal(options: RequestOptions): UserError {
	try {
		parseRequest(options);
	} catch (error) {
		if (error instanceof UserError) return error;
		throw error;
	}
	throw new Error(`Expected a refusal of ${JSON.stringify(options)}`);
}

const bad: [what: string, options: RequestOptions, code: string, says: RegExp][] = [
	['an empty prompt', { prompt: '' }, 'prompt-empty', /empty/],
	['a blank prompt', { prompt: ' \n\t ' }, 'prompt-empty', /empty/],
	['a prompt of flags alone', { prompt: '--seed 1' }, 'prompt-empty', /empty/],
	['a prompt that `--no` swallows', { prompt: '--no hat, 1girl' }, 'prompt-empty', /Put the prompt before it/],
	['6,000 characters', { prompt: 'a'.repeat(6000) }, 'prompt-too-long', /6,000 characters, and at most 2,000/],
	['2,001 characters', { prompt: 'a'.repeat(2001) }, 'prompt-too-long', /2,001/],
	['a negative of 2,001 characters', { prompt: 'a', negative: 'b'.repeat(2001) }, 'negative-too-long', /2,001/],
	['only commas', { prompt: ', ,,， 、' }, 'prompt-nothing-drawable', /no word/],
	['only emoji', { prompt: '🎨👩‍🎨❤️' }, 'prompt-nothing-drawable', /no word/],
	['only key caps and pictographs', { prompt: '1️⃣ ℹ️ ™️' }, 'prompt-nothing-drawable', /no word/],
	['only zero-width characters', { prompt: '\u200b\u200d\ufeff\u2060\u00ad' }, 'prompt-nothing-drawable', /no word/],
	['only blanks of other kinds', { prompt: '\u3164\u2800\u00a0\u3000' }, 'prompt-nothing-drawable', /no word/],
	['only brackets', { prompt: '((())), [], {}' }, 'prompt-nothing-drawable', /no word/],
	['only lone surrogates', { prompt: '\ud83d\ud83d' }, 'prompt-nothing-drawable', /no word/],
	['seed −1', { prompt: 'a', seed: -1 }, 'bad-seed', /from 0 to 9007199254740991, not `-1`/],
	['seed 2^53', { prompt: 'a', seed: 2 ** 53 }, 'bad-seed', /9007199254740991/],
	['seed 2^53 as text', { prompt: 'a', seed: '9007199254740992' }, 'bad-seed', /9007199254740991/],
	['seed 2^53 + 1 as text', { prompt: 'a', seed: '9007199254740993' }, 'bad-seed', /9007199254740991/],
	['seed 1.5', { prompt: 'a', seed: 1.5 }, 'bad-seed', /whole number/],
	['seed 1e3 as text', { prompt: 'a', seed: '1e3' }, 'bad-seed', /whole number/],
	['seed NaN', { prompt: 'a', seed: Number.NaN }, 'bad-seed', /whole number/],
	['0 steps', { prompt: 'a', steps: 0 }, 'bad-steps', /from 1 to 50, not `0`.*`--steps 20`/],
	['51 steps', { prompt: 'a', steps: 51 }, 'bad-steps', /from 1 to 50/],
	['guidance 0.5', { prompt: 'a', guidance: 0.5 }, 'bad-guidance', /from 1 to 12/],
	['guidance 12.5', { prompt: 'a', guidance: 12.5 }, 'bad-guidance', /from 1 to 12/],
	['no pictures', { prompt: 'a', count: 0 }, 'bad-count', /from 1 to 4/],
	['5 pictures', { prompt: 'a', count: 5 }, 'bad-count', /from 1 to 4/],
	['an unknown sampler', { prompt: 'a', sampler: 'warp' }, 'bad-sampler', /`euler-ancestral`.*not `warp`/],
	['an unknown schedule', { prompt: 'a --schedule beta' }, 'bad-schedule', /`karras`.*not `beta`.*--schedule karras/],
	['an unknown rating', { prompt: 'a', rating: 'mild' }, 'bad-rating', /`safe`, `sensitive`, `nsfw`, `explicit`/],
	['an unknown preset', { prompt: 'a', preset: 'strong' }, 'bad-preset', /`card`, .*`light`, `heavy`, `none`/],
	['an aspect without a side', { prompt: 'a', aspect: '0:5' }, 'bad-aspect', /ratio like 13:19/],
	['an aspect that is none', { prompt: 'a', aspect: 'big' }, 'bad-aspect', /not `big`/],
	['a flag out of range', { prompt: 'a --seed -1' }, 'bad-seed', /not `-1`/],
	['an inherited name', { prompt: 'a', aspect: 'constructor' }, 'bad-aspect', /not `constructor`/],
];

test.for(bad)('refuses %s, saying why', ([, options, code, says]) => {
	const error = refusal(options);
	expect(error.code).toBe(code);
	expect(error.message).toMatch(says);
	expect(error.message).not.toContain('\n');
	expect(error.message).toMatch(/[.?]$/);
});

describe('the prompt', () => {
	const cleaned: [what: string, typed: string, kept: string][] = [
		['trims and joins blanks', '  1girl ,  blue   hair ', '1girl , blue hair'],
		['reads line ends as commas', '1girl\nsolo,\r\nblue hair\n\n', '1girl, solo, blue hair'],
		['drops control characters', '1girl\u0000, so\u0007lo', '1girl, solo'],
		['drops zero-width characters', 'so\u200blo\ufeff, hat', 'solo, hat'],
		['drops characters that turn the writing direction', '\u202esolo\u202c, \u2067hat\u2069', 'solo, hat'],
		['composes letters', 'cafe\u0301', 'café'],
		['composes letters parted by a joiner', 'cafe\u200d\u0301', 'café'],
		['keeps emoticon tags', '1girl, ^_^, :3', '1girl, ^_^, :3'],
		['keeps other scripts', '初音ミク', '初音ミク'],
		['takes a digit alone', '1', '1'],
	];
	test.for(cleaned)('%s', ([, typed, kept]) => {
		expect(parseRequest({ prompt: typed }).prompt).toBe(kept);
	});

	test('may have 2,000 characters, counted as code points after trimming', () => {
		const prompt = `a${'🎨'.repeat(1999)}`;
		expect(parseRequest({ prompt: `  ${prompt}  ` }).prompt).toBe(prompt);
	});
});

describe('options', () => {
	test('that are absent, undefined or null are left out', () => {
		expect(parseRequest({ prompt: '1girl', seed: null, steps: undefined, negative: null })).toEqual({
			prompt: '1girl',
		});
	});

	test('keep zero', () => {
		expect(Object.is(parseRequest({ prompt: 'a', seed: -0 }).seed, 0)).toBe(true);
	});

	test('lose to a flag in the text', () => {
		expect(parseRequest({ prompt: 'a --seed 0 --negative hat', seed: 7, steps: 9, negative: 'scarf' })).toEqual({
			prompt: 'a',
			seed: 0,
			steps: 9,
			negative: 'hat',
		});
	});

	test('of the negative are added to by `--no`', () => {
		expect(parseRequest({ prompt: 'a --no hat, cap --seed 1 --no cape', negative: 'scarf' }).negative).toBe(
			'scarf, hat, cap, cape',
		);
	});

	test.for([
		['quality', 'best', 'best'],
		['quality', 'Best Quality', 'best'],
		['quality', 'best_quality', 'best'],
		['aesthetic', 'very aesthetic', 'very-aesthetic'],
		['rating', 'explicit, nsfw', 'explicit'],
		['sampler', 'Euler a', 'euler-ancestral'],
		['sampler', 'DPM++ 2M SDE', 'dpmpp-2m-sde'],
		['schedule', 'SGM Uniform', 'sgm-uniform'],
		['schedule', 'simple', 'trailing'],
		['steps', '20', 20],
		['guidance', '6.5', 6.5],
	] as const)('%s may be written %s', ([name, raw, value]) => {
		expect(parseRequest({ prompt: 'a', [name]: raw })).toEqual({ prompt: 'a', [name]: value });
	});
});

test('a stored request is a request, and reading it again changes nothing', () => {
	const options = fc.record(
		{
			prompt: fc.string({ unit: 'binary', maxLength: 60 }).map((text) => `x${text}`),
			negative: fc.string({ unit: 'binary', maxLength: 30 }),
			seed: fc.maxSafeNat(),
			steps: fc.integer({ min: 1, max: 50 }),
			guidance: fc.double({ min: 1, max: 12, noNaN: true }),
			aspect: fc.constantFrom('16:9', 'portrait', '13:19', '832x1216'),
			quality: fc.constantFrom('best', 'worst quality'),
			count: fc.integer({ min: 1, max: 4 }),
		},
		{ requiredKeys: ['prompt'] },
	);
	fc.assert(
		fc.property(options, (given) => {
			let request: ReturnType<typeof parseRequest>;
			try {
				request = parseRequest(given);
			} catch (error) {
				expect(error).toBeInstanceOf(UserError);
				return;
			}
			const stored = imagineRequestSchema.parse(JSON.parse(JSON.stringify(request)));
			expect(stored).toEqual(request);
			expect(parseRequest(stored)).toEqual(request);
		}),
		{ numRuns: 300 },
	);
});
