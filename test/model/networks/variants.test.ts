import { join } from 'node:path';
import { expect, test } from 'vitest';
import { relativeError } from '../../../scripts/parity/error.ts';
import { compileTextEncoder, compileUnet, compileVaeDecoder, compileVaeEncoder } from '../../../src/model/compile.ts';
import { openModelFolder } from '../../../src/model/folder.ts';
import type { CompiledGraph } from '../../../src/model/graph.ts';
import { type Feed, type Output, openSession } from '../../../src/pipeline/session.ts';
import { copyOfTinyModel, editJson, goldenTolerance, readGolden, rewriteSafetensors, widened } from '../support.ts';

/* How published files of the same network differ: stored precision, names, ids. */

const f32 = { compute: 'f32' } as const;
const unetFile = 'unet/diffusion_pytorch_model.safetensors';
const vaeFile = 'vae/diffusion_pytorch_model.safetensors';
const textFile = 'text_encoder/model.safetensors';

async function run(graph: CompiledGraph, feeds: Record<string, Feed>): Promise<Record<string, Output>> {
	const session = await openSession(graph, { device: 'cpu' });
	const results = await session.run(feeds);
	await session.release();
	return results;
}

test('weights stored in float32 give what the same weights in float16 give', async () => {
	const model = await copyOfTinyModel();
	await rewriteSafetensors(join(model, unetFile), (_name, _info, bytes) => ({ dtype: 'F32', bytes: widened(bytes) }));
	const { inputs, outputs } = await readGolden('tiny-random/unet_3x24x8.safetensors');
	const feeds = [...inputs].map(([name, { data, dims }]) => [name, { data: Float32Array.from(data, Number), dims }]);
	const graph = compileUnet(await openModelFolder(model), f32);
	const { noise_pred } = await run(graph, Object.fromEntries(feeds) as Record<string, Feed>);
	expect(relativeError(noise_pred!.data, outputs.get('noise_pred')!.data as Float32Array)).toBeLessThan(
		goldenTolerance,
	);
});

test('weights stored in bfloat16 are read as such', async () => {
	const model = await copyOfTinyModel();
	await rewriteSafetensors(join(model, vaeFile), (_name, _info, bytes) => {
		const wide = new Uint32Array(widened(bytes).buffer);
		const upper = Uint16Array.from(wide, (word) => (word + 0x8000) >>> 16);
		return { dtype: 'BF16', bytes: new Uint8Array(upper.buffer) };
	});
	const { inputs, outputs } = await readGolden('tiny-random/vae_decode_2x8x20.safetensors');
	const { image } = await run(compileVaeDecoder(await openModelFolder(model), f32), {
		latents: inputs.get('latents')!,
	});
	// bfloat16 keeps eight bits of each weight
	expect(relativeError(image!.data, outputs.get('image')!.data as Float32Array)).toBeLessThan(0.1);
});

test.for([
	['without the prefix, as transformers 5 saves them', (name: string) => name.replace(/^text_model\./, '')],
	['with the prefix, as published', (name: string) => name],
] as const)('the first text encoder takes names %s', async ([, rename]) => {
	const model = await copyOfTinyModel();
	await rewriteSafetensors(join(model, textFile), (name) => ({ name: rename(name) }));
	const { inputs, outputs } = await readGolden('tiny-random/text_encoder.safetensors');
	const { last } = await run(compileTextEncoder(await openModelFolder(model), 1, f32), {
		input_ids: inputs.get('input_ids')!,
	});
	expect(relativeError(last!.data, outputs.get('last')!.data as Float32Array)).toBeLessThan(goldenTolerance);
});

test('stored position ids are ignored, and listed', async () => {
	const model = await copyOfTinyModel();
	const name = 'text_model.embeddings.position_ids';
	const positions = { name, dtype: 'I64' as const, shape: [1, 77], bytes: new Uint8Array(77 * 8) };
	await rewriteSafetensors(join(model, textFile), () => ({}), [positions]);
	expect(compileTextEncoder(await openModelFolder(model), 1, f32).ignored).toEqual([name]);
});

test("attention of the VAE may carry diffusers' old names", async () => {
	const model = await copyOfTinyModel();
	const old = { to_q: 'query', to_k: 'key', to_v: 'value', 'to_out.0': 'proj_attn' };
	await rewriteSafetensors(join(model, vaeFile), (name) => ({
		name: name.replace(
			/(attentions\.0\.)(to_q|to_k|to_v|to_out\.0)/,
			(_all, head: string, part: keyof typeof old) => head + old[part],
		),
	}));
	const { inputs, outputs } = await readGolden('tiny-random/vae_encode_2x8x20.safetensors');
	const { mean } = await run(compileVaeEncoder(await openModelFolder(model), f32), { image: inputs.get('image')! });
	expect(relativeError(mean!.data, outputs.get('mean')!.data as Float32Array)).toBeLessThan(goldenTolerance);
});

test('a VAE without quant convolutions is compiled without them', async () => {
	const model = await copyOfTinyModel();
	await rewriteSafetensors(join(model, vaeFile), (name) => (name.includes('quant_conv') ? undefined : {}));
	await editJson(join(model, 'vae/config.json'), { use_quant_conv: false, use_post_quant_conv: false });
	const folder = await openModelFolder(model);
	expect(compileVaeEncoder(folder, f32).ignored.every((name) => name.startsWith('decoder.'))).toBe(true);
	expect(compileVaeDecoder(folder, f32).ignored.every((name) => name.startsWith('encoder.'))).toBe(true);
});

test('text is pooled at its first end-of-text token, or at its highest id where the config says 2', async () => {
	const model = await copyOfTinyModel();
	const ids = { data: BigInt64Array.of(1000n, 7n, 5n, 9n, 5n, 1001n, 5n), dims: [1, 7] };
	const embed = async (text: bigint[]) => {
		const graph = compileTextEncoder(await openModelFolder(model), 2, f32);
		return (await run(graph, { input_ids: { data: BigInt64Array.from(text), dims: [1, text.length] } })).text_embeds!
			.data;
	};
	const all = [...ids.data];
	// attention is causal, so a text cut behind a token ends in the same state as the whole text has there
	const [highest, firstFive] = [await embed(all.slice(0, 6)), all.slice(0, 3)];
	expect(relativeError(await embed(all), highest)).toBeLessThan(goldenTolerance);
	await editJson(join(model, 'text_encoder_2/config.json'), { eos_token_id: 5 });
	const atFive = await embed(all);
	expect(relativeError(atFive, await embed(firstFive))).toBeLessThan(goldenTolerance);
	expect(relativeError(atFive, highest)).toBeGreaterThan(0.01);
});

test('a tensor left over or missing in a real network is an error that names it', async () => {
	const model = await copyOfTinyModel();
	const extra = { name: 'decoder.extra', dtype: 'F16' as const, shape: [1], bytes: new Uint8Array(2) };
	await rewriteSafetensors(join(model, vaeFile), () => ({}), [extra]);
	await rewriteSafetensors(join(model, unetFile), (name) =>
		name === 'mid_block.resnets.1.conv2.bias' ? undefined : {},
	);
	const folder = await openModelFolder(model);
	expect(() => compileVaeDecoder(folder, f32)).toThrow(
		`\`${vaeFile}\`: expected no tensor but those of \`vae_decoder\`, got 1 more, first \`decoder.extra\``,
	);
	expect(() => compileUnet(folder, f32)).toThrow(
		`\`${unetFile}\`: expected tensor \`mid_block.resnets.1.conv2.bias\` of shape [64], there is none`,
	);
});
