import { checkSeed, type NormalGenerator } from './random.ts';

/**
 * Normal noise as torch's CUDA generator makes it for tensors of up to some 200,000 numbers, computed on a processor: what WebUI
 * calls `RNG: NV`, and what a seed gives in diffusers with `torch.Generator("cuda")`.
 *
 * Sources: Salmon et al. 2011 (Philox4x32-10); cuRAND's Box–Muller (`_curand_box_muller`); how torch v2.5.1 deals numbers out to
 * threads, `aten/src/ATen/native/cuda/DistributionTemplates.h`: number i of a draw is the first normal of subsequence i, and each
 * draw moves the counter on by one. In double precision, which is closer to the twelve numbers that WebUI documents for seed 0 (1e-7)
 * than float32 is.
 *
 * Left out: larger tensors, where a GPU's threads take a second number and the result depends on the GPU (at 1024 × 1024 pixels the
 * latents of an image have 65,536); every type but float32.
 */
export class PhiloxGenerator implements NormalGenerator {
	readonly #key: readonly [low: number, high: number];
	#draw = 0;

	/**
	 * @param seed integer from 0 to 2^53 − 1.
	 * @throws {RangeError} for any other number.
	 */
	constructor(seed: number) {
		checkSeed(seed);
		this.#key = [seed >>> 0, Math.floor(seed / 2 ** 32)];
	}

	randn(size: number): Float32Array {
		return this.fillRandn(new Float32Array(size));
	}

	fillRandn(out: Float32Array): Float32Array {
		const [low, high] = this.#key;
		const draw = this.#draw++;
		for (let i = 0; i < out.length; i++) out[i] = normalAt(draw, i, low, high);
		return out;
	}
}

/** The first normal of the counter (draw, 0, index, 0) after ten rounds. */
function normalAt(draw: number, index: number, keyLow: number, keyHigh: number): number {
	let c0 = draw | 0;
	let c1 = 0;
	let c2 = index | 0;
	let c3 = 0;
	let k0 = keyLow | 0;
	let k1 = keyHigh | 0;
	for (let round = 0; round < 10; round++) {
		const high0 = multiplyHigh(c0, 0xd2511f53);
		const high2 = multiplyHigh(c2, 0xcd9e8d57);
		const low0 = Math.imul(c0, 0xd2511f53);
		c0 = high2 ^ c1 ^ k0;
		c1 = Math.imul(c2, 0xcd9e8d57);
		c2 = high0 ^ c3 ^ k1;
		c3 = low0;
		k0 = (k0 + 0x9e3779b9) | 0;
		k1 = (k1 + 0xbb67ae85) | 0;
	}
	const u = ((c0 >>> 0) + 0.5) * 2 ** -32;
	const v = ((c1 >>> 0) + 0.5) * 2 ** -32;
	return Math.sqrt(-2 * Math.log(u)) * Math.sin(2 * Math.PI * v);
}

/** The high half of the 64-bit product of two 32-bit numbers, by halves of 16 bits. */
function multiplyHigh(a: number, b: number): number {
	const aLow = a & 0xffff;
	const aHigh = a >>> 16;
	const bLow = b & 0xffff;
	const bHigh = b >>> 16;
	const low = Math.imul(aLow, bLow) >>> 16;
	const cross = Math.imul(aHigh, bLow) >>> 0;
	const other = Math.imul(aLow, bHigh) >>> 0;
	const carry = (low + (cross & 0xffff) + (other & 0xffff)) >>> 16;
	return (Math.imul(aHigh, bHigh) + (cross >>> 16) + (other >>> 16) + carry) | 0;
}
