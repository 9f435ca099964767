import { expect, test } from 'vitest';
import { TorchGenerator } from '../../src/pipeline/random.ts';
import { goldenNames, readGolden, relativeError } from './golden.ts';

/** float32 holds 6e-8; torch's own polynomials for log, sin and cos are that far from the exact ones. */
const tolerance = 1e-6;

test.for(goldenNames('demo', 'noise_'))('draws what torch draws, draw after draw: %s', (name) => {
	const golden = readGolden<{ seed: number }>('demo', name);
	const generator = new TorchGenerator(golden.parameters.seed);
	for (const key of golden.names.toSorted()) {
		const expected = golden.tensor(key).data;
		expect(relativeError(generator.randn(expected.length), expected), key).toBeLessThan(tolerance);
	}
});

test('takes only the low 32 bits of a seed, as torch does', () => {
	expect(new TorchGenerator(2 ** 32 + 7).randn(16)).toEqual(new TorchGenerator(7).randn(16));
});

test.for([-1, 0.5, 2 ** 53, Number.NaN])('refuses the seed %s', (seed) => {
	expect(() => new TorchGenerator(seed)).toThrow(/Expected `seed` to be an integer from 0/);
});
