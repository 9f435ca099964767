import type { NormalGenerator } from './random.ts';
import { firstSeed } from './seed-sequence.ts';

/**
 * A Brownian path that depends on its seed alone: however a walk cuts it into steps, the noise between the same two sigmas is the same.
 *
 * Source: torchsde v0.2.6, `BrownianInterval` with `halfway_tree=True, tol=1e-6, pool_size=24`
 * (`torchsde/_brownian/brownian_interval.py`), as k-diffusion, WebUI and diffusers v0.42.1 (`BrownianTreeNoiseSampler` in
 * `scheduling_dpmsolver_sde.py`) use it. The whole interval is halved again and again; each half's increment is drawn, given that of
 * the whole (Lévy's construction), by a generator of its own, whose seed comes from the half's place in the tree. Times are rounded
 * to six decimals. The pieces up to a time are summed in double precision, which is as close to torchsde as its own rounding.
 *
 * diffusers ignores its pipelines' generators here and takes `noise_sampler_seed`; the seed of a picture is that number.
 */
export class BrownianTree {
	readonly #seed: number;
	readonly #size: number;
	readonly #makeGenerator: (seed: number) => NormalGenerator;
	readonly #root: Piece;
	readonly #rootIncrement: Float32Array;
	/** Increments of the left halves of pieces, by key and depth, oldest first; one that was dropped comes out the same again. */
	readonly #lefts = new Map<string, Float32Array>();
	/** Where the path stands at the last few times that were asked for: each is asked for two or three times in a row. */
	readonly #positions = new Map<number, Float64Array>();

	/**
	 * @param options.seed integer from 0 to 2^53 − 1.
	 * @param options.size numbers in each increment, one path each.
	 * @param options.from, options.to the ends of the time, ascending.
	 * @param options.makeGenerator makes the generator of each piece.
	 */
	constructor({ seed, size, from, to, makeGenerator }: TreeOptions) {
		this.#seed = seed;
		this.#size = size;
		this.#makeGenerator = makeGenerator;
		this.#root = { start: round6(from), end: round6(to), key: 0, depth: 0 };
		const scale = f32(Math.sqrt(to - from));
		this.#rootIncrement = this.#draw([]).map((x) => x * scale);
	}

	/**
	 * Gives the noise on the way from one time to another, of variance 1, as samplers take it: the increment over the square root of
	 * the time between. Its sign turns with the direction.
	 */
	noise(time: number, timeNext: number): Float32Array {
		const [here, there] = [this.#positionAt(time), this.#positionAt(timeNext)];
		const scale = f32(Math.sqrt(f32(Math.abs(timeNext - time))));
		return Float32Array.from(there, (x, i) => f32(x - here[i]!) / scale);
	}

	/** Where the path stands at a time, having begun at 0: the sum of the pieces before it. */
	#positionAt(time: number): Float64Array {
		const at = round6(Math.min(this.#root.end, Math.max(this.#root.start, time)));
		const known = this.#positions.get(at);
		if (known) return known;
		const position = new Float64Array(this.#size);
		const whole = this.#rootIncrement.slice();
		for (let piece = this.#root; at > piece.start; ) {
			if (at === piece.end) {
				add(position, whole);
				break;
			}
			const left = this.#leftIncrement(piece, whole);
			const middle = middleOf(piece);
			const isRight = at > middle;
			if (isRight) {
				add(position, left);
				for (let i = 0; i < whole.length; i++) whole[i] = whole[i]! - left[i]!;
			} else whole.set(left);
			piece = {
				start: isRight ? middle : piece.start,
				end: isRight ? piece.end : middle,
				key: 2 * piece.key + (isRight ? 1 : 0),
				depth: piece.depth + 1,
			};
		}
		keepNewest(this.#positions, at, position, 3);
		return position;
	}

	/** The increment of the left half of a piece, given that of the whole: a Brownian bridge. */
	#leftIncrement(piece: Piece, whole: Float32Array): Float32Array {
		const { start, end, key, depth } = piece;
		const place = `${key} ${depth}`;
		const known = this.#lefts.get(place);
		if (known) return known;
		const middle = middleOf(piece);
		const perLength = 1 / (end - start);
		const deviation = f32(Math.sqrt((middle - start) * (end - middle) * perLength));
		const [weight, inverse] = [f32(middle - start), f32(perLength)];
		const left = this.#draw([key, depth]);
		for (let i = 0; i < left.length; i++) left[i] = f32(f32(weight * whole[i]!) * inverse) + f32(deviation * left[i]!);
		if (depth < keptDepth) keepNewest(this.#lefts, place, left, 2 ** keptDepth);
		return left;
	}

	#draw(place: readonly number[]): Float32Array {
		return this.#makeGenerator(firstSeed(this.#seed, place, poolSize)).randn(this.#size);
	}
}

const poolSize = 24;
/** Pieces above this depth are met by several times and kept; those below hardly ever. */
const keptDepth = 6;

interface TreeOptions {
	seed: number;
	size: number;
	from: number;
	to: number;
	makeGenerator: (seed: number) => NormalGenerator;
}

/** A piece of the time. `key` and `depth` say where in the tree it lies. */
interface Piece {
	start: number;
	end: number;
	key: number;
	depth: number;
}

function middleOf({ start, end }: Piece): number {
	return round6(0.5 * (end + start));
}

function add(sum: Float64Array, part: Float32Array): void {
	for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + part[i]!;
}

function keepNewest<K, V>(map: Map<K, V>, key: K, value: V, size: number): void {
	map.set(key, value);
	if (map.size > size) map.delete(map.keys().next().value!);
}

/** Python's `round(x, 6)`. */
function round6(x: number): number {
	return Number(x.toFixed(6));
}

const f32 = Math.fround;
