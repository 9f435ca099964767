import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compilePreviewDecoder } from '../../../src/model/compile.ts';
import { openModelFolder } from '../../../src/model/folder.ts';
import { openPreviewDecoder } from '../../../src/model/preview-decoder.ts';
import { readTensors } from '../../../src/model/tensors.ts';
import { openSession } from '../../../src/pipeline/session.ts';
import { relativeError } from '../../pipeline/golden.ts';
import { copyOfTinyModel, editJson, golden, goldenTolerance } from '../support.ts';

const folder = join(golden, 'preview-decoder');

test('a decoder of previews agrees with diffusers’ AutoencoderTiny', async () => {
	const { tensors } = await readTensors(join(folder, 'decode.safetensors'), 'decode');
	const [latents, image] = [tensors.get('latents')!, tensors.get('image')!];
	const session = await openSession(compilePreviewDecoder(await openPreviewDecoder(folder, 4), { compute: 'f32' }), {
		device: 'cpu',
	});
	const { image: ours } = await session.run({ latents: { data: latents.data as Float32Array, dims: latents.dims } });
	await session.release();
	expect(ours!.dims).toEqual(image.dims);
	// diffusers' are from −1 to 1
	const theirs = (image.data as Float32Array).map((value) => (value + 1) / 2);
	expect(relativeError(ours!.data, theirs)).toBeLessThan(goldenTolerance);
});

describe('a model finds its decoder of previews', () => {
	const open = async (...places: string[]) => {
		const root = await copyOfTinyModel();
		for (const place of places) await cp(folder, join(root, place), { recursive: true });
		return { root, decoder: (await openModelFolder(root)).previewDecoder };
	};

	test('in its own folder, under either name, and else it has none', async () => {
		expect((await open()).decoder).toBeUndefined();
		expect((await open('preview-decoder')).decoder).toBeDefined();
		expect((await open('taesdxl')).decoder).toBeDefined();
	});

	test('beside it, for all models, unless it has factors of its own', async () => {
		const { root, decoder } = await open('../taesdxl');
		expect(decoder).toBeDefined();
		const row = [0, 0, 0];
		await writeFile(join(root, 'preview.json'), JSON.stringify({ factors: [row, row, row, row], bias: row }));
		expect((await openModelFolder(root)).previewDecoder).toBeUndefined();
		await rm(join(root, '../taesdxl'), { recursive: true });
	});

	test('and one that does not fit is refused, naming file and key', async () => {
		const { root } = await open('preview-decoder');
		const config = join(root, 'preview-decoder/config.json');
		for (const [change, message] of [
			[
				{ latent_channels: 16 },
				/`preview-decoder\/config\.json`: expected `latent_channels` to be the model's, 4, got 16/,
			],
			[{ _class_name: 'AutoencoderKL' }, /`_class_name`: only "AutoencoderTiny" is supported/],
			[{ latent_channels: 4, _class_name: 'AutoencoderTiny', num_decoder_blocks: [1] }, /as many levels/],
		] as const) {
			await editJson(config, change);
			await expect(openModelFolder(root)).rejects.toThrow(message);
		}
		await mkdir(join(root, 'empty'), { recursive: true });
		await expect(openPreviewDecoder(join(root, 'empty'))).rejects.toThrow(/`empty\/config\.json`/);
	});
});
