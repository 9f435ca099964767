import { copyFile, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { compileUnet, compileVaeDecoder } from '../../src/model/compile.ts';
import { hashModel, openModelFolder } from '../../src/model/folder.ts';
import { readHeader } from '../../src/model/safetensors.ts';
import { findWeights } from '../../src/model/weights.ts';
import { openSession } from '../../src/pipeline/session.ts';
import { copyOfTinyModel, rewriteSafetensors, temporaryFolder, tinyModel, writeSafetensors } from './support.ts';

const stem = 'diffusion_pytorch_model';

test('the .fp16 variant is taken where the plain file is missing', async () => {
	const model = await copyOfTinyModel();
	const plain = await findWeights(model, 'unet', stem);
	await rename(join(model, `unet/${stem}.safetensors`), join(model, `unet/${stem}.fp16.safetensors`));
	const variant = await findWeights(model, 'unet', stem);
	expect(variant.files).toEqual([`unet/${stem}.fp16.safetensors`]);
	expect([...variant.tensors.keys()]).toEqual([...plain.tensors.keys()]);
});

test('shards in different real folders compile to the same network as one file', async () => {
	const model = await copyOfTinyModel();
	const whole = join(model, `vae/${stem}.safetensors`);
	const names = [...(await readHeader(whole)).tensors.keys()];
	await mkdir(join(model, 'elsewhere'));
	const shards = [join(model, 'vae/a.safetensors'), join(model, 'elsewhere/b.safetensors')];
	for (const [i, shard] of shards.entries()) {
		await copyFile(whole, shard);
		await rewriteSafetensors(shard, (name) => (names.indexOf(name) % 2 === i ? {} : undefined));
	}
	await symlink('../elsewhere/b.safetensors', join(model, 'vae/b.safetensors'));
	await rename(whole, join(model, 'whole'));
	const weight_map = Object.fromEntries(
		names.map((name, i) => [name, i % 2 === 0 ? 'a.safetensors' : 'b.safetensors']),
	);
	await writeFile(join(model, `vae/${stem}.safetensors.index.json`), JSON.stringify({ metadata: {}, weight_map }));

	const [sharded, single] = await Promise.all([openModelFolder(model), openModelFolder(tinyModel)]);
	expect(sharded.weights.vae.folder).toBe(model);
	const latents = { data: Float32Array.from({ length: 2 * 4 * 2 * 6 }, (_, i) => Math.sin(i)), dims: [2, 4, 2, 6] };
	const images = [];
	for (const folder of [sharded, single]) {
		const session = await openSession(compileVaeDecoder(folder, { compute: 'f32' }), { device: 'cpu' });
		images.push((await session.run({ latents })).image);
		await session.release();
	}
	expect(images[0]).toEqual(images[1]);
});

test('a tensor in two shards is refused', async () => {
	const model = await temporaryFolder();
	await mkdir(join(model, 'unet'));
	for (const file of ['a', 'b'])
		await writeSafetensors(join(model, `unet/${file}.safetensors`), [
			{ name: 'conv_in.bias', dtype: 'U8', shape: [1], bytes: new Uint8Array(1) },
		]);
	const weight_map = { x: 'a.safetensors', y: 'b.safetensors' };
	await writeFile(join(model, `unet/${stem}.safetensors.index.json`), JSON.stringify({ weight_map }));
	await expect(findWeights(model, 'unet', stem)).rejects.toThrow(
		'`unet/b.safetensors`: expected tensor `conv_in.bias` in one shard, got it in two',
	);
});

test('a model in a Hugging Face cache, where every file is a link to a blob elsewhere, opens and runs', async () => {
	const cache = await temporaryFolder();
	const snapshot = join(cache, 'snapshots/1234');
	await mkdir(join(cache, 'blobs'));
	const { weights, path: model } = await openModelFolder(tinyModel);
	const files = [
		'model_index.json',
		'scheduler/scheduler_config.json',
		...['text_encoder', 'text_encoder_2', 'unet', 'vae'].map((part) => `${part}/config.json`),
		...['tokenizer', 'tokenizer_2'].flatMap((part) =>
			['vocab.json', 'merges.txt', 'tokenizer_config.json'].map((file) => `${part}/${file}`),
		),
		...Object.values(weights).flatMap((part) => part.files),
	];
	for (const [i, file] of files.entries()) {
		const blob = join(cache, `blobs/${i}`);
		const link = join(snapshot, file);
		await copyFile(join(model, file), blob);
		await mkdir(join(link, '..'), { recursive: true });
		await symlink(relative(join(link, '..'), blob), link);
	}
	const linked = await openModelFolder(snapshot);
	const session = await openSession(compileUnet(linked, { compute: 'f32' }), { device: 'cpu' });
	expect(session.outputNames).toEqual(['noise_pred']);
	await session.release();
	expect(await hashModel(linked)).toBe(await hashModel(await openModelFolder(tinyModel)));
});
