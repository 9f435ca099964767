import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Sdxl } from '../../src/pipeline/sdxl.ts';
import { goldenFolders, modelOf, readGolden, relativeError } from './golden.ts';

// real diffusion, on cores that other tests use too
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

interface Case {
	prompt: string;
	negative: string;
}

/** float32 sums in another order. */
const tolerance = 1e-5;

describe.for(goldenFolders)('prompts of the %s model', (folder) => {
	let sdxl: Sdxl;
	beforeAll(async () => {
		sdxl = await Sdxl.load(modelOf(folder), 'cpu');
	});
	afterAll(() => sdxl.networks.release());

	test('are encoded as diffusers encodes them, negative first', async () => {
		const golden = readGolden<Case>(folder, 'encode_prompt');
		const { batch, promptEmbeds, pooledPromptEmbeds } = await sdxl.prompts.condition(
			{ ...golden.parameters, guidanceScale: 5 },
			true,
		);
		expect(batch).toBe(2);
		const half = (data: Float32Array, i: number) => data.subarray((i * data.length) / 2, ((i + 1) * data.length) / 2);
		const parts: [string, Float32Array][] = [
			['out.negative_prompt_embeds', half(promptEmbeds, 0)],
			['out.prompt_embeds', half(promptEmbeds, 1)],
			['out.negative_pooled_prompt_embeds', half(pooledPromptEmbeds, 0)],
			['out.pooled_prompt_embeds', half(pooledPromptEmbeds, 1)],
		];
		for (const [name, got] of parts) expect(relativeError(got, golden.tensor(name).data), name).toBeLessThan(tolerance);
	});

	test('that read the same are encoded once', async () => {
		await sdxl.prompts.encode('1girl, solo');
		const before = sdxl.networks.textEncoder.runMs;
		expect(await sdxl.prompts.encode('  1GIRL,   solo ')).toBe(await sdxl.prompts.encode('1girl, solo'));
		expect(sdxl.networks.textEncoder.runMs).toBe(before);
	});

	test('without a negative have zeros in its place, if the model wants that, and an empty text if not', async () => {
		const want = { prompt: '1boy', negative: null, guidanceScale: 2 };
		const zeros = await sdxl.prompts.condition(want, true);
		const empty = await sdxl.prompts.condition(want, false);
		const half = zeros.promptEmbeds.length / 2;
		expect(zeros.promptEmbeds.subarray(0, half).every((x) => x === 0)).toBe(true);
		expect(empty.promptEmbeds.subarray(0, half)).toEqual((await sdxl.prompts.encode('')).promptEmbeds);
		expect((await sdxl.prompts.condition({ ...want, negative: '' }, true)).promptEmbeds).toEqual(empty.promptEmbeds);
	});

	test('at guidance 1 stand alone', async () => {
		const { batch, promptEmbeds } = await sdxl.prompts.condition(
			{ prompt: '1boy', negative: 'hat', guidanceScale: 1 },
			true,
		);
		expect(batch).toBe(1);
		expect(promptEmbeds).toEqual((await sdxl.prompts.encode('1boy')).promptEmbeds);
	});
});
