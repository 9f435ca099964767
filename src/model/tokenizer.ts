import { join } from 'node:path';
import { z } from 'zod';
import { ModelError } from './errors.ts';
import { readJson, readOptionalJson, readText } from './json-file.ts';

/** A special token is written as its text, or with how it is looked for. */
const specialSchema = z.union([z.string(), z.object({ content: z.string(), normalized: z.boolean().optional() })]);
const configSchema = z.object({
	model_max_length: z.int().min(2).default(77),
	bos_token: specialSchema.optional(),
	eos_token: specialSchema.optional(),
	unk_token: specialSchema.optional(),
	pad_token: specialSchema.optional(),
	do_lower_case: z.literal(true, { error: 'only true is supported' }).optional(),
	add_prefix_space: z.literal(false, { error: 'only false is supported' }).optional(),
	added_tokens_decoder: z
		.record(z.string(), z.object({ content: z.string(), normalized: z.boolean().optional() }))
		.optional(),
});
const vocabularySchema = z.record(z.string(), z.int().min(0));

type Special = z.output<typeof specialSchema>;

interface TokenizerParts {
	vocabulary: ReadonlyMap<string, number>;
	/** Rank of each pair, as `first second`; lower ones are joined first. */
	ranks: ReadonlyMap<string, number>;
	bos: number;
	eos: number;
	pad: number;
	unknown: number;
	/** Special tokens found in the text as typed, and in the normalized text. */
	rawSpecials: ReadonlyMap<string, number>;
	normalizedSpecials: ReadonlyMap<string, number>;
	maxLength: number;
}

/** A contraction, letters, one digit, or anything else but blanks: `CLIPTokenizer`'s pattern. */
const wordPattern = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\p{White_Space}\p{L}\p{N}]+/gu;
/** The letter that stands for each byte, by the byte. */
export const byteLetters = makeByteLetters();
const utf8 = new TextEncoder();

/**
 * CLIP's byte-pair encoding, as transformers' `CLIPTokenizer` does it (transformers 5, `models/clip/tokenization_clip.py`, which
 * is a set-up of the tokenizers library): NFC, blanks to one space, lower case, words by a pattern, bytes, merges.
 */
export class ClipTokenizer {
	readonly maxLength: number;
	readonly #parts: TokenizerParts;
	/** Ids of words met before; prompts repeat them. */
	readonly #cache = new Map<string, readonly number[]>();
	#wordEnds: ReadonlySet<number> | undefined;

	constructor(parts: TokenizerParts) {
		this.#parts = parts;
		this.maxLength = parts.maxLength;
	}

