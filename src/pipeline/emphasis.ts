/*
 * What weights do to the hidden states of a text encoder, [tokens, width] row-major. Both rules were made for one encoder; with SDXL's
 * two, each is weighted by itself.
 */

/**
 * Scales each token by its weight, then all of them so that their mean is what it was. Equal weights of 1 change nothing.
 *
 * After `EmphasisOriginal` in AUTOMATIC1111/stable-diffusion-webui, `modules/sd_emphasis.py` at
 * 255da37da1871a90c352bcc4ee3617fd8ceed610, WebUI's default: one chunk of one prompt at a time.
 */
export function scaleKeepingMean(states: Float32Array, weights: readonly number[]): Float32Array {
	if (weights.every((weight) => weight === 1)) return states;
	const width = states.length / weights.length;
	const scaled = states.map((x, i) => x * weights[Math.floor(i / width)]!);
	const ratio = mean(states) / mean(scaled);
	// weights can cancel each other out to a mean of 0; WebUI would go on with numbers that are none
	return Number.isFinite(ratio) ? scaled.map((x) => x * ratio) : scaled;
}

/**
 * Moves each token away from what an empty prompt has in its place: by its weight, so that 1 is where it was and 0 the empty prompt.
 *
 * After `build_weighted_embedding_tensor` in damian0815/compel, `src/compel/embeddings_provider.py` at
 * c60b9fbc7fa9eb443af96c326951589b5ca7a299.
 */
export function moveFromEmpty(states: Float32Array, weights: readonly number[], empty: Float32Array): Float32Array {
	const width = states.length / weights.length;
	return states.map((x, i) => {
		const weight = weights[Math.floor(i / width)]!;
		return weight === 1 ? x : empty[i]! + Math.fround(x - empty[i]!) * weight;
	});
}

/**
 * How much a prompt without a piece counts, against 1 for the whole prompt, by the piece's weight below 1: 0 at 1, as much as the
 * whole prompt at 0.5, and nearly all at 0. From the same file, `get_embeddings_for_weighted_prompt_fragments`.
 */
export function shareWithout(weight: number): number {
	return Math.tan(((1 - Math.max(1e-5, weight)) * Math.PI) / 2);
}

/** Takes the weighted mean of prompts; `shares` need not add up to 1. */
export function blend(parts: readonly Float32Array[], shares: readonly number[]): Float32Array {
	if (parts.length === 1) return parts[0]!;
	const total = shares.reduce((a, b) => a + b, 0);
	const out = new Float32Array(parts[0]!.length);
	for (const [i, part] of parts.entries()) {
		const share = shares[i]! / total;
		for (let j = 0; j < out.length; j++) out[j]! += part[j]! * share;
	}
	return out;
}

function mean(values: Float32Array): number {
	let sum = 0;
	for (const value of values) sum += value;
	return sum / values.length;
}
