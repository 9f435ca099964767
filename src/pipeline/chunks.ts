import type { Embedding } from '../model/embeddings.ts';
import type { ClipTokenizer } from '../model/tokenizer.ts';
import { isBreak, type Piece, type Syntax } from '../prompt/syntax/index.ts';

/** One run of a text encoder: as many places as it has positions, 77, of which 75 are for tokens. */
export interface Chunk {
	/** From the beginning of text over the tokens to end and padding; −1 where a vector stands. */
	ids: readonly number[];
	/** Of each place, 1 for those that are no token. */
	weights: readonly number[];
	/** Which piece each place is of; −1: none. */
	pieces: readonly number[];
	/** Where vectors of embeddings stand. */
	vectors: readonly PlacedVector[];
}

export interface PlacedVector {
	place: number;
	embedding: Embedding;
	/** Which of its vectors. */
	row: number;
}

/** One token, or one vector in its place. */
interface Token {
	id: number;
	weight: number;
	piece: number;
	vector?: Omit<PlacedVector, 'place'>;
}

/** WebUI's setting "Prompt word wrap length limit": so many tokens behind a comma move to the next chunk as a whole. */
const commaBacktrack = 20;

/**
 * Lays the pieces of a prompt out in chunks, at least one, for one of the tokenizers. Each piece is tokenized by itself. Names of
 * embeddings become their vectors.
 *
 * `webui` and `plain`: as `tokenize_line` in AUTOMATIC1111/stable-diffusion-webui, `modules/sd_hijack_clip.py` at
 * 00e09382cd85c77ac35545c7264855823dfc2eb1; `plain` is its emphasis "None". `compel`: as `_find_next_best_split_point` in
 * damian0815/compel, `src/compel/embeddings_provider.py` at c60b9fbc7fa9eb443af96c326951589b5ca7a299, whose default is to split behind
 * sentences. A prompt of up to 75 tokens is one chunk in all of them.
 *
 * Other than there, the vectors of an embedding move to the next chunk with the tokens around them.
 */
export function chunksOf(
	pieces: readonly Piece[],
	syntax: Syntax,
	tokenizer: ClipTokenizer,
	embeddings: readonly Embedding[] = [],
): Chunk[] {
	const names = namesIn(tokenizer, embeddings);
	const runs = pieces.map((piece, i) =>
		syntax === 'webui' && isBreak(piece) ? 'break' : tokensOf(piece, i, tokenizer, names),
	);
	const room = tokenizer.maxLength - 2;
	const lists =
		syntax === 'compel'
			? splitAtSentences(runs.filter((run) => run !== 'break').flat(2), room, tokenizer)
			: splitAtCommas(runs, room, tokenizer);
	return lists.map((tokens) => finished(tokens, tokenizer));
}

/** Lays a text out in one chunk, cut behind the tokens that fit. */
export function cutToOne(text: string, tokenizer: ClipTokenizer, embeddings: readonly Embedding[] = []): Chunk {
	const tokens = tokensOf({ text, weight: 1 }, 0, tokenizer, namesIn(tokenizer, embeddings)).flat();
	return finished(tokens.slice(0, tokenizer.maxLength - 2), tokenizer);
}

interface Name {
	embedding: Embedding;
	ids: readonly number[];
}

/** The names of embeddings as they read in a prompt, longest first. */
function namesIn(tokenizer: ClipTokenizer, embeddings: readonly Embedding[]): Name[] {
	return embeddings
		.map((embedding) => ({ embedding, ids: tokenizer.ids(embedding.name) }))
		.filter(({ ids }) => ids.length > 0)
		.sort((a, b) => b.ids.length - a.ids.length);
}

/** The tokens of a piece; those of an embedding's name are one group, its vectors. */
function tokensOf({ text, weight }: Piece, piece: number, tokenizer: ClipTokenizer, names: readonly Name[]): Token[][] {
	const ids = tokenizer.ids(text);
	const groups: Token[][] = [];
	for (let at = 0; at < ids.length; ) {
		const found = names.find((name) => name.ids.every((id, i) => ids[at + i] === id));
		if (found) {
			const { embedding } = found;
			const vector = (_: unknown, row: number): Token => ({ id: -1, weight, piece, vector: { embedding, row } });
			groups.push(Array.from({ length: embedding.vectors }, vector));
		} else groups.push([{ id: ids[at]!, weight, piece }]);
		at += found ? found.ids.length : 1;
	}
	return groups;
}

function splitAtCommas(runs: readonly (Token[][] | 'break')[], room: number, tokenizer: ClipTokenizer): Token[][] {
	const comma = tokenizer.idOf(',</w>');
	const chunks: Token[][] = [];
	let chunk: Token[] = [];
	let lastComma = -1;
	const next = (begin: Token[] = []) => {
		chunks.push(chunk);
		chunk = begin;
		lastComma = -1;
	};
	for (const run of runs) {
		if (run === 'break') {
			next();
			continue;
		}
		for (const group of run) {
			if (group[0]!.id === comma) lastComma = chunk.length;
			else if (chunk.length === room && lastComma !== -1 && chunk.length - lastComma <= commaBacktrack)
				next(chunk.splice(lastComma + 1));
			if (chunk.length + group.length > room) next();
			chunk.push(...group);
		}
	}
	if (chunk.length > 0 || chunks.length === 0) next();
	return chunks;
}

function splitAtSentences(tokens: Token[], room: number, tokenizer: ClipTokenizer): Token[][] {
	const idsOf = (signs: string) => [...signs].map((sign) => tokenizer.idOf(`${sign}</w>`));
	const [sentences, phrases] = [idsOf('.'), idsOf('.,;:')];
	const endings = [
		({ id }: Token) => sentences.includes(id),
		({ id }: Token) => phrases.includes(id),
		({ id }: Token) => id >= 0 && tokenizer.endsWord(id),
	];
	const chunks: Token[][] = [];
	let rest = tokens;
	while (rest.length > room) {
		const fitting = rest.slice(0, room);
		const found = endings.map((ends) => fitting.findLastIndex(ends)).find((at) => at >= 0);
		const end = found === undefined ? room : found + 1;
		chunks.push(rest.slice(0, end));
		rest = rest.slice(end);
	}
	return [...chunks, rest];
}

function finished(tokens: readonly Token[], tokenizer: ClipTokenizer): Chunk {
	const around = <T>(values: T[], other: T): T[] => {
		const behind = new Array<T>(tokenizer.maxLength - 1 - values.length).fill(other);
		return [other, ...values, ...behind];
	};
	const ids = tokens.map(({ id }) => id);
	return {
		ids: tokenizer.pad(ids),
		weights: around(
			tokens.map(({ weight }) => weight),
			1,
		),
		pieces: around(
			tokens.map(({ piece }) => piece),
			-1,
		),
		vectors: tokens.flatMap(({ vector }, i) => (vector ? [{ ...vector, place: i + 1 }] : [])),
	};
}
