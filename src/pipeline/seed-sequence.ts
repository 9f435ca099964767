/**
 * Numpy's `SeedSequence`: spreads one seed over many that have nothing to do with each other.
 *
 * Source: numpy v2.3, `numpy/random/bit_generator.pyx`, after O'Neill 2015 ("Developing a seed_seq alternative").
 *
 * @param entropy integer from 0 to 2^53 − 1.
 * @param spawnKey integers of the same range; empty for the sequence itself.
 * @param poolSize words of inner state, at least 4.
 * @returns the first word of `SeedSequence(entropy, spawn_key=spawnKey, pool_size=poolSize).generate_state(n)`, for any n.
 */
export function firstSeed(entropy: number, spawnKey: readonly number[], poolSize: number): number {
	const words = wordsOf(entropy);
	// a key must not be mistaken for more entropy
	while (spawnKey.length > 0 && words.length < poolSize) words.push(0);
	for (const key of spawnKey) words.push(...wordsOf(key));

	let constant = 0x43b0d7e5;
	const hash = (value: number) => {
		const mixed = value ^ constant;
		constant = Math.imul(constant, 0x931e8875);
		const product = Math.imul(mixed, constant);
		return product ^ (product >>> 16);
	};
	const pool = Array.from({ length: poolSize }, (_, i) => hash(words[i] ?? 0));
	for (let from = 0; from < poolSize; from++)
		for (let to = 0; to < poolSize; to++) if (from !== to) pool[to] = mix(pool[to]!, hash(pool[from]!));
	for (const word of words.slice(poolSize)) for (let to = 0; to < poolSize; to++) pool[to] = mix(pool[to]!, hash(word));

	const product = Math.imul(pool[0]! ^ 0x8b51f9dd, Math.imul(0x8b51f9dd, 0x58f38ded));
	return (product ^ (product >>> 16)) >>> 0;
}

function mix(x: number, y: number): number {
	const mixed = (Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y)) | 0;
	return mixed ^ (mixed >>> 16);
}

/** 32-bit words, lowest first; 0 is one word. */
function wordsOf(value: number): number[] {
	const [low, high] = [value >>> 0, Math.floor(value / 2 ** 32)];
	return high === 0 ? [low] : [low, high];
}
