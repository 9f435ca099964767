import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readTokenizer } from '../../src/model/tokenizer.ts';
import { copyOfTinyModel, demoModel, editJson, golden, tinyModel } from './support.ts';

interface Text {
	text: string;
	tokenizer: number[];
	tokenizer_2: number[];
	full: number[];
}

describe.for([
	['demo', demoModel],
	['tiny-random', tinyModel],
] as const)('%s', ([name, model]) => {
	test('every text has the ids that transformers gives it', async () => {
		const texts = JSON.parse(await readFile(join(golden, name, 'tokens.json'), 'utf8')) as Text[];
		const first = await readTokenizer(join(model, 'tokenizer'), 'tokenizer');
		const second = await readTokenizer(join(model, 'tokenizer_2'), 'tokenizer_2');
		const ours = texts.map(({ text }) => ({
			text,
			tokenizer: first.encodePadded(text),
			tokenizer_2: second.encodePadded(text),
			full: first.encode(text),
		}));
		expect(ours).toEqual(texts);
	});
});

const tokenizer = () => readTokenizer(join(demoModel, 'tokenizer'), 'tokenizer');

test('a text that is too long keeps its beginning and an end-of-text token', async () => {
	const { encode, encodePadded } = bound(await tokenizer());
	const text = 'blue hair, '.repeat(40);
	const padded = encodePadded(text);
	expect(padded).toHaveLength(77);
	expect(padded.slice(0, 76)).toEqual(encode(text).slice(0, 76));
	expect(padded[76]).toBe(encode('')[1]);
});

test('case, kinds of blanks and composed or separate accents do not matter', async () => {
	const { encode } = bound(await tokenizer());
	expect(encode('CAF\u00c9\u3000Au\u0085lait')).toEqual(encode('cafe\u0301 au  lait'));
});

test('a capital sigma at the end of a word becomes the same letter as elsewhere', async () => {
	const { encode } = bound(await tokenizer());
	expect(encode('ΟΔΟΣ')).toEqual(encode('οδοσ'));
	expect(encode('ΟΔΟΣ')).not.toEqual(encode('οδος'));
});

test('a special token is found in any case only if the tokenizer looks for it in the normalized text', async () => {
	const folder = join(await copyOfTinyModel(), 'tokenizer');
	const typed = await readTokenizer(folder, 'tokenizer');
	const eos = typed.encode('')[1]!;
	expect(typed.encode('a<|endoftext|>b')).toContain(eos);
	expect(typed.encode('a<|ENDOFTEXT|>b').slice(1, -1)).not.toContain(eos);
	// as openai/clip-vit-large-patch14 and stable-diffusion-xl-base-1.0 publish it
	await editJson(join(folder, 'tokenizer_config.json'), {
		eos_token: { __type: 'AddedToken', content: '<|endoftext|>', lstrip: false, normalized: true, rstrip: false },
	});
	const normalized = await readTokenizer(folder, 'tokenizer');
	expect(normalized.encode('a<|ENDOFTEXT|>b').slice(1, -1)).toContain(eos);
});

test('broken merges, a missing vocabulary and an unknown padding token are refused by file', async () => {
	const folder = join(await copyOfTinyModel(), 'tokenizer');
	await editJson(join(folder, 'tokenizer_config.json'), { pad_token: '<pad>' });
	await expect(readTokenizer(folder, 'tokenizer')).rejects.toThrow(
		'`tokenizer/vocab.json`: expected the `pad_token` "<pad>", there is none',
	);
	await editJson(join(folder, 'tokenizer_config.json'), { pad_token: '!' });
	await writeFile(join(folder, 'merges.txt'), '#version: 0.2\na b c\n');
	await expect(readTokenizer(folder, 'tokenizer')).rejects.toThrow(
		'`tokenizer/merges.txt`: expected two pieces on each line, got "a b c"',
	);
	await expect(readTokenizer(join(folder, 'none'), 'tokenizer_2')).rejects.toThrow(
		'`tokenizer_2/vocab.json`: expected this file, there is none',
	);
});

function bound(made: Awaited<ReturnType<typeof tokenizer>>) {
	return { encode: (text: string) => made.encode(text), encodePadded: (text: string) => made.encodePadded(text) };
}
