import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { relativeError } from '../../scripts/parity/error.ts';
import { compileUnet, compileUnetPart } from '../../src/model/compile.ts';
import { openModelFolder } from '../../src/model/folder.ts';
import { networkCache } from '../../src/pipeline/networks.ts';
import { Sdxl } from '../../src/pipeline/sdxl.ts';
import { type Feed, openSession, Session } from '../../src/pipeline/session.ts';
import { Unet } from '../../src/pipeline/unet.ts';
import { copyOfTinyModel, goldenTolerance, readGolden, rewriteSafetensors, tinyModel } from '../model/support.ts';
import { modelOf } from './golden.ts';
import { recipeOf } from './recipes.ts';

const f32 = { compute: 'f32' } as const;
const unetFile = 'unet/diffusion_pytorch_model.safetensors';

test.each(['demo', 'tiny-random'])('in parts it predicts what it does in one, and diffusers (%s)', async (name) => {
	const folder = await openModelFolder(modelOf(name));
	const open = (part: 'text' | 'steps') => openSession(compileUnetPart(folder, part, f32), { device: 'cpu' });
	const [whole, steps, text] = [
		await openSession(compileUnet(folder, f32), { device: 'cpu' }),
		await open('steps'),
		await open('text'),
	];
	const { inputs, outputs } = await readGolden(`${name}/unet_2x16x16.safetensors`);
	const wanted = Float32Array.from(outputs.get('noise_pred')!.data, Number);
	const entries = [...inputs].map(([input, { data, dims }]) => [
		input,
		{ data: Float32Array.from(data, Number), dims },
	]);
	const feeds = Object.fromEntries(entries) as Record<string, Feed & { data: Float32Array }>;
	const one = (await new Unet(whole).run(feeds)).noise_pred!.data;
	const unet = new Unet(steps, text);
	const { encoder_hidden_states: words, ...others } = feeds;
	const read = await unet.read(words!);
	for (const given of [{ ...others, ...read }, feeds]) {
		const predicted = (await unet.run(given)).noise_pred!.data;
		expect(relativeError(predicted, wanted)).toBeLessThan(goldenTolerance);
		expect(relativeError(predicted, one)).toBeLessThan(1e-6);
	}
	for (const session of [whole, steps, text]) await session.release();
});

test('the text of a picture is read once, and once more where the negative is left out', async () => {
	const sdxl = await Sdxl.load(tinyModel, 'cpu');
	const run = vi.spyOn(Session.prototype, 'run');
	const readings = async (recipe: Parameters<typeof recipeOf>[0]) => {
		run.mockClear();
		await sdxl.paint(recipeOf({ width: 64, height: 64, steps: 4, ...recipe }));
		return (run.mock.contexts as Session[]).filter(({ name }) => name === 'unet_text').length;
	};
	expect(await readings({ seeds: [1, 2] })).toBe(1);
	expect(await readings({ seeds: [1, 2], guidanceInterval: [0, 0.5] })).toBe(2);
	run.mockRestore();
	await sdxl.networks.release();
});

test.each(['["unet"', 'text of '])('goes on where one of its networks was released for another (%s)', async (part) => {
	const cache = networkCache('cpu');
	const sdxl = await Sdxl.load(tinyModel, 'cpu', cache);
	const recipe = recipeOf({ width: 64, height: 64, steps: 2 });
	const [before] = await sdxl.paint(recipe);
	await cache.release(`${tinyModel} ${part}`);
	expect(cache.size).toBe(3);
	const [after] = await sdxl.paint(recipe);
	expect(cache.size).toBe(4);
	expect(after!.data).toEqual(before!.data);
	await sdxl.networks.release();
});

test('without a second network it is told the text itself', async () => {
	const run = vi.fn(async () => ({}));
	const unet = new Unet({ device: 'cuda', run } as unknown as Session);
	const words = { data: Float32Array.of(1, 2), dims: [1, 1, 2] };
	expect(await unet.read(words)).toEqual({ encoder_hidden_states: words });
	await unet.run({ encoder_hidden_states: words });
	expect(run).toHaveBeenCalledWith({ encoder_hidden_states: words });
});

test('each of the parts names the tensor that it misses or does not know', async () => {
	const model = await copyOfTinyModel();
	const key = 'mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight';
	const extra = { name: 'up_blocks.9.attn2.to_k.weight', dtype: 'F16' as const, shape: [1], bytes: new Uint8Array(2) };
	await rewriteSafetensors(join(model, unetFile), (name) => (name === key ? undefined : {}));
	const missing = await openModelFolder(model);
	expect(() => compileUnetPart(missing, 'text', f32)).toThrow(`expected tensor \`${key}\` of shape`);

	const other = await copyOfTinyModel();
	await rewriteSafetensors(join(other, unetFile), () => ({}), [extra, { ...extra, name: 'up_blocks.9.bias' }]);
	const more = await openModelFolder(other);
	expect(() => compileUnetPart(more, 'text', f32)).toThrow('of `unet_text`, got 1 more, first `up_blocks.9.attn2');
	expect(() => compileUnetPart(more, 'steps', f32)).toThrow('of `unet`, got 1 more, first `up_blocks.9.bias`');
});
