import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BrownianTree } from '../../src/pipeline/brownian-tree.ts';
import { makeNoise } from '../../src/pipeline/noise.ts';
import { PhiloxGenerator } from '../../src/pipeline/philox.ts';
import { TorchGenerator } from '../../src/pipeline/random.ts';
import { firstSeed } from '../../src/pipeline/seed-sequence.ts';
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
	expect(() => new PhiloxGenerator(seed)).toThrow(/Expected `seed` to be an integer from 0/);
});

describe('Philox', () => {
	test('draws what torch draws on an NVIDIA GPU', () => {
		// torch.randn((3, 4), generator=torch.Generator('cuda').manual_seed(0)), as WebUI documents it
		const documented = [
			-0.92466259, -0.42534415, -2.6438457, 0.14518388, -0.12086647, -0.57972564, -0.62285122, -0.32838709, -1.07454231,
			-0.36314407, -1.67105067, 2.26550497,
		];
		expect(relativeError(new PhiloxGenerator(0).randn(12), Float32Array.from(documented))).toBeLessThan(tolerance);
	});

	test('gives standard normals, other ones for each draw and seed, above 2^32 too', () => {
		const generator = new PhiloxGenerator(7);
		const draws = [
			generator.randn(10_000),
			generator.randn(10_000),
			new PhiloxGenerator(8).randn(10_000),
			new PhiloxGenerator(2 ** 32 + 7).randn(10_000),
		];
		const mean = (of: (x: number, i: number) => number) => draws[0]!.reduce((sum, x, i) => sum + of(x, i), 0) / 10_000;
		expect(Math.abs(mean((x) => x))).toBeLessThan(0.05);
		expect(Math.abs(mean((x) => x * x) - 1)).toBeLessThan(0.05);
		for (const other of draws.slice(1)) expect(Math.abs(mean((x, i) => x * other[i]!))).toBeLessThan(0.05);
		expect(new PhiloxGenerator(7).randn(10_000)).toEqual(draws[0]);
	});
});

test('spreads seeds as numpy does', () => {
	// numpy.random.SeedSequence(entropy, spawn_key=key, pool_size=size).generate_state(1)[0]
	expect(firstSeed(0, [], 24)).toBe(4_025_752_534);
	expect(firstSeed(0, [0, 0], 24)).toBe(245_430_115);
	expect(firstSeed(2 ** 53 - 1, [5, 3], 24)).toBe(606_845_437);
	expect(firstSeed(12, [2 ** 33 + 1, 9, 4], 4)).toBe(3_273_174_745);
});

describe('a Brownian tree', () => {
	const makeGenerator = (seed: number) => new TorchGenerator(seed);

	test.for(goldenNames('samplers', 'brownian_'))('gives the noise of torchsde’s: %s', (name) => {
		const golden = readGolden<{ seed: number; range: [number, number] }>('samplers', name);
		const [from, to] = golden.parameters.range;
		const sigmas = golden.tensor('in.sigmas').data;
		const { shape, data } = golden.tensor('out.noise');
		const size = data.length / shape[0]!;
		const tree = new BrownianTree({ seed: golden.parameters.seed, size, from, to, makeGenerator });
		for (let i = 0; i + 1 < sigmas.length; i++) {
			const expected = data.subarray(i * size, (i + 1) * size);
			expect(relativeError(tree.noise(sigmas[i]!, sigmas[i + 1]!), expected), `${i}`).toBeLessThan(tolerance);
		}
	});

	test('gives the same noise between two sigmas, whatever was asked before', () => {
		const sigma = fc.integer({ min: 0, max: 1_000_000 }).map((x) => x / 100_000);
		const pairs = fc.array(fc.tuple(sigma, sigma), { minLength: 1, maxLength: 6 });
		fc.assert(
			fc.property(pairs, fc.maxSafeNat(), (asked, seed) => {
				const make = () => new BrownianTree({ seed, size: 16, from: 0, to: 10, makeGenerator });
				const tree = make();
				for (const [from, to] of asked) {
					fc.pre(from !== to);
					expect(tree.noise(from, to)).toEqual(make().noise(from, to));
				}
			}),
			{ numRuns: 30 },
		);
	});

	test('the noise of a whole way is that of its parts', () => {
		const tree = new BrownianTree({ seed: 3, size: 20, from: 0.03, to: 14, makeGenerator });
		const [a, b, c] = [9, 4.5, 1.25];
		const parts = tree.noise(a, b).map((x, i) => x * Math.sqrt(a - b) + tree.noise(b, c)[i]! * Math.sqrt(b - c));
		const whole = tree.noise(a, c).map((x) => x * Math.sqrt(a - c));
		expect(relativeError(parts, whole)).toBeLessThan(tolerance);
	});
});

test.for(['draws', 'path'] as const)('each image has noise of its own, the same in any company: %s', (kind) => {
	for (const random of [{}, { random: 'philox' } as const]) {
		const noiseOf = (seeds: number[]) => {
			const noise = makeNoise({ seeds, ...random }, 24, { kind, range: { min: 0.1, max: 10 } });
			return [noise.draw().slice(), noise.between(10, 3).slice(), noise.between(3, 0.1).slice()];
		};
		const [alone, together] = [noiseOf([5]), noiseOf([9, 5, 7])];
		for (const [i, draw] of alone.entries()) {
			expect(together[i]!.subarray(24, 48)).toEqual(draw);
			expect(together[i]!.subarray(0, 24)).not.toEqual(draw);
		}
		expect(alone[1]).not.toEqual(alone[2]);
	}
});