	/** Encodes a text in full, from the beginning-of-text token to the end-of-text token. */
	encode(text: string): number[] {
		return [this.#parts.bos, ...this.ids(text), this.#parts.eos];
	}

	/** Encodes a text into exactly `maxLength` ids: cut behind the tokens that fit, then the end of text, then padding. */
	encodePadded(text: string): number[] {
		return this.pad(this.ids(text).slice(0, this.maxLength - 2));
	}

	/**
	 * Puts ids of tokens, at most `maxLength` − 2, between the beginning and the end of text, and pads to `maxLength`.
	 *
	 * @throws {RangeError} if there are more.
	 */
	pad(ids: readonly number[]): number[] {
		const { bos, eos, pad } = this.#parts;
		const missing = this.maxLength - 2 - ids.length;
		if (missing < 0) throw new RangeError(`Expected at most ${this.maxLength - 2} tokens, got ${ids.length}`);
		return [bos, ...ids, eos, ...new Array<number>(missing).fill(pad)];
	}

	/** The id of a token as the vocabulary writes it, e.g. `,</w>`; `undefined`: it has none. */
	idOf(token: string): number | undefined {
		return this.#parts.vocabulary.get(token);
	}

	/** Says whether a token ends a word. */
	endsWord(id: number): boolean {
		this.#wordEnds ??= new Set(
			[...this.#parts.vocabulary].filter(([token]) => token.endsWith('</w>')).map(([, i]) => i),
		);
		return this.#wordEnds.has(id);
	}

	/** Encodes a text in full, without marks of its beginning and end. */
	ids(text: string): number[] {
		const { rawSpecials, normalizedSpecials } = this.#parts;
		return splitAt(text, rawSpecials).flatMap((piece) => {
			if (typeof piece === 'number') return [piece];
			return splitAt(normalize(piece), normalizedSpecials).flatMap((part) =>
				typeof part === 'number' ? [part] : [...part.matchAll(wordPattern)].flatMap(([word]) => this.#word(word)),
			);
		});
	}

	#word(word: string): readonly number[] {
		const known = this.#cache.get(word);
		if (known) return known;
		const { vocabulary, unknown } = this.#parts;
		const letters = Array.from(utf8.encode(word), (byte) => byteLetters[byte]!);
		letters[letters.length - 1] += '</w>';
		const ids = merge(letters, this.#parts.ranks).map((piece) => vocabulary.get(piece) ?? unknown);
		// a bot runs for weeks: forget all rather than grow without end
		if (this.#cache.size >= 10_000) this.#cache.clear();
		this.#cache.set(word, ids);
		return ids;
	}
}

/**
 * Reads a tokenizer's folder: `vocab.json`, `merges.txt`, `tokenizer_config.json`, and `special_tokens_map.json` if there is one.
 *
 * @param label The folder's name in error messages, e.g. `tokenizer_2`.
 * @throws {ModelError} if a file is missing or malformed.
 */
export async function readTokenizer(folder: string, label: string): Promise<ClipTokenizer> {
	const file = (name: string): [string, string] => [join(folder, name), `${label}/${name}`];
	// one after another, so that of several missing files the same one is named each time
	const entries = await readJson(...file('vocab.json'), vocabularySchema);
	const merges = await readText(...file('merges.txt'));
	const config = await readJson(...file('tokenizer_config.json'), configSchema);
	const map = await readOptionalJson(...file('special_tokens_map.json'), configSchema);
	const vocabulary = new Map(Object.entries(entries));
	const special = (key: 'bos_token' | 'eos_token' | 'unk_token' | 'pad_token', otherwise: string) => {
		const token = config[key] ?? map?.[key] ?? otherwise;
		const content = typeof token === 'string' ? token : token.content;
		const id = vocabulary.get(content);
		if (id === undefined)
			throw new ModelError(`\`${label}/vocab.json\`: expected the \`${key}\` "${content}", there is none`);
		return { id, token };
	};
	const bos = special('bos_token', '<|startoftext|>');
	const eos = special('eos_token', '<|endoftext|>');
	const unknown = special('unk_token', '<|endoftext|>');
	const pad = special('pad_token', '<|endoftext|>');
	const specials = [bos, eos, unknown, pad].map(({ id, token }): [number, Special] => [
		id,
		Object.values(config.added_tokens_decoder ?? {}).find(({ content }) => content === contentOf(token)) ?? token,
	]);
	const pick = (normalized: boolean) =>
		new Map(
			specials
				.filter(([, token]) => (typeof token !== 'string' && token.normalized === true) === normalized)
				.map(([id, token]) => [normalized ? normalize(contentOf(token)) : contentOf(token), id]),
		);
	return new ClipTokenizer({
		vocabulary,
		ranks: readMerges(merges, `${label}/merges.txt`),
		bos: bos.id,
		eos: eos.id,
		pad: pad.id,
		unknown: unknown.id,
		rawSpecials: pick(false),
		normalizedSpecials: pick(true),
		maxLength: config.model_max_length,
	});
}

function contentOf(token: Special): string {
	return typeof token === 'string' ? token : token.content;
}

function readMerges(text: string, label: string): Map<string, number> {
	const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#version'));
	const broken = lines.find((line) => line.trim().split(' ').length !== 2);
	if (broken !== undefined)
		throw new ModelError(`\`${label}\`: expected two pieces on each line, got "${broken.slice(0, 80)}"`);
	return new Map(lines.map((line, rank) => [line.trim(), rank]));
}

/**
 * Lower case is taken letter by letter, as the tokenizers library does: JavaScript's own would make the last sigma of a word
 * another letter.
 */
function normalize(text: string): string {
	const blanks = text.normalize('NFC').replace(/\p{White_Space}+/gu, ' ');
	return Array.from(blanks, (letter) => letter.toLowerCase()).join('');
}

/** Cuts a text at special tokens, which become their ids. Of two that begin at one place the longer wins. */
function splitAt(text: string, specials: ReadonlyMap<string, number>): (string | number)[] {
	if (specials.size === 0) return [text];
	const longestFirst = [...specials.keys()].sort((a, b) => b.length - a.length);
	const pattern = new RegExp(`(${longestFirst.map((token) => RegExp.escape(token)).join('|')})`, 'u');
	return text
		.split(pattern)
		.filter((piece) => piece !== '')
		.map((piece) => specials.get(piece) ?? piece);
}

/** Joins the pair of lowest rank, everywhere in the word, until no pair has one. */
function merge(letters: readonly string[], ranks: ReadonlyMap<string, number>): readonly string[] {
	let pieces = letters;
	while (pieces.length > 1) {
		let best = Number.POSITIVE_INFINITY;
		let at = -1;
		for (let i = 0; i + 1 < pieces.length; i++) {
			const rank = ranks.get(`${pieces[i]} ${pieces[i + 1]}`) ?? Number.POSITIVE_INFINITY;
			if (rank < best) [best, at] = [rank, i];
		}
		if (at < 0) return pieces;
		const [first, second] = [pieces[at], pieces[at + 1]];
		const joined: string[] = [];
		for (let i = 0; i < pieces.length; i++) {
			if (pieces[i] === first && pieces[i + 1] === second) joined.push(`${first}${pieces[++i]}`);
			else joined.push(pieces[i]!);
		}
		pieces = joined;
	}
	return pieces;
}

/** GPT-2's table: bytes that print stand for themselves, the others for letters from U+0100 on. */
function makeByteLetters(): readonly string[] {
	const prints = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
	let next = 256;
	return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(prints(byte) ? byte : next++));
}
