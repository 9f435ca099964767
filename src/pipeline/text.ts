import type { Embedding } from '../model/embeddings.ts';
import type { ClipTokenizer } from '../model/tokenizer.ts';
import { parsePrompt, type Syntax } from '../prompt/syntax/index.ts';
import type { Recipe } from '../recipe.ts';
import { type Chunk, chunksOf, cutToOne } from './chunks.ts';
import { blend, moveFromEmpty, scaleKeepingMean, shareWithout } from './emphasis.ts';
import { usesGuidance } from './guidance.ts';
import type { Session } from './session.ts';
import { TextEncoder } from './text-encoder.ts';

/**
 * A prompt as the UNet reads it: `promptEmbeds` is [1, tokens, 2048], `pooledPromptEmbeds` is [1, 1280] (sizes of the full model).
 */
export interface PromptEncoding {
	promptEmbeds: Float32Array;
	pooledPromptEmbeds: Float32Array;
	/** 77 for each chunk. */
	tokens: number;
}

/** What the UNet is conditioned on: the positive prompt alone, or with guidance negative and positive, in this order. */
export interface Conditioning extends PromptEncoding {
	/** 1, or 2 with guidance. */
	batch: number;
}

/** How a prompt is read. What is left out is as in diffusers. */
export interface Reading {
	syntax?: Syntax | undefined;
	/** Which hidden state is taken, counted from the last layer's, 1. SDXL was trained on 2. */
	clipSkip?: number | undefined;
	/** The embeddings that it may name. */
	embeddings?: Recipe['embeddings'];
}

interface Parts {
	tokenizer: ClipTokenizer;
	tokenizer2: ClipTokenizer;
	textEncoder: Session;
	textEncoder2: Session;
	/** Of the model. */
	embeddings: readonly Embedding[];
}

/**
 * Encodes prompts by both text encoders. A plain prompt of up to 75 tokens is encoded as diffusers v0.42.1 does in
 * `StableDiffusionXLPipeline.encode_prompt`; a longer one, which diffusers cuts, by chunks; weights as WebUI and compel do. Runs of
 * the encoders are kept, so that texts which read the same cost nothing.
 *
 * Left out: a second prompt for the second encoder.
 */
export class PromptEncoder {
	readonly #encoders: readonly [TextEncoder, TextEncoder];
	readonly #embeddings: readonly Embedding[];

	constructor({ tokenizer, tokenizer2, textEncoder, textEncoder2, embeddings }: Parts) {
		this.#encoders = [
			new TextEncoder(tokenizer, textEncoder, 'clipL'),
			new TextEncoder(tokenizer2, textEncoder2, 'clipG'),
		];
		this.#embeddings = embeddings;
	}

	/**
	 * Encodes one prompt.
	 *
	 * @param chunks At least so many; chunks of the empty text fill it up.
	 * @throws {UserError} if it cannot be read in its syntax.
	 * @throws {RangeError} if the model lacks a hidden state or an embedding that the reading names.
	 */
	async encode(prompt: string, reading: Reading = {}, chunks = 1): Promise<PromptEncoding> {
		const { syntax = 'plain', clipSkip = 2 } = reading;
		const pieces = parsePrompt(prompt, syntax);
		const embeddings = this.#named(reading.embeddings ?? []);
		const laid = this.#encoders.map((encoder) => chunksOf(pieces, syntax, encoder.tokenizer, embeddings));
		const weights = pieces.map(({ weight }) => weight);
		const states: Float32Array[][] = [];
		for (const [i, encoder] of this.#encoders.entries())
			states.push(await weightedStates(encoder, laid[i]!, { syntax, clipSkip, weights }));
		const count = Math.max(chunks, ...states.map(({ length }) => length));
		for (const [i, encoder] of this.#encoders.entries())
			while (states[i]!.length < count) states[i]!.push((await encoder.empty(clipSkip)).states);

		const last = this.#encoders[1];
		// compel pools over the text as it was typed, signs and all
		const pool = syntax === 'compel' ? cutToOne(prompt, last.tokenizer, embeddings) : laid[1]![0]!;
		const { pooled } = await last.run(pool, { clipSkip });
		const tokens = count * last.tokenizer.maxLength;
		return {
			promptEmbeds: sideBySide(concat(states[0]!), concat(states[1]!), tokens),
			pooledPromptEmbeds: pooled!,
			tokens,
		};
	}

	/**
	 * Encodes what one recipe asks for, both prompts to the same length. Clip skip is of the positive prompt alone, as in diffusers.
	 *
	 * @param forceZeros `force_zeros_for_empty_prompt`: then a negative that was not given is zeros, not an empty text.
	 */
	async condition(
		asked: Pick<Recipe, 'prompt' | 'negative' | 'guidanceScale'> & Reading,
		forceZeros: boolean,
	): Promise<Conditioning> {
		const { prompt, negative } = asked;
		let positive = await this.encode(prompt, asked);
		if (!usesGuidance(asked.guidanceScale)) return { batch: 1, ...positive };
		const chunksIn = ({ tokens }: PromptEncoding) => tokens / this.#encoders[1].tokenizer.maxLength;
		const against =
			negative === null && forceZeros
				? zerosLike(positive)
				: await this.encode(negative ?? '', { ...asked, clipSkip: undefined }, chunksIn(positive));
		if (against.tokens > positive.tokens) positive = await this.encode(prompt, asked, chunksIn(against));
		return {
			batch: 2,
			promptEmbeds: concat([against.promptEmbeds, positive.promptEmbeds]),
			pooledPromptEmbeds: concat([against.pooledPromptEmbeds, positive.pooledPromptEmbeds]),
			tokens: against.tokens,
		};
	}

	#named(wanted: NonNullable<Recipe['embeddings']>): Embedding[] {
		return wanted.map(({ name, sha256 }) => {
			const own = this.#embeddings.find((embedding) => embedding.name === name);
			if (own?.sha256 === sha256) return own;
			throw new RangeError(
				`Expected the embedding \`${name}\` (${sha256.slice(0, 10)}) in this model, ${own ? `it is another (${own.sha256.slice(0, 10)})` : 'there is none'}`,
			);
		});
	}
}

