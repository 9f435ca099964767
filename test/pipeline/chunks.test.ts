import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Embedding } from '../../src/model/embeddings.ts';
import { type ClipTokenizer, readTokenizer } from '../../src/model/tokenizer.ts';
import { chunksOf, cutToOne } from '../../src/pipeline/chunks.ts';
import { type Piece, parsePrompt, type Syntax, syntaxNames } from '../../src/prompt/syntax/index.ts';
import { modelOf } from './golden.ts';

interface Reading {
	syntax: Syntax;
	text: string;
	/** For each tokenizer, ids of each chunk. */
	chunks: [number[][], number[][]];
}

/** Made by `test/golden/prompts.py` with WebUI's and compel's own chunking. */
const readings = JSON.parse(
	readFileSync(new URL('../golden/prompts/reading.json', import.meta.url), 'utf8'),
) as Reading[];

let tokenizers: ClipTokenizer[];
beforeAll(async () => {
	tokenizers = [];
	for (const name of ['tokenizer', 'tokenizer_2'])
		tokenizers.push(await readTokenizer(join(modelOf('demo'), name), name));
});

const idsOf = (text: string, syntax: Syntax, tokenizer = tokenizers[0]!, embeddings: Embedding[] = []) =>
	chunksOf(parsePrompt(text, syntax), syntax, tokenizer, embeddings).map(({ ids }) => ids);

const embeddingOf = (name: string, vectors: number): Embedding => ({
	name,
	sha256: name,
	vectors,
	clipL: new Float32Array(vectors),
	clipG: new Float32Array(vectors),
});

describe.for(syntaxNames)('chunks of %s prompts', (syntax) => {
	test('are those of the originals, for both tokenizers', () => {
		const own = readings.filter((reading) => reading.syntax === syntax);
		expect(own.some(({ chunks }) => chunks[0].length > 2)).toBe(true);
		for (const { text, chunks } of own)
			for (const [i, tokenizer] of tokenizers.entries())
				expect(idsOf(text, syntax, tokenizer), JSON.stringify(text)).toEqual(chunks[i]);
	});

	test('are what diffusers gives, up to 75 tokens', () => {
		for (const text of ['', '1girl, solo', 'a, '.repeat(37), 'hat '.repeat(20)])
			for (const tokenizer of tokenizers)
				expect(idsOf(text, syntax, tokenizer)).toEqual([tokenizer.encodePadded(text)]);
	});

	test('hold every token once, in order, 77 places each', () => {
		const pieces = fc.array(
			fc.record({
				text: fc.stringMatching(/^[a-z, .]{0,120}$/),
				weight: fc.constantFrom(0.5, 1, 1.3),
			}),
			{ minLength: 1, maxLength: 8 },
		);
		fc.assert(
			fc.property(pieces, (made: Piece[]) => {
				const tokenizer = tokenizers[0]!;
				const chunks = chunksOf(made, syntax, tokenizer);
				const places = chunks.flatMap(({ ids, weights, pieces: own }) => {
					expect([ids.length, weights.length, own.length]).toEqual([77, 77, 77]);
					return ids.map((id, i) => ({ id, weight: weights[i]!, piece: own[i]! })).filter(({ piece }) => piece >= 0);
				});
				const wanted = made.flatMap(({ text, weight }, piece) =>
					tokenizer.ids(text).map((id) => ({ id, weight, piece })),
				);
				expect(places).toEqual(wanted);
			}),
			{ numRuns: 50 },
		);
	});

	test('keep the vectors of an embedding together, in place of its name', () => {
		const fine = embeddingOf('fine hat', 3);
		const chunks = chunksOf(parsePrompt(`${'a '.repeat(74)}fine hat b`, syntax), syntax, tokenizers[0]!, [fine]);
		const places = chunks.flatMap(({ vectors }, chunk) => vectors.map(({ place, row }) => [chunk, place, row]));
		expect(places).toEqual([
			[1, 1, 0],
			[1, 2, 1],
			[1, 3, 2],
		]);
		for (const [chunk, place] of places) expect(chunks[chunk!]!.ids[place!]).toBe(-1);
	});
});

test('the longest name of an embedding wins, however it is written', () => {
	const [short, long] = [embeddingOf('hat', 1), embeddingOf('hat red', 2)];
	const [chunk] = chunksOf(parsePrompt('HAT  Red, hat', 'plain'), 'plain', tokenizers[0]!, [short, long]);
	expect(chunk!.vectors.map(({ embedding, place }) => [embedding.name, place])).toEqual([
		['hat red', 1],
		['hat red', 2],
		['hat', 4],
	]);
});

test('one chunk alone is cut behind the tokens that fit', () => {
	const text = 'long hair, '.repeat(60);
	for (const tokenizer of tokenizers) expect(cutToOne(text, tokenizer).ids).toEqual(tokenizer.encodePadded(text));
});
