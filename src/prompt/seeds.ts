/** Seeds run from 0 to 2^53 − 1, and the one after the last is 0. */
const lastSeed = Number.MAX_SAFE_INTEGER;

/** Counts up from a seed, one for each picture: `seed`, `seed + 1`, … */
export function seedsFrom(seed: number, count: number): number[] {
	return Array.from({ length: count }, (_, i) => (seed <= lastSeed - i ? seed + i : i - (lastSeed - seed) - 1));
}

/** Draws seeds that all differ, also from `avoid`. A seed that came before is replaced by the next free one. */
export function randomSeeds(count: number, randomSeed: () => number, avoid: readonly number[] = []): number[] {
	const taken = new Set(avoid);
	return Array.from({ length: count }, () => {
		let seed = randomSeed();
		while (taken.has(seed)) seed = seed < lastSeed ? seed + 1 : 0;
		taken.add(seed);
		return seed;
	});
}