interface Weighting {
	syntax: Syntax;
	clipSkip: number;
	/** Of the pieces. */
	weights: readonly number[];
}

/** The hidden states of each chunk, weighted by the rule of the syntax. */
async function weightedStates(encoder: TextEncoder, chunks: readonly Chunk[], how: Weighting): Promise<Float32Array[]> {
	if (how.syntax === 'compel') return compelStates(encoder, chunks, how);
	const states: Float32Array[] = [];
	for (const chunk of chunks) states.push(scaleKeepingMean((await encoder.run(chunk, how)).states, chunk.weights));
	return states;
}

/**
 * compel's rule: each token is moved away from the empty prompt by its weight; of pieces below 1 the prompt is also read without them,
 * hidden from the other tokens, and all these readings are blended.
 *
 * After `get_embeddings_for_weighted_prompt_fragments`, see `emphasis.ts`, with the settings of its `CompelForSDXL`.
 */
async function compelStates(
	encoder: TextEncoder,
	chunks: readonly Chunk[],
	{ clipSkip, weights }: Weighting,
): Promise<Float32Array[]> {
	const empty = (await encoder.empty(clipSkip)).states;
	const read = async (chunk: Chunk, hidden?: ReadonlySet<number>) => {
		const { states } = await encoder.run(chunk, { clipSkip, ...(hidden && { hidden }) });
		return moveFromEmpty(states, chunk.weights, empty);
	};
	const lowered = [...weights.entries()].filter(
		([piece, weight]) => weight < 1 && chunks.some(({ pieces }) => pieces.includes(piece)),
	);
	const shares = [1, ...lowered.map(([, weight]) => shareWithout(weight))];
	const states: Float32Array[] = [];
	for (const [i, chunk] of chunks.entries()) {
		const whole = await read(chunk);
		const readings = [whole];
		for (const [piece] of lowered) {
			const hidden = placesOf(piece, chunks, i);
			readings.push(hidden.size > 0 ? await read(chunk, hidden) : whole);
		}
		states.push(blend(readings, shares));
	}
	return states;
}

/**
 * Where a piece lies in one of the chunks, from its first token to its last; of a piece that reaches over the chunk's end also the
 * padding between, as compel hides it, but never the first and the last place.
 */
function placesOf(piece: number, chunks: readonly Chunk[], index: number): Set<number> {
	const { pieces } = chunks[index]!;
	const isIn = (chunk: Chunk) => chunk.pieces.includes(piece);
	const [before, after] = [chunks.slice(0, index).some(isIn), chunks.slice(index + 1).some(isIn)];
	const from = before ? 1 : pieces.indexOf(piece);
	const to = after ? pieces.length - 2 : pieces.lastIndexOf(piece);
	const places = new Set<number>();
	if (isIn(chunks[index]!) || (before && after)) for (let place = from; place <= to; place++) places.add(place);
	return places;
}

/** [tokens, 768] + [tokens, 1280] -> [tokens, 2048] */
function sideBySide(first: Float32Array, second: Float32Array, tokens: number): Float32Array {
	const [width, width2] = [first.length / tokens, second.length / tokens];
	const out = new Float32Array(first.length + second.length);
	for (let token = 0; token < tokens; token++) {
		out.set(first.subarray(token * width, (token + 1) * width), token * (width + width2));
		out.set(second.subarray(token * width2, (token + 1) * width2), token * (width + width2) + width);
	}
	return out;
}

function zerosLike({ promptEmbeds, pooledPromptEmbeds, tokens }: PromptEncoding): PromptEncoding {
	return {
		promptEmbeds: new Float32Array(promptEmbeds.length),
		pooledPromptEmbeds: new Float32Array(pooledPromptEmbeds.length),
		tokens,
	};
}

function concat(parts: readonly Float32Array[]): Float32Array {
	const out = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
	let end = 0;
	for (const part of parts) {
		out.set(part, end);
		end += part.length;
	}
	return out;
}
