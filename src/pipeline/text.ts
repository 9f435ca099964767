import type { ClipTokenizer } from '../model/tokenizer.ts';
import { usesGuidance } from './guidance.ts';
import type { Session } from './session.ts';

/** A prompt as the UNet reads it: `promptEmbeds` is [1, 77, 2048], `pooledPromptEmbeds` is [1, 1280] (sizes of the full model). */
export interface PromptEncoding {
	promptEmbeds: Float32Array;
	pooledPromptEmbeds: Float32Array;
}

/** What the UNet is conditioned on: the positive prompt alone, or with guidance negative and positive, in this order. */
export interface Conditioning extends PromptEncoding {
	/** 1, or 2 with guidance. */
	batch: number;
}

interface Encoders {
	tokenizer: ClipTokenizer;
	tokenizer2: ClipTokenizer;
	textEncoder: Session;
	textEncoder2: Session;
}

/**
 * Encodes prompts by both text encoders, as diffusers v0.35.1 does in `StableDiffusionXLPipeline.encode_prompt`. Prompts are kept
 * by their token ids, so that texts which read the same cost nothing.
 *
 * Left out: prompts beyond 77 tokens (cut, as there), second prompts, textual inversion, `clip_skip`.
 */
export class PromptEncoder {
	readonly #encoders: Encoders;
	readonly #cacheSize: number;
	/** Newest last. An entry of the full model takes 0.6 MB. */
	readonly #cache = new Map<string, PromptEncoding>();

	constructor(encoders: Encoders, cacheSize = 32) {
		this.#encoders = encoders;
		this.#cacheSize = cacheSize;
	}

	/** Encodes one prompt. The result is shared: do not write into it. */
	async encode(prompt: string): Promise<PromptEncoding> {
		const { tokenizer, tokenizer2 } = this.#encoders;
		const [ids, ids2] = [tokenizer.encodePadded(prompt), tokenizer2.encodePadded(prompt)];
		const key = `${ids.join()};${ids2.join()}`;
		const encoding = this.#cache.get(key) ?? (await this.#run(ids, ids2));
		this.#cache.delete(key);
		this.#cache.set(key, encoding);
		if (this.#cache.size > this.#cacheSize) this.#cache.delete(this.#cache.keys().next().value!);
		return encoding;
	}

	/**
	 * Encodes what one recipe asks for.
	 *
	 * @param negative `null`: none was given at all.
	 * @param forceZeros `force_zeros_for_empty_prompt`: then a negative that was not given is zeros, not an empty text.
	 */
	async condition(
		{ prompt, negative, guidanceScale }: { prompt: string; negative: string | null; guidanceScale: number },
		forceZeros: boolean,
	): Promise<Conditioning> {
		const positive = await this.encode(prompt);
		if (!usesGuidance(guidanceScale)) return { batch: 1, ...positive };
		const against = negative === null && forceZeros ? zerosLike(positive) : await this.encode(negative ?? '');
		return {
			batch: 2,
			promptEmbeds: concat(against.promptEmbeds, positive.promptEmbeds),
			pooledPromptEmbeds: concat(against.pooledPromptEmbeds, positive.pooledPromptEmbeds),
		};
	}

	async #run(ids: number[], ids2: number[]): Promise<PromptEncoding> {
		const first = await this.#encoders.textEncoder.run(feeds(ids));
		const second = await this.#encoders.textEncoder2.run(feeds(ids2));
		const [hidden, hidden2] = [first.penultimate!, second.penultimate!];
		const [width, width2] = [hidden.dims[2]!, hidden2.dims[2]!];
		// [1, 77, 768] + [1, 77, 1280] -> [1, 77, 2048]
		const promptEmbeds = new Float32Array(ids.length * (width + width2));
		for (let token = 0; token < ids.length; token++) {
			promptEmbeds.set(hidden.data.subarray(token * width, (token + 1) * width), token * (width + width2));
			promptEmbeds.set(hidden2.data.subarray(token * width2, (token + 1) * width2), token * (width + width2) + width);
		}
		return { promptEmbeds, pooledPromptEmbeds: second.text_embeds!.data };
	}
}

function feeds(ids: number[]) {
	return { input_ids: { data: BigInt64Array.from(ids, BigInt), dims: [1, ids.length] } };
}

function zerosLike({ promptEmbeds, pooledPromptEmbeds }: PromptEncoding): PromptEncoding {
	return {
		promptEmbeds: new Float32Array(promptEmbeds.length),
		pooledPromptEmbeds: new Float32Array(pooledPromptEmbeds.length),
	};
}

function concat(a: Float32Array, b: Float32Array): Float32Array {
	const out = new Float32Array(a.length + b.length);
	out.set(a);
	out.set(b, a.length);
	return out;
}
