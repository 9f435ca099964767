/**
 * Normal noise as torch's CPU generator makes it, so that a seed means here what it means in diffusers.
 *
 * Sources, at torch v2.5.1: `aten/src/ATen/core/MT19937RNGEngine.h` (engine), `aten/src/ATen/CPUGeneratorImpl.cpp`
 * (`random`, `random64`, the kept second normal), `aten/src/ATen/native/cpu/DistributionTemplates.h` (`normal_fill`) and
 * `aten/src/ATen/core/{DistributionsHelper,TransformationHelper}.h`. The engine is Matsumoto and Nishimura's mt19937 (1998),
 * the normals are Box and Muller's (1958).
 *
 * Left out: every type but float32, mean and standard deviation. `normal_fill` has an AVX2
 * form whose polynomial logarithm and sine differ from the ones here by a few units in the last place (some 1e-7, relative).
 */

/** A generator after seeding; each draw goes on from where the last one stopped. */
export interface NormalGenerator {
	/** Draws `size` standard normals. */
	randn(size: number): Float32Array;
	/** As `randn`, into an array that is there already. */
	fillRandn(out: Float32Array): Float32Array;
}

const stateLength = 624;
const shift = 397;

/** A torch CPU generator after `manual_seed(seed)`. Draws advance it exactly as torch's advance. */
export class TorchGenerator implements NormalGenerator {
	readonly #state = new Uint32Array(stateLength);
	#next = stateLength;
	/** The second normal of the last pair that the scalar way made; the vectorised way leaves it alone. */
	#kept: number | undefined;

	/**
	 * @param seed integer from 0 to 2^53 − 1; torch's engine keeps only its low 32 bits, so does this one.
	 * @throws {RangeError} for any other number.
	 */
	constructor(seed: number) {
		checkSeed(seed);
		const state = this.#state;
		state[0] = seed % 2 ** 32;
		for (let i = 1; i < stateLength; i++) {
			const previous = state[i - 1]!;
			state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
		}
	}

	/** Draws `size` standard normals: what `torch.randn(size, generator=g)` holds, in memory order. */
	randn(size: number): Float32Array {
		return this.fillRandn(new Float32Array(size));
	}

	/** As `randn`, into an array that is there already. */
	fillRandn(out: Float32Array): Float32Array {
		if (out.length < 16) for (let i = 0; i < out.length; i++) out[i] = this.#normal();
		else this.#fillNormal(out);
		return out;
	}

	/** `normal_fill`: uniforms first, then Box–Muller in blocks of 16; a tail shorter than 16 redraws the last 16. */
	#fillNormal(out: Float32Array): void {
		for (let i = 0; i < out.length; ) {
			// a whole block of the engine at a time: latents have tens of thousands of numbers
			if (this.#next === stateLength) this.#twist();
			const state = this.#state;
			let next = this.#next;
			for (; next < stateLength && i < out.length; i++) out[i] = (temper(state[next++]!) & 0xffffff) * 2 ** -24;
			this.#next = next;
		}
		for (let i = 0; i + 16 <= out.length; i += 16) boxMuller16(out, i);
		if (out.length % 16 === 0) return;
		const tail = out.length - 16;
		for (let i = tail; i < out.length; i++) out[i] = this.#uniform24();
		boxMuller16(out, tail);
	}

	/** One normal in double precision; they come in pairs, the second is kept for the next call. */
	#normal(): number {
		const kept = this.#kept;
		if (kept !== undefined) {
			this.#kept = undefined;
			return kept;
		}
		const u1 = this.#uniform53();
		const u2 = this.#uniform53();
		const radius = Math.sqrt(-2 * Math.log1p(-u2));
		const theta = 2 * Math.PI * u1;
		this.#kept = radius * Math.sin(theta);
		return radius * Math.cos(theta);
	}

	#uniform24(): number {
		return (this.#random() & 0xffffff) * 2 ** -24;
	}

	/** The low 53 bits of a 64-bit draw whose high word comes first. */
	#uniform53(): number {
		const high = this.#random() & 0x1fffff;
		return (high * 2 ** 32 + this.#random()) * 2 ** -53;
	}

	#random(): number {
		if (this.#next === stateLength) this.#twist();
		return temper(this.#state[this.#next++]!) >>> 0;
	}

	#twist(): void {
		const state = this.#state;
		const mix = (i: number, following: number, shifted: number) => {
			const next = state[following]!;
			const mixed = (state[i]! & 0x80000000) | (next & 0x7fffffff);
			state[i] = state[shifted]! ^ (mixed >>> 1) ^ (next & 1 ? 0x9908b0df : 0);
		};
		for (let i = 0; i < stateLength - shift; i++) mix(i, i + 1, i + shift);
		for (let i = stateLength - shift; i < stateLength - 1; i++) mix(i, i + 1, i + shift - stateLength);
		mix(stateLength - 1, 0, shift - 1);
		this.#next = 0;
	}
}

function temper(word: number): number {
	let y = word;
	y ^= y >>> 11;
	y ^= (y << 7) & 0x9d2c5680;
	y ^= (y << 15) & 0xefc60000;
	return y ^ (y >>> 18);
}

/** @throws {RangeError} unless a seed is an integer from 0 to 2^53 − 1. */
export function checkSeed(seed: number): void {
	if (!Number.isSafeInteger(seed) || seed < 0)
		throw new RangeError(`Expected \`seed\` to be an integer from 0 to 2^53 - 1, got ${seed}`);
}

/** Turns 16 uniforms at `at` into 16 normals: the first eight are radii (and become cosines), the last eight angles (sines). */
function boxMuller16(data: Float32Array, at: number): void {
	for (let j = at; j < at + 8; j++) {
		const radius = Math.fround(Math.sqrt(Math.fround(-2 * Math.fround(Math.log(1 - data[j]!)))));
		const theta = Math.fround(twoPi * data[j + 8]!);
		data[j] = radius * Math.fround(Math.cos(theta));
		data[j + 8] = radius * Math.fround(Math.sin(theta));
	}
}

const twoPi = Math.fround(2 * Math.PI);
