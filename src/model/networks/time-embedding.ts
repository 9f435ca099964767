import type { GraphBuilder, Value } from '../graph.ts';
import { linear, silu } from '../layers.ts';

interface Sinusoid {
	/** Numbers that one scalar becomes; odd ones end in a zero. */
	size: number;
	flipSinToCos: boolean;
	freqShift: number;
}

/**
 * Adds the sinusoidal embedding of scalars: float32 [n] → float32 [n, size]. It stays in float32 in a graph of any precision: at
 * timestep 999 an angle in float16 would be off by a quarter.
 *
 * After `get_timestep_embedding` in diffusers' `models/embeddings.py` (`max_period` 10000, `scale` 1). The frequencies are rounded
 * to float32 after each operation, as torch does.
 */
export function sinusoid(g: GraphBuilder, scalars: Value, { size, flipSinToCos, freqShift }: Sinusoid): Value {
	const half = Math.floor(size / 2);
	const f = Math.fround;
	const frequencies = Array.from({ length: half }, (_, i) =>
		f(Math.exp(f(f(f(-Math.log(10_000)) * i) / f(half - freqShift)))),
	);
	// [n, 1] · [1, half] → [n, half]
	const column = g.op('Reshape', [scalars, g.integers([-1, 1])]);
	const angles = g.op('Mul', [column, g.floats32(frequencies, [1, half])]);
	const [sin, cos] = [g.op('Sin', [angles]), g.op('Cos', [angles])];
	const both = g.op('Concat', flipSinToCos ? [cos, sin] : [sin, cos], { axis: 1 });
	return size % 2 === 0 ? both : g.op('Pad', [both, g.integers([0, 0, 0, 1])]);
}

/** Adds linear, SiLU, linear: [n, from] → [n, to]. diffusers' `TimestepEmbedding`. */
export function embeddingMlp(g: GraphBuilder, x: Value, prefix: string, from: number, to: number): Value {
	return linear(g, silu(g, linear(g, x, `${prefix}.linear_1`, { from, to })), `${prefix}.linear_2`, { from: to, to });
}
