import { hiddenName } from '../model/networks/clip-text.ts';
import type { ClipTokenizer } from '../model/tokenizer.ts';
import type { Chunk } from './chunks.ts';
import type { Session } from './session.ts';

/** What a text encoder makes of one chunk. Shared: do not write into it. */
export interface EncodedChunk {
	/** [77, width] */
	states: Float32Array;
	/** [1280], of the encoder that has a projection. */
	pooled: Float32Array | undefined;
}

export interface RunOptions {
	/** Which hidden state is taken, counted from the last layer's, 1. */
	clipSkip: number;
	/** The places that no token may look at. */
	hidden?: ReadonlySet<number>;
}

/**
 * One of SDXL's text encoders with its tokenizer. Runs one chunk at a time, so that its numbers depend on nothing else, and keeps the
 * latest by what went in.
 */
export class TextEncoder {
	readonly tokenizer: ClipTokenizer;
	readonly #session: Session;
	/** Which vectors of an embedding are its own. */
	readonly #part: 'clipL' | 'clipG';
	readonly #width: number;
	readonly #cacheSize: number;
	/** Newest last. An entry of the full model takes up to 0.4 MB. */
	readonly #cache = new Map<string, EncodedChunk>();

	/** @param session of a steerable encoder, see `clipText`. */
	constructor(tokenizer: ClipTokenizer, session: Session, part: 'clipL' | 'clipG', cacheSize = 64) {
		this.tokenizer = tokenizer;
		this.#session = session;
		this.#part = part;
		this.#width = Number(session.inputDims('vectors')[2]);
		this.#cacheSize = cacheSize;
	}

	/** @throws {RangeError} if it has no such hidden state. */
	async run(chunk: Pick<Chunk, 'ids' | 'vectors'>, options: RunOptions): Promise<EncodedChunk> {
		const { clipSkip, hidden = new Set() } = options;
		const vectors = chunk.vectors.map(({ place, embedding, row }) => `${place} ${embedding.sha256} ${row}`);
		const key = `${clipSkip};${chunk.ids.join()};${[...hidden].join()};${vectors.join()}`;
		const encoded = this.#cache.get(key) ?? (await this.#run(chunk, clipSkip, hidden));
		this.#cache.delete(key);
		this.#cache.set(key, encoded);
		if (this.#cache.size > this.#cacheSize) this.#cache.delete(this.#cache.keys().next().value!);
		return encoded;
	}

	/** Encodes the empty text. */
	empty(clipSkip: number): Promise<EncodedChunk> {
		return this.run({ ids: this.tokenizer.pad([]), vectors: [] }, { clipSkip });
	}

	async #run(
		{ ids, vectors }: Pick<Chunk, 'ids' | 'vectors'>,
		clipSkip: number,
		hidden: ReadonlySet<number>,
	): Promise<EncodedChunk> {
		const { outputNames } = this.#session;
		const name = hiddenName(clipSkip);
		if (!outputNames.includes(name))
			throw new RangeError(
				`Expected a hidden state of \`${this.#session.name}\` for clip skip ${clipSkip}, it has none`,
			);
		const length = ids.length;
		const places = new Float32Array(length * this.#width);
		for (const { place, embedding, row } of vectors)
			places.set(embedding[this.#part].subarray(row * this.#width, (row + 1) * this.#width), place * this.#width);
		const outputs = await this.#session.run(
			{
				input_ids: { data: BigInt64Array.from(ids, BigInt), dims: [1, length] },
				attention_mask: { data: Float32Array.from(ids, (_, i) => (hidden.has(i) ? 0 : 1)), dims: [1, length] },
				vectors: { data: places, dims: [1, length, this.#width] },
			},
			[name, 'text_embeds'].filter((output) => outputNames.includes(output)),
		);
		return { states: outputs[name]!.data, pooled: outputs.text_embeds?.data };
	}
}
