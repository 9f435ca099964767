import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { compileTextEncoder } from '../../src/model/compile.ts';
import { readTensors } from '../../src/model/tensors.ts';
import { Sdxl } from '../../src/pipeline/sdxl.ts';
import { openSession } from '../../src/pipeline/session.ts';
import type { Conditioning, Reading } from '../../src/pipeline/text.ts';
import { goldenFolders, goldenNames, modelOf, readGolden, relativeError } from './golden.ts';

// real diffusion, on cores that other tests use too
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

interface Case extends Reading {
	prompt: string;
	negative: string;
}

/** float32 sums in another order. */
const tolerance = 1e-5;

/** The errors of both prompts against what a golden says. */
function errors(
	{ promptEmbeds, pooledPromptEmbeds }: Conditioning,
	expected: (name: string) => Float32Array,
): number[] {
	const half = (data: Float32Array, i: number) => data.subarray((i * data.length) / 2, ((i + 1) * data.length) / 2);
	return [
		relativeError(half(promptEmbeds, 0), expected('out.negative_prompt_embeds')),
		relativeError(half(promptEmbeds, 1), expected('out.prompt_embeds')),
		relativeError(half(pooledPromptEmbeds, 0), expected('out.negative_pooled_prompt_embeds')),
		relativeError(half(pooledPromptEmbeds, 1), expected('out.pooled_prompt_embeds')),
	];
}

describe.for(goldenFolders)('prompts of the %s model', (folder) => {
	let sdxl: Sdxl;
	beforeAll(async () => {
		sdxl = await Sdxl.load(modelOf(folder), 'cpu');
	});
	afterAll(() => sdxl.networks.release());

	test('are encoded as diffusers encodes them, negative first', async () => {
		const golden = readGolden<Case>(folder, 'encode_prompt');
		const conditioning = await sdxl.prompts.condition({ ...golden.parameters, guidanceScale: 5 }, true);
		expect(conditioning).toMatchObject({ batch: 2, tokens: 77 });
		for (const error of errors(conditioning, (name) => golden.tensor(name).data)) expect(error).toBeLessThan(tolerance);
	});

	test('that read the same are encoded once', async () => {
		await sdxl.prompts.encode('1girl, solo');
		const before = sdxl.networks.textEncoder.runMs;
		expect(await sdxl.prompts.encode('  1GIRL,   solo ')).toEqual(await sdxl.prompts.encode('1girl, solo'));
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

describe('weights, long prompts, clip skip and embeddings', () => {
	let folder: string;
	let sdxl: Sdxl;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'atelier-text-'));
		await cp(modelOf('demo'), folder, { recursive: true });
		await mkdir(join(folder, 'embeddings'));
		await cp(embeddingGolden, join(folder, 'embeddings/demoneg.safetensors'));
		sdxl = await Sdxl.load(folder, 'cpu');
	});
	afterAll(async () => {
		await sdxl.networks.release();
		await rm(folder, { recursive: true, force: true });
	});
	const embeddingGolden = new URL('../golden/prompts/embedding.safetensors', import.meta.url).pathname;
	const cases = goldenNames('prompts', '').filter((name) => name !== 'embedding');

	test.for(cases)('%s: both prompts are encoded as WebUI, compel or diffusers encode them', async (name) => {
		const golden = readGolden<Case>('prompts', name);
		const conditioning = await sdxl.prompts.condition({ ...golden.parameters, guidanceScale: 5 }, true);
		expect(conditioning.tokens).toBe(golden.tensor('out.prompt_embeds').shape[1]);
		for (const error of errors(conditioning, (tensor) => golden.tensor(tensor).data))
			expect(error).toBeLessThan(tolerance);
	});

	const named = () => sdxl.folder.embeddings.map(({ name, sha256 }) => ({ name, sha256 }));
	const asked = { prompt: '1girl, demoneg, smile', negative: 'demoneg', guidanceScale: 5 };

	test('an embedding stands in place of its name, as diffusers puts it', async () => {
		expect(named()).toEqual([{ name: 'demoneg', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
		const { tensors } = await readTensors(embeddingGolden);
		const conditioning = await sdxl.prompts.condition({ ...asked, embeddings: named() }, true);
		for (const error of errors(conditioning, (name) => tensors.get(name)!.data as Float32Array))
			expect(error).toBeLessThan(tolerance);
	});

	test('an embedding that the recipe does not list is a word like others', async () => {
		const without = await sdxl.prompts.condition(asked, true);
		const { promptEmbeds } = await sdxl.prompts.condition({ ...asked, embeddings: named() }, true);
		expect(relativeError(without.promptEmbeds, promptEmbeds)).toBeGreaterThan(0.1);
	});

	test.for<[Reading, string]>([
		[{ embeddings: [{ name: 'demoneg', sha256: 'f'.repeat(64) }] }, 'it is another'],
		[{ embeddings: [{ name: 'other', sha256: 'f'.repeat(64) }] }, 'there is none'],
		[{ clipSkip: 9 }, 'clip skip 9'],
	])('%j, which the model has not, is refused', async ([reading, part]) => {
		await expect(sdxl.prompts.encode('hat', reading)).rejects.toThrow(part);
	});

	test('of two prompts the shorter is filled up with the empty text', async () => {
		const long = 'long hair, '.repeat(40);
		const chunk = (await sdxl.prompts.encode('')).promptEmbeds;
		for (const [prompt, negative, half] of [
			[long, 'lowres', 0],
			['1girl', long, 1],
		] as const) {
			const { tokens, promptEmbeds } = await sdxl.prompts.condition({ prompt, negative, guidanceScale: 5 }, true);
			expect(tokens).toBeGreaterThan(77);
			const own = promptEmbeds.subarray((half * promptEmbeds.length) / 2, ((half + 1) * promptEmbeds.length) / 2);
			expect(own.subarray(own.length - chunk.length)).toEqual(chunk);
		}
	});

	test('a prompt means the same whatever was encoded before it', async () => {
		const reading = { syntax: 'compel' } as const;
		const first = await sdxl.prompts.encode('1girl, (hat)0.3, day', reading);
		for (let i = 0; i < 70; i++) await sdxl.prompts.encode(`1girl, (hat)0.3, ${i}`, reading);
		expect(await sdxl.prompts.encode('1girl, (hat)0.3, day', reading)).toEqual(first);
	});
});

test.for(goldenFolders)('the text encoders of %s give the same with nothing to steer as without', async (folder) => {
	const sdxl = await Sdxl.load(modelOf(folder), 'cpu');
	const plain = await openSession(compileTextEncoder(sdxl.folder, 2, { compute: 'f32' }), { device: 'cpu' });
	const ids = sdxl.folder.tokenizer2.encodePadded('1girl, solo, blue hair');
	const output = await plain.run({ input_ids: { data: BigInt64Array.from(ids, BigInt), dims: [1, 77] } });
	const { promptEmbeds, pooledPromptEmbeds } = await sdxl.prompts.encode('1girl, solo, blue hair');
	const width = promptEmbeds.length / 77;
	const own = sdxl.folder.textConfig2.hidden_size;
	const second = promptEmbeds.filter((_, i) => i % width >= width - own);
	expect(relativeError(second, output.penultimate!.data)).toBeLessThan(1e-6);
	expect(relativeError(pooledPromptEmbeds, output.text_embeds!.data)).toBeLessThan(1e-6);
	await plain.release();
	await sdxl.networks.release();
});
